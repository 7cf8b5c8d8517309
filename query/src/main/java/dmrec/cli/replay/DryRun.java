package dmrec.cli.replay;

import dmrec.cli.host.Host;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.journal.Damage;
import dmrec.journal.JournalException;
import dmrec.query.EventText;
import dmrec.query.KindCounts;
import dmrec.query.TimeSpec;
import dmrec.replay.EventStream;
import dmrec.replay.Pace;
import dmrec.replay.Recording;
import java.io.IOException;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells what a replay would feed. */
final class DryRun {
  private final Host host;
  private final ZoneId zone;
  private final Map<Kind, Long> kinds = new EnumMap<>(Kind.class);
  private @Nullable EventRecord first;
  private @Nullable EventRecord last;
  private long recordedNs;
  private long pausedNs;
  private long count;
  private Damage damage = Damage.NONE;

  DryRun(Host host, ZoneId zone) {
    this.host = host;
    this.zone = zone;
  }

  /** Reads all of it; the result is the exit code. */
  int tell(Recording recording, Pace pace, String handler) throws IOException {
    read(recording, pace);
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT, "would feed %,d events to %s\n", count, KernelText.printable(handler)));
    EventRecord begin = first;
    EventRecord end = last;
    if (begin != null && end != null) {
      text.append(line("from", "#" + begin.seq() + " " + TimeSpec.format(begin.wallNs(), zone)));
      text.append(line("to", "#" + end.seq() + " " + TimeSpec.format(end.wallNs(), zone)));
      text.append(line("recorded", EventText.duration(recordedNs)));
      if (pace.speed() > 0) {
        text.append(line("takes", EventText.duration(pace.dueNs(pausedNs))));
      }
    }
    KindCounts.lines(kinds).forEach(line -> text.append(line).append('\n'));
    host.print(text.toString());
    return host.report(recording.damage().and(damage));
  }

  private static String line(String name, String value) {
    return String.format(Locale.ROOT, "%-10s  %s\n", name, value);
  }

  private void read(Recording recording, Pace pace) throws IOException {
    try (EventStream stream = recording.open(false)) {
      while (true) {
        try {
          EventRecord record = stream.next();
          if (record == null) {
            damage = damage.and(stream.damage());
            return;
          }
          if (stream.isFed()) {
            count(record, pace);
          }
        } catch (JournalException e) {
          damage = damage.and(Damage.of(e));
        }
      }
    }
  }

  private void count(EventRecord record, Pace pace) {
    EventRecord before = last;
    if (before != null) {
      long betweenNs = Pace.betweenNs(before, record);
      recordedNs += betweenNs;
      pausedNs += Math.min(pace.maxPauseNs(), betweenNs);
    } else {
      first = record;
    }
    last = record;
    count++;
    kinds.merge(record.kind(), 1L, Long::sum);
  }
}
