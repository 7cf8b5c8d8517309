package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.query.JournalStats.Asker;
import dmrec.query.JournalStats.DeviceCount;
import dmrec.query.JournalStats.Outage;
import dmrec.query.JournalStats.Outages;
import dmrec.query.JournalStats.PathFailures;
import dmrec.query.StackTree.Span;
import dmrec.query.StackTree.Style;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@link JournalStats} as a page for people: what hurt first, then what there is. */
public final class StatsText {
  private static final int BAR = 30;
  private static final int STRETCHES_MAX = 400;

  private final JournalStats stats;
  private final ZoneId zone;
  private final boolean box;
  private final List<List<Span>> lines = new ArrayList<>();

  private StatsText(JournalStats stats, ZoneId zone, boolean box) {
    this.stats = stats;
    this.zone = zone;
    this.box = box;
  }

  /**
   * The page; each line ends with a line feed.
   *
   * @param top how many devices, paths, commands and units at most
   */
  public static String print(JournalStats stats, ZoneId zone, StackTree.Options options, int top) {
    StatsText text = new StatsText(stats, zone, options.boxDrawing());
    text.head();
    if (stats.first() != null) {
      text.outages(top);
      text.paths(top);
      text.stretches();
      text.devices(top);
      text.askers("command", stats.commands(), top);
      text.askers("unit", stats.units(), top);
      text.kinds();
    }
    return StackTree.paint(text.lines, options.colour());
  }

  private void head() {
    EventRecord first = stats.first();
    EventRecord last = stats.last();
    if (first == null || last == null) {
      plain("no events in that time");
      return;
    }
    lines.add(
        List.of(
            new Span(time(first.wallNs()) + " #" + first.seq(), Style.NAME),
            new Span(" to ", Style.PLAIN),
            new Span(time(last.wallNs()) + " #" + last.seq(), Style.NAME),
            new Span(
                ", "
                    + Lengths.of(Math.max(0, last.wallNs() - first.wallNs()))
                    + ": "
                    + count(stats.events(), "event")
                    + " and "
                    + count(stats.traces(), "trace"),
                Style.PLAIN)));
  }

  private void outages(int top) {
    if (stats.outages().isEmpty()) {
      return;
    }
    title("multipath outages (no valid path, or I/O waiting for a path group)");
    int width = width(stats.outages().stream().map(o -> name(o.device())).toList());
    for (Outages outages : stats.outages().subList(0, Math.min(top, stats.outages().size()))) {
      Outage longest = outages.longest();
      List<Span> line = new ArrayList<>();
      line.add(new Span("  " + padded(name(outages.device()), width), Style.NAME));
      String least =
          "at the least " + outages.leastValid() + " of " + outages.paths() + " paths valid";
      if (longest == null) {
        line.add(new Span("  none", Style.GOOD));
        line.add(new Span(", " + least, Style.PLAIN));
      } else {
        line.add(
            new Span(
                "  "
                    + Lengths.of(longest.durationNs())
                    + (longest.toSeq() == 0 ? ", and no end recorded" : ""),
                Style.BAD));
        line.add(
            new Span(
                (outages.count() == 1
                        ? ""
                        : " the longest of "
                            + outages.count()
                            + ", "
                            + Lengths.of(outages.totalNs())
                            + " in all")
                    + ", "
                    + least,
                Style.PLAIN));
        lines.add(line);
        line =
            List.of(
                new Span(
                    " ".repeat(width + 4)
                        + time(longest.fromNs())
                        + (longest.fromSeq() == 0 ? " (or before)" : " #" + longest.fromSeq())
                        + " to "
                        + time(longest.toNs())
                        + (longest.toSeq() == 0 ? "" : " #" + longest.toSeq()),
                    Style.DETAIL));
      }
      lines.add(line);
    }
    more(stats.outages().size() - top);
  }

  private void paths(int top) {
    if (stats.paths().isEmpty()) {
      return;
    }
    title("paths that failed");
    List<PathFailures> shown = stats.paths().subList(0, Math.min(top, stats.paths().size()));
    int device = width(shown.stream().map(p -> Names.of(p.device())).toList());
    int disk = width(shown.stream().map(StatsText::path).toList());
    long most = shown.get(0).failures();
    for (PathFailures path : shown) {
      lines.add(
          List.of(
              new Span("  " + padded(Names.of(path.device()), device), Style.NAME),
              new Span("  " + padded(path(path), disk), Style.NAME),
              new Span(String.format(Locale.ROOT, "  %6dx  ", path.failures()), Style.PLAIN),
              new Span(padded(Bars.bar(path.failures(), most, 10, box), 10), Style.WARN),
              new Span(
                  (path.failures() < 2
                          ? "  once"
                          : "  every " + Lengths.of(path.betweenNs()) + " on average")
                      + ", down "
                      + Lengths.of(path.downNs())
                      + (path.longestDownNs() < path.downNs()
                          ? ", at the longest " + Lengths.of(path.longestDownNs())
                          : "")
                      + ", last at "
                      + time(path.lastNs()),
                  Style.PLAIN),
              new Span(path.isDown() ? "  STILL DOWN" : "", Style.BAD)));
    }
    more(stats.paths().size() - top);
  }

  private void stretches() {
    if (stats.buckets().isEmpty()) {
      return;
    }
    long length = stats.bucketNs();
    long from = stats.buckets().firstKey();
    long to = stats.buckets().lastKey();
    List<Long> values = new ArrayList<>();
    for (long at = from; at <= to && values.size() < STRETCHES_MAX; at += length) {
      values.add(stats.buckets().getOrDefault(at, 0L));
    }
    long most = values.stream().mapToLong(Long::longValue).max().orElse(0);
    title("events every " + unit(length) + ", at most " + most);
    lines.add(
        List.of(
            new Span("  " + minute(from) + " ", Style.DETAIL),
            new Span(Bars.sparkline(values, box), Style.GOOD),
            new Span(" " + minute(to + length), Style.DETAIL)));
  }

  private static String unit(long ns) {
    long seconds = ns / 1_000_000_000L;
    if (seconds < 60) {
      return seconds == 1 ? "second" : seconds + " seconds";
    } else if (seconds < 3600) {
      return seconds == 60 ? "minute" : seconds / 60 + " minutes";
    } else if (seconds < 86_400) {
      return seconds == 3600 ? "hour" : seconds / 3600 + " hours";
    }
    return seconds == 86_400 ? "day" : seconds / 86_400 + " days";
  }

  /** Without the fraction of the second, of which a stretch has none. */
  private String minute(long wallNs) {
    return time(wallNs).replace(".000000000", "");
  }

  private void devices(int top) {
    if (stats.devices().isEmpty()) {
      return;
    }
    title("events by device");
    List<DeviceCount> shown = stats.devices().subList(0, Math.min(top, stats.devices().size()));
    int width = width(shown.stream().map(d -> name(d.device())).toList());
    long most = shown.get(0).events();
    for (DeviceCount device : shown) {
      amount(device.events(), padded(name(device.device()), width), most, "");
    }
    more(stats.devices().size() - top);
  }

  private void askers(String what, List<Asker> askers, int top) {
    if (askers.isEmpty()) {
      return;
    }
    title("events asked for by " + what);
    List<Asker> shown = askers.subList(0, Math.min(top, askers.size()));
    int width = width(shown.stream().map(StatsText::name).toList());
    for (Asker asker : shown) {
      String refused = asker.refused() == 0 ? "" : "  " + asker.refused() + " refused";
      amount(asker.events(), padded(name(asker), width), shown.get(0).events(), refused);
    }
    more(askers.size() - top);
  }

  private static String name(Asker asker) {
    return asker.name().isEmpty() ? "(not known)" : Names.quoted(asker.name());
  }

  private void kinds() {
    title("events by kind");
    List<Map.Entry<Kind, Long>> shown = KindCounts.mostFirst(stats.kinds());
    int width = width(shown.stream().map(entry -> entry.getKey().word()).toList());
    long most = shown.get(0).getValue();
    for (Map.Entry<Kind, Long> kind : shown) {
      String word = padded(kind.getKey().word(), width);
      amount(kind.getValue(), word, most, kind.getKey().isTrace() ? "  trace" : "");
    }
  }

  private void amount(long value, String name, long most, String remark) {
    lines.add(
        List.of(
            new Span(String.format(Locale.ROOT, "  %9d  %s  ", value, name), Style.PLAIN),
            new Span(Bars.bar(value, most, BAR, box), Style.GOOD),
            new Span(remark, Style.DETAIL)));
  }

  private void more(int hidden) {
    if (hidden > 0) {
      plain("  and " + hidden + " more; --top shows them too");
    }
  }

  private void title(String text) {
    lines.add(List.of());
    lines.add(List.of(new Span(text, Style.NAME)));
  }

  private void plain(String text) {
    lines.add(List.of(new Span(text, Style.PLAIN)));
  }

  private static String name(DeviceRef device) {
    return Explanation.named(device.name(), device.dev());
  }

  private static String path(PathFailures path) {
    return Explanation.named(path.disk(), path.path());
  }

  private static int width(List<String> texts) {
    return texts.stream().mapToInt(String::length).max().orElse(0);
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private static String count(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private String time(long wallNs) {
    return TimeSpec.format(wallNs, zone);
  }
}
