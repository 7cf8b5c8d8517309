package dmrec.target;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Status of a mirror target ({@code dm-raid1.c:mirror_status}, {@code dm-log.c:disk_status}).
 *
 * @param legs the mirrored devices
 * @param sync regions in sync, of all regions
 * @param health one letter a leg; {@link #legHealth} reads them
 * @param log what the dirty log says, verbatim with its leading blank; empty on kernels that print
 *     none
 */
public record Mirror(List<DevNo> legs, Ratio sync, String health, String log)
    implements TargetStatus {

  public Mirror {
    legs = List.copyOf(legs);
  }

  /** Health of one leg ({@code device_status_char}): the first of these that is true. */
  public enum LegHealth {
    ALIVE,
    FLUSH_FAILED,
    WRITE_FAILED,
    SYNC_FAILED,
    READ_FAILED,
    /** The letter U, none, or one this version does not know. */
    UNKNOWN;

    static LegHealth of(char letter) {
      return switch (letter) {
        case 'A' -> ALIVE;
        case 'F' -> FLUSH_FAILED;
        case 'D' -> WRITE_FAILED;
        case 'S' -> SYNC_FAILED;
        case 'R' -> READ_FAILED;
        default -> UNKNOWN;
      };
    }
  }

  /** State of the dirty log. */
  public enum LogState {
    /** Works, or is kept in memory and cannot fail. */
    ALIVE,
    FAILED,
    FLUSH_FAILED,
    /** The daemon of a userspace log does not answer. */
    UNREACHABLE,
    /** Not said, or in words this version does not know. */
    UNKNOWN
  }

  /** Regions in sync. */
  public long inSync() {
    return sync.part();
  }

  /** All regions. */
  public long total() {
    return sync.whole();
  }

  /** Health of the leg at {@code index}, counted from 0. */
  public LegHealth legHealth(int index) {
    return index < health.length() ? LegHealth.of(health.charAt(index)) : LegHealth.UNKNOWN;
  }

  /** {@code core}, {@code disk}, {@code clustered-disk}, ...; empty where none is printed. */
  public String logType() {
    List<String> words = logWords();
    return words.isEmpty() ? "" : words.get(0);
  }

  /** The device the log is kept on; null for logs in memory. */
  public @Nullable DevNo logDevice() {
    for (String word : logWords()) {
      if (DevNo.isDevNo(word)) {
        return DevNo.parse(word);
      }
    }
    return null;
  }

  public LogState logState() {
    List<String> words = logWords();
    if (words.isEmpty()) {
      return LogState.UNKNOWN;
    }
    String last = words.get(words.size() - 1);
    if (last.equals("COM_FAILURE")) {
      return LogState.UNREACHABLE;
    }
    if (logDevice() == null) {
      return words.get(0).endsWith("core") ? LogState.ALIVE : LogState.UNKNOWN;
    }
    return switch (words.size() > 2 ? words.get(2) : "") {
      case "A" -> LogState.ALIVE;
      case "D" -> LogState.FAILED;
      case "F" -> LogState.FLUSH_FAILED;
      default -> LogState.UNKNOWN;
    };
  }

  /** The log's words from its type on: the kernel's own logs print their number first. */
  private List<String> logWords() {
    String trimmed = log.trim();
    if (trimmed.isEmpty()) {
      return List.of();
    }
    List<String> words = List.of(trimmed.split(" +", -1));
    boolean counted = words.get(0).chars().allMatch(c -> c >= '0' && c <= '9');
    return counted ? words.subList(1, words.size()) : words;
  }

  @Override
  public String text() {
    return new Line().counted(legs).word(sync).word(1).word(health).end(log);
  }

  static Mirror read(Words words) {
    List<DevNo> legs = words.devices(words.count());
    Ratio sync = words.ratio();
    words.expect("1");
    return new Mirror(legs, sync, words.next(), words.rest());
  }
}
