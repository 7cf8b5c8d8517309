package dmrec.target;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mirror table line ({@code dm-raid1.c:mirror_status}).
 *
 * @param logType the dirty log's kind: {@code core}, {@code disk}, {@code userspace}
 * @param logArgs the log's arguments
 * @param legs the mirrored devices
 * @param features {@code handle_errors}, {@code keep_log}
 */
public record MirrorTable(
    String logType, List<String> logArgs, List<DevNo> legs, List<String> features) {

  public MirrorTable {
    logArgs = List.copyOf(logArgs);
    legs = List.copyOf(legs);
    features = List.copyOf(features);
  }

  /** The devices among the log's arguments. */
  public List<DevNo> logDevices() {
    return logArgs.stream().filter(DevNo::isDevNo).map(DevNo::parse).toList();
  }

  /** Whether its regions are taken as equal from the start, without a synchronisation. */
  public boolean startsInSync() {
    return logArgs.contains("nosync");
  }

  /** Reads the line's text behind {@code mirror}; null where it is of another form. */
  public static @Nullable MirrorTable parse(String params) {
    try {
      return read(new Words(params));
    } catch (Words.NotThisForm e) {
      return null;
    }
  }

  static MirrorTable read(Words words) {
    String logType = words.next();
    List<String> logArgs = words.list(words.count());
    int legCount = words.count();
    List<DevNo> legs = new ArrayList<>();
    for (int i = 0; i < legCount; i++) {
      legs.add(words.device());
      words.number(); // offset in sectors
    }
    List<String> features = words.hasNext() ? words.list(words.count()) : List.of();
    return new MirrorTable(logType, logArgs, legs, features);
  }
}
