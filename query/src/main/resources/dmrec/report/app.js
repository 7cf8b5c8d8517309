// Holds the moment that all parts show, and moves it.

class Report {
  constructor(recorded) {
    this.recorded = recorded;
    this.clock = new Clock();
    this.cursor = -1;
    this.found = filtered(recorded, "", false);
    document.querySelectorAll("main > section[hidden]").forEach((section) => {
      section.hidden = false;
    });
    byId("timeline").hidden = recorded.count === 0;
    byId("loading").hidden = true;
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.timeline = new Timeline(recorded, this.clock, (event) => this.moveTo(event));
    this.graph = new Graph(recorded, (box) => this.filterBox(box));
    this.table = new Table(recorded, this.clock, (event) => this.moveTo(event));
    this.treeList = byId("tree-list");
    this.setTheme(null);
    this.fillHead();
    this.fillOutages();
    this.fillChoices();
    this.bind();
    this.applyFilter();
    this.moveTo(this.firstMoment());
  }

  // Where the address says, else where the trouble begins, else the end.
  firstMoment() {
    const {recorded} = this;
    const named = /^#(\d+)$/u.exec(location.hash);
    if (named !== null) {
      return recorded.eventOfSeq(Number(named[1]));
    }
    const failure = this.failureAfter(0);
    return failure > 0 ? failure : recorded.count;
  }

  failureAfter(event) {
    for (let i = event + 1; i <= this.recorded.count; i++) {
      if (this.recorded.weight[i] === 5) {
        return i;
      }
    }
    return 0;
  }

  failureBefore(event) {
    for (let i = event - 1; i > 0; i--) {
      if (this.recorded.weight[i] === 5) {
        return i;
      }
    }
    return 0;
  }

  time(event) {
    const {recorded, clock} = this;
    return clock.full(recorded.second[event], recorded.nanos[event]);
  }

  moveTo(event) {
    const {recorded} = this;
    const bounded = Math.max(0, Math.min(recorded.count, event));
    if (bounded === this.cursor) {
      return;
    }
    this.cursor = bounded;
    this.show();
    // Browsers refuse an address that changes with each step of many.
    clearTimeout(this.addressTimer);
    this.addressTimer = setTimeout(() => {
      if (bounded > 0) {
        try {
          history.replaceState(null, "", `#${recorded.seq[bounded]}`);
        } catch (e) {
          // Some let no file change its address.
        }
      }
    }, 500);
  }

  show() {
    const {recorded, cursor} = this;
    const slider = byId("slider");
    const sentence = cursor === 0
        ? recorded.count === 0 ? "No events in this stretch" : "Before the first event"
        : told(recorded, cursor);
    const when = cursor === 0 ? "" : `#${recorded.seq[cursor]} ${this.time(cursor)}`;
    slider.setAttribute("aria-valuenow", String(cursor));
    slider.setAttribute("aria-valuetext", `${when} ${sentence}`.trim());
    const share = recorded.count === 0 ? 0 : cursor / recorded.count;
    slider.querySelector(".thumb").style.left = `${share * 100}%`;
    slider.querySelector(".track").style.setProperty("--done", `${share * 100}%`);
    byId("position").textContent =
        cursor === 0 ? "" : `#${recorded.seq[cursor]} of #${recorded.seq[recorded.count]}`;
    const line = byId("sentence");
    line.replaceChildren(
        element("span", {"class": "when"}, cursor === 0 ? "" : `${this.time(cursor)} `),
        element("span", {"class": "kind"},
            cursor === 0 ? "" : `${recorded.text(recorded.kind[cursor])} `),
        element("span", {
          "class": cursor === 0 ? "quiet" : `tone-${recorded.text(recorded.tone[cursor])}`,
        }, sentence));
    this.timeline.setCursor(cursor);
    this.table.setCursor(cursor);
    this.showStack();
    fillDetail(recorded, this.clock, cursor);
  }

  showStack() {
    const {recorded, cursor} = this;
    const stack = new Stack(recorded, cursor);
    const before = cursor === 0
        ? stack : this.stack?.event === cursor - 1 ? this.stack : new Stack(recorded, cursor - 1);
    const changed = stack.changesSince(before);
    this.stack = stack;
    byId("stack-when").textContent = cursor === 0
        ? "before the first event"
        : `after #${recorded.seq[cursor]}` +
          (changed.size === 0 ? ", which changed nothing of it" : "");
    this.graph.show(stack, changed, byId("shown").value);
    this.fillTree(stack, changed);
  }

  fillTree(stack, changed) {
    const tree = byId("tree");
    const lines = stack.lines();
    this.treeLines ??= [];
    // Most lines stay as they are from event to event.
    lines.forEach((line, i) => {
      const lit = line.shows.some((key) => changed.has(key));
      const signature = JSON.stringify([lit, line.level, line.branch, line.spans]);
      if (this.treeLines[i] !== signature) {
        this.treeLines[i] = signature;
        const item = treeLine(line, lit);
        if (i < this.treeList.children.length) {
          this.treeList.children[i].replaceWith(item);
        } else {
          this.treeList.append(item);
        }
      }
    });
    while (this.treeLines.length > lines.length) {
      this.treeLines.pop();
      this.treeList.lastChild.remove();
    }
    this.treeList.hidden = lines.length === 0;
    byId("tree-empty").hidden = lines.length > 0;
    const first = tree.querySelector(".lit");
    if (first !== null) {
      const top = first.offsetTop - tree.clientHeight / 2;
      if (first.offsetTop < tree.scrollTop ||
          first.offsetTop > tree.scrollTop + tree.clientHeight - 20) {
        tree.scrollTop = Math.max(0, top);
      }
    }
  }

  filterBox(box) {
    const {recorded} = this;
    const dev = recorded.slots[box.slot]?.dev;
    if (dev !== undefined) {
      this.setFilter(`${box.kind === "disk" ? "path" : "device"}:${dev}`);
    }
  }

  setFilter(text) {
    byId("filter").value = text;
    this.applyFilter();
  }

  applyFilter() {
    const {recorded} = this;
    this.found = filtered(recorded, byId("filter").value, byId("traces").checked);
    this.table.setEvents(this.found.events);
    this.table.setCursor(this.cursor);
    this.timeline.setFilter(this.found);
    const hidden = recorded.facts.traces;
    byId("count").textContent = this.found.isAll
        ? `${many(this.found.events.length, "event")}` +
          (hidden > 0 && !byId("traces").checked ? `, ${many(hidden, "trace")} hidden` : "")
        : `${many(this.found.events.length, "event")} of ${many(recorded.count, "record")} match`;
    this.fillSliderMarks();
  }

  // Where the failures are along the slider.
  fillSliderMarks() {
    const {recorded, found} = this;
    const places = new Set();
    for (const event of found.events) {
      if (recorded.weight[event] === 5) {
        places.add(Math.round(event / recorded.count * 500) / 5);
      }
    }
    const marks = byId("slider").querySelector(".marks");
    marks.classList.toggle("dense", places.size > 100);
    marks.replaceChildren(...[...places].map((place) => {
      const mark = element("i");
      mark.style.left = `${place}%`;
      return mark;
    }));
  }

  // To the next or previous events that the filter lets through.
  step(by) {
    const {events} = this.found;
    const place = lastUpTo(events, this.cursor);
    if (by > 0) {
      if (events.length > 0) {
        this.moveTo(events[Math.min(events.length - 1, place + by)]);
      }
      return;
    }
    const isOn = place >= 0 && events[place] === this.cursor;
    const wanted = place + by + (isOn ? 0 : 1);
    this.moveTo(wanted < 0 ? 0 : events[wanted]);
  }

  stepFailure(by) {
    const {recorded} = this;
    const found = by > 0
        ? this.failureAfter(this.cursor) || this.failureAfter(0)
        : this.failureBefore(this.cursor) || this.failureBefore(recorded.count + 1);
    if (found > 0) {
      this.moveTo(found);
    }
  }

  jump(words, event, title) {
    const made = element("button", {"type": "button", "class": "link", "title": title ?? null}, words);
    made.addEventListener("click", () => {
      this.moveTo(event);
      byId("timeline").scrollIntoView({block: "start"});
    });
    return made;
  }

  timeOf(ns) {
    const nanos = BigInt(ns);
    const second = nanos / 1000000000n;
    return this.clock.full(Number(second), Number(nanos - second * 1000000000n));
  }

  fillHead() {
    const {recorded, clock} = this;
    const {facts} = recorded;
    const title = facts.title || "dmrec report";
    byId("title").textContent = title;
    if (facts.from_ns === undefined) {
      byId("lead").textContent = "No events in this stretch of the journal.";
    } else {
      byId("lead").textContent =
          `${this.timeOf(facts.from_ns)} to ${this.timeOf(facts.to_ns)} ${clock.zone()}, ` +
          `${facts.length}, #${facts.first_seq} to #${facts.last_seq}: ` +
          `${many(facts.events, "event")} and ${many(facts.traces, "trace")}`;
    }
    const list = byId("facts");
    list.replaceChildren();
    const add = (name, ...values) => {
      list.append(element("div", {}, element("dt", {}, name), element("dd", {}, ...values)));
    };
    const one = facts.recordings[facts.recordings.length - 1];
    if (one !== undefined) {
      add("Recorded", [
        one.host && `on ${one.host}`,
        one.kernel && `Linux ${one.kernel}`,
        one.driver && `dm ${one.driver}`,
        one.version && `dmrec ${one.version}`,
        one.sources && `from ${one.sources}`,
      ].filter(Boolean).join(", "));
      if (one.boot) {
        add("Boot", one.boot);
      }
      if (facts.recordings.length > 1) {
        add("Recordings", ...spaced(facts.recordings.map((each, i) =>
          this.jump(`${i + 1}`, each.event, each.boot))));
      }
    }
    const outages = facts.outages.filter((outage) => outage.longest !== undefined);
    add("Outages", ...(outages.length === 0 ? ["none"] : spaced(outages.slice(0, 12).map((each) =>
      this.jump(`${each.device} ${each.longest}`, this.eventAt(each.from_seq, each.from_ns))))));
    add("Failed paths", ...(facts.paths.length === 0 ? ["none"]
        : spaced(facts.paths.slice(0, 12).map((each) => this.jump(
            `${each.disk || each.path} of ${each.device} ${each.failures}×`,
            this.failureOf(each))))));
    add("Gaps", ...(facts.gaps.length === 0 ? ["none"] : spaced(facts.gaps.slice(0, 12).map((each) =>
      this.jump(each.words, each.event)))));
    if (facts.damaged > 0) {
      add("Damaged", `${many(facts.damaged, "place")} could not be read and ` +
          `${facts.damaged === 1 ? "is" : "are"} not in here; dmrec verify tells which`);
    }
    const kinds = [...facts.kinds].sort((a, b) => b.count - a.count);
    add("Kinds", ...kinds.map(({kind, count}) => {
      const made = element(
          "button", {"type": "button", "class": "chip"}, `${kind} `, element("b", {}, String(count)));
      made.addEventListener("click", () => {
        this.setFilter(`kind:${kind}`);
        byId("events").scrollIntoView({block: "start"});
      });
      return made;
    }));
  }

  eventAt(seq, ns) {
    return seq > 0 ? this.recorded.eventOfSeq(seq) : this.recorded.eventUpTo(
        this.recorded.relative(ns));
  }

  // The first failure of a path.
  failureOf(path) {
    const {recorded} = this;
    for (let event = 1; event <= recorded.count; event++) {
      if (recorded.weight[event] === 5 && recorded.text(recorded.part[event]) === path.path &&
          recorded.text(recorded.dev[event]) === path.dev) {
        return event;
      }
    }
    return recorded.eventUpTo(recorded.relative(path.first_ns));
  }

  fillOutages() {
    const {facts} = this.recorded;
    const table = (caption, heads, rows) => element("table", {},
        element("caption", {}, caption),
        element("thead", {}, element("tr", {},
            ...heads.map((head) => element("th", {"scope": "col"}, head)))),
        element("tbody", {}, ...rows.map((cells) => element("tr", {}, ...cells.map((cell, i) =>
          element(i === 0 ? "th" : "td", i === 0 ? {"scope": "row"} : {}, cell))))));
    const zone = this.clock.zone();
    const outages = facts.outages.length === 0
        ? element("p", {}, "No multipath device was seen.")
        : table(
            "Multipath devices: no valid path, or I/O that waits for a path group",
            ["Device", "Longest outage", `From (${zone})`, "To", "Outages", "In all",
              "Valid paths at the least"],
            facts.outages.map((each) => {
              const isOut = each.longest !== undefined;
              return [
                each.device,
                isOut ? each.longest + (each.to_seq === 0 ? ", no end recorded" : "") : "none",
                isOut ? this.jump(
                    this.timeOf(each.from_ns) + (each.from_seq === 0 ? " or before" : ""),
                    this.eventAt(each.from_seq, each.from_ns)) : "",
                isOut ? this.jump(
                    this.timeOf(each.to_ns), this.eventAt(each.to_seq, each.to_ns)) : "",
                String(each.count),
                isOut ? each.total : "",
                `${each.least} of ${each.paths}`,
              ];
            }));
    const paths = facts.paths.length === 0
        ? element("p", {}, "No path failed.")
        : table(
            "Paths that failed",
            ["Path", "Device", "Failures", `First (${zone})`, "Last", "Between", "Down in all",
              "Longest", "At the end"],
            facts.paths.map((each) => [
              `${each.disk ? each.disk + " " : ""}${each.path}`,
              each.device,
              String(each.failures),
              this.jump(this.timeOf(each.first_ns), this.failureOf(each)),
              this.timeOf(each.last_ns),
              each.between,
              each.down,
              each.longest,
              each.is_down ? "failed" : "not failed",
            ]));
    byId("outage-tables").replaceChildren(outages, paths);
  }

  fillChoices() {
    byId("shown").replaceChildren(
        element("option", {"value": "auto"}, "what fits"),
        element("option", {"value": "all"}, "all of it"),
        element("option", {"value": "event"}, "what the event is about"),
        element("option", {"value": "trouble"}, "what is in trouble"));
  }

  // Null: as the system has it.
  setTheme(name) {
    this.theme = name;
    document.documentElement.dataset.theme = name ?? (this.dark.matches ? "dark" : "light");
    byId("theme").textContent = `Theme: ${name ?? "system"}`;
    this.timeline.setTheme();
  }

  setZone(local) {
    this.clock.local = local;
    byId("zone").textContent = local ? "Local time" : "UTC";
    this.fillHead();
    this.fillOutages();
    this.table.setClock();
    this.show();
    this.timeline.redraw();
  }

  bind() {
    const on = (id, act) => byId(id).addEventListener("click", act);
    on("first", () => this.step(-Infinity));
    on("previous", () => this.step(-1));
    on("next", () => this.step(1));
    on("last", () => this.step(Infinity));
    on("next-failure", () => this.stepFailure(1));
    on("zoom-in", () => this.timeline.zoomBy(2));
    on("zoom-out", () => this.timeline.zoomBy(0.5));
    on("zoom-all", () => this.timeline.zoomAll());
    on("axis-kind", () => this.timeline.toggleAxis());
    on("fold-all", () => this.timeline.toggleAll());
    on("help-open", () => byId("help").showModal());
    on("licences-open", () => byId("licences").showModal());
    on("zone", () => this.setZone(!this.clock.local));
    on("theme", () => this.setTheme(
        this.theme === null ? "light" : this.theme === "light" ? "dark" : null));
    this.dark.addEventListener("change", () => this.setTheme(this.theme));
    byId("shown").addEventListener("change", () => this.showStack());
    byId("filter-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.step(this.found.mask[this.cursor] === 1 ? 0 : 1);
      byId("table").focus();
    });
    byId("filter").addEventListener("input", () => this.applyFilter());
    byId("traces").addEventListener("change", () => this.applyFilter());
    this.bindSlider();
    document.addEventListener("keydown", (event) => this.key(event));
    addEventListener("beforeprint", () => {
      // The screen's colours are still those that scripts are told.
      document.documentElement.dataset.theme = "light";
      this.timeline.setTheme();
      fillPaper(this);
      this.setTheme(this.theme);
    });
    addEventListener("afterprint", () => {
      byId("paper").replaceChildren();
      byId("print").replaceChildren();
    });
    addEventListener("hashchange", () => {
      const named = /^#(\d+)$/u.exec(location.hash);
      if (named !== null) {
        this.moveTo(this.recorded.eventOfSeq(Number(named[1])));
      }
    });
    addEventListener("resize", onceAFrame(() => this.showStack()));
  }

  bindSlider() {
    const slider = byId("slider");
    slider.setAttribute("aria-valuemax", String(this.recorded.count));
    const move = onceAFrame(() => {
      const box = slider.getBoundingClientRect();
      const share = Math.max(0, Math.min(1, (this.pointerX - box.left) / box.width));
      const wanted = Math.round(share * this.recorded.count);
      // The nearest before it that the filter lets through.
      const place = lastUpTo(this.found.events, wanted);
      this.moveTo(place < 0 ? 0 : this.found.events[place]);
    });
    slider.addEventListener("pointerdown", (event) => {
      slider.setPointerCapture(event.pointerId);
      this.pointerX = event.clientX;
      move();
    });
    slider.addEventListener("pointermove", (event) => {
      if (slider.hasPointerCapture(event.pointerId)) {
        this.pointerX = event.clientX;
        move();
      }
    });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey ||
        document.querySelector("dialog[open]") !== null) {
      return;
    }
    const {target} = event;
    if (target.id === "filter") {
      if (event.key === "Escape") {
        this.setFilter("");
        byId("table").focus();
        event.preventDefault();
      }
      return;
    }
    if (target.closest("select, textarea, input[type=text]") !== null) {
      return;
    }
    const box = target.closest("#tree, #detail, #graph-box");
    if (box !== null &&
        ((box.scrollWidth > box.clientWidth && /^Arrow(Left|Right)$/u.test(event.key)) ||
         (box.scrollHeight > box.clientHeight && /^(Page|Home|End)/u.test(event.key)))) {
      return;
    }
    const isInList = target.id === "table" || target.id === "slider";
    const act = {
      "ArrowLeft": () => event.shiftKey ? this.timeline.panBy(-0.2) : this.step(-1),
      "ArrowRight": () => event.shiftKey ? this.timeline.panBy(0.2) : this.step(1),
      "ArrowUp": isInList ? () => this.step(target.id === "slider" ? 1 : -1) : null,
      "ArrowDown": isInList ? () => this.step(target.id === "slider" ? -1 : 1) : null,
      "PageUp": () => this.step(-10),
      "PageDown": () => this.step(10),
      "Home": () => this.step(-Infinity),
      "End": () => this.step(Infinity),
      "f": () => this.stepFailure(1),
      "F": () => this.stepFailure(-1),
      "/": () => {
        byId("filter").focus();
        byId("filter").select();
      },
      "e": () => byId("table").focus(),
      "+": () => this.timeline.zoomBy(2),
      "=": () => this.timeline.zoomBy(2),
      "-": () => this.timeline.zoomBy(0.5),
      "0": () => this.timeline.zoomAll(),
      "?": () => byId("help").showModal(),
    }[event.key];
    if (act) {
      act();
      event.preventDefault();
    }
  }
}

// What happened, and to which device where it is about one.
function told(recorded, event) {
  const subject = recorded.text(recorded.subject[event]);
  return (subject === "-" ? "" : `${subject}: `) + recorded.text(recorded.sentence[event]);
}

function treeLine(line, lit) {
  const item = element("div", {"role": "listitem", "aria-level": line.level});
  item.className = `line${lit ? " lit" : ""}`;
  item.append(element("span", {"class": "branch", "aria-hidden": "true"}, line.branch));
  for (const span of line.spans) {
    item.append(element("span", {"class": `tone-${span.style}`}, span.text));
  }
  return item;
}

function spaced(elements) {
  return elements.flatMap((each, i) => i === 0 ? [each] : [", ", each]);
}

Recorded.read(byId("data")).then((recorded) => new Report(recorded)).catch((error) => {
  byId("loading").hidden = false;
  byId("loading").textContent = "This report cannot be shown: " + error.message +
      ". It needs a browser of 2023 or later; if the file is cut short, fetch it again.";
  throw error;
});
