// The table of events. Only the rows in sight are elements.

const TABLE_ROW = 22;
const TALLEST = 12e6;

class Table {
  constructor(recorded, clock, select) {
    this.recorded = recorded;
    this.clock = clock;
    this.select = select;
    this.scroller = byId("table");
    this.body = byId("rows");
    this.events = new Int32Array(0);
    this.cursor = 0;
    this.redraw = onceAFrame(() => this.draw());
    this.scroller.addEventListener("scroll", this.redraw, {passive: true});
    new ResizeObserver(this.redraw).observe(this.scroller);
    this.setClock();
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest("[data-event]");
      if (row !== null) {
        this.select(Number(row.dataset.event));
      }
    });
  }

  setEvents(events) {
    this.events = events;
    this.scroller.setAttribute("aria-rowcount", String(events.length + 1));
    // What is taller than browsers allow is scrolled in larger steps.
    this.total = events.length * TABLE_ROW;
    this.height = Math.min(this.total, TALLEST);
    this.body.style.height = `${Math.max(this.height, TABLE_ROW)}px`;
    this.redraw();
  }

  // Without the day where all of it is of one.
  time(event) {
    const {recorded} = this;
    const full = this.clock.full(recorded.second[event], recorded.nanos[event]);
    return this.isOneDay ? full.slice(11) : full;
  }

  setClock() {
    const {recorded, clock} = this;
    const day = (event) => clock.parts(recorded.second[event] ?? 0).day;
    this.isOneDay = recorded.count > 0 && day(1) === day(recorded.count);
    this.scroller.style.setProperty("--time-width", this.isOneDay ? "138px" : "222px");
    this.redraw();
  }

  headHeight() {
    return TABLE_ROW + 4;
  }

  view() {
    return Math.max(TABLE_ROW, this.scroller.clientHeight - this.headHeight());
  }

  // Where in the whole table the top of the view is.
  offset() {
    const top = this.scroller.scrollTop;
    return this.total <= this.height
        ? top
        : top / Math.max(1, this.height - this.view()) * (this.total - this.view());
  }

  setCursor(event) {
    this.cursor = event;
    const place = lastUpTo(this.events, event);
    if (place >= 0 && this.events[place] === event) {
      const offset = this.offset();
      const y = place * TABLE_ROW;
      let wanted = offset;
      if (y < offset) {
        wanted = y;
      } else if (y + TABLE_ROW > offset + this.view()) {
        wanted = y + TABLE_ROW - this.view();
      }
      if (wanted !== offset) {
        const far = Math.abs(wanted - offset) > this.view();
        const centred = far ? Math.max(0, y - this.view() / 2) : wanted;
        this.scroller.scrollTop = this.total <= this.height
            ? centred
            : centred / (this.total - this.view()) * (this.height - this.view());
      }
    }
    this.redraw();
  }

  draw() {
    const began = performance.now();
    const offset = this.offset();
    const first = Math.max(0, Math.floor(offset / TABLE_ROW) - 4);
    const last = Math.min(this.events.length, Math.ceil((offset + this.view()) / TABLE_ROW) + 4);
    const shift = this.scroller.scrollTop - offset;
    const rows = [];
    for (let i = first; i < last; i++) {
      rows.push(this.row(i, Math.round(i * TABLE_ROW + shift)));
    }
    this.body.replaceChildren(...rows);
    const current = rows.find((row) => row.getAttribute("aria-selected") === "true");
    if (current) {
      this.scroller.setAttribute("aria-activedescendant", current.id);
    } else {
      this.scroller.removeAttribute("aria-activedescendant");
    }
    performance.measure("table", {start: began, end: performance.now()});
    if (++this.frames % 500 === 0) {
      performance.clearMeasures("table");
    }
  }

  row(place, y) {
    const {recorded} = this;
    const event = this.events[place];
    const text = (column) => recorded.text(column[event]);
    const tone = text(recorded.tone);
    const row = element("div", {
      "role": "row",
      "id": `e${event}`,
      "data-event": event,
      "aria-rowindex": place + 2,
      "aria-selected": String(event === this.cursor),
    });
    row.className = `tr tone-${tone}`;
    row.style.transform = `translateY(${y}px)`;
    const cell = (name, words) => {
      const made = document.createElement("span");
      made.setAttribute("role", "gridcell");
      made.className = name;
      made.textContent = words;
      return made;
    };
    row.append(
        cell("c-seq", String(recorded.seq[event])),
        cell("c-time", this.time(event)),
        cell("c-device", text(recorded.subject)),
        cell("c-sure", sureness(text(recorded.certainty))),
        cell("c-kind", text(recorded.kind)),
        cell("c-what", text(recorded.sentence)));
    return row;
  }
}
Table.prototype.frames = 0;

// A sign for what was not simply told.
function sureness(certainty) {
  return {derived: "~", inferred: "?", claimed: "\""}[certainty] ?? "";
}

// All of one event.
function fillDetail(recorded, clock, event) {
  const pane = byId("detail");
  if (event === 0) {
    pane.replaceChildren(element("p", {"class": "quiet"}, "Before the first event."));
    return;
  }
  const text = (column) => recorded.text(column[event]);
  const list = element("dl");
  const add = (name, value) => {
    list.append(element("dt", {}, name), element("dd", {}, value === "" ? "–" : value));
  };
  add("time", `${clock.full(recorded.second[event], recorded.nanos[event])} ${clock.zone()}`);
  const details = recorded.lists.get(recorded.details[event]);
  for (let i = 0; i < details.length; i += 2) {
    add(recorded.text(details[i]), recorded.text(details[i + 1]));
  }
  const evidence = recorded.lists.get(recorded.evidence[event]);
  pane.replaceChildren(
      element("h3", {}, `#${recorded.seq[event]} ${text(recorded.kind)}`),
      element("p", {"class": `what tone-${text(recorded.tone)}`},
          told(recorded, event)),
      list,
      element("h4", {}, "Evidence"),
      evidence.length === 0
          ? element("p", {"class": "quiet"}, "None was recorded.")
          : element("pre", {},
              Array.from(evidence, (line) => recorded.text(line)).join("\n")));
}
