package dmrec.query;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.target.Cache;
import dmrec.target.Clone;
import dmrec.target.DevNo;
import dmrec.target.Era;
import dmrec.target.Integrity;
import dmrec.target.LogWrites;
import dmrec.target.Mirror;
import dmrec.target.Multipath;
import dmrec.target.MultipathTable;
import dmrec.target.Raid;
import dmrec.target.Snapshot;
import dmrec.target.Striped;
import dmrec.target.Target;
import dmrec.target.TargetStatus;
import dmrec.target.Thin;
import dmrec.target.ThinPool;
import dmrec.target.Verity;
import dmrec.target.Writecache;
import dmrec.topology.Disk;
import dmrec.topology.TopologyView;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What is not as it should be with one target of a live table. */
final class TargetTroubles {
  /** Events that tell a target's state: tables, and whatever carries a status. */
  private static final Set<Kind> STATES =
      EnumSet.of(
          Kind.DEVICE_CREATED,
          Kind.BASELINE,
          Kind.TABLE_LIVE,
          Kind.TABLE_CHANGED,
          Kind.STATUS_CHANGED,
          Kind.GROUP_BYPASSED,
          Kind.GROUP_ENABLED,
          Kind.GROUP_SWITCHED,
          Kind.PATH_FAILED,
          Kind.PATH_REINSTATED,
          Kind.MIRROR_IN_SYNC,
          Kind.MIRROR_LEG_FAILED,
          Kind.MIRROR_LOG_FAILED,
          Kind.RAID_IN_SYNC,
          Kind.RAID_LEG_FAILED,
          Kind.SNAPSHOT_INVALIDATED,
          Kind.SNAPSHOT_MERGE_FAILED,
          Kind.SNAPSHOT_OVERFLOWED,
          Kind.POOL_LOW_SPACE,
          Kind.POOL_MODE_CHANGED,
          Kind.CACHE_MODE_CHANGED,
          Kind.VERITY_CORRUPTED);

  /** The same, and what tells numbers that moved. */
  private static final Set<Kind> NUMBERS = numbers();

  private final Target target;
  private final int index;
  private final TopologyView stack;
  private final List<Trouble> found = new ArrayList<>();

  private TargetTroubles(Target target, int index, TopologyView stack) {
    this.target = target;
    this.index = index;
    this.stack = stack;
  }

  private static Set<Kind> numbers() {
    Set<Kind> kinds = EnumSet.copyOf(STATES);
    kinds.add(Kind.USAGE_CHANGED);
    return kinds;
  }

  static List<Trouble> of(Target target, int index, TopologyView stack) {
    TargetTroubles troubles = new TargetTroubles(target, index, stack);
    troubles.find(TargetStatus.parse(target.type(), target.status()));
    return troubles.found;
  }

  private void find(TargetStatus status) {
    if (target.type().equals("error")) {
      add(Health.FAILED, "an error target: every I/O to it fails", now -> true);
    } else if (status instanceof Multipath multipath) {
      multipath(multipath);
    } else if (status instanceof Mirror mirror) {
      mirror(mirror);
    } else if (status instanceof Raid raid) {
      raid(raid);
    } else if (status instanceof Snapshot snapshot) {
      snapshot(snapshot);
    } else if (status instanceof ThinPool pool) {
      pool(pool);
    } else if (status instanceof Thin thin && !thin.isUsable()) {
      String word = thin.highest();
      add(
          Health.FAILED,
          word.equals("-") ? "thin device that its pool does not have" : "thin device: " + word,
          now -> now instanceof Thin t && !t.isUsable());
    } else if (status instanceof Cache cache) {
      cache(cache);
    } else if (status instanceof Striped striped) {
      for (int i = 0; i < striped.stripes().size(); i++) {
        int stripe = i;
        if (striped.hadError(i)) {
          DevNo dev = striped.stripes().get(i);
          add(
              Health.FAILED,
              "stripe " + name(dev) + " had I/O errors",
              now -> now instanceof Striped s && s.hadError(stripe),
              List.of(dev));
        }
      }
    } else if (status instanceof Verity verity && verity.corrupted()) {
      add(
          Health.FAILED,
          "CORRUPTED: a block does not match its hash",
          now -> now instanceof Verity v && v.corrupted());
    } else if (status instanceof Integrity integrity && integrity.mismatches() > 0) {
      found.add(
          Trouble.of(
              Health.FAILED,
              integrity.mismatches() + " integrity mismatches",
              NUMBERS,
              test(now -> now instanceof Integrity i && i.mismatches() > 0, NUMBERS)));
    } else {
      others(status);
    }
  }

  private void others(TargetStatus status) {
    if (status instanceof Clone clone && !clone.modeWord().equals("rw")) {
      add(
          Health.FAILED,
          "clone: " + shown(clone.modeWord()),
          now -> now instanceof Clone c && !c.modeWord().equals("rw"));
    } else if (status instanceof Writecache writecache && writecache.error() != 0) {
      found.add(
          Trouble.of(
              Health.FAILED,
              "writecache: error " + writecache.error(),
              NUMBERS,
              test(now -> now instanceof Writecache w && w.error() != 0, NUMBERS)));
    } else if (status instanceof Era era && era.metadata() == null) {
      add(
          Health.FAILED,
          "era: its metadata cannot be read",
          now -> now instanceof Era e && e.metadata() == null);
    } else if (status instanceof LogWrites log && log.loggingDisabled()) {
      add(
          Health.NOTED,
          "log-writes: logging ended after an error",
          now -> now instanceof LogWrites l && l.loggingDisabled());
    }
  }

  private void multipath(Multipath multipath) {
    List<Trouble> paths = new ArrayList<>();
    int all = 0;
    for (Multipath.Group group : multipath.groups()) {
      all += group.paths().size();
      for (Multipath.Path path : group.paths()) {
        if (path.failed()) {
          paths.add(failedPath(path));
        }
      }
    }
    int total = all;
    int valid = multipath.validPaths();
    if (valid == 0) {
      MultipathTable table = MultipathTable.parse(target.params());
      boolean waits = table != null && table.queuesIfNoPath();
      found.add(
          Trouble.of(
                  waits ? Health.WAITING : Health.FAILED,
                  "NO PATH LEFT of "
                      + total
                      + (waits ? ", I/O waits (queue_if_no_path)" : ", I/O fails"),
                  STATES,
                  validPaths(left -> left == 0))
              .madeOf(paths));
    } else if (valid < total) {
      found.add(
          Trouble.of(
                  Health.DEGRADED,
                  valid + " of " + total + " paths valid",
                  STATES,
                  validPaths(left -> left < total))
              .madeOf(paths));
    }
    if (isQueueing(multipath)) {
      found.add(
          Trouble.of(
              Health.WAITING,
              "I/O waits while a path group is being initialised",
              NUMBERS,
              test(now -> now instanceof Multipath m && isQueueing(m), NUMBERS)));
    }
    for (int i = 0; i < multipath.groups().size(); i++) {
      int group = i;
      if (multipath.groups().get(i).state() == Multipath.GroupState.BYPASSED) {
        add(
            Health.DEGRADED,
            "path group " + (i + 1) + " bypassed",
            now ->
                now instanceof Multipath m
                    && group < m.groups().size()
                    && m.groups().get(group).state() == Multipath.GroupState.BYPASSED);
      }
    }
  }

  /**
   * Whether I/O that has somewhere to go waits. The flag is also set while no I/O has come at all,
   * when no group is in use yet, and tells nothing then ({@code dm-mpath.c:__switch_pg}).
   */
  static boolean isQueueing(Multipath multipath) {
    return multipath.queueIo()
        && multipath.validPaths() > 0
        && multipath.groups().stream()
            .anyMatch(group -> group.state() == Multipath.GroupState.ACTIVE);
  }

  private Trouble failedPath(Multipath.Path path) {
    DevNo dev = path.device();
    Trouble.Test status =
        test(
            now -> {
              Multipath.Path found =
                  now instanceof Multipath multipath ? multipath.path(dev) : null;
              return found != null && found.failed();
            },
            STATES);
    Trouble.Test test =
        record -> {
          if (record.event() instanceof DmEvent.OfPath e) {
            return e.path().equals(dev) ? (Boolean) e.failed() : null;
          }
          return status.isThereAfter(record);
        };
    Disk disk = stack.disk(dev);
    return Trouble.of(
            Health.DEGRADED,
            "path failed"
                + (path.failCount() > 1 ? " (" + path.failCount() + " times by now)" : "")
                + (disk != null && disk.present() ? ", its disk is still there" : ""),
            STATES,
            test)
        .over(List.of(dev))
        .ofPath(dev);
  }

  private Trouble.Test validPaths(Predicate<Integer> isTrouble) {
    Trouble.Test status =
        test(now -> now instanceof Multipath m && isTrouble.test(m.validPaths()), STATES);
    return record -> {
      if (record.event() instanceof DmEvent.OfPath e) {
        return e.validPaths() < 0 ? null : (Boolean) isTrouble.test(e.validPaths());
      }
      return status.isThereAfter(record);
    };
  }

  private void mirror(Mirror mirror) {
    for (int i = 0; i < mirror.legs().size(); i++) {
      int leg = i;
      Mirror.LegHealth health = mirror.legHealth(i);
      if (health != Mirror.LegHealth.ALIVE && health != Mirror.LegHealth.UNKNOWN) {
        DevNo dev = mirror.legs().get(i);
        add(
            Health.DEGRADED,
            "mirror leg " + name(dev) + ": " + words(health),
            now ->
                now instanceof Mirror m
                    && m.legHealth(leg) != Mirror.LegHealth.ALIVE
                    && m.legHealth(leg) != Mirror.LegHealth.UNKNOWN,
            List.of(dev));
      }
    }
    Mirror.LogState log = mirror.logState();
    if (log != Mirror.LogState.ALIVE && log != Mirror.LogState.UNKNOWN) {
      DevNo dev = mirror.logDevice();
      add(
          Health.DEGRADED,
          "mirror log" + (dev == null ? "" : " " + name(dev)) + ": " + words(log),
          now -> now instanceof Mirror m && m.logState() == log,
          dev == null ? List.of() : List.of(dev));
    }
    if (!mirror.sync().isComplete()) {
      add(
          Health.NOTED,
          "mirror " + Sizes.percent(mirror.inSync(), mirror.total()) + " in sync",
          now -> now instanceof Mirror m && !m.sync().isComplete());
    }
  }

  private void raid(Raid raid) {
    List<List<DevNo>> legs = RaidLegs.of(target.params());
    for (int i = 0; i < raid.health().length(); i++) {
      int leg = i;
      Raid.DeviceHealth health = raid.deviceHealth(i);
      if (health == Raid.DeviceHealth.DEAD || health == Raid.DeviceHealth.MISSING) {
        List<DevNo> devices = i < legs.size() ? legs.get(i) : List.of();
        String named = devices.isEmpty() ? "" : " " + name(devices.get(devices.size() - 1));
        add(
            Health.DEGRADED,
            "raid leg " + i + named + (health == Raid.DeviceHealth.DEAD ? " failed" : " missing"),
            now -> now instanceof Raid r && r.deviceHealth(leg) == health,
            devices);
      }
    }
    if (!raid.sync().isComplete()) {
      add(
          Health.NOTED,
          "raid "
              + Sizes.percent(raid.sync().part(), raid.sync().whole())
              + " in sync"
              + (raid.action().isEmpty() ? "" : ", " + shown(raid.action())),
          now -> now instanceof Raid r && !r.sync().isComplete());
    }
  }

  private void snapshot(Snapshot snapshot) {
    Snapshot.State state = snapshot.state();
    String words =
        switch (state) {
          case INVALID -> "snapshot INVALID";
          case OVERFLOW -> "snapshot OVERFLOWED: it ran out of space";
          case MERGE_FAILED -> "merging the snapshot FAILED";
          case UNKNOWN -> "snapshot in an unknown state";
          case VALID -> "";
        };
    if (!words.isEmpty()) {
      add(Health.FAILED, words, now -> now instanceof Snapshot s && s.state() == state);
    }
  }

  private void pool(ThinPool pool) {
    ThinPool.Mode mode = pool.mode();
    if (mode != ThinPool.Mode.READ_WRITE && mode != ThinPool.Mode.UNKNOWN) {
      boolean waits =
          mode == ThinPool.Mode.OUT_OF_DATA_SPACE
              && pool.usage() != null
              && pool.usage().queuesIfNoSpace();
      add(
          waits ? Health.WAITING : Health.FAILED,
          switch (mode) {
            case OUT_OF_DATA_SPACE ->
                "thin pool OUT OF DATA SPACE, writes " + (waits ? "wait" : "fail");
            case READ_ONLY -> "thin pool READ-ONLY";
            case ERROR -> "thin pool: its metadata cannot be read";
            default -> "thin pool FAILED";
          },
          now -> now instanceof ThinPool p && p.mode() == mode);
    }
    if (pool.usage() != null && pool.usage().needsCheck()) {
      add(
          Health.DEGRADED,
          "thin pool metadata NEEDS CHECK",
          now -> now instanceof ThinPool p && p.usage() != null && p.usage().needsCheck());
    }
  }

  private void cache(Cache cache) {
    Cache.Mode mode = cache.mode();
    if (mode != Cache.Mode.READ_WRITE && mode != Cache.Mode.UNKNOWN) {
      add(
          Health.FAILED,
          mode == Cache.Mode.READ_ONLY
              ? "cache READ-ONLY"
              : "cache " + words(mode).toUpperCase(Locale.ROOT),
          now -> now instanceof Cache c && c.mode() == mode);
    }
    if (cache.usage() != null && cache.usage().needsCheck()) {
      add(
          Health.DEGRADED,
          "cache metadata NEEDS CHECK",
          now -> now instanceof Cache c && c.usage() != null && c.usage().needsCheck());
    }
  }

  private void add(Health health, String words, Predicate<TargetStatus> isSo) {
    add(health, words, isSo, List.of());
  }

  private void add(Health health, String words, Predicate<TargetStatus> isSo, List<DevNo> below) {
    found.add(Trouble.of(health, words, STATES, test(isSo, STATES)).over(below));
  }

  private Trouble.Test test(Predicate<TargetStatus> isSo, Set<Kind> kinds) {
    return record -> kinds.contains(record.kind()) ? isSo(record, isSo) : null;
  }

  private @Nullable Boolean isSo(EventRecord record, Predicate<TargetStatus> isSo) {
    DmEvent event = record.event();
    if (event instanceof DmEvent.DeviceCreated) {
      return false;
    } else if (event instanceof DmEvent.TableLive e) {
      return isSo(e.targets(), isSo);
    } else if (event instanceof DmEvent.TableChanged e) {
      return isSo(e.targets(), isSo);
    } else if (event instanceof DmEvent.Baseline e) {
      return isSo(e.state().live(), isSo);
    } else if (event instanceof DmEvent.VerityCorrupted e && e.target() == index) {
      return true;
    } else if (event instanceof DmEvent.OfTarget e
        && e.target() == index
        && !e.status().isEmpty()) {
      return isSo.test(TargetStatus.parse(target.type(), e.status()));
    }
    return null;
  }

  private boolean isSo(List<Target> targets, Predicate<TargetStatus> isSo) {
    return index < targets.size()
        && targets.get(index).type().equals(target.type())
        && isSo.test(TargetStatus.parse(target.type(), targets.get(index).status()));
  }

  private String name(DevNo dev) {
    return Names.quoted(stack.nameOf(dev));
  }

  private static String words(Enum<?> constant) {
    return StatusFacts.word(constant).replace('_', ' ');
  }

  private static String shown(String text) {
    return KernelText.printable(text);
  }
}
