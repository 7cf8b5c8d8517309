package dmrec.query;

import dmrec.event.DmEvent;
import dmrec.target.DevNo;
import dmrec.target.Target;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import dmrec.topology.TopologyView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is different between the stack at two moments.
 *
 * <p>Devices are the same where their identity is: number and life within one boot. A name or a
 * number that is borne by another device is a device that vanished and one that appeared. Disks
 * have no such identity; they are the same where number, name and what is known of their hardware
 * agree.
 *
 * @param sameBoot whether both are of one boot; else no device can be the same
 */
public record StackDiff(boolean sameBoot, List<Entry> entries) {

  /** What became of a device or disk; of one number, first what vanished. */
  public enum Fate {
    VANISHED,
    APPEARED,
    CHANGED;

    Fate reversed() {
      return this == APPEARED ? VANISHED : this == VANISHED ? APPEARED : CHANGED;
    }
  }

  /**
   * A device or disk that is different.
   *
   * @param isDisk whether it is a disk, and no mapped device
   * @param name at the later moment, or when it was last there
   * @param details what is different; for one that appeared or vanished, what it is or was
   */
  public record Entry(
      Fate fate,
      boolean isDisk,
      DevNo dev,
      long diskSeq,
      String name,
      String otherName,
      List<Detail> details) {
    public Entry {
      details = List.copyOf(details);
    }

    Entry reversed() {
      return new Entry(
          fate.reversed(), isDisk, dev, diskSeq, otherName, name, StackDiff.reversed(details));
    }
  }

  /**
   * One difference.
   *
   * @param what stable, in snake case: {@code name}, {@code table}, {@code path_state}, ...
   * @param of the target, or the path, leg or group of it; empty for the device
   * @param before empty where there was none
   * @param after empty where there is none
   */
  public record Detail(String what, String of, String before, String after) {
    Detail reversed() {
      return new Detail(what, of, after, before);
    }
  }

  public StackDiff {
    entries =
        entries.stream()
            .sorted(
                Comparator.comparing(Entry::isDisk)
                    .thenComparing(Entry::dev)
                    .thenComparing(Entry::fate))
            .toList();
  }

  public boolean isEmpty() {
    return entries.isEmpty();
  }

  /** The difference as seen from the other moment. */
  StackDiff reversed() {
    return new StackDiff(sameBoot, entries.stream().map(Entry::reversed).toList());
  }

  static StackDiff between(TopologyView before, TopologyView after) {
    boolean sameBoot = boot(before).equals(boot(after));
    List<Entry> entries = new ArrayList<>();
    TreeSet<DevNo> devs = new TreeSet<>();
    before.devices().forEach(device -> devs.add(device.dev()));
    after.devices().forEach(device -> devs.add(device.dev()));
    for (DevNo dev : devs) {
      Device was = before.device(dev);
      Device is = after.device(dev);
      if (was != null && is != null && sameBoot && was.ref().isSameLife(is.ref())) {
        List<Detail> details = changes(was, is);
        if (!details.isEmpty()) {
          entries.add(entry(Fate.CHANGED, is, was.name(), details));
        }
        continue;
      }
      if (was != null) {
        entries.add(entry(Fate.VANISHED, was, was.name(), reversed(whole(was))));
      }
      if (is != null) {
        entries.add(entry(Fate.APPEARED, is, is.name(), whole(is)));
      }
    }
    disks(before, after, entries);
    return new StackDiff(sameBoot, entries);
  }

  private static String boot(TopologyView stack) {
    DmEvent.RecordingStarted recording = stack.recording();
    return recording == null ? "" : recording.bootId();
  }

  private static Entry entry(Fate fate, Device device, String otherName, List<Detail> details) {
    return new Entry(
        fate, false, device.dev(), device.ref().diskSeq(), device.name(), otherName, details);
  }

  /** The same from the other end; of a table, what was removed stays before what was added. */
  private static List<Detail> reversed(List<Detail> details) {
    List<Detail> reversed = new ArrayList<>();
    int run = 0;
    for (Detail detail : details) {
      boolean sameTable =
          isTable(detail.what())
              && !reversed.isEmpty()
              && reversed.get(reversed.size() - 1).what().equals(detail.what());
      run = sameTable ? run : reversed.size();
      Detail other = detail.reversed();
      if (isTable(detail.what()) && other.after().isEmpty()) {
        reversed.add(run, other);
        run++;
      } else {
        reversed.add(other);
      }
    }
    return reversed;
  }

  /** Whether a detail is a line of a table, which one of the two has. */
  static boolean isTable(String what) {
    return what.equals("table") || what.equals("inactive_table");
  }

  /** What a device is, for one that was not there before. */
  private static List<Detail> whole(Device device) {
    List<Detail> details = new ArrayList<>();
    text(details, "uuid", "", "", device.uuid());
    flags(details, null, device);
    lines(details, "table", null, device.live());
    lines(details, "inactive_table", null, device.inactive());
    return details;
  }

  private static List<Detail> changes(Device was, Device is) {
    List<Detail> details = new ArrayList<>();
    text(details, "name", "", was.name(), is.name());
    text(details, "uuid", "", was.uuid(), is.uuid());
    flags(details, was, is);
    if ((was.live() == null) != (is.live() == null)) {
      details.add(
          new Detail(
              "live_table",
              "",
              was.live() == null ? "none" : "live",
              is.live() == null ? "none" : "live"));
    }
    lines(details, "table", was.live(), is.live());
    lines(details, "inactive_table", was.inactive(), is.inactive());
    int targets = Math.min(was.targets().size(), is.targets().size());
    for (int i = 0; i < targets; i++) {
      Target old = was.targets().get(i);
      Target now = is.targets().get(i);
      if (old.type().equals(now.type()) && !old.status().equals(now.status())) {
        facts(details, targets > 1 ? i + " " : "", StatusFacts.of(old), StatusFacts.of(now));
      }
    }
    return details;
  }

  private static void facts(
      List<Detail> details, String target, List<StatusFacts.Fact> was, List<StatusFacts.Fact> is) {
    Map<String, StatusFacts.Fact> old = byName(was);
    Map<String, StatusFacts.Fact> now = byName(is);
    for (String key : new TreeSet<>(union(old, now))) {
      StatusFacts.Fact a = old.get(key);
      StatusFacts.Fact b = now.get(key);
      StatusFacts.Fact either = Objects.requireNonNull(a == null ? b : a);
      text(
          details,
          either.name(),
          target + either.of(),
          a == null ? "" : a.value(),
          b == null ? "" : b.value());
    }
  }

  private static List<String> union(
      Map<String, StatusFacts.Fact> one, Map<String, StatusFacts.Fact> other) {
    List<String> keys = new ArrayList<>(one.keySet());
    keys.addAll(other.keySet());
    return keys;
  }

  private static Map<String, StatusFacts.Fact> byName(List<StatusFacts.Fact> facts) {
    Map<String, StatusFacts.Fact> byName = new LinkedHashMap<>();
    facts.forEach(fact -> byName.put(fact.of() + " " + fact.name(), fact));
    return byName;
  }

  private static void flags(List<Detail> details, @Nullable Device was, Device is) {
    flag(details, "suspended", was != null && was.suspended(), is.suspended());
    flag(details, "internal_suspend", was != null && was.internalSuspend(), is.internalSuspend());
    flag(details, "read_only", was != null && was.readOnly(), is.readOnly());
    flag(details, "deferred_remove", was != null && was.deferredRemove(), is.deferredRemove());
  }

  private static void flag(List<Detail> details, String what, boolean was, boolean is) {
    text(details, what, "", was ? "yes" : "no", is ? "yes" : "no");
  }

  private static void text(
      List<Detail> details, String what, String of, String before, String after) {
    if (!before.equals(after)) {
      details.add(new Detail(what, of, before, after));
    }
  }

  /** The lines that only one of two tables has, in their order, the old ones first. */
  private static void lines(
      List<Detail> details, String what, @Nullable List<Target> was, @Nullable List<Target> is) {
    List<String> old = lines(was);
    List<String> now = lines(is);
    List<String> removed = new ArrayList<>(old);
    now.forEach(removed::remove);
    List<String> added = new ArrayList<>(now);
    old.forEach(added::remove);
    removed.forEach(line -> details.add(new Detail(what, "", line, "")));
    added.forEach(line -> details.add(new Detail(what, "", "", line)));
  }

  private static List<String> lines(@Nullable List<Target> targets) {
    List<String> lines = new ArrayList<>();
    for (Target target : targets == null ? List.<Target>of() : targets) {
      lines.add(
          target.startSector()
              + " "
              + target.lengthSectors()
              + " "
              + target.type()
              + (target.params().isEmpty() ? "" : " " + target.params()));
    }
    return lines;
  }

  private static void disks(TopologyView before, TopologyView after, List<Entry> entries) {
    TreeSet<DevNo> devs = new TreeSet<>();
    before.disks().forEach(disk -> devs.add(disk.dev()));
    after.disks().forEach(disk -> devs.add(disk.dev()));
    for (DevNo dev : devs) {
      Disk was = present(before.disk(dev));
      Disk is = present(after.disk(dev));
      if (was != null && is != null && isSame(was, is)) {
        List<Detail> details = new ArrayList<>();
        text(details, "wwid", "", was.wwid(), is.wwid());
        text(details, "serial", "", was.serial(), is.serial());
        text(details, "size_sectors", "", size(was), size(is));
        text(details, "port", "", was.port(), is.port());
        if (!details.isEmpty()) {
          entries.add(new Entry(Fate.CHANGED, true, dev, 0, is.name(), was.name(), details));
        }
        continue;
      }
      if (was != null) {
        entries.add(
            new Entry(Fate.VANISHED, true, dev, 0, was.name(), was.name(), reversed(whole(was))));
      }
      if (is != null) {
        entries.add(new Entry(Fate.APPEARED, true, dev, 0, is.name(), is.name(), whole(is)));
      }
    }
  }

  private static @Nullable Disk present(@Nullable Disk disk) {
    return disk == null || !disk.present() ? null : disk;
  }

  private static boolean isSame(Disk one, Disk other) {
    return one.name().equals(other.name())
        && agree(one.wwid(), other.wwid())
        && agree(one.serial(), other.serial());
  }

  private static boolean agree(String one, String other) {
    return one.isEmpty() || other.isEmpty() || one.equals(other);
  }

  private static List<Detail> whole(Disk disk) {
    List<Detail> details = new ArrayList<>();
    text(details, "wwid", "", "", disk.wwid());
    text(details, "serial", "", "", disk.serial());
    text(details, "size_sectors", "", "", size(disk));
    text(details, "port", "", "", disk.port());
    return details;
  }

  private static String size(Disk disk) {
    return disk.sizeSectors() < 0 ? "" : Long.toString(disk.sizeSectors());
  }
}
