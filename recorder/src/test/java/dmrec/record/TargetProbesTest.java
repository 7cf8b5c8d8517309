package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dmrec.event.Actor;
import dmrec.event.Certainty;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import dmrec.target.Target;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What happens to targets by itself, as hits of probes tell it. */
class TargetProbesTest {
  private static final String PARAMS =
      "0 0 3 1 round-robin 0 1 1 8:16 1 round-robin 0 1 1 8:32 1 round-robin 0 1 1 8:48 1";

  private static final State MPATH = State.of(5, "mpatha", "multipath", PARAMS, groups(1, "AEE"));

  private static String groups(int number, String states) {
    StringBuilder text = new StringBuilder("2 0 0 0 3 " + number);
    for (int i = 0; i < states.length(); i++) {
      text.append(" " + states.charAt(i) + " 0 1 0 8:" + 16 * (i + 1) + " A 0");
    }
    return text + " ";
  }

  private static String md(State state) {
    return " begin=0 md=\"" + state.dev() + "\"";
  }

  /** The kernel's flags are those of every breakpoint: whoever runs there is not named. */
  private static void switched(Scene scene, int group) throws IOException {
    scene.hit("switched cpu=1 tid=44 flags=72 group=" + group + md(MPATH), null);
  }

  private static void message(Scene scene, String word, int group) throws IOException {
    scene.probe("target_message dev=0 dm_flags=0 name=\"mpatha\" uuid=\"\" uid=0 comm=\"dmsetup\"");
    scene.probe("message" + md(MPATH) + " word=\"" + word + "\" argument=\"" + group + "\"");
    scene.probe("message_ret rc=0");
    scene.probe("target_message_ret rc=0");
  }

  private static String status(Scene scene, State state) {
    return Objects.requireNonNull(scene.recorder.topology().device(state.dev()))
        .targets()
        .get(0)
        .status();
  }

  private static void assertExact(EventRecord record) {
    assertEquals(Source.PROBE, record.source());
    assertEquals(Certainty.REPORTED, record.certainty());
  }

  @Test
  void groupIsSwitchedByIo() throws IOException {
    Scene scene = Scene.with(MPATH);
    switched(scene, 2);
    scene.lookExactly(MPATH.status(groups(2, "EAE")).events(0));

    EventRecord record = scene.only(Kind.GROUP_SWITCHED);
    assertExact(record);
    assertNull(record.actor());
    assertEquals(new DmEvent.GroupSwitched(0, 1, 2, groups(2, "EAE")), record.event());
    assertEquals("group_switched", scene.kinds());
  }

  @Test
  void switchThatWasAskedForIsToldOnce() throws IOException {
    Scene scene = Scene.with(MPATH);
    message(scene, "switch_group", 3);
    switched(scene, 3);
    scene.lookExactly(MPATH.status(groups(3, "EEA")).events(0));
    assertEquals("group_switched status_changed", scene.kinds());
    switched(scene, 3);
    assertEquals("", scene.kinds());
  }

  /** While no group is current the status names the first one, to which nothing goes. */
  @Test
  void groupThatWasLeftIsKnownWhereTheStatusForgetsIt() throws IOException {
    Scene scene = Scene.with(MPATH.status(groups(2, "EAE")));
    message(scene, "disable_group", 2);
    assertEquals(groups(1, "EDE"), status(scene, MPATH));
    switched(scene, 3);
    scene.lookExactly(MPATH.status(groups(3, "EDA")).events(0));
    DmEvent.GroupSwitched moved = (DmEvent.GroupSwitched) scene.only(Kind.GROUP_SWITCHED).event();
    assertEquals(2, moved.from());
    assertEquals("group_bypassed group_switched", scene.kinds());

    message(scene, "disable_group", 1);
    switched(scene, 3);
    assertEquals("group_bypassed status_changed", scene.kinds());
  }

  /** As where the kernel's memory must not be read, so that a call in it cannot be found. */
  @Test
  void switchThatNoProbeSeesIsFoundByAPoll() throws IOException {
    Scene scene = Scene.with(MPATH.status(groups(2, "EAE")));
    message(scene, "disable_group", 2);
    scene.look(MPATH.status(groups(1, "ADE")).events(0));
    DmEvent.GroupSwitched moved = (DmEvent.GroupSwitched) scene.only(Kind.GROUP_SWITCHED).event();
    assertEquals(2, moved.from());
    assertEquals("group_bypassed group_switched", scene.kinds());
    message(scene, "switch_group", 2);
    assertEquals("group_enabled group_switched", scene.kinds());
  }

  /** Two maps lose a path at once, in the interrupts of two processors. */
  @Test
  void interruptsOfTwoProcessorsAreKeptApart() throws IOException {
    State other = State.of(6, "mpathb", "multipath", PARAMS, groups(1, "AEE"));
    Scene scene = Scene.with(MPATH, other);
    String path = "path cpu=%d tid=0 flags=16 type=0 path=\"8:16\" valid=2 md=\"%s\"";
    scene.hit(String.format(path, 0, MPATH.dev()), null);
    scene.hit(String.format(path, 1, other.dev()), null);
    scene.hit("useq cpu=0 tid=0 flags=16 rc=7", null);
    scene.hit("useq cpu=1 tid=0 flags=16 rc=8", null);
    scene.path(MPATH, "PATH_FAILED", "8:16", 2, 7);
    scene.path(other, "PATH_FAILED", "8:16", 2, 8);

    assertEquals("path_failed path_failed", scene.kinds());
  }

  /** The kernel never fails the last leg ({@code raid1.c:raid1_error}). */
  @Test
  void legThatIsNotFailedAfterAllIsNotTold() throws IOException {
    State raid =
        State.of(6, "raid", "raid", "raid1 1 0 2 - 8:1 - 8:2", "raid1 2 DA 8192/8192 idle 0 0 - ");
    Scene scene = Scene.with(raid);
    scene.probe("raid_leg leg=1" + md(raid));
    scene.look(raid);
    assertEquals("", scene.kinds());
    scene.probe("raid_leg leg=1" + md(raid));
    scene.lookExactly(raid.status("raid1 2 DD 8192/8192 idle 0 0 - ").events(0));
    assertExact(scene.only(Kind.RAID_LEG_FAILED));
    assertEquals("raid_leg_failed", scene.kinds());
  }

  /** The kernel refuses to write to metadata that needs a check. */
  @Test
  void poolThatIsNotMadeWritableIsNotToldSo() throws IOException {
    String status = "0 10/4161600 8/64 - ro discard_passdown error_if_no_space needs_check 1024 ";
    State pool = State.of(6, "pool", "thin-pool", "8:1 8:2 128 16 1 error_if_no_space", status);
    Scene scene = Scene.with(pool);
    scene.probe("pool_mode mode=\"PM_WRITE\"" + md(pool));
    scene.probe("event module=\"dm_thin_pool\" function=\"notify_of_pool_mode_change\"" + md(pool));
    scene.look(pool.status(status).events(1));
    assertEquals("", scene.kinds());
  }

  @Test
  void arrayBypassesAGroup() throws IOException {
    Scene scene = Scene.with(MPATH);
    scene.hit("bypassed cpu=0 tid=9 flags=0 error=2 group=1" + md(MPATH), Scene.DMSETUP);
    switched(scene, 2);
    scene.lookExactly(MPATH.status(groups(2, "DAE")).events(0));
    assertEquals("group_bypassed group_switched", scene.kinds());
  }

  @Test
  void arrayIsToldOfASwitchFirst() throws IOException {
    State handled = State.of(5, "mpatha", "multipath", PARAMS.replaceFirst("0 0", "0 1 alua"), "");
    Scene scene = Scene.with(handled.status(groups(1, "AEE")));
    switched(scene, 2);
    assertEquals(groups(2, "EAE").replaceFirst("2 0", "2 1"), status(scene, MPATH));
  }

  @Test
  void corruptedBlockIsToldOnce() throws IOException {
    State verity = State.of(9, "verity", "verity", "1 8:1 8:2", "V");
    Scene scene = Scene.with(verity);
    String hit = "corrupted type=0 block=100 count=";
    scene.probe(hit + 0 + md(verity));
    scene.probe(hit + 1 + md(verity));
    for (int i = 0; i < 3; i++) {
      scene.uevent(verity, "change", "DM_VERITY_ERR_BLOCK_NR=0,100");
    }
    scene.kernelLog(7, "verity: 8:1: data block 100 is corrupted");
    scene.lookExactly(verity.status("C").events(0));

    List<EventRecord> told =
        scene.records.stream().filter(each -> each.kind() == Kind.VERITY_CORRUPTED).toList();
    assertExact(told.get(0));
    assertEquals(new DmEvent.VerityCorrupted(0, "data", 100, "C"), told.get(0).event());
    assertEquals(Source.UEVENT, told.get(2).source()); // No probe saw the third.
    assertEquals(
        "verity_corrupted verity_corrupted verity_corrupted kernel_message", scene.kinds());
  }

  @Test
  void integrityErrorIsToldOnceAndOfItsDevice() throws IOException {
    State integrity = State.of(9, "integrity", "integrity", "8:1 0 4 J 0", "0 128 -");
    Scene scene = Scene.with(integrity);
    String text = "integrity: Error on writing journal: -5";
    scene.probe("console msg=\"device-mapper: " + text + "\"");
    scene.kernelLog(7, text);

    EventRecord record = scene.only(Kind.INTEGRITY_FAULT);
    assertExact(record);
    assertEquals(integrity.dev(), record.device().dev());
    String line = "device-mapper: integrity: Error on writing journal: -5";
    assertEquals(new DmEvent.IntegrityFault("error", -1, line), record.event());
    assertEquals(line, ((DmEvent.KernelMessage) scene.only(Kind.KERNEL_MESSAGE).event()).text());
    scene.records.clear();

    scene.look(State.of(10, "other", "integrity", "8:2 0 4 J 0", "0 128 -"));
    scene.records.clear();
    scene.probe("console msg=\"device-mapper: " + text + "\"");
    assertEquals(true, scene.only(Kind.INTEGRITY_FAULT).device().isNone());
  }

  private static State snapshot(int minor, String name, String store) {
    Target target = new Target(0, 2048, "snapshot", "8:3 8:4 " + store + " 8", "16/256 16");
    return State.bare(minor, name, "S-" + name).withLive(List.of(target));
  }

  private static void overflowed(Scene scene) throws IOException {
    String text = "snapshots: Snapshot overflowed: Unable to allocate exception.";
    scene.probe("console msg=\"device-mapper: " + text + "\"");
    scene.kernelLog(8, text);
  }

  @Test
  void overflowHasTheMomentOfItsLine() throws IOException {
    State snap = snapshot(8, "snap", "PO");
    Scene scene = Scene.with(snap, snapshot(9, "other", "P"));
    overflowed(scene);
    long writtenNs = scene.nowNs();
    scene.look(snap.status("Overflow").events(0));

    EventRecord record = scene.only(Kind.SNAPSHOT_OVERFLOWED);
    assertExact(record);
    assertEquals(true, record.wallNs() < writtenNs && record.receivedNs() < writtenNs);
    assertEquals(8, ((DmEvent.SnapshotOverflowed) record.event()).logSeq());
    assertEquals(true, scene.recorder.takeAgain());
  }

  @Test
  void lineThatFitsTwoSnapshotsProvesNone() throws IOException {
    State snap = snapshot(8, "snap", "PO");
    State other = snapshot(9, "other", "PO");
    Scene scene = Scene.with(snap, other);
    overflowed(scene);
    overflowed(scene);
    scene.look(snap.status("Overflow").events(0));
    scene.look(other.status("Overflow").events(0));

    for (EventRecord record : scene.records) {
      if (record.kind() == Kind.SNAPSHOT_OVERFLOWED) {
        assertEquals(Source.PROBE, record.source());
        assertEquals(Certainty.INFERRED, record.certainty());
      }
    }
    assertEquals(
        "kernel_message kernel_message snapshot_overflowed snapshot_overflowed", scene.kinds());
  }

  @Test
  void poolIsLowOnceWithWhatItUses() throws IOException {
    State pool =
        State.of(
            6,
            "pool",
            "thin-pool",
            "8:1 8:2 128 16 1 error_if_no_space",
            "0 10/4161600 8/64 - rw discard_passdown error_if_no_space - 1024 ");
    String low = "0 12/4161600 52/64 - rw discard_passdown error_if_no_space - 1024 ";
    Scene scene = Scene.with(pool);
    String raised = "event module=\"dm_thin_pool\" function=\"alloc_data_block.isra.0\"";
    scene.probe(raised + md(pool));
    scene.probe("pool_mode mode=\"PM_OUT_OF_DATA_SPACE\"" + md(pool));
    scene.probe("event module=\"dm_thin_pool\" function=\"notify_of_pool_mode_change\"" + md(pool));
    scene.lookExactly(
        pool.status(low.replace("rw", "out_of_data_space")).events(pool.eventNr() + 2));

    EventRecord record = scene.only(Kind.POOL_LOW_SPACE);
    assertExact(record);
    assertEquals(new DmEvent.PoolLowSpace(0, "data", 52, 64, low), record.event());
    assertExact(scene.only(Kind.POOL_MODE_CHANGED));
    assertEquals("pool_low_space pool_mode_changed", scene.kinds());
    scene.probe(raised + md(pool));
    scene.look(pool.status(low.replace("rw", "out_of_data_space")).events(3));
    assertEquals("", scene.kinds());
  }

  /** Only a change raises an event, and it never leaves its failure. */
  @Test
  void modeThatIsSetAnewIsNoChange() throws IOException {
    String status =
        "8 9/1024 128 0/256 0 29 0 0 0 0 0 1 writeback 2 migration_threshold 2048 smq 0 ";
    State cache =
        State.of(6, "cache", "cache", "8:1 8:2 8:3 128 1 writeback smq 0", status + "rw - ");
    Scene scene = Scene.with(cache);
    String raised = "event module=\"dm_cache\" function=\"set_cache_mode\"" + md(cache);
    scene.probe("cache_mode mode=\"CM_FAIL\"" + md(cache));
    scene.probe(raised);
    scene.probe("cache_mode_ret");
    scene.probe("cache_mode mode=\"CM_READ_ONLY\"" + md(cache));
    scene.probe("cache_mode_ret");
    scene.probe(raised); // What was set before has nothing to do with it.
    scene.lookExactly(cache.status("Fail"));

    EventRecord record = scene.only(Kind.CACHE_MODE_CHANGED);
    assertExact(record);
    assertEquals(new DmEvent.CacheModeChanged(0, "rw", "Fail", "Fail"), record.event());
    assertEquals("cache_mode_changed", scene.kinds());
  }

  @Test
  void raidIsInSyncWhereTheStatusSaysSo() throws IOException {
    State raid =
        State.of(
            7, "raid", "raid", "raid1 1 0 2 8:1 8:2 8:3 8:4", "raid1 2 aa 64/128 resync 0 0 -");
    Scene scene = Scene.with(raid);
    reaped(scene, raid);
    scene.look(raid.status("raid1 2 aa 64/128 resync 0 0 -").events(0));
    assertEquals("", scene.kinds());
    reaped(scene, raid);
    scene.lookExactly(raid.status("raid1 2 AA 128/128 idle 0 0 -"));

    assertExact(scene.only(Kind.RAID_IN_SYNC));
    assertEquals("raid_in_sync", scene.kinds());
    reaped(scene, raid); // A check of it ended.
    scene.look(raid.status("raid1 2 AA 128/128 idle 0 0 -"));
    assertEquals("", scene.kinds());
  }

  private static void reaped(Scene scene, State raid) throws IOException {
    scene.probe("reap" + md(raid));
    scene.probe("reap_ret");
  }

  /** Of a message that was refused only that is told. */
  @Test
  void messageIsToldByItsFirstWord() throws IOException {
    State pool = State.of(6, "pool", "thin-pool", "8:1 8:2 128 16 0", "Fail");
    Scene scene = Scene.with(pool);
    poolMessage(scene, pool, "create_thin", 0);
    poolMessage(scene, pool, "create_thin", -17);

    EventRecord record = scene.only(Kind.TARGET_MESSAGE);
    assertExact(record);
    assertEquals(Scene.DMSETUP.as(Actor.Relation.ASKED), record.actor());
    assertEquals(new DmEvent.TargetMessage(0, "thin-pool", "create_thin"), record.event());
    assertEquals("target_message request_failed", scene.kinds());
  }

  private static void poolMessage(Scene scene, State pool, String word, int rc) throws IOException {
    scene.probe("target_message dev=0 dm_flags=0 name=\"pool\" uuid=\"\" uid=0 comm=\"dmsetup\"");
    scene.probe("pool_message" + md(pool) + " word=\"" + word + "\"");
    scene.probe("target_message_ret rc=" + rc);
  }
}
