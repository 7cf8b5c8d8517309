// What is written into the filter, as a test of an event. All terms have to match.

const FILTER_KEYS = new Set([
  "kind", "device", "path", "disk", "uuid", "seq", "text", "evidence", "is",
]);

function filterTerms(text) {
  const terms = [];
  const pattern = /(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/giu;
  for (const match of text.matchAll(pattern)) {
    const key = (match[2] ?? "").toLowerCase();
    const value = (match[3] ?? match[4] ?? "").toLowerCase();
    if (FILTER_KEYS.has(key)) {
      terms.push({not: match[1] === "-", key, value});
    } else {
      terms.push({
        not: match[1] === "-",
        key: "",
        value: (match[2] === undefined ? "" : key + ":") + value,
      });
    }
  }
  return terms.filter((term) => term.value !== "");
}

function globPattern(value) {
  const escaped = value.replace(/[.+^${}()|[\]\\?]/g, "\\$&").replace(/\*/g, ".*");
  return new RegExp(`^${escaped}$`, "su");
}

// Texts occur again and again: each is looked at once.
function textTest(recorded, test) {
  const known = new Uint8Array(recorded.texts.count);
  return (id) => {
    if (known[id] === 0) {
      known[id] = test(recorded.text(id).toLowerCase()) ? 1 : 2;
    }
    return known[id] === 1;
  };
}

function unquoted(name) {
  return name.startsWith('"') && name.endsWith('"') && name.length > 1 ? name.slice(1, -1) : name;
}

function termTest(recorded, {key, value}) {
  const glob = globPattern(value);
  const is = textTest(recorded, (text) => glob.test(text) || glob.test(unquoted(text)));
  const wide = globPattern(`*${value}*`);
  const holds = value.includes("*")
      ? textTest(recorded, (text) => wide.test(text))
      : textTest(recorded, (text) => text.includes(value));
  switch (key) {
    case "kind":
      return (event) => is(recorded.kind[event]);
    case "device":
      return (event) => is(recorded.subject[event]) || is(recorded.dev[event]) ||
          is(recorded.uuid[event]);
    case "uuid":
      return (event) => is(recorded.uuid[event]);
    case "path":
    case "disk":
      return (event) => is(recorded.part[event]) || is(recorded.disk[event]);
    case "evidence":
      return (event) => recorded.lists.get(recorded.evidence[event]).some(holds);
    case "seq": {
      const [from, to] = value.replace(/#/g, "").split("-");
      const low = Number(from);
      const high = to === undefined ? low : to === "" ? Infinity : Number(to);
      return (event) => recorded.seq[event] >= low && recorded.seq[event] <= high;
    }
    case "is":
      switch (value) {
        case "failure":
          return (event) => recorded.weight[event] === 5;
        case "trace":
          return (event) => recorded.trace[event] === 1;
        default:
          return (event) => is(recorded.certainty[event]);
      }
    default:
      return (event) => holds(recorded.sentence[event]) || holds(recorded.kind[event]) ||
          holds(recorded.subject[event]) || holds(recorded.dev[event]) ||
          holds(recorded.uuid[event]) || holds(recorded.part[event]) ||
          holds(recorded.disk[event]) || value === `#${recorded.seq[event]}`;
  }
}

// The events that match, in their order, and for each event whether it does.
function filtered(recorded, text, traces) {
  const terms = filterTerms(text);
  const tests = terms.map((term) => ({not: term.not, test: termTest(recorded, term)}));
  const asksForTraces = traces || terms.some(
      (term) => !term.not && (term.key === "kind" || (term.key === "is" && term.value === "trace")));
  const mask = new Uint8Array(recorded.count + 1);
  const found = new Int32Array(recorded.count);
  let count = 0;
  for (let event = 1; event <= recorded.count; event++) {
    if ((asksForTraces || recorded.trace[event] === 0) &&
        tests.every(({not, test}) => test(event) !== not)) {
      mask[event] = 1;
      found[count++] = event;
    }
  }
  return {mask, events: found.subarray(0, count), isAll: tests.length === 0};
}
