package dmrec.record;

import dmrec.decode.Fault;
import dmrec.decode.KernelLogLine;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The kernel log's words on snapshots, kept until the status shows which snapshot they meant: the
 * lines name no device ({@code dm-snap.c:__invalidate_snapshot}). A line is read from the log, and
 * a probe tells when it was written.
 */
final class SnapshotReasons {
  private static final int KEPT = 64;

  /** The kernel prints the line before it changes the state, so a little slack is enough. */
  private static final long SLACK_NS = 2_000_000_000L;

  private final List<Said> said = new ArrayList<>();
  private final List<Said> written = new ArrayList<>();

  /**
   * One line.
   *
   * @param logSeq its number in the kernel log; -1 where it was not read from there
   * @param moment the hit of a probe when it was written; null where there was none
   * @param isShared whether another line like it was written before it was known which was which
   */
  record Said(
      Fault fault,
      String reason,
      long logSeq,
      long wallNs,
      @Nullable DecodedHit moment,
      boolean isShared) {
    private Said shared() {
      return new Said(fault, reason, logSeq, wallNs, moment, true);
    }

    private Said with(long seq) {
      return new Said(fault, reason, seq, wallNs, moment, isShared);
    }
  }

  void hear(KernelLogLine line, Stamp at) {
    add(said, new Said(line.fault(), line.reason(), line.seq(), at.wallNs(), null, false));
  }

  /** A line was written; returns whether it is about a snapshot's fault. */
  boolean written(KernelLogLine line, DecodedHit hit) {
    long wallNs = hit.seen().happened().wallNs();
    return add(written, new Said(line.fault(), line.reason(), -1, wallNs, hit, false));
  }

  private static boolean add(List<Said> to, Said line) {
    return switch (line.fault()) {
      case SNAPSHOT_INVALID_IO_ERROR,
          SNAPSHOT_INVALID_NO_EXCEPTION,
          SNAPSHOT_OVERFLOWED,
          SNAPSHOT_MERGE_FAILED -> {
        if (to.size() == KEPT) {
          to.remove(0);
        }
        to.add(line);
        yield true;
      }
      default -> false;
    };
  }

  void clear() {
    said.clear();
    written.clear();
  }

  /** The oldest line of one of these kinds since {@code sinceWallNs}, which is then used up. */
  @Nullable Said take(long sinceWallNs, Fault... faults) {
    Said line = take(said, sinceWallNs, faults);
    Said moment = take(written, sinceWallNs, faults);
    if (moment == null) {
      return line;
    }
    Said taken =
        written.stream().anyMatch(each -> each.fault() == moment.fault())
            ? moment.shared()
            : moment;
    written.replaceAll(each -> each.fault() == moment.fault() ? each.shared() : each);
    return line == null ? taken : taken.with(line.logSeq());
  }

  private static @Nullable Said take(List<Said> from, long sinceWallNs, Fault... faults) {
    for (Iterator<Said> each = from.iterator(); each.hasNext(); ) {
      Said line = each.next();
      if (line.wallNs() >= sinceWallNs - SLACK_NS) {
        for (Fault fault : faults) {
          if (line.fault() == fault) {
            each.remove();
            return line;
          }
        }
      }
    }
    return null;
  }
}
