package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Certainty;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.target.DevNo;
import dmrec.target.Target;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a recorder says of the time in which none ran. */
class RestartTest {
  private static final String MPATH = "0 0 1 1 service-time 0 2 1 8:0 1 8:16 1";
  private static final String BOTH = "2 0 0 0 1 1 A 0 2 0 8:0 A 0 8:16 A 0 ";
  private static final String ONE_FAILED = "2 0 0 0 1 1 A 0 2 0 8:0 F 1 8:16 A 0 ";
  private static final String ONE_BACK = "2 0 0 0 1 1 A 0 2 0 8:0 A 1 8:16 A 0 ";
  private static final DevNo SDA = new DevNo(8, 0);

  private final State mpath = State.of(1, "mpatha", "multipath", MPATH, BOTH).events(5);
  private final State linear = State.of(2, "lin", "linear", "8:0 0", "");

  private static DmEvent.EventsMissed missed(Scene scene) {
    return (DmEvent.EventsMissed) scene.only(Kind.EVENTS_MISSED).event();
  }

  /** The recorder stops; the moment of that. */
  private static long stop(Scene scene) throws IOException {
    scene.stopped();
    scene.records.clear();
    return scene.nowNs();
  }

  // The same boot.

  @Test
  void whereNothingHappenedOnlyBaselinesAreTold() throws Exception {
    Scene scene = Scene.with(mpath, linear);
    stop(scene);

    scene.restarted(Scene.BOOT, mpath, linear);

    DmEvent.RecordingStarted started =
        (DmEvent.RecordingStarted) scene.only(Kind.RECORDING_STARTED).event();
    assertEquals(Scene.BOOT, started.previousBootId());
    assertEquals("recording_started baseline baseline", scene.kinds());
  }

  @Test
  void theEventsOfEachDeviceAreCountedSinceTheLastRecording() throws Exception {
    Scene scene = Scene.with(mpath, linear);
    long stoppedNs = stop(scene);

    scene.restarted(Scene.BOOT, mpath.events(17), linear);

    EventRecord record = scene.only(Kind.EVENTS_MISSED);
    assertEquals(new DmEvent.EventsMissed(12, 5, 17), record.event());
    assertEquals("mpatha", record.device().name());
    assertEquals(Certainty.DERIVED, record.certainty());
    assertEquals(stoppedNs, record.notBeforeNs());
    assertEquals("recording_started events_missed baseline baseline", scene.kinds());
  }

  @Test
  void whatWasCountedIsNotCountedAgain() throws Exception {
    Scene scene = Scene.with(mpath);
    stop(scene);
    scene.restarted(Scene.BOOT, mpath.events(17));
    assertEquals(12, missed(scene).count());
    // Later ones are heard.
    scene.look(mpath.events(20));
    assertEquals("recording_started events_missed baseline", scene.kinds());
    stop(scene);

    scene.restarted(Scene.BOOT, mpath.events(21));

    assertEquals(new DmEvent.EventsMissed(1, 20, 21), missed(scene));
  }

  @Test
  void theEventNumberWrapsAround() throws Exception {
    Scene scene = Scene.with(mpath.events(4_294_967_290L));
    stop(scene);

    scene.restarted(Scene.BOOT, mpath.events(5));

    assertEquals(new DmEvent.EventsMissed(11, 4_294_967_290L, 5), missed(scene));
  }

  @Test
  void everythingThatChangedIsToldBetweenTheEndAndTheFirstLook() throws Exception {
    Scene scene = Scene.with(mpath, linear);
    long stoppedNs = stop(scene);
    State renamed = mpath.named("mpathb", "other").events(6);
    State other =
        linear
            .live("linear", "8:16 0", "")
            .loaded(List.of(new Target(0, 2048, "error", "", "")))
            .flags(true, true, true, true);

    scene.restarted(Scene.BOOT, renamed, other);

    for (EventRecord record : scene.records) {
      if (record.certainty() == Certainty.DERIVED) {
        assertEquals(stoppedNs, record.notBeforeNs(), record::toString);
      }
    }
    assertTrue(renamed.isShownBy(shown(scene, renamed)));
    assertTrue(other.isShownBy(shown(scene, other)));
    assertEquals(
        "recording_started events_missed device_renamed uuid_set baseline"
            + " table_live table_loaded device_suspended device_suspended remove_deferred baseline",
        scene.kinds().replace(" read_only_changed", ""));
  }

  @Test
  void pathChangesAreToldAtOnceAsTheirUeventsAreLost() throws Exception {
    Scene scene = Scene.with(mpath);
    long stoppedNs = stop(scene);

    scene.restarted(Scene.BOOT, mpath.status(ONE_FAILED));

    EventRecord failed = scene.only(Kind.PATH_FAILED);
    assertEquals(Certainty.DERIVED, failed.certainty());
    assertEquals(stoppedNs, failed.notBeforeNs());
    assertEquals("recording_started events_missed path_failed baseline", scene.kinds());
    // From here on uevents are heard again.
    scene.look(mpath.status(ONE_BACK).events(7));
    scene.path(mpath, "PATH_REINSTATED", "8:0", 2, 2);
    assertEquals("status_changed path_reinstated", scene.kinds());
  }

  @Test
  void aPathReinstatedMeanwhileIsTold() throws Exception {
    Scene scene = Scene.with(mpath.status(ONE_FAILED));
    stop(scene);

    scene.restarted(Scene.BOOT, mpath.status(ONE_BACK).events(8));

    assertEquals(2, missed(scene).count());
    assertEquals("recording_started events_missed path_reinstated baseline", scene.kinds());
  }

  @Test
  void otherGroupsOfPathsAreANewTableThoughNoUeventWasHeard() throws Exception {
    Scene scene = Scene.with(mpath);
    stop(scene);
    String groups = "0 0 2 1 service-time 0 1 1 8:0 1 service-time 0 1 1 8:16 1";

    scene.restarted(
        Scene.BOOT,
        mpath.live("multipath", groups, "2 0 0 0 2 1 A 0 1 0 8:0 A 0 E 0 1 0 8:16 A 0 "));

    assertEquals("recording_started table_live baseline", scene.kinds());
  }

  @Test
  void otherFeaturesMayComeOfAMessageAndOnlyTheBaselineTells() throws Exception {
    Scene scene = Scene.with(mpath);
    stop(scene);

    scene.restarted(
        Scene.BOOT, mpath.live("multipath", "1 queue_if_no_path" + MPATH.substring(1), BOTH));

    assertEquals("recording_started baseline", scene.kinds());
  }

  @Test
  void aDeviceThatIsNewWasCreatedSinceAndItsEventsCountFromZero() throws Exception {
    Scene scene = Scene.with(linear);
    long stoppedNs = stop(scene);

    scene.restarted(Scene.BOOT, mpath.events(3), linear);

    assertEquals(stoppedNs, scene.only(Kind.DEVICE_CREATED).notBeforeNs());
    assertEquals(new DmEvent.EventsMissed(3, 0, 3), missed(scene));
    assertEquals(
        "recording_started device_created events_missed table_live baseline baseline",
        scene.kinds());
  }

  @Test
  void aDeviceThatIsGoneWasRemovedSince() throws Exception {
    Scene scene = Scene.with(mpath, linear);
    long stoppedNs = stop(scene);

    scene.restarted(Scene.BOOT, linear);

    EventRecord removed = scene.only(Kind.DEVICE_REMOVED);
    assertEquals("mpatha", removed.device().name());
    assertEquals(stoppedNs, removed.notBeforeNs());
    assertEquals("recording_started device_removed baseline", scene.kinds());
  }

  @Test
  void anotherLifeOfANumberIsAnotherDevice() throws Exception {
    Scene scene = Scene.with(mpath);
    long stoppedNs = stop(scene);

    scene.restarted(Scene.BOOT, mpath.life(500).events(2));

    assertEquals(stoppedNs, scene.only(Kind.DEVICE_REMOVED).notBeforeNs());
    assertEquals(stoppedNs, scene.only(Kind.DEVICE_CREATED).notBeforeNs());
    assertEquals(new DmEvent.EventsMissed(2, 0, 2), missed(scene));
    assertEquals(
        "recording_started device_removed device_created events_missed table_live baseline",
        scene.kinds());
  }

  @Test
  void withoutNumbersOfLivesAnEventNumberThatWentBackIsAnotherLife() throws Exception {
    Scene scene = Scene.with(mpath.life(0));
    long before = diskSeq(scene);
    stop(scene);

    scene.restarted(Scene.BOOT, mpath.life(0).events(2));

    assertEquals(new DmEvent.EventsMissed(2, 0, 2), missed(scene));
    assertNotEquals(before, diskSeq(scene));
    assertEquals(
        "recording_started device_removed device_created events_missed table_live baseline",
        scene.kinds());
  }

  @Test
  void generationNumbersAreNotGivenAgain() throws Exception {
    Scene scene = Scene.with(mpath.life(0));
    long first = diskSeq(scene);
    scene.vanished(mpath);
    stop(scene);

    scene.restarted(Scene.BOOT, mpath.life(0));

    assertTrue(first < 0 && diskSeq(scene) < first, first + " " + diskSeq(scene));
  }

  private long diskSeq(Scene scene) {
    return shown(scene, mpath).ref().diskSeq();
  }

  private static Device shown(Scene scene, State state) {
    Device device = scene.recorder.topology().device(state.dev());
    assertNotNull(device);
    return device;
  }

  @Test
  void disksThatAreGoneOrOthersAreTold() throws Exception {
    Scene scene = Scene.with(linear);
    disk(scene, SDA, "sda", "naa.1");
    disk(scene, new DevNo(8, 16), "sdb", "naa.2");
    disk(scene, new DevNo(8, 32), "sdc", "naa.3");
    long stoppedNs = stop(scene);

    scene.restarted(Scene.BOOT, linear);
    scene.records.clear();
    scene.recorder.accept(new Observation.Vanished(scene.stamp(), scene.stamp(), SDA));
    disk(scene, new DevNo(8, 16), "sdb", "naa.9");
    disk(scene, new DevNo(8, 32), "sdc", "naa.3");

    for (EventRecord record : scene.records) {
      if (record.kind() == Kind.DISK_REMOVED) {
        assertEquals(stoppedNs, record.notBeforeNs());
      }
    }
    Disk gone = scene.recorder.topology().disk(SDA);
    assertNotNull(gone);
    assertFalse(gone.present());
    assertEquals("disk_removed disk_removed disk_baseline", scene.kinds());
  }

  private static void disk(Scene scene, DevNo dev, String name, String wwid) throws IOException {
    scene.recorder.accept(
        new Observation.DiskPolled(scene.stamp(), scene.stamp(), dev, name, wwid, "", 64, ""));
  }

  // Another boot, or a recording that knew less.

  @Test
  void anotherBootBeginsWithAnEmptyStack() throws Exception {
    Scene scene = Scene.with(mpath, linear);
    stop(scene);

    scene.restarted("next boot", mpath.events(9));

    DmEvent.RecordingStarted started =
        (DmEvent.RecordingStarted) scene.only(Kind.RECORDING_STARTED).event();
    assertEquals("next boot", started.bootId());
    assertEquals(Scene.BOOT, started.previousBootId());
    assertEquals(1, scene.recorder.topology().devices().size());
    assertEquals("recording_started baseline", scene.kinds());
  }

  @Test
  void aBootWithoutAnIdIsAnotherOne() throws Exception {
    Scene scene = new Scene();
    scene.started("");
    scene.lookAtAll(mpath);
    stop(scene);

    scene.restarted("", mpath.events(9));

    assertEquals("recording_started baseline", scene.kinds());
  }

  @Test
  void aRecordingThatOnlyListenedKnewNoDeviceAndNoNumber() throws Exception {
    Scene scene = new Scene();
    scene.started(Scene.BOOT, "uevent");
    stop(scene);

    scene.restarted(Scene.BOOT, mpath);

    assertEquals("recording_started baseline", scene.kinds());
  }

  @Test
  void whatAnEarlierRecordingKnewBeforeOneThatOnlyListenedIsNoDifference() throws Exception {
    Scene scene = Scene.with(mpath, linear);
    stop(scene);
    scene.started(Scene.BOOT, "uevent");
    stop(scene);

    scene.restarted(Scene.BOOT, mpath.status(ONE_FAILED), State.of(3, "new", "error", "", ""));

    assertEquals("recording_started device_removed baseline baseline", scene.kinds());
  }

  // A recorder that was killed.

  @Test
  void eventsWhoseUeventsAreRecordedAreNotCountedAsMissed() throws Exception {
    Scene scene = Scene.with(mpath);
    scene.path(mpath, "PATH_FAILED", "8:0", 1, 1);
    scene.path(mpath, "PATH_REINSTATED", "8:0", 2, 2);
    // It is killed before it looks at the number, which may be 6 or 7 by then.

    scene.restarted(Scene.BOOT, mpath.status(ONE_BACK).events(15));

    DmEvent.EventsMissed missed = missed(scene);
    assertEquals(new DmEvent.EventsMissed(8, 5, 15), missed);
    assertEquals(10, missed.moved());
  }

  @Test
  void ofManyUeventsInOneEventNoneIsMissedForCertain() throws Exception {
    Scene scene = Scene.with(mpath);
    scene.path(mpath, "PATH_FAILED", "8:0", 1, 1);
    scene.path(mpath, "PATH_REINSTATED", "8:0", 2, 2);

    scene.restarted(Scene.BOOT, mpath.status(ONE_BACK).events(6));

    assertEquals(new DmEvent.EventsMissed(0, 5, 6), missed(scene));
  }

  @Test
  void eventsThatWereLookedAtAreCountedExactlyAfterAKill() throws Exception {
    Scene scene = Scene.with(mpath);
    scene.path(mpath, "PATH_FAILED", "8:0", 1, 1);
    scene.look(mpath.status(ONE_FAILED).events(6));

    scene.restarted(Scene.BOOT, mpath.status(ONE_FAILED).events(8));

    assertEquals(new DmEvent.EventsMissed(2, 6, 8), missed(scene));
  }

  @Test
  void afterAnOrderlyStopEveryRecordedEventWasLookedAt() throws Exception {
    Scene scene = Scene.with(mpath);
    scene.look(mpath.status(ONE_FAILED).events(6));
    scene.path(mpath, "PATH_FAILED", "8:0", 1, 1); // Sent before the number moved, read after.
    stop(scene);

    scene.restarted(Scene.BOOT, mpath.status(ONE_FAILED).events(8));

    assertEquals(new DmEvent.EventsMissed(2, 6, 8), missed(scene));
  }

  /** The status and the number may be read before the uevent of what they show. */
  @Test
  void anEventThatWasCountedBeforeItsUeventWasReadIsCountedByALaterRound() throws Exception {
    State after = mpath.status(ONE_FAILED).events(6);
    Scene scene = Scene.with(mpath);
    scene.look(after);
    scene.path(mpath, "PATH_FAILED", "8:0", 1, 1);
    scene.look(after);
    scene.records.clear();
    scene.sampled();
    scene.sampled(); // Said once.

    EventRecord counted = scene.only(Kind.COUNTERS_CHANGED);
    assertEquals(new DmEvent.CountersChanged(6, 0, 128), counted.event());
    assertEquals("mpatha", counted.device().name());
    assertEquals(1, scene.records.size());

    scene.restarted(Scene.BOOT, after.events(8));

    assertEquals(new DmEvent.EventsMissed(2, 6, 8), missed(scene));
  }

  /** The kernel sends the uevent first and counts the event a moment later. */
  @Test
  void aRoundRightBehindTheUeventCountsNothing() throws Exception {
    Scene scene = Scene.with(mpath);
    scene.path(mpath, "PATH_FAILED", "8:0", 1, 1);
    scene.later(1_000_000);
    scene.sampled(scene.stamp());
    assertEquals(1, scene.records.size());

    scene.restarted(Scene.BOOT, mpath.status(ONE_FAILED).events(6));

    assertEquals(new DmEvent.EventsMissed(0, 5, 6), missed(scene));
  }

  @Test
  void roundsThatDoNotReadTheNumberCountNothing() throws Exception {
    Scene scene = new Scene();
    scene.started(Scene.BOOT, "uevent", "sysfs");
    scene.sampled();
    scene.path(mpath, "PATH_FAILED", "8:0", 1, 1);
    scene.later(5_000_000_000L);
    scene.sampled();

    assertEquals(2, scene.records.size());
  }

  @Test
  void aLookThatWasWrittenInPartMayTellAnyNumberOfEvents() throws Exception {
    String two = "2 0 0 0 2 1 A 0 1 0 8:0 A 0 E 0 1 0 8:16 A 0 ";
    String bypassed = "2 0 0 0 2 1 D 0 1 0 8:0 A 0 E 0 1 0 8:16 A 0 ";
    State state = State.of(1, "m", "multipath", "x", two);
    Scene scene = Scene.with(state);
    scene.dies(Kind.COUNTERS_CHANGED);
    scene.look(state.status(bypassed).events(4));
    assertEquals("group_bypassed", scene.kinds());

    scene.restarted(Scene.BOOT, state.status(bypassed).events(5));

    assertEquals(new DmEvent.EventsMissed(0, 0, 5), missed(scene));
  }

  @Test
  void aRecorderKilledBeforeItsFirstListKnewOfNoDevice() throws Exception {
    Scene scene = new Scene();
    scene.started(Scene.BOOT);

    scene.restarted(Scene.BOOT, mpath);

    assertEquals("recording_started recording_started baseline", scene.kinds());
  }

  @Test
  void whatAKilledRecorderHadNotLookedAtYetMayHaveHappenedBefore() throws Exception {
    Scene scene = Scene.with(mpath, linear);
    scene.look(mpath.events(6));
    long lastNs = scene.nowNs();

    scene.restarted(Scene.BOOT, mpath.events(6), linear.flags(true, false, false, false));

    EventRecord suspended = scene.only(Kind.DEVICE_SUSPENDED);
    assertEquals(lastNs - Scene.STEP_NS, suspended.notBeforeNs());
  }

  @Test
  void aStartThatIsCutOffIsMadeUpForByTheNext() throws Exception {
    Scene scene = Scene.with(mpath, linear.events(1));
    stop(scene);
    scene.dies(Kind.EVENTS_MISSED);
    scene.restarted(Scene.BOOT, mpath.status(ONE_FAILED).events(9), linear.events(2));
    assertEquals("recording_started", scene.kinds());

    scene.restarted(Scene.BOOT, mpath.status(ONE_FAILED).events(9), linear.events(2));

    assertEquals(
        "recording_started events_missed path_failed baseline events_missed baseline",
        scene.kinds());
  }
}
