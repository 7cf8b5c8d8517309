// What paper gets in place of what only a screen can show.

const PRINTED_EVENTS = 200;

function fillPaper(report) {
  const {recorded, clock, timeline} = report;
  const events = report.found.events;
  const table = element("table", {},
      element("thead", {}, element("tr", {},
          ...["#", `Time (${clock.zone()})`, "Device", "~?", "Kind", "What happened"].map((head) =>
            element("th", {"scope": "col"}, head)))),
      element("tbody", {}, ...Array.from(events.subarray(0, PRINTED_EVENTS), (event) => {
        const text = (column) => recorded.text(column[event]);
        return element("tr", {"class": `tone-${text(recorded.tone)}`},
            element("td", {}, String(recorded.seq[event])),
            element("td", {}, clock.full(recorded.second[event], recorded.nanos[event])),
            element("td", {}, text(recorded.subject)),
            element("td", {}, sureness(text(recorded.certainty))),
            element("td", {}, text(recorded.kind)),
            element("td", {}, text(recorded.sentence)));
      })));
  const more = events.length - PRINTED_EVENTS;
  byId("paper").replaceChildren(
      element("h2", {}, "Timeline"),
      element("p", {}, byId("view").textContent),
      timeline.paper(900),
      element("ul", {"class": "legend"}, ...timeline.legend()));
  byId("print").replaceChildren(
      element("h2", {}, `Events${report.found.isAll ? "" : `: ${byId("filter").value}`}`),
      table,
      element("p", {}, more > 0 ? `and ${many(more, "more event")}` : ""));
}
