package dmrec.target;

/**
 * Status of a raid target ({@code dm-raid.c:raid_status}), as the kernel printed it.
 *
 * @param raidType {@code raid1}, {@code raid5_ls}, ...
 * @param deviceCount devices the array has or is reshaped to
 * @param health one letter a device; {@link #deviceHealth} reads them
 * @param sync sectors in sync, of all
 * @param action {@code idle}, {@code resync}, {@code recover}, {@code check}, {@code repair},
 *     {@code reshape}, {@code frozen}; empty before target version 1.5
 * @param mismatches discrepancies found by the last check; -1 before version 1.5
 * @param dataOffsetSectors where data starts on each device; -1 before version 1.9
 * @param journal letter of the journal device, {@code -} for none; empty before version 1.10
 * @param rest text behind the last known word, verbatim
 */
public record Raid(
    String raidType,
    int deviceCount,
    String health,
    Ratio sync,
    String action,
    long mismatches,
    long dataOffsetSectors,
    String journal,
    String rest)
    implements TargetStatus {

  /** Health of one device. */
  public enum DeviceHealth {
    IN_SYNC,
    ALIVE_NOT_IN_SYNC,
    DEAD,
    /** No device in this place. */
    MISSING,
    UNKNOWN;

    static DeviceHealth of(char letter) {
      return switch (letter) {
        case 'A' -> IN_SYNC;
        case 'a' -> ALIVE_NOT_IN_SYNC;
        case 'D' -> DEAD;
        case '-' -> MISSING;
        default -> UNKNOWN;
      };
    }
  }

  /** Health of the device at {@code index}, counted from 0. */
  public DeviceHealth deviceHealth(int index) {
    return index < health.length() ? DeviceHealth.of(health.charAt(index)) : DeviceHealth.UNKNOWN;
  }

  /** Whether every sector is in sync and nothing is being done about it. */
  public boolean isInSync() {
    return sync.isComplete() && (action.isEmpty() || action.equals("idle"));
  }

  @Override
  public String text() {
    Line line = new Line().word(raidType).word(deviceCount).word(health).word(sync);
    if (!action.isEmpty()) {
      line.word(action).word(mismatches);
    }
    if (dataOffsetSectors >= 0) {
      line.word(dataOffsetSectors);
    }
    if (!journal.isEmpty()) {
      line.word(journal);
    }
    return line.end(rest);
  }

  static Raid read(Words words) {
    String raidType = words.next();
    int deviceCount = words.count();
    String health = words.next();
    Ratio sync = words.ratio();
    String action = words.hasNext() ? words.next() : "";
    long mismatches = action.isEmpty() ? -1 : words.number();
    long dataOffset = words.hasNext() ? words.number() : -1;
    String journal = words.hasNext() ? words.next() : "";
    return new Raid(
        raidType, deviceCount, health, sync, action, mismatches, dataOffset, journal, words.rest());
  }
}
