package dmrec.query;

import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.JournalException;
import dmrec.journal.JournalIndex;
import dmrec.journal.JournalReader;
import dmrec.topology.Topology;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The stack at some moment, and how far that can be trusted.
 *
 * @param topology the fold of every record up to the moment
 * @param firstWallNs wall clock of the journal's first record; 0 where it holds none
 * @param stoppedNs where no recording ran at the moment, wall clock of the end of the last one
 *     before it; else 0
 * @param damage what could not be read on the way
 */
public record TopologyAt(Topology topology, long firstWallNs, long stoppedNs, Damage damage) {

  /** As {@link #of(JournalIndex, Moment)}, for a single question. */
  public static TopologyAt of(Path folder, @Nullable Moment at) throws JournalException {
    try (JournalIndex index = JournalIndex.open(folder, null)) {
      return of(index, at);
    }
  }

  /**
   * Folds a journal, from the last state of the stack that it holds before the moment.
   *
   * @param at the moment; a time means all before the first record that is later; null for the end
   *     of the journal
   */
  public static TopologyAt of(JournalIndex journal, @Nullable Moment at) throws JournalException {
    long seq =
        at instanceof Moment.AtTime time
            ? journal.seqAt(time.wallNs())
            : at instanceof Moment.AtSeq number ? number.seq() : Long.MAX_VALUE;
    Topology stack = seq > 0 ? journal.stackAt(seq) : null;
    return stack == null
        ? read(journal.folder(), at)
        : new TopologyAt(
            stack, journal.firstWallNs(), stack.isStopped() ? stack.wallNs() : 0, new Damage());
  }

  /** Reads from the last checkpoint that is sound, and tells of what is not. */
  private static TopologyAt read(Path folder, @Nullable Moment at) throws JournalException {
    Damage damage = new Damage();
    long stoppedNs = 0;
    long applied = 0;
    try (JournalReader reader = JournalReader.open(folder)) {
      EventRecord first = reader.first();
      Topology topology =
          at instanceof Moment.AtTime time
              ? reader.seekFoldTime(time.wallNs())
              : reader.seekFoldSeq(at instanceof Moment.AtSeq s ? s.seq() : Long.MAX_VALUE);
      for (EventRecord record = damage.next(reader::next);
          record != null && (at == null || !at.isBefore(record));
          record = damage.next(reader::next)) {
        topology.apply(record);
        applied++;
        stoppedNs = record.kind() == Kind.RECORDING_STOPPED ? record.wallNs() : 0;
      }
      return new TopologyAt(
          applied > 0 || holdsAt(topology, at) ? topology : new Topology(),
          first == null ? 0 : first.wallNs(),
          stoppedNs,
          damage);
    }
  }

  /**
   * Whether the stack that a journal begins with, as a copy of a part does, is that of a moment
   * before its first record.
   */
  private static boolean holdsAt(Topology beginning, @Nullable Moment at) {
    return at instanceof Moment.AtTime time
        ? beginning.wallNs() <= time.wallNs()
        : at == null || beginning.seq() <= ((Moment.AtSeq) at).seq();
  }

  /** Whether the moment lies before everything that is known. */
  public boolean isBeforeJournal() {
    // A stack that a journal begins with may have no number in it, but it has a time.
    return topology.seq() == 0 && topology.wallNs() == 0;
  }
}
