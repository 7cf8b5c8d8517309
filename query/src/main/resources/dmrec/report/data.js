// What the page is about. Numbers are packed as Packed.java says; texts and lists are kept once
// and decoded where somebody asks for them.

class Unpacker {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  number() {
    const bytes = this.bytes;
    let byte = bytes[this.at++];
    if (byte < 0x80) {
      return byte;
    }
    let value = byte & 0x7f;
    let scale = 0x80;
    do {
      byte = bytes[this.at++];
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
    } while (byte >= 0x80);
    return value;
  }

  signed() {
    const value = this.number();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  numbers(count, array) {
    for (let i = 0; i < count; i++) {
      array[i] = this.number();
    }
    return array;
  }
}

class Texts {
  constructor(unpacker) {
    this.bytes = unpacker.bytes;
    this.count = unpacker.number();
    this.from = new Uint32Array(this.count);
    this.to = new Uint32Array(this.count);
    this.known = new Array(this.count);
    for (let i = 0; i < this.count; i++) {
      const length = unpacker.number();
      this.from[i] = unpacker.at;
      unpacker.at += length;
      this.to[i] = unpacker.at;
    }
    this.decoder = new TextDecoder();
  }

  get(id) {
    let text = this.known[id];
    if (text === undefined) {
      text = this.decoder.decode(this.bytes.subarray(this.from[id], this.to[id]));
      this.known[id] = text;
    }
    return text;
  }
}

class Lists {
  constructor(unpacker) {
    const count = unpacker.number();
    this.items = new Int32Array(unpacker.number());
    this.from = new Uint32Array(count + 1);
    let at = 0;
    for (let i = 0; i < count; i++) {
      const length = unpacker.number();
      for (let k = 0; k < length; k++) {
        this.items[at++] = unpacker.number();
      }
      this.from[i + 1] = at;
    }
  }

  get(id) {
    return this.items.subarray(this.from[id], this.from[id + 1]);
  }
}

// What something was from which event on; event 0 is before the first.
class Changes {
  constructor(unpacker) {
    const count = unpacker.number();
    this.at = new Int32Array(count);
    this.value = new Int32Array(count);
    let at = 0;
    for (let i = 0; i < count; i++) {
      at += unpacker.number();
      this.at[i] = at;
      this.value[i] = unpacker.number();
    }
  }

  valueAt(event) {
    const place = lastUpTo(this.at, event);
    return place < 0 ? 0 : this.value[place];
  }
}

// The place of the last item up to a value in a sorted array; -1 where there is none.
function lastUpTo(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

const SECOND = 1e9;

// Events are numbered from 1 here, as Changes count them; columns have an unused place 0.
class Recorded {
  constructor(bytes) {
    const unpacker = new Unpacker(bytes);
    const length = unpacker.number();
    this.facts = JSON.parse(
        new TextDecoder().decode(bytes.subarray(unpacker.at, unpacker.at + length)));
    unpacker.at += length;
    this.texts = new Texts(unpacker);
    this.lists = new Lists(unpacker);
    this.readEvents(unpacker);
    this.slots = [];
    for (let i = unpacker.number(); i > 0; i--) {
      const dev = this.texts.get(unpacker.number());
      this.slots.push({dev, device: new Changes(unpacker), disk: new Changes(unpacker)});
    }
    this.lanes = [];
    for (let i = unpacker.number(); i > 0; i--) {
      this.lanes.push({
        id: this.lanes.length,
        sort: this.texts.get(unpacker.number()),
        slot: unpacker.number(),
        parent: unpacker.number(),
        names: this.texts.get(unpacker.number()),
        states: new Changes(unpacker),
      });
    }
    this.devices = new Map();
    this.disks = new Map();
  }

  readEvents(unpacker) {
    const n = unpacker.number();
    this.count = n;
    const column = (type, read) => {
      const values = new type(n + 1);
      for (let i = 1; i <= n; i++) {
        values[i] = read(values[i - 1]);
      }
      return values;
    };
    const plain = () => unpacker.number();
    const summed = (before) => before + unpacker.signed();
    this.seq = column(Float64Array, summed);
    this.second = column(Float64Array, summed);
    this.nanos = column(Int32Array, plain);
    this.kind = column(Int32Array, plain);
    this.tone = column(Int32Array, plain);
    this.trace = column(Uint8Array, plain);
    this.certainty = column(Int32Array, plain);
    this.lane = column(Int32Array, plain);
    this.subject = column(Int32Array, plain);
    this.sentence = column(Int32Array, plain);
    this.dev = column(Int32Array, plain);
    this.uuid = column(Int32Array, plain);
    this.part = column(Int32Array, plain);
    this.disk = column(Int32Array, plain);
    this.details = column(Int32Array, plain);
    this.evidence = column(Int32Array, plain);
    // Nanoseconds behind the first event's second: exact for a hundred days.
    this.baseSecond = n > 0 ? this.second[1] : 0;
    this.ns = new Float64Array(n + 1);
    // The same, but it never goes back, as the clock may.
    this.onward = new Float64Array(n + 1);
    this.wentBack = false;
    for (let i = 1; i <= n; i++) {
      this.ns[i] = (this.second[i] - this.baseSecond) * SECOND + this.nanos[i];
      this.onward[i] = i === 1 ? this.ns[i] : Math.max(this.onward[i - 1], this.ns[i]);
      this.wentBack ||= this.ns[i] < this.onward[i];
    }
    this.ns[0] = n > 0 ? this.ns[1] : 0;
    this.onward[0] = this.ns[0];
    // How bad an event is, for marks: 0 nothing, 1 trace, 2 plain, 3 good, 4 warning, 5 bad.
    const weights = {detail: 1, plain: 2, good: 3, warn: 4, bad: 5};
    this.weight = new Uint8Array(n + 1);
    for (let i = 1; i <= n; i++) {
      this.weight[i] = weights[this.texts.get(this.tone[i])] ?? 2;
    }
  }

  // Nanoseconds since 1970, as a text, relative to the first event's second.
  relative(text) {
    return Number(BigInt(text) - BigInt(this.baseSecond) * 1000000000n);
  }

  eventOfSeq(seq) {
    const place = lastUpTo(this.seq.subarray(1), seq);
    return place + 1;
  }

  eventUpTo(ns) {
    return lastUpTo(this.onward.subarray(1), ns) + 1;
  }

  text(id) {
    return this.texts.get(id);
  }

  spans(id) {
    const items = this.lists.get(id);
    const spans = [];
    for (let i = 0; i < items.length; i += 2) {
      spans.push({style: this.text(items[i]), text: this.text(items[i + 1])});
    }
    return spans;
  }

  remember(map, id, make) {
    let value = map.get(id);
    if (value === undefined) {
      if (map.size > 4000) {
        map.clear();
      }
      value = make(this.lists.get(id));
      map.set(id, value);
    }
    return value;
  }

  // How a device was; null where it was not there.
  device(id) {
    return id === 0 ? null : this.remember(this.devices, id, (items) => ({
      id,
      name: this.text(items[0]),
      own: this.spans(items[1]),
      health: this.text(items[2]),
      suspended: items[3] === 1,
      targets: Array.from(this.lists.get(items[4]), (target) => this.target(target)),
      inactive: Array.from(this.lists.get(items[5]), (line) => this.spans(line)),
      uses: Array.from(this.lists.get(items[6])),
      troubles: Array.from(this.lists.get(items[7]), (words) => this.text(words)),
    }));
  }

  target(id) {
    const items = this.lists.get(id);
    return {
      id,
      line: this.spans(items[0]),
      groups: Array.from(this.lists.get(items[1]), (group) => this.group(group)),
      uses: Array.from(this.lists.get(items[2])),
      failedLegs: new Set(this.lists.get(items[3])),
    };
  }

  group(id) {
    const items = this.lists.get(id);
    return {
      id,
      line: this.spans(items[0]),
      state: this.text(items[1]),
      isNext: items[2] === 1,
      paths: Array.from(this.lists.get(items[3]), (path) => {
        const [slot, failed, state] = this.lists.get(path);
        return {id: path, slot, failed: failed === 1, state: this.spans(state)};
      }),
    };
  }

  // How a disk was; null where nothing was known of it.
  diskState(id) {
    return id === 0 ? null : this.remember(this.disks, id, (items) => ({
      id,
      name: this.text(items[0]),
      state: this.spans(items[1]),
      own: this.spans(items[2]),
      isThere: items[3] === 1,
    }));
  }

  static async read(element) {
    const text = atob(element.textContent);
    const packed = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) {
      packed[i] = text.charCodeAt(i);
    }
    element.textContent = "";
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Recorded(new Uint8Array(await new Response(stream).arrayBuffer()));
  }
}
