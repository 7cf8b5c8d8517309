package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.Damage;
import dmrec.target.DevNo;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a stretch of a journal amounts to.
 *
 * @param first its first record; null where there is none
 * @param last its last
 * @param kinds how many of each kind that occurs, traces included
 * @param devices how many events of each device or disk, the most first
 * @param bucketNs the length of the stretches that {@code buckets} counts
 * @param buckets how many events in each stretch that has any, by its beginning
 * @param paths the paths that failed, the most often first
 * @param outages each multipath device, that with the longest outage first
 * @param commands who asked for events, the most first
 * @param units the systemd units that they belong to, the most first
 * @param damage what could not be read
 */
public record JournalStats(
    @Nullable EventRecord first,
    @Nullable EventRecord last,
    Map<Kind, Long> kinds,
    List<DeviceCount> devices,
    long bucketNs,
    SortedMap<Long, Long> buckets,
    List<PathFailures> paths,
    List<Outages> outages,
    List<Asker> commands,
    List<Asker> units,
    Damage damage) {

  /**
   * One life of a device, or a disk.
   *
   * @param events without traces ({@link Kind#isTrace}) and what a look merely found
   */
  public record DeviceCount(DeviceRef device, boolean isDisk, long events, long traces) {}

  /**
   * A path that failed.
   *
   * @param failures how often it was told to fail
   * @param betweenNs mean time between failures; 0 where there was but one
   * @param downNs how long it was failed in all
   * @param longestDownNs how long it was at the longest
   * @param isDown whether it is failed at the end
   */
  public record PathFailures(
      DeviceRef device,
      DevNo path,
      String disk,
      long failures,
      long firstNs,
      long lastNs,
      long betweenNs,
      long downNs,
      long longestDownNs,
      boolean isDown) {}

  /**
   * The outages of a multipath device: no valid path, or I/O that waits for a path group.
   *
   * @param count how many
   * @param totalNs how long in all
   * @param leastValid how many paths were valid at the least; -1 where that was never seen
   * @param paths how many it had then
   * @param longest the longest; null where there was none
   */
  public record Outages(
      DeviceRef device,
      long count,
      long totalNs,
      int leastValid,
      int paths,
      @Nullable Outage longest) {}

  /**
   * One outage.
   *
   * @param durationNs how long, by a clock that nobody set
   * @param fromSeq the event that began it; 0 where it had begun before
   * @param toSeq the event that ended it; 0 where none is recorded
   * @param valid how many paths were valid at the least
   */
  public record Outage(
      long fromNs, long toNs, long durationNs, long fromSeq, long toSeq, int valid) {}

  /**
   * A command, or a unit, whose processes asked.
   *
   * @param name as the kernel or systemd has it; empty where the process was gone too early
   * @param events what they asked for, without traces
   * @param refused of these, what they did not get
   */
  public record Asker(String name, long events, long refused) {}

  public JournalStats {
    kinds = Collections.unmodifiableMap(copy(kinds));
    devices = List.copyOf(devices);
    buckets = Collections.unmodifiableSortedMap(new TreeMap<>(buckets));
    paths = List.copyOf(paths);
    outages = List.copyOf(outages);
    commands = List.copyOf(commands);
    units = List.copyOf(units);
  }

  private static Map<Kind, Long> copy(Map<Kind, Long> kinds) {
    Map<Kind, Long> copy = new EnumMap<>(Kind.class);
    copy.putAll(kinds);
    return copy;
  }

  /** Events that are no traces. */
  public long events() {
    return kinds.entrySet().stream()
        .filter(entry -> !entry.getKey().isTrace())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  public long traces() {
    return kinds.entrySet().stream()
        .filter(entry -> entry.getKey().isTrace())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
