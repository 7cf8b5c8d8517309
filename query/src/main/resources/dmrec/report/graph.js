// The stack as a graph: boxes with rows, edges from a row to the box that it stands on.

const BOX_WIDTH = {device: 212, group: 218, disk: 134};
const HEAD = 24;
const ROW = 18;
const LETTER = 6.7;
const BOLD_LETTER = 7.3;
const MOST_BOXES = 140;
const TONES = ["plain", "good", "warn", "bad"];

function worst(spans) {
  let tone = 0;
  for (const span of spans) {
    tone = Math.max(tone, TONES.indexOf(span.style));
  }
  return TONES[tone];
}

function nameAndNumber(stack, slot) {
  const name = stack.nameOf(slot);
  const dev = stack.dev(slot);
  return name === dev ? dev : `${name} ${dev}`;
}

// Without the size and place of the target, which the text beside tells.
function targetWords(target) {
  return plainText(target.line.filter((span) => span.style !== "detail"));
}

function targetRows(slot, device) {
  const rows = [];
  device.targets.forEach((target, t) => {
    const last = rows[rows.length - 1];
    const isAlike = last !== undefined && last.words === targetWords(target) &&
        target.groups.length === 0;
    if (isAlike && device.targets.length > 3) {
      last.count++;
      last.keys.push(`t${slot}.${t}`);
      target.uses.forEach((use) => last.uses.add(use));
      target.failedLegs.forEach((leg) => last.failed.add(leg));
    } else {
      rows.push({
        words: targetWords(target),
        count: 1,
        keys: [`t${slot}.${t}`],
        tone: worst(target.line),
        uses: new Set(target.groups.length > 0 ? [] : target.uses),
        failed: new Set(target.failedLegs),
        groups: target.groups.map((group, g) => `g${slot}.${t}.${g}`),
      });
    }
  });
  return rows;
}

function graphOf(stack, changed) {
  const boxes = new Map();
  const edges = [];
  const below = (slot) => stack.devices.has(slot) ? `d${slot}` : `k${slot}`;
  const disk = (slot) => {
    const key = `k${slot}`;
    if (stack.devices.has(slot) || boxes.has(key)) {
      return;
    }
    const known = stack.disks.get(slot);
    const size = known?.own.find((span) => span.style === "plain")?.text ?? "";
    boxes.set(key, {
      key,
      kind: "disk",
      slot,
      title: known?.name || stack.dev(slot),
      sub: (known?.name ? stack.dev(slot) : "") + size,
      tone: known && !known.isThere ? "bad" : "plain",
      lit: changed.has(key),
      rows: known && !known.isThere ? [{text: "REMOVED", tone: "bad", mark: "✕"}] : [],
    });
  };
  for (const slot of stack.byName()) {
    const device = stack.devices.get(slot);
    const key = `d${slot}`;
    const size = device.own.find((span) => span.style === "plain")?.text ?? "";
    const flags = device.own.filter((span) => span.style === "warn");
    const rows = flags.map((flag) => ({text: flag.text.trim(), tone: "warn", mark: "!"}));
    boxes.set(key, {
      key,
      kind: "device",
      slot,
      title: device.name,
      sub: stack.dev(slot) + size,
      tone: {ok: "plain", noted: "plain", degraded: "warn", waiting: "bad", failed: "bad"}[
          device.health],
      lit: changed.has(key),
      suspended: device.suspended,
      rows,
      more: device.troubles,
    });
    const told = new Set();
    for (const row of targetRows(slot, device)) {
      const number = rows.length;
      rows.push({
        text: row.count > 1 ? `${row.count} × ${row.words}` : row.words,
        tone: row.tone,
        lit: row.keys.some((each) => changed.has(each)),
      });
      row.groups.forEach((group) => edges.push({from: key, row: number, to: group}));
      row.uses.forEach((use) => {
        told.add(use);
        edges.push({from: key, row: number, to: below(use), failed: row.failed.has(use)});
        disk(use);
      });
    }
    device.targets.forEach((target, t) => target.groups.forEach((group, g) => {
      const groupKey = `g${slot}.${t}.${g}`;
      const groupRows = group.paths.map((path) => {
        told.add(path.slot);
        disk(path.slot);
        return {
          text: nameAndNumber(stack, path.slot) + plainText(path.state),
          tone: path.failed ? "bad" : worst(path.state),
          mark: path.failed ? "✕" : "✓",
          lit: changed.has(`p${slot}.${t}.${path.slot}`),
        };
      });
      boxes.set(groupKey, {
        key: groupKey,
        kind: "group",
        title: `group ${g + 1}`,
        sub: group.state + (group.isNext ? ", next I/O" : ""),
        tone: group.state === "bypassed" ? "warn" : "plain",
        isNext: group.isNext,
        lit: changed.has(groupKey),
        rows: groupRows,
      });
      group.paths.forEach((path, row) => edges.push({
        from: groupKey,
        row,
        to: below(path.slot),
        failed: path.failed,
        isNext: group.isNext && !path.failed,
      }));
    }));
    device.uses.filter((use) => !told.has(use)).forEach((use) => {
      disk(use);
      edges.push({from: key, row: -1, to: below(use)});
    });
  }
  return {
    boxes,
    edges: edges.filter((edge) => boxes.has(edge.to) && edge.to !== edge.from),
  };
}

// Boxes that hang together, in the order of their first.
function componentsOf({boxes, edges}) {
  const leader = new Map([...boxes.keys()].map((key) => [key, key]));
  const find = (key) => {
    while (leader.get(key) !== key) {
      leader.set(key, leader.get(leader.get(key)));
      key = leader.get(key);
    }
    return key;
  };
  edges.forEach((edge) => leader.set(find(edge.to), find(edge.from)));
  const components = new Map();
  for (const box of boxes.values()) {
    const key = find(box.key);
    if (!components.has(key)) {
      components.set(key, {boxes: [], edges: []});
    }
    components.get(key).boxes.push(box);
  }
  edges.forEach((edge) => components.get(find(edge.from)).edges.push(edge));
  return [...components.values()];
}

// Leaves stand in the order of the rows that lead to them: the layout knows nothing of rows.
function straighten(component, layout, graph) {
  const byBox = new Map();
  for (const edge of component.edges) {
    const isOwnLeaf = (graph.inEdges(edge.to) ?? []).length === 1 &&
        (graph.outEdges(edge.to) ?? []).length === 0;
    if (isOwnLeaf) {
      const list = byBox.get(edge.from) ?? [];
      list.push(edge);
      byBox.set(edge.from, list);
    }
  }
  for (const edges of byBox.values()) {
    const column = new Set(edges.map((edge) => layout.places.get(edge.to).x));
    const heights = new Set(edges.map((edge) => graph.node(edge.to).height));
    if (column.size === 1 && heights.size === 1) {
      const ys = edges.map((edge) => layout.places.get(edge.to).y).sort((a, b) => a - b);
      edges.sort((a, b) => a.row - b.row).forEach((edge, i) => {
        layout.places.get(edge.to).y = ys[i];
      });
    }
  }
}

class Graph {
  constructor(recorded, choose) {
    this.recorded = recorded;
    this.choose = choose;
    this.layouts = new Map();
    this.svg = byId("graph");
    this.note = byId("graph-note");
    this.box = byId("graph-box");
    this.drawnBoxes = new Map();
    this.edgeLayer = this.svg.appendChild(svgElement("g", {"aria-hidden": "true"}));
    this.boxLayer = this.svg.appendChild(svgElement("g"));
  }

  // Places are kept by structure: what only changes its state stays where it is.
  layoutOf(component) {
    const signature = component.boxes.map((box) => `${box.key}/${box.rows.length}`).join(" ") +
        "|" + component.edges.map((edge) => `${edge.from}>${edge.to}`).join(" ");
    let layout = this.layouts.get(signature);
    if (layout === undefined) {
      const graph = new dagre.graphlib.Graph();
      graph.setGraph({rankdir: "LR", nodesep: 12, ranksep: 34, marginx: 6, marginy: 6});
      graph.setDefaultEdgeLabel(() => ({}));
      for (const box of component.boxes) {
        graph.setNode(box.key, {width: BOX_WIDTH[box.kind], height: boxHeight(box)});
      }
      component.edges.forEach((edge) => graph.setEdge(edge.from, edge.to));
      dagre.layout(graph);
      const {width, height} = graph.graph();
      layout = {width, height, places: new Map()};
      for (const box of component.boxes) {
        const node = graph.node(box.key);
        layout.places.set(
            box.key, {x: node.x - node.width / 2, y: node.y - node.height / 2});
      }
      straighten(component, layout, graph);
      if (this.layouts.size > 500) {
        this.layouts.clear();
      }
      this.layouts.set(signature, layout);
    }
    return layout;
  }

  isAbout(component, event) {
    if (event === 0) {
      return false;
    }
    const dev = this.recorded.text(this.recorded.dev[event]);
    const part = this.recorded.text(this.recorded.part[event]);
    return component.boxes.some((box) => box.slot !== undefined &&
        [dev, part].includes(this.recorded.slots[box.slot].dev));
  }

  show(stack, changed, which) {
    const graph = graphOf(stack, changed);
    let components = componentsOf(graph);
    const all = components.length;
    const isTroubled = (component) => component.boxes.some((box) =>
      box.tone === "bad" || box.tone === "warn" || box.rows.some((row) => row.tone === "bad"));
    const kind = which === "auto" ? (graph.boxes.size > MOST_BOXES ? "event" : "all") : which;
    if (kind === "event") {
      components = components.filter((each) =>
        this.isAbout(each, stack.event) || each.boxes.some((box) => box.lit));
    } else if (kind === "trouble") {
      components = components.filter(isTroubled);
    }
    let count = 0;
    components = components.filter((each) => (count += each.boxes.length) <= 1000);
    const hidden = all - components.length;
    this.note.textContent = graph.boxes.size === 0
        ? "No mapped device is known at this moment."
        : hidden > 0 ? `${many(hidden, "stack")} of ${all} not drawn; the text has all.` : "";
    this.draw(components);
  }

  draw(components) {
    const room = Math.max(600, this.box.clientWidth - 16);
    let x = 0;
    let y = 0;
    let rowHeight = 0;
    let width = 0;
    const placed = [];
    for (const component of components) {
      const layout = this.layoutOf(component);
      if (x > 0 && x + layout.width > room) {
        x = 0;
        y += rowHeight + 8;
        rowHeight = 0;
      }
      placed.push({component, layout, x, y});
      width = Math.max(width, x + layout.width);
      x += layout.width + 12;
      rowHeight = Math.max(rowHeight, layout.height);
    }
    // A little smaller where that spares whoever reads the scrolling.
    const height = y + rowHeight;
    const scale = Math.max(0.72, Math.min(1, (this.box.clientWidth - 10) / Math.max(1, width)));
    this.svg.setAttribute("width", String(Math.ceil(width * scale)));
    this.svg.setAttribute("height", String(Math.ceil(height * scale)));
    this.svg.setAttribute("viewBox", `0 0 ${Math.ceil(width) || 1} ${Math.ceil(height) || 1}`);
    this.edgeLayer.replaceChildren();
    const present = new Set();
    for (const {component, layout, x: dx, y: dy} of placed) {
      const at = (key) => {
        const place = layout.places.get(key);
        return {x: place.x + dx, y: place.y + dy};
      };
      const boxes = new Map(component.boxes.map((box) => [box.key, box]));
      component.edges.forEach((edge) => this.edge(edge, boxes, at));
      for (const box of component.boxes) {
        present.add(box.key);
        this.place(box, at(box.key));
      }
    }
    for (const [key, drawn] of this.drawnBoxes) {
      if (!present.has(key)) {
        drawn.group.remove();
        this.drawnBoxes.delete(key);
      }
    }
  }

  edge(edge, boxes, at) {
    const from = boxes.get(edge.from);
    const to = boxes.get(edge.to);
    const start = at(edge.from);
    const end = at(edge.to);
    const x1 = start.x + BOX_WIDTH[from.kind];
    const y1 = start.y + (edge.row < 0 ? HEAD / 2 : HEAD + edge.row * ROW + ROW / 2);
    const x2 = end.x;
    const y2 = end.y + HEAD / 2;
    const bend = Math.max(24, Math.abs(x2 - x1) / 2);
    const classes = ["edge", edge.failed && "failed", (edge.isNext || to.isNext) && "next"];
    this.edgeLayer.append(svgElement("path", {
      "class": classes.filter(Boolean).join(" "),
      "d": `M${x1},${y1}C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`,
    }));
    if (edge.failed) {
      const x = (x1 + x2) / 2;
      const y = (y1 + y2) / 2;
      this.edgeLayer.append(svgElement("path", {
        "class": "cross",
        "d": `M${x - 5},${y - 5}l10,10M${x - 5},${y + 5}l10,-10`,
      }));
    }
  }

  place(box, {x, y}) {
    let drawn = this.drawnBoxes.get(box.key);
    if (drawn === undefined) {
      const group = box.slot === undefined
          ? svgElement("g", {role: "img"})
          : svgElement("g", {tabindex: "0", role: "button"});
      this.boxLayer.append(group);
      drawn = {group, content: ""};
      this.drawnBoxes.set(box.key, drawn);
      group.addEventListener("keydown", (event) => {
        if (event.key === "Enter") {
          this.choose(drawn.box);
        }
      });
      group.addEventListener("dblclick", () => this.choose(drawn.box));
    }
    drawn.box = box;
    drawn.group.setAttribute("transform", `translate(${x},${y})`);
    const content = JSON.stringify(box);
    if (drawn.content === content) {
      return;
    }
    drawn.content = content;
    this.fill(drawn.group, box);
  }

  fill(group, box) {
    const width = BOX_WIDTH[box.kind];
    const height = boxHeight(box);
    const letters = Math.floor((width - 16) / LETTER);
    const classes = ["box", box.kind, `tone-${box.tone}`, box.lit && "lit",
      box.isNext && "next", box.suspended && "suspended"];
    group.setAttribute("class", classes.filter(Boolean).join(" "));
    const words = [
      `${{device: "device", group: "path group", disk: "disk"}[box.kind]}: ${box.title}`,
      box.sub,
      ...box.rows.map((row) => row.text),
      ...(box.more ?? []),
      box.lit ? "changed by this event" : "",
    ].filter((each) => each !== "");
    group.setAttribute("aria-label", words.join("; "));
    // The number before the size, and both before the end of a long name.
    const [number] = box.sub.split(" ");
    const room = width - 24 - number.length * LETTER;
    const title = clipped(box.title, Math.floor(room / BOLD_LETTER));
    const left = Math.floor((width - 24 - Array.from(title).length * BOLD_LETTER) / LETTER);
    const sub = left >= box.sub.length || box.kind === "group" ? clipped(box.sub, left) : number;
    const parts = [
      svgElement("title", {}, words.join("\n")),
      svgElement("rect", {"class": "frame", width, height, rx: box.kind === "disk" ? 9 : 3}),
      svgElement("text", {"class": "name", x: 8, y: 16}, title),
      svgElement("text", {"class": "sub", x: width - 8, y: 16, "text-anchor": "end"},
          sub),
    ];
    if (box.rows.length > 0) {
      parts.push(svgElement("line", {"class": "rule", x1: 0, x2: width, y1: HEAD, y2: HEAD}));
    }
    box.rows.forEach((row, i) => {
      const y = HEAD + i * ROW;
      if (row.lit) {
        parts.push(svgElement(
            "rect", {"class": "light", x: 1, y: y + 1, width: width - 2, height: ROW - 1}));
      }
      const text = (row.mark ? row.mark + " " : "") + row.text;
      parts.push(svgElement(
          "text", {"class": `row tone-${row.tone}`, x: 8, y: y + 13}, clipped(text, letters)));
    });
    group.replaceChildren(...parts);
  }
}

function boxHeight(box) {
  return HEAD + box.rows.length * ROW + (box.rows.length > 0 ? 3 : 0);
}
