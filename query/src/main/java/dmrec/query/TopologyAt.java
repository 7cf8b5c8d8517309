package dmrec.query;

import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.JournalException;
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

  /**
   * Folds a journal.
   *
   * @param at the moment; null for the end of the journal
   */
  public static TopologyAt of(Path folder, @Nullable Moment at) throws JournalException {
    Topology topology = new Topology();
    Damage damage = new Damage();
    long firstWallNs = 0;
    long stoppedNs = 0;
    try (JournalReader reader = JournalReader.open(folder)) {
      boolean more = true;
      while (more) {
        try {
          EventRecord record = reader.next();
          if (record != null && firstWallNs == 0) {
            firstWallNs = record.wallNs();
          }
          more = record != null && (at == null || !at.isBefore(record));
          if (record != null && more) {
            topology.apply(record);
            stoppedNs = record.kind() == Kind.RECORDING_STOPPED ? record.wallNs() : 0;
          }
        } catch (JournalException e) {
          damage.add(e);
        }
      }
    }
    return new TopologyAt(topology, firstWallNs, stoppedNs, damage);
  }

  /** Whether the moment lies before everything that is recorded. */
  public boolean isBeforeJournal() {
    return topology.seq() == 0;
  }
}
