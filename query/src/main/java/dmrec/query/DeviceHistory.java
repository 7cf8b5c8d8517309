package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.journal.Damage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The lives of what bore a name or number: each device from its creation to its removal, whatever
 * it was called.
 *
 * @param device as it was asked for
 * @param lives oldest first; disks behind mapped devices that began at the same time
 * @param endNs wall clock of the last record that was read
 * @param damage what could not be read
 */
public record DeviceHistory(String device, List<Life> lives, long endNs, Damage damage) {
  public DeviceHistory {
    lives = List.copyOf(lives);
  }

  /**
   * One life.
   *
   * @param isDisk whether it is a disk, and no mapped device
   * @param ref its identity, and what it was called last
   * @param rows its states and what was not recorded, in their order
   * @param ended the event that removed it; null where none is recorded
   * @param isOver whether it is gone, by an event or with its boot
   */
  public record Life(
      boolean isDisk, DeviceRef ref, List<Row> rows, @Nullable EventRecord ended, boolean isOver) {
    public Life {
      rows = List.copyOf(rows);
    }

    /** The first moment that is known of it. */
    long fromNs() {
      return rows.isEmpty() ? 0 : rows.get(0).fromNs();
    }
  }

  /** A stretch of time. */
  public sealed interface Row {
    long fromNs();

    /** Its end; that of the last row of a life that goes on is the end of what was read. */
    long toNs();
  }

  /**
   * A state.
   *
   * @param name what it was called
   * @param health how it did
   * @param state what it did, safe for a terminal
   * @param began the events that began it, of one observation
   * @param ended the event that ended it; null where it goes on or nobody saw it end
   */
  public record Interval(
      long fromNs,
      long toNs,
      String name,
      Health health,
      String state,
      List<EventRecord> began,
      @Nullable EventRecord ended)
      implements Row {
    public Interval {
      began = List.copyOf(began);
    }
  }

  /**
   * A time in which something of the device may have happened that is not recorded.
   *
   * @param words why, safe for a terminal
   * @param isWhole whether nothing at all was recorded
   * @param record the event that tells of it
   */
  public record Hole(long fromNs, long toNs, String words, boolean isWhole, EventRecord record)
      implements Row {}

  /** Only what overlaps a stretch of time. */
  DeviceHistory within(long sinceNs) {
    return new DeviceHistory(
        device,
        lives.stream()
            .map(
                life ->
                    new Life(
                        life.isDisk(),
                        life.ref(),
                        life.rows().stream()
                            .filter(row -> row.toNs() > sinceNs || row.fromNs() >= sinceNs)
                            .toList(),
                        life.ended(),
                        life.isOver()))
            .filter(life -> !life.rows().isEmpty())
            .toList(),
        endNs,
        damage);
  }
}
