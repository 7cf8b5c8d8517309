package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Mark;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.target.Target;
import dmrec.topology.Device;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterpreterTest {
  private static final String MPATH = "2 1 service-time 0 2 1 8:0 1 8:16 1";
  private static final String BOTH = "2 0 0 0 1 1 A 0 2 0 8:0 A 0 8:16 A 0 ";
  private static final String ONE_FAILED = "2 0 0 0 1 1 A 0 2 0 8:0 F 1 8:16 A 0 ";
  private static final String ONE_BACK = "2 0 0 0 1 1 A 0 2 0 8:0 A 1 8:16 A 0 ";
  private static final long PATIENCE_NS = 6_000_000_000L;

  private final State mpath = State.of(1, "mpatha", "multipath", "0 0 1 1 " + MPATH, BOTH);
  private final State linear = State.of(2, "lin", "linear", "8:0 0", "");

  // Paths.

  @Test
  void pathEventsComeFromTheirUeventsOnceWhenTheStatusFollows() throws Exception {
    Scene scene = Scene.with(mpath);
    scene.path(mpath, "PATH_FAILED", "8:0", 1, 1);
    EventRecord failed = scene.only(Kind.PATH_FAILED);
    assertEquals(new DmEvent.PathFailed(new DevNo(8, 0), "", 1, 1), failed.event());
    assertEquals(Certainty.REPORTED, failed.certainty());
    assertEquals(0, failed.notBeforeNs());
    assertEquals("mpatha", failed.device().name());
    scene.lookExactly(mpath.status(ONE_FAILED));
    scene.path(mpath, "PATH_REINSTATED", "8:0", 2, 2);
    scene.lookExactly(mpath.status(ONE_BACK).events(2));
    scene.later(PATIENCE_NS);
    scene.sampled();
    assertEquals("path_failed path_reinstated", scene.kinds());
  }

  @Test
  void pathEventsThatTheKernelSendsInReverseLeaveThePathAsTheNewestSays() throws Exception {
    Scene scene = Scene.with(mpath);
    scene.path(mpath, "PATH_REINSTATED", "8:0", 2, 4);
    scene.path(mpath, "PATH_FAILED", "8:0", 1, 3);
    scene.path(mpath, "PATH_REINSTATED", "8:0", 2, 2);
    scene.path(mpath, "PATH_FAILED", "8:0", 1, 1);
    assertEquals(
        List.of(0, Mark.LATE.bit(), Mark.LATE.bit(), Mark.LATE.bit()),
        scene.records.stream()
            .filter(record -> record.source() == Source.UEVENT)
            .map(EventRecord::marks)
            .toList());
    String both = "2 0 0 0 1 1 A 0 2 0 8:0 A 2 8:16 A 0 ";
    assertEquals(both, device(scene, mpath).targets().get(0).status());
    scene.lookExactly(mpath.status(both).events(4));
    scene.later(PATIENCE_NS);
    scene.sampled();
    assertEquals("path_reinstated path_failed path_reinstated path_failed", scene.kinds());
    // The number has 32 bits and goes on at 0.
    scene.path(mpath, "PATH_FAILED", "8:16", 1, 0xffff_ffffL);
    scene.path(mpath, "PATH_REINSTATED", "8:16", 2, 1);
    assertEquals(
        both.replace("8:16 A 0", "8:16 A 1"), device(scene, mpath).targets().get(0).status());
  }

  @Test
  void pathEventsInReverseAreToldOnceWhenTheStatusCameFirst() throws Exception {
    Scene scene = Scene.with(mpath);
    scene.lookExactly(mpath.status(ONE_FAILED));
    scene.lookExactly(mpath.status(ONE_BACK).events(2));
    scene.path(mpath, "PATH_REINSTATED", "8:0", 2, 2);
    scene.path(mpath, "PATH_FAILED", "8:0", 1, 1);
    scene.lookExactly(mpath.status(ONE_BACK).events(2));
    scene.later(PATIENCE_NS);
    scene.sampled();
    assertEquals("status_changed status_changed path_reinstated path_failed", scene.kinds());
  }

  @Test
  void pathEventsComeFromTheirUeventsOnceWhenTheStatusCameFirst() throws Exception {
    Scene scene = Scene.with(mpath);
    scene.lookExactly(mpath.status(ONE_FAILED));
    scene.lookExactly(mpath.status(ONE_BACK).events(2));
    scene.path(mpath, "PATH_FAILED", "8:0", 1, 1);
    scene.path(mpath, "PATH_REINSTATED", "8:0", 2, 2);
    scene.lookExactly(mpath.status(ONE_BACK).events(2));
    scene.later(PATIENCE_NS);
    scene.sampled();
    assertEquals("status_changed status_changed path_failed path_reinstated", scene.kinds());
  }

  @Test
  void pathsAreDerivedAfterSomePatienceWhereNoUeventComes() throws Exception {
    Scene scene = Scene.with(mpath);
    long lastLook = scene.nowNs();
    scene.lookExactly(mpath.status(ONE_FAILED));
    scene.sampled();
    assertEquals("status_changed", scene.kinds());
    scene.later(PATIENCE_NS);
    scene.sampled();
    EventRecord failed = scene.only(Kind.PATH_FAILED);
    assertEquals(Certainty.DERIVED, failed.certainty());
    assertTrue(failed.notBeforeNs() <= lastLook && failed.notBeforeNs() > 0);
    scene.records.clear();
    // By now it is known that this kernel sends none.
    scene.lookExactly(mpath.status(ONE_BACK).events(2));
    assertEquals("path_reinstated", scene.kinds());
  }

  @Test
  void pathsDerivedLateDoNotChangeTheStatusThatWasSeen() throws Exception {
    Scene scene = Scene.with(mpath);
    scene.lookExactly(mpath.status(ONE_FAILED));
    scene.lookExactly(mpath.status(ONE_BACK).events(2));
    scene.later(PATIENCE_NS);
    scene.sampled();
    assertEquals("status_changed status_changed path_failed path_reinstated", scene.kinds());
    Device shown = device(scene, mpath);
    assertEquals(ONE_BACK, shown.targets().get(0).status());
  }

  @Test
  void oneLateUeventDoesNotMakeTheNextOnesDerived() throws Exception {
    Scene scene = Scene.with(mpath);
    scene.path(mpath, "PATH_FAILED", "8:0", 1, 1);
    scene.path(mpath, "PATH_REINSTATED", "8:0", 2, 2);
    scene.look(mpath.status(ONE_BACK));
    // This one's uevent is lost, the next one's is not.
    scene.look(mpath.status("2 0 0 0 1 1 A 0 2 0 8:0 F 2 8:16 A 0 ").events(2));
    scene.later(PATIENCE_NS);
    scene.sampled();
    assertEquals("path_failed path_reinstated status_changed path_failed", scene.kinds());
    scene.look(mpath.status("2 0 0 0 1 1 A 0 2 0 8:0 A 2 8:16 A 0 ").events(3));
    assertEquals("status_changed", scene.kinds());
    scene.path(mpath, "PATH_REINSTATED", "8:0", 2, 4);
    assertEquals("path_reinstated", scene.kinds());
  }

  @Test
  void aUeventAfterItsEventWasDerivedIsATrace() throws Exception {
    Scene scene = Scene.with(mpath);
    scene.lost(Source.UEVENT, 3);
    scene.list();
    scene.lookExactly(mpath.status(ONE_FAILED));
    assertEquals("gap path_failed baseline", scene.kinds());
    scene.path(mpath, "PATH_FAILED", "8:0", 1, 1);
    assertEquals("", scene.kinds());
    scene.path(mpath, "PATH_REINSTATED", "8:0", 2, 2);
    scene.path(mpath, "PATH_FAILED", "8:0", 1, 3);
    assertEquals("path_reinstated path_failed", scene.kinds());
  }

  @Test
  void pathsStillAwaitedAtTheEndAreDerived() throws Exception {
    Scene scene = Scene.with(mpath);
    scene.look(mpath.status(ONE_FAILED));
    scene.stopped();
    assertEquals("status_changed path_failed recording_stopped", scene.kinds());
  }

  @Test
  void aLossOfTheKernelLogDerivesNoPaths() throws Exception {
    Scene scene = Scene.with(mpath);
    scene.lost(Source.KMSG, 3);
    scene.list();
    scene.look(mpath.status(ONE_FAILED));
    scene.path(mpath, "PATH_FAILED", "8:0", 1, 1);
    assertEquals("gap status_changed baseline path_failed", scene.kinds());
  }

  @Test
  void injectedPathUeventsAreMarkedAndChangeNothing() throws Exception {
    Scene scene = Scene.with(mpath);
    scene.pathFrom(4711, mpath, "PATH_FAILED", "8:0", 1, 1);
    EventRecord forged = scene.only(Kind.PATH_FAILED);
    assertEquals(Mark.INJECTED.bit(), forged.marks());
    assertNotNull(forged.actor());
    assertEquals(4711, forged.actor().pid());
    assertEquals("forger", forged.actor().command());
    assertEquals(BOTH, device(scene, mpath).targets().get(0).status());
    scene.ueventFrom(4711, mpath, "remove");
    assertNotNull(scene.recorder.topology().device(mpath.dev()));
    scene.lookExactly(mpath.status(ONE_FAILED));
    scene.path(mpath, "PATH_FAILED", "8:0", 1, 1);
    assertEquals("path_failed status_changed path_failed", scene.kinds());
  }

  @Test
  void groupsAreDerivedFromTheStatus() throws Exception {
    String two = "2 0 0 0 2 1 A 0 1 0 8:0 A 0 E 0 1 0 8:16 A 0 ";
    State state = State.of(1, "m", "multipath", "x", two);
    Scene scene = Scene.with(state);
    scene.lookExactly(state.status("2 0 0 0 2 1 D 0 1 0 8:0 A 0 E 0 1 0 8:16 A 0 "));
    assertEquals("group_bypassed", scene.kinds());
    scene.lookExactly(state.status("2 0 0 0 2 2 D 0 1 0 8:0 A 0 A 0 1 0 8:16 A 0 "));
    assertEquals(
        new DmEvent.GroupSwitched(0, 1, 2, "2 0 0 0 2 2 D 0 1 0 8:0 A 0 A 0 1 0 8:16 A 0 "),
        scene.only(Kind.GROUP_SWITCHED).event());
    scene.records.clear();
    scene.lookExactly(state.status("2 0 0 0 2 2 E 0 1 0 8:0 A 0 A 0 1 0 8:16 A 0 "));
    assertEquals("group_enabled", scene.kinds());
  }

  // Devices.

  @Test
  void aRemovalSendsTwoUeventsAndIsOneEvent() throws Exception {
    Scene scene = Scene.with(linear);
    scene.uevent(linear, "remove", "DM_COOKIE=6377493");
    scene.uevent(linear, "remove");
    scene.devices.clear();
    scene.list();
    assertEquals("device_removed", scene.kinds());
    assertNull(scene.recorder.topology().device(linear.dev()));
  }

  @Test
  void aRemovalThatTheListShowsFirstIsOneEvent() throws Exception {
    Scene scene = Scene.with(linear);
    scene.devices.clear();
    scene.list();
    scene.uevent(linear, "remove", "DM_COOKIE=6377493");
    scene.uevent(linear, "remove");
    EventRecord removed = scene.only(Kind.DEVICE_REMOVED);
    assertEquals(Certainty.DERIVED, removed.certainty());
    assertTrue(removed.notBeforeNs() > 0);
    assertEquals("device_removed", scene.kinds());
  }

  @Test
  void aDeviceThatCameAndWentBetweenTwoLooksIsCreatedAndRemoved() throws Exception {
    Scene scene = Scene.with();
    final long before = scene.nowNs();
    scene.uevent(linear, "add");
    scene.uevent(linear, "change", "DM_COOKIE=1");
    scene.uevent(linear, "remove", "DM_COOKIE=1");
    scene.uevent(linear, "remove");
    EventRecord created = scene.only(Kind.DEVICE_CREATED);
    assertTrue(created.notBeforeNs() <= before);
    assertEquals("device_created device_removed", scene.kinds());
    scene.list();
    assertEquals("", scene.kinds());
  }

  @Test
  void aDeviceThatTheListShowedAndNoLookFoundIsCreatedAndRemoved() throws Exception {
    Scene scene = Scene.with();
    final long before = scene.nowNs();
    State bare = State.bare(5, "brief", "U");
    scene.devices.put(bare.dev(), bare);
    scene.list();
    scene.vanished(bare);
    assertEquals("", scene.kinds());
    scene.sampled();
    EventRecord created = scene.only(Kind.DEVICE_CREATED);
    assertEquals("brief", created.device().name());
    assertTrue(created.notBeforeNs() <= before);
    assertEquals("device_created device_removed", scene.kinds());
  }

  @Test
  void createdIsNotBeforeTheListThatDidNotShowIt() throws Exception {
    Scene scene = Scene.with();
    final long before = scene.nowNs();
    scene.devices.put(linear.dev(), linear);
    scene.list();
    scene.list();
    scene.look(linear);
    EventRecord created = scene.only(Kind.DEVICE_CREATED);
    assertTrue(created.notBeforeNs() <= before && created.notBeforeNs() > 0);
    assertEquals(created.notBeforeNs(), scene.only(Kind.TABLE_LIVE).notBeforeNs());
    assertEquals("device_created table_live", scene.kinds());
  }

  @Test
  void aMinorUsedAgainIsAnotherDevice() throws Exception {
    Scene scene = Scene.with(linear);
    State other = linear.life(777).named("other", "U2");
    scene.lookExactly(other);
    assertEquals("device_removed device_created table_live", scene.kinds());
    // The uevents of the old one come late.
    scene.uevent(linear, "remove", "DM_COOKIE=1");
    scene.uevent(linear, "remove");
    scene.uevent(other, "add");
    assertEquals("", scene.kinds());
    assertNotNull(scene.recorder.topology().device(linear.dev()));
  }

  @Test
  void aLifeThatBeganBeforeTheLookAtTheNextOneIsTold() throws Exception {
    Scene scene = Scene.with();
    scene.uevent(linear, "add");
    State other = linear.life(777).named("other", "U2");
    scene.lookExactly(other);
    assertEquals("device_created device_removed device_created table_live", scene.kinds());
    // What the kernel sent before that look comes late.
    scene.uevent(linear, "remove", "DM_COOKIE=1");
    scene.uevent(linear, "remove");
    scene.uevent(other, "add");
    assertEquals("", scene.kinds());
    assertNotNull(scene.recorder.topology().device(linear.dev()));
  }

  @Test
  void aDeviceMadeAgainWithTheSameNameIsAnotherDevice() throws Exception {
    Scene scene = Scene.with(linear);
    final long lastLook = scene.nowNs();
    scene.uevent(linear, "remove", "DM_COOKIE=1");
    scene.uevent(linear, "remove");
    State again = linear.life(778);
    scene.uevent(again, "add");
    scene.uevent(again, "change", "DM_COOKIE=1");
    scene.lookExactly(again);
    EventRecord created = scene.only(Kind.DEVICE_CREATED);
    assertTrue(created.notBeforeNs() <= lastLook);
    assertEquals(778, created.device().diskSeq());
    assertEquals("device_removed device_created table_live", scene.kinds());
  }

  @Test
  void aDeviceWithoutATableGetsItsNumberLater() throws Exception {
    Scene scene = Scene.with();
    State bare = State.bare(5, "new", "U").life(0);
    scene.lookExactly(bare);
    scene.uevent(bare.life(900), "add");
    scene.lookExactly(bare.life(900).live("linear", "8:0 0", ""));
    assertEquals("device_created table_live", scene.kinds());
    assertEquals(900, device(scene, bare).ref().diskSeq());
  }

  @Test
  void aLiveTableIsOnlyLostWithItsDevice() throws Exception {
    Scene scene = Scene.with(linear);
    scene.lookExactly(State.bare(2, "lin", "T-lin").life(0));
    assertEquals("device_removed device_created", scene.kinds());
  }

  @Test
  void aLookWhoseSysfsPartFailedIsOfTheSameDevice() throws Exception {
    Scene scene = Scene.with(linear);
    scene.look(linear.life(0));
    assertEquals("", scene.kinds());
    assertEquals(102, device(scene, linear).ref().diskSeq());
  }

  @Test
  void renamesAndUuids() throws Exception {
    Scene scene = Scene.with(linear.named("lin", ""));
    scene.lookExactly(linear.named("new name", ""));
    assertEquals(
        new DmEvent.DeviceRenamed("lin", "new name"), scene.only(Kind.DEVICE_RENAMED).event());
    scene.records.clear();
    scene.lookExactly(linear.named("new name", "LVM-x"));
    assertEquals("uuid_set", scene.kinds());
  }

  @Test
  void flagsAreDerivedFromTheLooks() throws Exception {
    Scene scene = Scene.with(linear);
    scene.lookExactly(linear.flags(true, false, false, false));
    scene.lookExactly(linear.flags(true, true, false, false));
    scene.lookExactly(linear.flags(true, true, true, false));
    scene.lookExactly(linear.flags(true, true, true, true));
    scene.lookExactly(linear.flags(false, false, false, false));
    assertEquals(
        "device_suspended read_only_changed remove_deferred device_suspended"
            + " read_only_changed device_resumed device_resumed remove_deferred",
        scene.kinds());
  }

  @Test
  void aSyntheticRemoveRemovesNothing() throws Exception {
    Scene scene = Scene.with(linear);
    scene.uevent(linear, "remove", "SYNTH_UUID=0");
    EventRecord trace = scene.only(Kind.UEVENT);
    assertEquals(Mark.SYNTHETIC.bit(), trace.marks());
    assertNotNull(scene.recorder.topology().device(linear.dev()));
    scene.uevent(linear, "change", "SYNTH_UUID=0");
    scene.lookExactly(linear);
    assertEquals("", scene.kinds());
  }

  // Tables.

  @Test
  void tablesLoadedClearedAndLive() throws Exception {
    Scene scene = Scene.with(linear);
    List<Target> other = List.of(new Target(0, 2048, "linear", "8:16 0", ""));
    scene.lookExactly(linear.loaded(other));
    scene.lookExactly(linear.loaded(null));
    assertEquals("table_loaded table_cleared", scene.kinds());
    scene.lookExactly(linear.loaded(other));
    scene.lookExactly(linear.withLive(other));
    assertEquals("table_loaded table_live", scene.kinds());
    scene.lookExactly(linear);
    assertEquals("table_live", scene.kinds());
  }

  @Test
  void theSameTableAgainIsLiveWhenItsUeventComes() throws Exception {
    Scene scene = Scene.with(linear);
    scene.lookExactly(linear.loaded(linear.live()));
    scene.uevent(linear, "change", "DM_COOKIE=1");
    scene.lookExactly(linear);
    assertEquals("table_loaded table_live", scene.kinds());
  }

  @Test
  void theSameTableGoneFromItsSlotWaitsForAnotherLook() throws Exception {
    Scene scene = Scene.with(linear);
    scene.lookExactly(linear.loaded(linear.live()));
    scene.look(linear);
    assertEquals("table_loaded", scene.kinds());
    assertTrue(scene.recorder.wantsAgain(linear.dev()));
    scene.lookExactly(linear);
    assertEquals("table_cleared", scene.kinds());
    scene.lookExactly(linear.loaded(linear.live()));
    scene.look(linear);
    scene.uevent(linear, "change", "DM_COOKIE=1");
    scene.lookExactly(linear);
    assertEquals("table_loaded table_live", scene.kinds());
  }

  @Test
  void aTextThatAMessageCanChangeWaitsForAnotherLook() throws Exception {
    Scene scene = Scene.with(mpath);
    State other = mpath.live("multipath", "1 queue_if_no_path 0 1 1 " + MPATH, BOTH);
    scene.look(other);
    assertEquals("", scene.kinds());
    assertTrue(scene.recorder.wantsAgain(mpath.dev()));
    scene.lookExactly(other);
    assertEquals("table_changed", scene.kinds());
    scene.look(mpath);
    scene.uevent(mpath, "change", "DM_COOKIE=1");
    scene.lookExactly(mpath);
    assertEquals("table_live", scene.kinds());
  }

  @Test
  void aSuspendedMultipathWithoutItsQueueingIsNoNewTable() throws Exception {
    State queueing = mpath.live("multipath", "1 queue_if_no_path 0 1 1 " + MPATH, BOTH);
    Scene scene = Scene.with(queueing);
    State suspended = mpath.flags(true, false, false, false);
    scene.look(suspended);
    scene.look(suspended);
    scene.uevent(mpath, "change", "DM_COOKIE=1");
    scene.lookExactly(queueing);
    assertEquals("device_suspended device_resumed", scene.kinds());
  }

  // Other targets.

  @Test
  void aMirrorInSyncAtItsFirstLookHasBecomeSoIfTheKernelCountedIt() throws Exception {
    State mirror =
        State.of(3, "mir", "mirror", "core 1 8 2 8:0 0 8:16 0", "2 8:0 8:16 8/8 1 AA 1 core");
    Scene scene = Scene.with();
    scene.lookExactly(mirror.events(1));
    assertEquals("device_created table_live mirror_in_sync", scene.kinds());
    Scene uncounted = Scene.with();
    uncounted.lookExactly(mirror);
    assertEquals("device_created table_live", uncounted.kinds());
  }

  /** The kernel raises an event for it all the same, right after its table went live. */
  @Test
  void aMirrorThatIsMadeInSyncDoesNotBecomeSo() throws Exception {
    State mirror =
        State.of(
            3, "mir", "mirror", "core 2 8 nosync 2 8:0 0 8:16 0", "2 8:0 8:16 8/8 1 AA 1 core");
    Scene early = Scene.with();
    early.lookExactly(mirror);
    early.lookExactly(mirror.events(1));
    Scene late = Scene.with();
    late.lookExactly(mirror.events(1));
    assertEquals("device_created table_live", late.kinds());
    Scene failed = Scene.with();
    failed.lookExactly(mirror.status("2 8:0 8:16 7/8 1 DA 1 core").events(2));
    assertEquals("device_created table_live mirror_leg_failed", failed.kinds());
  }

  @Test
  void aMirrorIsInSyncOnceEachTime() throws Exception {
    State mirror =
        State.of(3, "mir", "mirror", "core 1 8 2 8:0 0 8:16 0", "2 8:0 8:16 1/8 1 AA 1 core");
    Scene scene = Scene.with(mirror);
    scene.lookExactly(mirror.status("2 8:0 8:16 5/8 1 AA 1 core"));
    assertEquals("", scene.kinds());
    scene.lookExactly(mirror.status("2 8:0 8:16 8/8 1 AA 1 core").events(2));
    assertEquals("mirror_in_sync", scene.kinds());
    scene.lookExactly(mirror.status("2 8:0 8:16 8/8 1 AA 1 core").events(3));
    assertEquals("", scene.kinds());
    scene.lookExactly(mirror.status("2 8:0 8:16 7/8 1 DA 1 core").events(4));
    assertEquals("mirror_leg_failed", scene.kinds());
  }

  @Test
  void aMirrorsLogFails() throws Exception {
    State mirror =
        State.of(3, "mir", "mirror", "disk 2 8:32 8 2 8:0 0", "2 8:0 8:16 8/8 1 AA 3 disk 8:32 A");
    Scene scene = Scene.with(mirror);
    scene.lookExactly(mirror.status("2 8:0 8:16 8/8 1 AA 3 disk 8:32 D"));
    assertEquals(
        new DmEvent.MirrorLogFailed(0, new DevNo(8, 32), "D", "2 8:0 8:16 8/8 1 AA 3 disk 8:32 D"),
        scene.only(Kind.MIRROR_LOG_FAILED).event());
    assertEquals("mirror_log_failed", scene.kinds());
  }

  @Test
  void twoSnapshotsHaveTheirOwnReasons() throws Exception {
    State one = State.of(4, "s1", "snapshot", "8:0 8:16 P 16", "16/256 16");
    State two = State.of(5, "s2", "snapshot", "8:0 8:32 P 16", "16/256 16");
    State three = State.of(6, "s3", "snapshot", "8:0 8:48 P 16", "16/256 16");
    Scene scene = Scene.with(one, two, three);
    scene.kernelLog(7, "snapshots: Invalidating snapshot: Unable to allocate exception.");
    scene.kernelLog(8, "snapshots: Invalidating snapshot: Error reading/writing.");
    scene.records.clear();
    scene.lookExactly(one.status("Invalid"));
    EventRecord first = scene.only(Kind.SNAPSHOT_INVALIDATED);
    assertEquals(Certainty.INFERRED, first.certainty());
    assertEquals(7, ((DmEvent.SnapshotInvalidated) first.event()).logSeq());
    scene.records.clear();
    scene.lookExactly(two.status("Invalid"));
    EventRecord second = scene.only(Kind.SNAPSHOT_INVALIDATED);
    assertEquals(8, ((DmEvent.SnapshotInvalidated) second.event()).logSeq());
    assertTrue(((DmEvent.SnapshotInvalidated) second.event()).reason().contains("Error reading"));
    scene.records.clear();
    scene.lookExactly(three.status("Invalid"));
    EventRecord third = scene.only(Kind.SNAPSHOT_INVALIDATED);
    assertEquals(Certainty.DERIVED, third.certainty());
    assertEquals(-1, ((DmEvent.SnapshotInvalidated) third.event()).logSeq());
  }

  @Test
  void snapshotsOverflowAndFailToMerge() throws Exception {
    State snap = State.of(4, "s1", "snapshot", "8:0 8:16 P 16", "16/256 16");
    Scene scene = Scene.with(snap);
    scene.lookExactly(snap.status("Overflow").events(0));
    assertEquals("snapshot_overflowed", scene.kinds());
    scene.lookExactly(snap.live("snapshot", "8:0 8:16 P 32", "Overflow"));
    assertEquals("table_live", scene.kinds());
    scene.lookExactly(snap.live("snapshot-merge", "8:0 8:16 P 16", "16/256 16"));
    scene.lookExactly(snap.live("snapshot-merge", "8:0 8:16 P 16", "Merge failed"));
    assertEquals("table_live snapshot_merge_failed", scene.kinds());
    Scene fresh = Scene.with();
    fresh.lookExactly(snap.live("snapshot", "8:0 8:16 P 16", "Overflow"));
    assertEquals("device_created table_live snapshot_overflowed", fresh.kinds());
  }

  @Test
  void aPoolRunsFull() throws Exception {
    String tail = " discard_passdown queue_if_no_space - 1024 ";
    State pool = State.of(4, "p", "thin-pool", "8:0 8:16 128 10 0", "0 9/4096 0/100 - rw" + tail);
    Scene scene = Scene.with(pool);
    scene.lookExactly(pool.status("0 9/4096 89/100 - rw" + tail).events(0));
    assertEquals("", scene.kinds());
    scene.lookExactly(pool.status("0 9/4096 90/100 - rw" + tail));
    assertEquals("pool_low_space", scene.kinds());
    scene.lookExactly(pool.status("0 9/4096 100/100 - out_of_data_space" + tail).events(2));
    assertEquals("pool_mode_changed", scene.kinds());
    scene.lookExactly(pool.status("0 3072/4096 100/100 - ro" + tail).events(3));
    assertEquals("pool_low_space pool_mode_changed", scene.kinds());
    scene.lookExactly(pool.status("Fail").events(4));
    assertEquals("pool_mode_changed", scene.kinds());
  }

  @Test
  void aRaidLosesALegAndSyncs() throws Exception {
    State raid = State.of(4, "r", "raid", "raid1 3 0 x", "raid1 2 Aa 0/8 recover 0 0 -");
    Scene scene = Scene.with(raid);
    scene.lookExactly(raid.status("raid1 2 AA 8/8 idle 0 0 -"));
    assertEquals("raid_in_sync", scene.kinds());
    scene.lookExactly(raid.status("raid1 2 DA 8/8 idle 0 0 -").events(2));
    assertEquals(
        new DmEvent.RaidLegFailed(0, 0, "D", "raid1 2 DA 8/8 idle 0 0 -"),
        scene.only(Kind.RAID_LEG_FAILED).event());
    assertEquals("raid_leg_failed", scene.kinds());
  }

  @Test
  void aCorruptedVerityBlockIsReportedByItsUevent() throws Exception {
    State verity = State.of(4, "v", "verity", "1 8:0 8:16 4096", "V");
    Scene scene = Scene.with(verity);
    scene.uevent(verity, "change", "DM_VERITY_ERR_BLOCK_NR=1,77");
    assertEquals(
        new DmEvent.VerityCorrupted(0, "metadata", 77, ""),
        scene.only(Kind.VERITY_CORRUPTED).event());
    scene.lookExactly(verity.status("C").events(0));
    assertEquals("verity_corrupted", scene.kinds());
  }

  // What is damaged, lost or drifts.

  @Test
  void aDamagedReplyIsAGapWithItsEvidence() throws Exception {
    Scene scene = Scene.with(mpath);
    Observation.Polled good = mpath.status(ONE_FAILED).polled(scene.stamp(), scene.stamp());
    Bytes cut = Bytes.of(good.table().buffer().limit(330));
    scene.recorder.accept(
        new Observation.Polled(
            good.at(),
            good.began(),
            good.dev(),
            good.diskSeq(),
            0,
            good.status(),
            cut,
            null,
            good.deps()));
    EventRecord gap = scene.only(Kind.GAP);
    assertEquals(cut, gap.evidence());
    assertEquals("mpatha", gap.device().name());
    assertEquals("gap", scene.kinds());
    scene.recorder.accept(
        new Observation.UeventSeen(scene.stamp(), false, 0, 0, "", Bytes.of("nonsense")));
    scene.recorder.accept(new Observation.LogRead(scene.stamp(), Bytes.of("nonsense")));
    scene.recorder.accept(new Observation.Listed(scene.stamp(), scene.stamp(), Bytes.of("x")));
    assertEquals("gap gap gap", scene.kinds());
    assertEquals(BOTH, device(scene, mpath).targets().get(0).status());
  }

  @Test
  void aLookThatNamesNoDeviceMakesNone() throws Exception {
    Scene scene = Scene.with();
    State none =
        new State(DevNo.NONE, 0, "x", "", false, false, false, false, 0, 0, null, null, List.of());
    scene.look(none);
    assertEquals("gap", scene.kinds());
  }

  @Test
  void aUeventWithoutItsNumberIsKeptAsATrace() throws Exception {
    Scene scene = Scene.with();
    scene.recorder.accept(
        new Observation.UeventSeen(
            scene.stamp(),
            false,
            0,
            0,
            "",
            Bytes.of(
                "change@/devices/virtual/block/dm-1\0ACTION=change\0"
                    + "DEVPATH=/devices/virtual/block/dm-1\0SUBSYSTEM=block\0")));
    EventRecord trace = scene.only(Kind.UEVENT);
    assertEquals(DeviceRef.NONE, trace.device());
  }

  @Test
  void afterALossEveryDeviceHasANewBaselineBehindItsChanges() throws Exception {
    Scene scene = Scene.with(mpath, linear);
    scene.lost(Source.UEVENT, 41);
    State added = State.of(9, "new", "linear", "8:0 0", "");
    scene.devices.put(added.dev(), added);
    scene.devices.remove(linear.dev());
    scene.list();
    scene.lookExactly(mpath.status(ONE_FAILED));
    scene.lookExactly(added);
    scene.sampled();
    assertEquals(
        "gap device_removed path_failed baseline device_created table_live baseline",
        scene.kinds());
  }

  @Test
  void aFailedLookIsAGapWithoutABaseline() throws Exception {
    Scene scene = Scene.with(linear);
    scene.lost(Source.DM, -1);
    scene.list();
    scene.lookExactly(linear);
    assertEquals("gap", scene.kinds());
  }

  @Test
  void aDriftThatNoEventExplainsIsABaseline() throws Exception {
    Scene scene = Scene.with(linear);
    scene.lookExactly(linear.with(3, List.of(new DevNo(8, 0))));
    assertEquals("baseline", scene.kinds());
  }

  @Test
  void aTableThatFitsNoRecordIsAGapAndTheRecordingGoesOn() throws Exception {
    Scene scene = Scene.with(linear);
    State huge = linear.live("linear", "x".repeat(800_000), "");
    scene.look(huge.loaded(huge.live()));
    assertEquals("table_live table_loaded", scene.kinds());
    scene.look(linear.live("linear", "y", "z"));
    scene.records.clear();
    DmEvent.TableLive tooLarge =
        new DmEvent.TableLive(
            List.of(new Target(0, 1, "linear", "x".repeat(4 << 20), "")), List.of(), false);
    EventRecord record =
        EventRecord.of(tooLarge)
            .at(1, 1)
            .source(Source.DM)
            .certainty(Certainty.DERIVED)
            .device(new DeviceRef(linear.dev(), 1, "lin", ""))
            .build();
    assertEquals(Kind.GAP, EventSize.bounded(record).kind());
  }

  @Test
  void sysfsLooksOfAMinorUsedAgainShowNoOldTable() throws Exception {
    Scene scene = Scene.with(linear);
    scene.later(Scene.STEP_NS);
    Stamp at = scene.stamp();
    scene.recorder.accept(
        new Observation.SysfsPolled(
            at,
            at,
            linear.dev(),
            999,
            128,
            Bytes.of("other"),
            Bytes.of("U"),
            false,
            false,
            List.of(new DevNo(8, 0))));
    assertEquals("device_removed device_created baseline", scene.kinds());
    assertNull(device(scene, linear).live());
  }

  private static Device device(Scene scene, State state) {
    Device device = scene.recorder.topology().device(state.dev());
    assertNotNull(device);
    return device;
  }
}
