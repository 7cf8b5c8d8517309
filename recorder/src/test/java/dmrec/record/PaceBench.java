package dmrec.record;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * How long path uevents were on their way from the sender, whose clock is their DM_SEQNUM, to the
 * receiving thread: {@code samples/bench/pace}. No test.
 */
public final class PaceBench {
  private PaceBench() {}

  public static void main(String[] args) throws IOException {
    long[] delays = new long[1 << 16];
    int count = 0;
    try (Journal journal = Journal.open(Path.of(args[0]));
        EventCursor cursor = journal.events(EventQuery.ALL)) {
      for (EventRecord next = cursor.next(); next != null; next = cursor.next()) {
        if (next.event() instanceof DmEvent.OfPath path) {
          if (count == delays.length) {
            delays = Arrays.copyOf(delays, 2 * count);
          }
          delays[count++] = next.monoNs() - path.dmSeqnum();
        }
      }
    }
    if (count == 0) {
      throw new IllegalStateException("expected path events in " + args[0] + ", found none");
    }
    Arrays.sort(delays, 0, count);
    System.out.printf(
        Locale.ROOT,
        "received %d, half within %.1f us, 99.9 %% within %.1f us, the slowest after %.1f us%n",
        count,
        delays[count / 2] / 1e3,
        delays[(int) (count * 0.999)] / 1e3,
        delays[count - 1] / 1e3);
  }
}
