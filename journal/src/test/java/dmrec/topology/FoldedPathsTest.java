package dmrec.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.sun.management.ThreadMXBean;
import dmrec.event.DeviceRef;
import dmrec.event.DeviceState;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Mark;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Path events, which are worked out only when a device is read. */
class FoldedPathsTest {
  private static final String STATUS =
      "2 0 0 0 2 1 A 0 2 2 8:16 A 0 0 1 8:32 F 3 0 1 E 0 2 2 8:48 A 0 0 1 8:64 A 0 0 1 ";
  private static final DeviceRef MAP = new DeviceRef(new DevNo(254, 0), 7, "mpatha", "");
  private static final DevNo SDB = new DevNo(8, 16);

  private final Topology stack = new Topology();

  private static Target multipath(String status) {
    return new Target(0, 2048, "multipath", "0 0 1 1 queue-length 0 4 1", status);
  }

  private static EventRecord record(DmEvent event) {
    return EventRecord.of(event).source(Source.UEVENT).device(MAP).build();
  }

  private static DmEvent baseline(Target... targets) {
    return new DmEvent.Baseline(
        DeviceState.created(false, false).withTables(List.of(targets), null, List.of()));
  }

  private static EventRecord path(DevNo path, boolean failed) {
    return record(
        failed
            ? new DmEvent.PathFailed(path, "", -1, 0)
            : new DmEvent.PathReinstated(path, "", -1, 0));
  }

  private static EventRecord late(EventRecord record) {
    return record.toBuilder().marks(Mark.LATE.bit()).build();
  }

  private String status(int target) {
    return Objects.requireNonNull(stack.device(MAP.dev())).targets().get(target).status();
  }

  @Test
  void aFailureCountsAndAReinstatementDoesNot() {
    stack.apply(record(baseline(multipath(STATUS))));
    stack.apply(path(SDB, true));
    stack.apply(path(SDB, true));
    assertEquals(STATUS.replace("8:16 A 0", "8:16 F 1"), status(0));
    stack.apply(path(SDB, false));
    assertEquals(STATUS.replace("8:16 A 0", "8:16 A 1"), status(0));
    stack.apply(path(new DevNo(9, 9), true));
    assertEquals(STATUS.replace("8:16 A 0", "8:16 A 1"), status(0));
  }

  @Test
  void aLateFailureCountsAndLeavesThePathAsItIs() {
    stack.apply(record(baseline(multipath(STATUS))));
    stack.apply(late(path(SDB, true)));
    stack.apply(late(path(SDB, false)));
    stack.apply(late(path(new DevNo(8, 32), true)));
    assertEquals(STATUS.replace("8:16 A 0", "8:16 A 1"), status(0));
  }

  @Test
  void aDeviceThatWasReadAndDidNotChangeIsTheSameValue() {
    stack.apply(record(baseline(multipath(STATUS))));
    stack.apply(path(SDB, true));
    Device before = stack.device(MAP.dev());
    stack.apply(path(SDB, true));
    assertSame(before, stack.device(MAP.dev()));
  }

  @Test
  void aNewTableForgetsWhatPathsOfTheOldOneDid() {
    List<Target> table = List.of(multipath(STATUS));
    stack.apply(record(new DmEvent.DeviceCreated(false, false)));
    stack.apply(record(new DmEvent.TableLive(table, List.of(), false)));
    stack.apply(path(SDB, true));
    // when the very same table is made live again, before anybody looks
    stack.apply(record(new DmEvent.TableLive(table, List.of(), false)));
    assertEquals(STATUS, status(0));
  }

  @Test
  void whatTheStatusSaysOfOneTargetLeavesThePathsOfTheOthers() {
    stack.apply(record(baseline(multipath(STATUS), multipath(STATUS.replace("8:", "9:")))));
    stack.apply(path(SDB, true));
    stack.apply(record(new DmEvent.StatusChanged(1, "multipath", "", "no status")));
    assertEquals(STATUS.replace("8:16 A 0", "8:16 F 1"), status(0));
    assertEquals("no status", status(1));
  }

  @Test
  void aCopyStaysAsItIs() {
    stack.apply(record(baseline(multipath(STATUS))));
    stack.apply(path(SDB, true));
    Topology copy = stack.copy();
    stack.apply(path(SDB, false));
    assertEquals(
        STATUS.replace("8:16 A 0", "8:16 F 1"),
        Objects.requireNonNull(copy.device(MAP.dev())).targets().get(0).status());
  }

  @Test
  void foldingIsTheSameWhetherItIsReadAfterEachEventOrAtTheEnd() {
    for (int seed = 0; seed < 300; seed++) {
      Topology lazy = new Topology();
      Topology read = new Topology();
      List<EventRecord> applied = new ArrayList<>();
      SplittableRandom random = new SplittableRandom(seed);
      int count = random.nextInt(80);
      for (int i = 0; i < count; i++) {
        EventRecord record = any(random, i + 1);
        lazy.apply(record);
        read.apply(record);
        applied.add(record);
        // when one of them is read, its parses forgotten now and then
        read.records();
        if (random.nextInt(8) == 0) {
          read = read.copy();
        }
      }
      assertEquals(read.records(), lazy.records(), "seed " + seed);
      assertEquals(read.uncounted(), lazy.uncounted(), "seed " + seed);
      assertEquals(count, applied.size());
    }
  }

  private static EventRecord any(SplittableRandom random, int seq) {
    DevNo path = new DevNo(8, 16 * (1 + random.nextInt(5)));
    DmEvent event =
        switch (random.nextInt(14)) {
          case 0 -> baseline(target(random), target(random));
          case 1 -> new DmEvent.TableLive(List.of(target(random)), List.of(path), false);
          case 2 -> new DmEvent.TableChanged(List.of(target(random), target(random)));
          case 3 ->
              new DmEvent.StatusChanged(
                  random.nextInt(3), "multipath", "", target(random).status());
          case 4 -> new DmEvent.CountersChanged(seq, 1, 128);
          case 5 -> new DmEvent.DeviceSuspended(random.nextBoolean());
          case 6 -> new DmEvent.DeviceRenamed("", "name" + seq);
          case 7 ->
              random.nextInt(4) > 0 ? new DmEvent.TableCleared() : new DmEvent.DeviceRemoved();
          default ->
              random.nextBoolean()
                  ? new DmEvent.PathFailed(path, "", -1, 0)
                  : new DmEvent.PathReinstated(path, "", -1, 0);
        };
    DevNo dev = new DevNo(254, random.nextInt(2));
    return EventRecord.of(event)
        .seq(seq)
        .at(seq, seq)
        .marks(random.nextInt(5) == 0 ? Mark.LATE.bit() : 0)
        .device(new DeviceRef(dev, random.nextInt(8) == 0 ? 8 : 7, "m", ""))
        .build();
  }

  /** Some with a path twice, and some that are no multipath target's. */
  private static Target target(SplittableRandom random) {
    return switch (random.nextInt(4)) {
      case 0 -> multipath(STATUS.replace("8:48", "8:16"));
      case 1 -> multipath("2 0 0 0");
      case 2 -> new Target(0, 8, "linear", "8:16 0", "");
      default -> multipath(STATUS);
    };
  }

  @Test
  void aPathEventAllocatesNothing() {
    // given a device that is known, and two events of a path
    stack.apply(record(baseline(multipath(STATUS))));
    EventRecord fails = path(SDB, true);
    EventRecord works = path(SDB, false);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    long least = Long.MAX_VALUE;
    // when they alternate; the compiler may allocate now and then, the fold never does
    for (int round = 0; round < 20; round++) {
      long before = threads.getThreadAllocatedBytes(self);
      for (int i = 0; i < 5_000; i++) {
        stack.apply(fails, i);
        stack.apply(works, i);
      }
      least = Math.min(least, threads.getThreadAllocatedBytes(self) - before);
    }
    // then nothing was allocated, and each failure was counted
    assertEquals(0, least);
    assertEquals(STATUS.replace("8:16 A 0", "8:16 A 100000"), status(0));
  }
}
