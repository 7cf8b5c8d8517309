package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.query.JournalStats.Outage;
import dmrec.query.JournalStats.Outages;
import dmrec.query.JournalStats.PathFailures;
import dmrec.target.DevNo;
import dmrec.target.Multipath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One life of a multipath device: its paths' failures and its outages, as its events are read. */
final class MultipathTrack {
  /** A path, and since when it is failed. */
  private static final class Path {
    private String disk = "";
    private long failures;
    private long firstNs;
    private long lastNs;
    private long firstClockNs;
    private long lastClockNs;
    private long downNs;
    private long longestDownNs;
    private boolean isDown;
    private long downSinceNs;

    private void set(boolean failed, long clockNs) {
      if (failed && !isDown) {
        downSinceNs = clockNs;
      } else if (!failed && isDown) {
        long down = Math.max(0, clockNs - downSinceNs);
        downNs += down;
        longestDownNs = Math.max(longestDownNs, down);
      }
      isDown = failed;
    }
  }

  private final Map<DevNo, Path> paths = new TreeMap<>();
  private DeviceRef ref;

  /** How it was last. */
  private @Nullable Multipath status;

  private int leastValid = -1;
  private int leastOf;
  private long count;
  private long totalNs;
  private @Nullable Outage longest;
  private boolean isOut;
  private long outFromNs;
  private long outFromClockNs;
  private long outFromSeq;
  private int outValid;

  MultipathTrack(DeviceRef ref) {
    this.ref = ref;
  }

  DeviceRef ref() {
    return ref;
  }

  /** A failure is told. */
  void failed(EventRecord record, DmEvent.PathFailed event, long clockNs) {
    Path path = paths.computeIfAbsent(event.path(), dev -> new Path());
    path.disk = event.disk().isEmpty() ? path.disk : event.disk();
    if (path.failures == 0) {
      path.firstNs = record.wallNs();
      path.firstClockNs = clockNs;
    }
    path.failures++;
    path.lastNs = record.wallNs();
    path.lastClockNs = clockNs;
  }

  /**
   * How it is now.
   *
   * @param now null where it is no multipath device any more
   * @param seq the event that shows it; 0 where it was so before
   * @param clockNs its time by a clock that nobody sets
   */
  @SuppressWarnings("ReferenceEquality") // Another object is only looked at again.
  void state(DeviceRef device, @Nullable Multipath now, long seq, long wallNs, long clockNs) {
    ref = device;
    if (now == status && now != null) {
      return;
    }
    status = now;
    if (now == null) {
      paths.values().forEach(path -> path.set(false, clockNs));
      end(seq, wallNs, clockNs);
      return;
    }
    int all = 0;
    for (Multipath.Group group : now.groups()) {
      for (Multipath.Path path : group.paths()) {
        all++;
        if (path.failed()) {
          paths.computeIfAbsent(path.device(), dev -> new Path()).set(true, clockNs);
        }
      }
    }
    for (Map.Entry<DevNo, Path> entry : paths.entrySet()) {
      Multipath.Path path = now.path(entry.getKey());
      if (path == null || !path.failed()) {
        entry.getValue().set(false, clockNs);
      }
    }
    int valid = now.validPaths();
    if (leastValid < 0 || valid < leastValid) {
      leastValid = valid;
      leastOf = all;
    }
    boolean out = valid == 0 || TargetTroubles.isQueueing(now);
    if (out && !isOut) {
      isOut = true;
      outFromNs = wallNs;
      outFromClockNs = clockNs;
      outFromSeq = seq;
      outValid = valid;
    } else if (out) {
      outValid = Math.min(outValid, valid);
    } else {
      end(seq, wallNs, clockNs);
    }
  }

  private void end(long seq, long wallNs, long clockNs) {
    if (!isOut) {
      return;
    }
    isOut = false;
    long duration = Math.max(0, clockNs - outFromClockNs);
    count++;
    totalNs += duration;
    if (longest == null || duration > longest.durationNs()) {
      longest = new Outage(outFromNs, wallNs, duration, outFromSeq, seq, outValid);
    }
  }

  /** Nothing more is known of it behind this moment. */
  Finished finish(long wallNs, long clockNs) {
    Map<DevNo, Boolean> down = new TreeMap<>();
    paths.forEach((dev, path) -> down.put(dev, path.isDown));
    paths.values().forEach(path -> path.set(false, clockNs));
    end(0, wallNs, clockNs);
    List<PathFailures> failures = new ArrayList<>();
    paths.forEach(
        (dev, path) -> {
          if (path.failures > 0) {
            failures.add(
                new PathFailures(
                    ref,
                    dev,
                    path.disk,
                    path.failures,
                    path.firstNs,
                    path.lastNs,
                    path.failures < 2
                        ? 0
                        : (path.lastClockNs - path.firstClockNs) / (path.failures - 1),
                    path.downNs,
                    path.longestDownNs,
                    down.getOrDefault(dev, false)));
          }
        });
    return new Finished(failures, new Outages(ref, count, totalNs, leastValid, leastOf, longest));
  }

  /** What one life amounts to. */
  record Finished(List<PathFailures> paths, Outages outages) {
    Finished {
      paths = List.copyOf(paths);
    }
  }
}
