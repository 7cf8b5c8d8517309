// Times to the nanosecond, in UTC or in the zone of whoever reads.

const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (number) => String(number).padStart(2, "0");

class Clock {
  constructor() {
    this.local = false;
  }

  parts(second) {
    const date = new Date(second * 1000);
    return this.local
        ? {
          day: `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
          time: `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`,
        }
        : {day: date.toISOString().slice(0, 10), time: date.toISOString().slice(11, 19)};
  }

  full(second, nanos) {
    const {day, time} = this.parts(second);
    return `${day} ${time}.${String(nanos).padStart(9, "0")}`;
  }

  zone() {
    return this.local ? "local time" : "UTC";
  }
}

function duration(ns) {
  const abs = Math.abs(ns);
  if (abs < 1e3) {
    return `${Math.round(ns)} ns`;
  } else if (abs < 1e6) {
    return `${trimmed(ns / 1e3)} µs`;
  } else if (abs < SECOND) {
    return `${trimmed(ns / 1e6)} ms`;
  } else if (abs < 100 * SECOND) {
    return `${trimmed(ns / SECOND)} s`;
  } else if (abs < HOUR) {
    return `${Math.floor(ns / MINUTE)}m ${two(Math.floor((ns % MINUTE) / SECOND))}s`;
  } else if (abs < DAY) {
    return `${Math.floor(ns / HOUR)}h ${two(Math.floor((ns % HOUR) / MINUTE))}m`;
  }
  return `${Math.floor(ns / DAY)}d ${two(Math.floor((ns % DAY) / HOUR))}h`;
}

const trimmed = (number) => String(Number(number.toPrecision(3)));

const LONG_STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400,
  172800, 604800, 1209600, 2592000, 7776000, 31536000,
].map((seconds) => seconds * SECOND);

function stepFor(ns) {
  if (ns >= SECOND / 2) {
    return LONG_STEPS.find((step) => step >= ns) ?? LONG_STEPS[LONG_STEPS.length - 1];
  }
  const power = 10 ** Math.floor(Math.log10(Math.max(1, ns)));
  return [1, 2, 5, 10].map((times) => times * power).find((step) => step >= ns) ?? 10 * power;
}

// Round moments within a stretch, as nanoseconds behind the base, with what to write at them.
function timeTicks(from, to, most, baseSecond, clock) {
  const step = stepFor((to - from) / Math.max(1, most));
  const ticks = [];
  // Round in the zone's own hours: what is behind the base's day is.
  const zone = clock.local ? -new Date(baseSecond * 1000).getTimezoneOffset() * 60 : 0;
  const intoDay = ((((baseSecond + zone) % 86400) + 86400) % 86400) * SECOND;
  const first = Math.ceil((from + intoDay) / step);
  const last = Math.floor((to + intoDay) / step);
  for (let i = first; i <= last && ticks.length < 200; i++) {
    const at = i * step - intoDay;
    ticks.push({at, label: tickLabel(at, step, baseSecond, clock)});
  }
  return ticks;
}

function tickLabel(at, step, baseSecond, clock) {
  const second = baseSecond + Math.floor(at / SECOND);
  const nanos = Math.round(at - Math.floor(at / SECOND) * SECOND);
  const {day, time} = clock.parts(second);
  if (step >= DAY) {
    // Where the clocks changed in between, midnight lies an hour beside.
    return clock.parts(second + 43200).day;
  } else if (step >= MINUTE) {
    return time === "00:00:00" ? day : time.slice(0, 5);
  } else if (step >= SECOND) {
    return time;
  }
  const digits = step >= 1e6 ? 3 : step >= 1e3 ? 6 : 9;
  const exact = String(nanos).padStart(9, "0").slice(0, digits);
  return digits === 3 ? `${time}.${exact}` : `${time.slice(6)}.${exact}`;
}
