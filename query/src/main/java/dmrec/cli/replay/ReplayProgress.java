package dmrec.cli.replay;

import dmrec.cli.host.Host;
import dmrec.event.EventRecord;
import dmrec.query.TimeSpec;
import dmrec.replay.Replay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.ZoneId;
import java.util.Locale;

/**
 * How far a replay is, on a terminal only. What the handler printed is brought there at the same
 * time, so that the two do not mix.
 */
final class ReplayProgress {
  private static final long REDRAW_NS = 250_000_000L;
  private static final String CLEAR = "\r\033[K";
  private static final int WIDTH = 24;

  private final Host host;
  private final ZoneId zone;
  private final long firstSeq;
  private final long lastSeq;
  private final boolean shows;
  private final long beganNs = System.nanoTime();
  private long shownAtNs = beganNs;
  private long shownEvents;
  private boolean visible;

  /** Progress from one event to another; {@code shows} is false where a prompt is shown. */
  ReplayProgress(Host host, ZoneId zone, long firstSeq, long lastSeq, boolean shows) {
    this.host = host;
    this.zone = zone;
    this.firstSeq = firstSeq;
    this.lastSeq = lastSeq;
    this.shows = shows && host.errIsTerminal();
  }

  /** Shows where the replay is. */
  void turn(Replay replay) {
    long nowNs = System.nanoTime();
    boolean due = shows && nowNs - shownAtNs >= REDRAW_NS;
    if (due || !visible) {
      flush();
    }
    EventRecord at = replay.current();
    if (due && at != null) {
      long events = replay.events();
      double rate = (events - shownEvents) * 1e9 / (nowNs - shownAtNs);
      shownAtNs = nowNs;
      shownEvents = events;
      double part =
          lastSeq <= firstSeq
              ? 1
              : Math.min(1, (double) (at.seq() - firstSeq) / (lastSeq - firstSeq));
      int full = (int) (part * WIDTH);
      host.err()
          .print(
              CLEAR
                  + "["
                  + "#".repeat(full)
                  + " ".repeat(WIDTH - full)
                  + String.format(
                      Locale.ROOT, "] %3.0f%% %,d events, #%d ", part * 100, events, at.seq())
                  + TimeSpec.format(at.wallNs(), zone)
                  + String.format(Locale.ROOT, ", %,.0f/s", rate));
      host.err().flush();
      visible = true;
    }
  }

  /** Takes the line away and brings what was printed to whoever reads it. */
  void flush() {
    clear();
    try {
      host.out().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void clear() {
    if (visible) {
      host.err().print(CLEAR);
      host.err().flush();
      visible = false;
    }
  }
}
