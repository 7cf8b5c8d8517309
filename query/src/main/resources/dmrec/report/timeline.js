// The timeline: a lane for each device and path. What is drawn in a frame depends on the pixels
// and the lanes in sight, and not on how many events there are: each lane has its events sorted
// and counted, and from a pixel to the next the search gallops.

const LANE = 20;
const PART_LANE = 17;
const MARK_CELL = 9;
const MOST_OPEN = 60;

const STATE_WORDS = {
  good: "in order",
  noted: "worth a look",
  degraded: "degraded",
  waiting: "I/O waits",
  failed: "failed",
  suspended: "suspended",
  gone: "disk removed",
  empty: "no table",
};

// The worse first: what a pixel shows where several are in it.
const STATE_ORDER = ["failed", "waiting", "gone", "suspended", "degraded", "empty", "noted", "good", ""];

const ABSENT = STATE_ORDER.length - 1;

class LaneStates {
  constructor(recorded, changes, places) {
    const n = changes.at.length;
    this.x = new Float64Array(n);
    this.order = new Uint8Array(n);
    for (let i = 0; i < n; i++) {
      this.x[i] = changes.at[i] === 0 ? -Infinity : places[changes.at[i]];
      this.order[i] = Math.max(0, STATE_ORDER.indexOf(recorded.text(changes.value[i])));
    }
    // How many of each state lie before a place, to know what a pixel holds.
    this.before = STATE_ORDER.slice(0, 6).map((_, order) => {
      const counts = new Int32Array(n + 1);
      for (let i = 0; i < n; i++) {
        counts[i + 1] = counts[i] + (this.order[i] === order ? 1 : 0);
      }
      return counts;
    });
  }

  // The worst state among some changes.
  worstIn(from, to) {
    for (let order = 0; order < this.before.length; order++) {
      if (this.before[order][to] > this.before[order][from]) {
        return order;
      }
    }
    return to > from ? this.order[to - 1] : ABSENT;
  }
}

class LaneMarks {
  constructor(events, recorded, places) {
    this.events = events;
    this.x = new Float64Array(events.length);
    this.counts = [3, 4, 5].map(() => new Int32Array(events.length + 1));
    for (let i = 0; i < events.length; i++) {
      this.x[i] = places[events[i]];
      const weight = recorded.weight[events[i]];
      for (let k = 0; k < 3; k++) {
        this.counts[k][i + 1] = this.counts[k][i] + (weight === k + 3 ? 1 : 0);
      }
    }
  }

  weightIn(from, to) {
    for (let k = 2; k >= 0; k--) {
      if (this.counts[k][to] > this.counts[k][from]) {
        return k + 3;
      }
    }
    return 2;
  }
}

// The first place from `from` on whose value is not below `limit`, which is mostly near.
function gallop(sorted, from, limit) {
  let step = 1;
  let low = from;
  while (low + step < sorted.length && sorted[low + step] < limit) {
    low += step;
    step *= 2;
  }
  let high = Math.min(sorted.length, low + step);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < limit) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

class Timeline {
  constructor(recorded, clock, select) {
    this.recorded = recorded;
    this.clock = clock;
    this.select = select;
    this.byNumber = false;
    this.cursor = 0;
    this.canvas = byId("canvas");
    this.labels = byId("labels");
    this.line = byId("cursor-line");
    this.scroller = byId("lanes");
    this.inner = byId("lanes-inner");
    this.axis = d3.select(byId("axis")).append("g");
    this.folded = new Set();
    this.cache = new Map();
    this.states = new Map();
    this.transform = d3.zoomIdentity;
    this.redraw = onceAFrame(() => this.draw());
    this.makeLanes();
    this.setPlaces();
    this.zoom = d3.zoom()
        .clickDistance(4)
        .filter((event) => !event.button && !(event.type === "wheel" && event.ctrlKey))
        .on("zoom", (event) => {
          this.transform = event.transform;
          this.redraw();
        });
    d3.select(this.canvas).call(this.zoom).on("dblclick.zoom", null)
        .on("click", (event) => this.click(event))
        .on("mousemove", (event) => this.hover(event));
    this.scroller.addEventListener("scroll", this.redraw, {passive: true});
    new ResizeObserver(() => this.resize()).observe(this.scroller);
    this.fillLegend();
  }

  // Devices by name, each with its paths under it.
  makeLanes() {
    const {lanes, slots} = this.recorded;
    const used = new Set();
    for (let event = 1; event <= this.recorded.count; event++) {
      used.add(this.recorded.lane[event]);
    }
    const collator = new Intl.Collator("en", {numeric: true});
    const label = (lane) => lane.names || slots[lane.slot]?.dev || "";
    const parts = lanes.filter((lane) => lane.sort === "part");
    this.tops = [
      ...lanes.filter((lane) => lane.sort !== "device" && lane.sort !== "part" && used.has(lane.id)),
      ...lanes.filter((lane) => lane.sort === "device")
          .sort((a, b) => collator.compare(label(a), label(b)) || a.id - b.id),
    ].map((lane) => ({
      lane,
      parts: parts.filter((part) => part.parent === lane.id)
          .sort((a, b) => collator.compare(slots[a.slot].dev, slots[b.slot].dev)),
    }));
    const failed = this.recorded.lanes.map((lane) =>
      lane.states.value.some((id) => this.recorded.text(id) === "failed"));
    const all = this.tops.reduce((sum, top) => sum + 1 + top.parts.length, 0);
    if (all > MOST_OPEN) {
      this.tops.filter((top) => !top.parts.some((part) => failed[part.id]))
          .forEach((top) => this.folded.add(top.lane.id));
    }
    this.setRows();
  }

  setRows() {
    this.rows = [];
    let y = 0;
    for (const {lane, parts} of this.tops) {
      const isFolded = this.folded.has(lane.id);
      const add = (each, isPart, height) => {
        this.rows.push({
          lane: each,
          isPart,
          y,
          height,
          merged: !isPart && isFolded ? parts : [],
          canFold: !isPart && parts.length > 0,
          isFolded,
        });
        y += height;
      };
      add(lane, false, LANE);
      if (!isFolded) {
        parts.forEach((part) => add(part, true, PART_LANE));
      }
    }
    this.height = y;
    this.inner.style.height = `${y}px`;
    this.cache.clear();
    this.shownLabels = "";
    byId("fold-all").setAttribute("aria-expanded", String(this.folded.size === 0));
    byId("fold-all").textContent = this.folded.size === 0 ? "Fold" : "Unfold";
  }

  // Where events are on the axis: nanoseconds, or their number.
  setPlaces() {
    const {recorded} = this;
    const n = recorded.count;
    if (this.byNumber) {
      this.places = Float64Array.from({length: n + 1}, (_, event) => event);
    } else {
      this.places = recorded.onward;
    }
    const first = n > 0 ? this.places[1] : 0;
    const last = n > 0 ? this.places[n] : 1;
    const margin = Math.max((last - first) * 0.01, this.byNumber ? 0.5 : 1000);
    this.domain = [first - margin, last + margin];
    this.cache.clear();
    this.states.clear();
    this.gaps = this.byNumber ? [] : [
      ...recorded.facts.gaps.map((gap) => ({
        from: recorded.relative(gap.from_ns),
        to: recorded.relative(gap.to_ns),
      })),
      ...recorded.facts.recordings.filter(({event}) => event > 1).map(({event}) => ({
        from: recorded.onward[event - 1],
        to: recorded.onward[event],
      })),
    ];
    byId("axis-kind").textContent = this.byNumber ? "By number" : "By time";
  }

  setFilter(result) {
    this.mask = result.mask;
    this.cache.clear();
    this.redraw();
  }

  setCursor(event) {
    this.cursor = event;
    if (this.width !== undefined) {
      this.reveal();
      this.placeCursor();
    }
  }

  // Brings the moment into sight where it has left it.
  reveal() {
    if (this.transform.k === 1) {
      return;
    }
    const x = this.x(this.places[this.cursor]);
    if (x < 0 || x > this.width) {
      const base = this.transform.invertX(x);
      this.zoom.translateTo(d3.select(this.canvas), base, 0);
    }
  }

  x(place) {
    const share = (place - this.domain[0]) / (this.domain[1] - this.domain[0]);
    return this.transform.applyX(share * this.width);
  }

  placeAt(x) {
    const share = this.transform.invertX(x) / this.width;
    return this.domain[0] + share * (this.domain[1] - this.domain[0]);
  }

  resize() {
    const width = this.canvas.parentElement.clientWidth - this.labels.offsetWidth;
    const height = Math.min(this.scroller.clientHeight, this.height);
    if (width <= 0 || height <= 0) {
      return;
    }
    const ratio = window.devicePixelRatio || 1;
    const share = this.width ? width / this.width : 1;
    this.width = width;
    this.viewHeight = height;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    const span = this.domain[1] - this.domain[0];
    const most = this.byNumber ? Math.max(1, span / 5) : Math.max(1, Math.min(1e11, span / 500));
    this.zoom.scaleExtent([1, most]).extent([[0, 0], [width, height]])
        .translateExtent([[0, -Infinity], [width, Infinity]]);
    d3.select(this.canvas).call(
        this.zoom.transform,
        d3.zoomIdentity.translate(this.transform.x * share, 0).scale(
            Math.min(most, this.transform.k)));
    this.redraw();
  }

  zoomBy(factor) {
    const centre = this.x(this.places[this.cursor]);
    const x = centre >= 0 && centre <= this.width ? centre : this.width / 2;
    this.zoom.scaleBy(d3.select(this.canvas), factor, [x, 0]);
  }

  zoomAll() {
    this.zoom.transform(d3.select(this.canvas), d3.zoomIdentity);
  }

  panBy(share) {
    this.zoom.translateBy(d3.select(this.canvas), -share * this.width / this.transform.k, 0);
  }

  toggleAxis() {
    this.byNumber = !this.byNumber;
    this.setPlaces();
    this.transform = d3.zoomIdentity;
    this.resize();
    this.zoomAll();
  }

  toggleFold(id) {
    if (!this.folded.delete(id)) {
      this.folded.add(id);
    }
    this.setRows();
    this.resize();
    this.draw();
  }

  toggleAll() {
    if (this.folded.size === 0) {
      this.tops.filter((top) => top.parts.length > 0).forEach((top) => this.folded.add(top.lane.id));
    } else {
      this.folded.clear();
    }
    this.setRows();
    this.resize();
    this.draw();
  }

  setTheme() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(name).trim();
    this.colours = {
      text: read("--text"),
      quiet: read("--quiet"),
      line: read("--line"),
      panel: read("--panel"),
      accent: read("--accent"),
      good: read("--good"),
      warn: read("--warn"),
      bad: read("--bad"),
      wait: read("--wait"),
      badFill: read("--bad-fill"),
      warnFill: read("--warn-fill"),
      waitFill: read("--wait-fill"),
      gap: read("--gap"),
    };
    this.patterns = new Map();
    this.sprites = new Map();
    this.fillLegend();
    this.redraw();
  }

  // A pattern for what must be told apart without colour.
  pattern(context, kind) {
    let pattern = this.patterns.get(kind);
    if (pattern === undefined) {
      const tile = document.createElement("canvas");
      tile.width = 6;
      tile.height = 6;
      const draw = tile.getContext("2d");
      const {colours} = this;
      const fill = {
        failed: colours.badFill,
        waiting: colours.waitFill,
        degraded: colours.warnFill,
      }[kind];
      if (fill) {
        draw.fillStyle = fill;
        draw.fillRect(0, 0, 6, 6);
      }
      draw.strokeStyle = {
        failed: colours.bad, waiting: colours.wait, degraded: colours.warn,
        suspended: colours.quiet, gap: colours.gap,
      }[kind];
      draw.lineWidth = kind === "gap" ? 1.2 : 1;
      draw.beginPath();
      if (kind === "failed" || kind === "suspended" || kind === "gap") {
        draw.moveTo(-1, 7);
        draw.lineTo(7, -1);
        draw.moveTo(-1, 1);
        draw.lineTo(1, -1);
        draw.moveTo(5, 7);
        draw.lineTo(7, 5);
      }
      if (kind === "failed") {
        draw.moveTo(-1, -1);
        draw.lineTo(7, 7);
      }
      if (kind === "waiting") {
        draw.moveTo(1.5, 0);
        draw.lineTo(1.5, 6);
        draw.moveTo(4.5, 0);
        draw.lineTo(4.5, 6);
      }
      if (kind === "degraded") {
        draw.rect(1.5, 1.5, 0.6, 0.6);
        draw.rect(4.5, 4.5, 0.6, 0.6);
      }
      draw.stroke();
      pattern = context.createPattern(tile, "repeat");
      this.patterns.set(kind, pattern);
    }
    return pattern;
  }

  bar(context, state, x, width, y, height) {
    const {colours} = this;
    const middle = y + height / 2;
    switch (state) {
      case "good":
        context.fillStyle = colours.good;
        context.fillRect(x, middle - 1, width, 2);
        break;
      case "noted":
        context.fillStyle = colours.good;
        context.fillRect(x, middle - 3, width, 1.5);
        context.fillRect(x, middle + 1.5, width, 1.5);
        break;
      case "degraded":
        context.fillStyle = this.pattern(context, state);
        context.fillRect(x, middle - 4, width, 8);
        context.fillStyle = colours.warn;
        context.fillRect(x, middle - 4, width, 1);
        context.fillRect(x, middle + 3, width, 1);
        break;
      case "failed":
      case "waiting":
        context.fillStyle = this.pattern(context, state);
        context.fillRect(x, y + 2, width, height - 4);
        context.fillStyle = state === "failed" ? colours.bad : colours.wait;
        context.fillRect(x, y + 2, width, 1.5);
        context.fillRect(x, y + height - 3.5, width, 1.5);
        break;
      case "suspended":
        context.fillStyle = this.pattern(context, state);
        context.fillRect(x, middle - 4, width, 8);
        context.fillStyle = colours.quiet;
        context.fillRect(x, middle - 4, width, 1);
        context.fillRect(x, middle + 3, width, 1);
        break;
      case "gone":
        context.fillStyle = colours.bad;
        for (let at = 0; at < width; at += 6) {
          const dash = Math.min(3, width - at);
          context.fillRect(x + at, middle - 3, dash, 1);
          context.fillRect(x + at, middle + 2, dash, 1);
        }
        break;
      case "empty":
        context.fillStyle = colours.quiet;
        for (let at = 0; at < width; at += 5) {
          context.fillRect(x + at, middle - 1, Math.min(2, width - at), 2);
        }
        break;
      default:
    }
  }

  statesOf(lane) {
    let states = this.states.get(lane.id);
    if (states === undefined) {
      states = new LaneStates(this.recorded, lane.states, this.places);
      this.states.set(lane.id, states);
    }
    return states;
  }

  // The events of a row that the filter lets through.
  marksOf(row) {
    let marks = this.cache.get(row.lane.id);
    if (marks === undefined) {
      this.eventsByLane ??= this.sortEvents();
      const own = [row.lane, ...row.merged].map((lane) => this.eventsByLane[lane.id]);
      const events = own.length === 1
          ? own[0] : Int32Array.from(own.flatMap((each) => [...each])).sort();
      const shown = this.mask ? events.filter((event) => this.mask[event] === 1) : events;
      marks = new LaneMarks(shown, this.recorded, this.places);
      this.cache.set(row.lane.id, marks);
    }
    return marks;
  }

  sortEvents() {
    const {recorded} = this;
    const sizes = new Int32Array(recorded.lanes.length);
    for (let event = 1; event <= recorded.count; event++) {
      sizes[recorded.lane[event]]++;
    }
    const lanes = Array.from(sizes, (size) => new Int32Array(size));
    sizes.fill(0);
    for (let event = 1; event <= recorded.count; event++) {
      const lane = recorded.lane[event];
      lanes[lane][sizes[lane]++] = event;
    }
    return lanes;
  }

  draw() {
    if (this.width === undefined || this.colours === undefined) {
      return;
    }
    const began = performance.now();
    const ratio = window.devicePixelRatio || 1;
    const context = this.canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.viewHeight);
    const top = Math.min(this.scroller.scrollTop, Math.max(0, this.height - this.viewHeight));
    const shown = this.rows.filter(
        (row) => row.y + row.height > top && row.y < top + this.viewHeight);
    this.drawRows(context, shown, top, this.width, this.viewHeight);
    this.placeCursor();
    this.drawAxis();
    this.drawLabels(shown);
    performance.measure("timeline", {start: began, end: performance.now()});
    if (++this.frames % 500 === 0) {
      performance.clearMeasures("timeline");
    }
  }

  drawRows(context, rows, top, width, height) {
    const scale = width * this.transform.k / (this.domain[1] - this.domain[0]);
    const shift = this.transform.x - this.domain[0] * scale;
    const toX = (place) => place * scale + shift;
    const toPlace = (x) => (x - shift) / scale;
    context.fillStyle = this.colours.line;
    for (const row of rows) {
      if (!row.isPart) {
        context.fillRect(0, row.y - top, width, 0.5);
      }
    }
    for (const row of rows) {
      this.drawStates(context, this.statesOf(row.lane), row, top, width, toX, toPlace);
    }
    context.fillStyle = this.pattern(context, "gap");
    for (const gap of this.gaps) {
      const from = Math.max(-10, toX(gap.from));
      const to = Math.min(width + 10, Math.max(toX(gap.to), from + 2));
      if (to > 0 && from < width) {
        context.fillRect(from, 0, to - from, height);
      }
    }
    for (const row of rows) {
      this.drawMarks(context, this.marksOf(row), row, top, width, toX, toPlace);
    }
  }

  // One bar for each stretch of pixels with the same worst state.
  drawStates(context, states, row, top, width, toX, toPlace) {
    const {x, order} = states;
    const y = row.y - top;
    let i = gallop(x, 0, toPlace(0));
    let shown = i > 0 ? order[i - 1] : ABSENT;
    let from = 0;
    const flush = (to) => {
      // Whole pixels: there is nothing to smooth.
      const left = Math.round(from);
      const right = Math.max(left + 1, Math.round(to));
      if (to > from) {
        this.bar(context, STATE_ORDER[shown], left, right - left, y, row.height);
      }
    };
    const set = (at, state) => {
      if (state !== shown) {
        flush(at);
        from = at;
        shown = state;
      }
    };
    while (i < x.length) {
      const at = toX(x[i]);
      if (at >= width) {
        break;
      }
      const pixel = Math.max(0, Math.floor(at));
      const next = Math.max(i + 1, gallop(x, i, toPlace(pixel + 1)));
      if (next - i === 1) {
        set(Math.max(0, at), order[i]);
      } else {
        set(pixel, states.worstIn(i, next));
        set(pixel + 1, order[next - 1]);
      }
      i = next;
    }
    flush(width);
  }

  drawMarks(context, marks, row, top, width, toX, toPlace) {
    const {x, events} = marks;
    const middle = row.y - top + row.height / 2;
    const {colours} = this;
    const weights = this.recorded.weight;
    const ratio = this.paperRatio ?? (window.devicePixelRatio || 1);
    let i = gallop(x, 0, toPlace(-MARK_CELL));
    while (i < x.length) {
      const at = toX(x[i]);
      if (at > width + MARK_CELL) {
        break;
      }
      const end = Math.max(i + 1, gallop(x, i, toPlace(at + MARK_CELL)));
      const count = end - i;
      const weight = count === 1 ? weights[events[i]] : marks.weightIn(i, end);
      this.markAt(context, weight, at, middle, row.height, ratio);
      if (count > 1) {
        const height = Math.min(row.height - 4, 4 + 2 * Math.log2(count));
        context.fillStyle = weight === 5 ? colours.bad : colours.text;
        context.fillRect(Math.floor(at) - 0.5, middle - height / 2, 1.5, height);
      }
      i = end;
    }
  }

  // A mark as a small picture: thousands of them are copied faster than drawn.
  markAt(context, weight, x, y, height, ratio) {
    const key = `${weight}/${height}/${ratio}`;
    let sprite = this.sprites.get(key);
    if (sprite === undefined) {
      const canvas = new OffscreenCanvas(Math.ceil(12 * ratio), Math.ceil(height * ratio));
      const draw = canvas.getContext("2d");
      draw.scale(ratio, ratio);
      this.mark(draw, weight, 6, height / 2, height);
      sprite = canvas.transferToImageBitmap();
      this.sprites.set(key, sprite);
    }
    context.drawImage(
        sprite, Math.round((x - 6) * ratio) / ratio, y - height / 2, sprite.width / ratio,
        sprite.height / ratio);
  }

  // Shapes first: a failure points down, a recovery up, a warning is a diamond.
  mark(context, weight, x, y, height) {
    const {colours} = this;
    const size = Math.min(4.5, height / 2 - 3);
    context.beginPath();
    switch (weight) {
      case 5:
        context.fillStyle = colours.bad;
        context.moveTo(x - size, y - size);
        context.lineTo(x + size, y - size);
        context.lineTo(x, y + size);
        break;
      case 4:
        context.fillStyle = colours.warn;
        context.moveTo(x, y - size);
        context.lineTo(x + size, y);
        context.lineTo(x, y + size);
        context.lineTo(x - size, y);
        break;
      case 3:
        context.fillStyle = colours.good;
        context.moveTo(x - size, y + size);
        context.lineTo(x + size, y + size);
        context.lineTo(x, y - size);
        break;
      case 1:
        context.fillStyle = colours.quiet;
        context.rect(x - 0.5, y - 2, 1, 4);
        break;
      default:
        context.fillStyle = colours.text;
        context.rect(x - 1, y - size, 2, 2 * size);
    }
    context.closePath();
    if (weight >= 3) {
      context.lineWidth = 1;
      context.strokeStyle = colours.panel;
      context.stroke();
    }
    context.fill();
  }

  // An element of its own: a step moves it and draws nothing anew.
  placeCursor() {
    const x = this.x(this.places[this.cursor]);
    this.line.hidden = !(x >= 0 && x <= this.width);
    this.line.style.transform = `translateX(${Math.round(x)}px)`;
  }

  ticks(from, to, width) {
    const {recorded} = this;
    const most = Math.max(2, Math.floor(width / 110));
    const all = this.byNumber
        ? d3.ticks(from, to, most)
            .filter((at) => Number.isInteger(at) && at >= 1 && at <= recorded.count)
            .map((at) => ({at, label: `#${recorded.seq[at]}`}))
        : timeTicks(from, to, most, recorded.baseSecond, this.clock);
    // A label that does not fit is worse than none.
    return all.filter(({at}) => (at - from) / (to - from) * width < width - 36);
  }

  drawAxis() {
    const from = this.placeAt(0);
    const to = this.placeAt(this.width);
    const ticks = this.ticks(from, to, this.width);
    const labels = new Map(ticks.map((tick) => [tick.at, tick.label]));
    const scale = d3.scaleLinear([from, to], [0, this.width]);
    const offset = this.labels.offsetWidth;
    byId("axis").setAttribute("width", String(offset + this.width));
    this.axis.attr("transform", `translate(${offset},22)`).call(
        d3.axisTop(scale).tickValues(ticks.map((tick) => tick.at))
            .tickFormat((at) => labels.get(at)).tickSizeOuter(0));
    const {clock, recorded} = this;
    const stretch = this.byNumber ? "" : (() => {
      const second = recorded.baseSecond + Math.floor(from / SECOND);
      const nanos = Math.floor(from - Math.floor(from / SECOND) * SECOND);
      return `${duration(to - from)} from ${clock.full(second, nanos)} ${clock.zone()}` +
          (recorded.wentBack ? "; the clock was set back, which is drawn as no time" : "");
    })();
    byId("view").textContent = this.byNumber ? "a place for each event" : stretch;
  }

  drawLabels(rows) {
    const signature = rows.map((row) => `${row.lane.id}${row.isFolded}`).join();
    if (signature === this.shownLabels) {
      return;
    }
    this.shownLabels = signature;
    const {slots} = this.recorded;
    const focused = document.activeElement?.getAttribute?.("data-lane");
    this.labels.replaceChildren(...rows.map((row) => {
      const {lane} = row;
      const dev = slots[lane.slot]?.dev ?? "";
      const words = {recorder: "recorder", disks: "disks"}[lane.sort] ?? lane.names ?? "";
      const number = lane.sort === "recorder" || lane.sort === "disks" ? "" : dev;
      const title = `${words} ${number}`.trim();
      const made = row.canFold
          ? element("button", {
            "type": "button", "aria-expanded": String(!row.isFolded), "data-lane": lane.id,
          })
          : element("div");
      made.className = `label ${row.isPart ? "part" : "top"}`;
      made.title = title;
      made.append(
          element("span", {"class": "label-name"}, words || dev),
          " ",
          element("span", {"class": "label-dev"}, words ? number : ""));
      made.style.top = `${row.y}px`;
      made.style.height = `${row.height}px`;
      if (row.canFold) {
        made.addEventListener("click", () => this.toggleFold(lane.id));
      }
      return made;
    }));
    if (focused) {
      this.labels.querySelector(`[data-lane="${focused}"]`)?.focus();
    }
  }

  rowAt(event) {
    const y = event.offsetY + Math.min(
        this.scroller.scrollTop, Math.max(0, this.height - this.viewHeight));
    return this.rows.find((row) => y >= row.y && y < row.y + row.height);
  }

  // The nearest event of the lane, else what was then.
  click(event) {
    const place = this.placeAt(event.offsetX);
    const row = this.rowAt(event);
    if (row !== undefined) {
      const {x, events} = this.marksOf(row);
      const near = gallop(x, 0, place);
      let best = -1;
      for (const i of [near - 1, near]) {
        if (i >= 0 && i < x.length &&
            (best < 0 || Math.abs(x[i] - place) < Math.abs(x[best] - place))) {
          best = i;
        }
      }
      if (best >= 0 && Math.abs(this.x(x[best]) - event.offsetX) <= 8) {
        this.select(events[best]);
        return;
      }
    }
    this.select(lastUpTo(this.places.subarray(1), place) + 1);
  }

  hover(event) {
    const row = this.rowAt(event);
    if (row === undefined) {
      this.canvas.title = "";
      return;
    }
    const at = lastUpTo(this.places.subarray(1), this.placeAt(event.offsetX)) + 1;
    const state = this.recorded.text(row.lane.states.valueAt(at));
    const {x, events} = this.marksOf(row);
    const place = this.placeAt(event.offsetX - 4);
    const i = gallop(x, 0, place);
    const isNear = i < x.length && this.x(x[i]) <= event.offsetX + 5;
    const words = isNear
        ? `#${this.recorded.seq[events[i]]} ${this.recorded.text(this.recorded.sentence[events[i]])}`
        : "";
    this.canvas.title = [STATE_WORDS[state] ?? "", words].filter(Boolean).join("\n");
  }

  fillLegend() {
    if (this.colours !== undefined) {
      byId("legend").replaceChildren(...this.legend());
    }
  }

  legend() {
    const swatch = (draw, words) => {
      const canvas = element("canvas", {"width": "56", "height": "32", "aria-hidden": "true"});
      const context = canvas.getContext("2d");
      context.scale(2, 2);
      draw(context);
      return element("li", {}, canvas, " " + words);
    };
    return [
        ...["good", "noted", "degraded", "waiting", "failed", "suspended", "empty", "gone"].map((state) =>
          swatch((context) => this.bar(context, state, 0, 28, 0, 16), STATE_WORDS[state])),
        swatch((context) => {
          context.fillStyle = this.pattern(context, "gap");
          context.fillRect(0, 0, 28, 16);
        }, "nobody listened"),
        swatch((context) => this.mark(context, 5, 14, 8, 16), "failure"),
        swatch((context) => this.mark(context, 4, 14, 8, 16), "warning"),
        swatch((context) => this.mark(context, 3, 14, 8, 16), "recovery"),
        swatch((context) => this.mark(context, 2, 14, 8, 16), "other event"),
    ];
  }

  // All of it on one canvas for paper.
  paper(width) {
    const rows = this.rows.slice(0, 60);
    const height = rows.length === 0 ? 1 : rows[rows.length - 1].y + rows[rows.length - 1].height;
    const head = 16;
    const canvas = document.createElement("canvas");
    canvas.width = (width + 170) * 2;
    canvas.height = (head + height) * 2;
    const context = canvas.getContext("2d");
    context.scale(2, 2);
    context.font = "10px monospace";
    context.fillStyle = this.colours.text;
    const from = this.placeAt(0);
    const to = this.placeAt(this.width);
    for (const {at, label} of this.ticks(from, to, width)) {
      const x = 170 + (at - from) / (to - from) * width;
      context.fillRect(x, head - 4, 1, 4);
      context.fillText(label, x + 3, head - 5);
    }
    context.translate(0, head);
    for (const row of rows) {
      const dev = this.recorded.slots[row.lane.slot]?.dev ?? "";
      const words = {recorder: "recorder", disks: "disks"}[row.lane.sort] ??
          `${row.lane.names} ${dev}`;
      context.fillText(clipped(words, 26), row.isPart ? 12 : 0, row.y + row.height / 2 + 3);
    }
    context.translate(170, 0);
    context.beginPath();
    context.rect(0, 0, width, height);
    context.clip();
    const {transform} = this;
    this.transform = transform.k === 1 || !this.width
        ? d3.zoomIdentity
        : d3.zoomIdentity.translate(transform.x * width / this.width, 0).scale(transform.k);
    this.paperRatio = 2;
    this.drawRows(context, rows, 0, width, height);
    this.paperRatio = null;
    this.transform = transform;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", "The timeline");
    canvas.style.width = "100%";
    return canvas;
  }
}
Timeline.prototype.frames = 0;
