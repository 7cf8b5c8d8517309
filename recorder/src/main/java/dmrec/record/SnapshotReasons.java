package dmrec.record;

import dmrec.decode.Fault;
import dmrec.decode.KernelLogLine;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The kernel log's words on snapshots, kept until the status shows which snapshot they meant: the
 * lines name no device ({@code dm-snap.c:__invalidate_snapshot}).
 */
final class SnapshotReasons {
  private static final int KEPT = 64;

  /** The kernel prints the line before it changes the state, so a little slack is enough. */
  private static final long SLACK_NS = 2_000_000_000L;

  private final ArrayDeque<Said> said = new ArrayDeque<>();

  /**
   * One line.
   *
   * @param kernelNs the kernel's stamp on it
   */
  record Said(Fault fault, String reason, long logSeq, long wallNs, long kernelNs) {}

  void hear(KernelLogLine line, Stamp at) {
    switch (line.fault()) {
      case SNAPSHOT_INVALID_IO_ERROR,
          SNAPSHOT_INVALID_NO_EXCEPTION,
          SNAPSHOT_OVERFLOWED,
          SNAPSHOT_MERGE_FAILED -> {
        if (said.size() == KEPT) {
          said.removeFirst();
        }
        said.addLast(
            new Said(line.fault(), line.reason(), line.seq(), at.wallNs(), line.monoUs() * 1000));
      }
      default -> {}
    }
  }

  void clear() {
    said.clear();
  }

  /** The oldest line of one of these kinds since {@code sinceWallNs}, which is then used up. */
  @Nullable Said take(long sinceWallNs, Fault... faults) {
    for (Iterator<Said> each = said.iterator(); each.hasNext(); ) {
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
