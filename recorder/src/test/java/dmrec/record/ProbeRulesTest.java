package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Actor;
import dmrec.event.Certainty;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import dmrec.target.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hits of probes, beside the uevents and snapshots of the same changes. */
class ProbeRulesTest {
  private static final State LIN = State.of(3, "lin", "linear", "1:4 0", "");
  private static final State MPATH =
      State.of(
          5,
          "mpatha",
          "multipath",
          "1 queue_if_no_path 0 2 1 round-robin 0 1 1 8:16 1 round-robin 0 1 1 8:32 1",
          "2 0 0 0 2 1 A 0 1 0 8:16 A 0 E 0 1 0 8:32 A 0 ");

  private static void request(Scene scene, String call, State state, String... inner)
      throws IOException {
    scene.probe(
        call + " dev=0 dm_flags=4 name=\"" + state.name() + "\" uuid=\"\" uid=0 comm=\"dmsetup\"");
    for (String hit : inner) {
      scene.probe(hit);
    }
    scene.probe(call + "_ret rc=0");
  }

  private static String md(State state) {
    return " md=\"" + state.dev() + "\"";
  }

  /** All hits of a table that goes live. */
  private static void resume(Scene scene, State state) throws IOException {
    request(
        scene,
        "dev_suspend",
        state,
        "suspend" + md(state),
        "suspend_ret rc=0",
        "swap" + md(state),
        "swap_ret rc=0",
        "resume" + md(state),
        "resume_ret rc=0");
  }

  private static void create(Scene scene, State state) throws IOException {
    request(
        scene,
        "dev_create",
        state,
        "insert name=\""
            + state.name()
            + "\" uuid=\""
            + state.uuid()
            + "\""
            + md(state)
            + " diskseq="
            + state.diskSeq(),
        "insert_ret rc=0");
  }

  private static void assertExact(EventRecord record, long fromNs, long toNs) {
    assertEquals(Source.PROBE, record.source());
    assertEquals(Certainty.REPORTED, record.certainty());
    assertTrue(fromNs <= record.wallNs() && record.wallNs() <= toNs, record.toString());
    assertEquals(Scene.DMSETUP.as(Actor.Relation.ASKED), record.actor());
  }

  @Test
  void whatIsMadeIsToldOnceWithItsTable(@TempDir Path folder) throws IOException {
    Path capture = folder.resolve("capture");
    Scene scene = Scene.capturedIn(capture);
    long fromNs = scene.nowNs();
    create(scene, LIN);
    request(scene, "table_load", LIN, "table" + md(LIN));
    resume(scene, LIN);
    long toNs = scene.nowNs();
    scene.uevent(LIN, "add");
    scene.uevent(LIN, "change", "DM_COOKIE=4242");
    scene.look(LIN);
    scene.devices.put(LIN.dev(), LIN);
    scene.list();
    scene.sampled();

    for (Kind kind : List.of(Kind.DEVICE_CREATED, Kind.TABLE_LOADED, Kind.TABLE_LIVE)) {
      assertExact(scene.only(kind), fromNs, toNs);
    }
    DmEvent.TableLoaded loaded = (DmEvent.TableLoaded) scene.only(Kind.TABLE_LOADED).event();
    assertEquals("1:4 0", loaded.targets().get(0).params());
    DmEvent.TableLive live = (DmEvent.TableLive) scene.only(Kind.TABLE_LIVE).event();
    assertEquals("1:4 0", live.targets().get(0).params());
    assertEquals("device_created table_loaded table_live", scene.kinds());
    scene.assertCaptured(capture);
  }

  /** Reading the hits of a storm takes long, and no snapshot is taken meanwhile. */
  @Test
  void tableIsWaitedForUntilSnapshotsAreTaken() throws IOException {
    Scene scene = Scene.with();
    State other = State.of(4, "other", "linear", "1:5 0", "");
    for (State each : List.of(LIN, other)) {
      create(scene, each);
      request(scene, "table_load", each, "table" + md(each));
      resume(scene, each);
      scene.later(30_000_000_000L);
    }
    scene.look(LIN);
    scene.later(30_000_000_000L);
    scene.look(other);

    String each = "device_created table_loaded table_live";
    assertEquals(each + " " + each, scene.kinds());
    scene.devices.put(LIN.dev(), LIN);
    scene.devices.put(other.dev(), other);
    scene.list();
    scene.sampled();
    assertEquals("", scene.kinds());
  }

  @Test
  void tableThatNoSnapshotShowedInTimeIsToldOnce() throws IOException {
    Scene scene = Scene.with();
    create(scene, LIN);
    assertEquals("device_created", scene.kinds());
    request(scene, "table_load", LIN, "table" + md(LIN));
    resume(scene, LIN);
    scene.devices.put(LIN.dev(), LIN);
    for (int i = 0; i < 3; i++) {
      assertEquals("", scene.kinds());
      scene.sampled();
    }
    assertEquals("table_loaded table_live", scene.kinds());
    scene.look(LIN);
    DmEvent.Baseline shown = (DmEvent.Baseline) scene.only(Kind.BASELINE).event();
    assertEquals(LIN.live(), shown.state().live());
    assertEquals("baseline", scene.kinds());
    request(scene, "table_load", LIN);
    for (int i = 0; i < 501; i++) {
      assertEquals("", scene.kinds());
      scene.list();
    }
    assertEquals("table_loaded", scene.kinds());
    scene.look(LIN.loaded(LIN.live()));
    assertEquals("baseline", scene.kinds());
  }

  @Test
  void nothingIsWaitedForWhileTheControlDeviceDoesNotAnswer() throws IOException {
    Scene scene = Scene.with(LIN);
    request(scene, "table_load", LIN);
    assertEquals("", scene.kinds());
    scene.lost(Source.DM, -1);
    assertEquals("table_loaded gap", scene.kinds());
    request(scene, "table_clear", LIN);
    request(scene, "table_load", LIN);
    assertEquals("table_cleared table_loaded", scene.kinds());
    scene.look(LIN.loaded(LIN.live()));
    assertEquals("baseline", scene.kinds());
    request(scene, "table_clear", LIN);
    request(scene, "table_load", LIN);
    assertEquals("table_cleared", scene.kinds());
  }

  @Test
  void pairWithinAMillisecondIsToldWhole() throws IOException {
    Scene scene = Scene.with(LIN);
    request(scene, "table_load", LIN);
    request(scene, "table_clear", LIN);
    scene.look(LIN);

    assertEquals(new DmEvent.TableLoaded(List.of()), scene.only(Kind.TABLE_LOADED).event());
    assertEquals("table_loaded table_cleared", scene.kinds());
    scene.look(LIN);
    assertEquals("", scene.kinds());
  }

  /** The stack does not know it yet: its table is not read. */
  @Test
  void whatIsRenamedAtOnceIsFound() throws IOException {
    Scene scene = Scene.with();
    create(scene, LIN);
    request(scene, "table_load", LIN, "table" + md(LIN));
    resume(scene, LIN);
    for (String names :
        List.of("name=\"lin\" start=312 new=\"a\"", "name=\"a\" start=312 new=\"b\"")) {
      scene.probe("dev_rename dev=0 dm_flags=4 " + names + " uuid=\"\" uid=0 comm=\"dmsetup\"");
      scene.probe("dev_rename_ret rc=0");
    }
    scene.look(LIN.named("b", LIN.uuid()));

    assertEquals(
        "device_created table_loaded table_live device_renamed device_renamed", scene.kinds());
  }

  @Test
  void suspendOfAResumeIsPartOfIt() throws IOException {
    Scene scene = Scene.with(LIN);
    State other = LIN.live("linear", "1:4 8", "");
    request(scene, "table_load", LIN);
    resume(scene, LIN);
    scene.look(other);
    assertEquals("table_loaded table_live", scene.kinds());

    scene.probe("dev_suspend dev=0 dm_flags=6 name=\"lin\" uuid=\"\" uid=0 comm=\"dmsetup\"");
    scene.probe("suspend" + md(LIN));
    scene.probe("suspend_ret rc=0");
    scene.probe("dev_suspend_ret rc=0");
    request(scene, "dev_suspend", LIN, "resume" + md(LIN), "resume_ret rc=0");
    scene.look(other);
    assertEquals("device_suspended device_resumed", scene.kinds());
  }

  @Test
  void whatIsRefusedSaysWhy() throws IOException {
    Scene scene = Scene.with(LIN);
    scene.probe("dev_create dev=0 dm_flags=4 name=\"lin\" uuid=\"\" uid=0 comm=\"dmsetup\"");
    scene.probe("insert name=\"lin\" uuid=\"\" md=\"254:9\" diskseq=77");
    scene.probe("insert_ret rc=-16");
    scene.probe("destroy md=\"254:9\"");
    scene.probe("dev_create_ret rc=-16");

    EventRecord refused = scene.only(Kind.REQUEST_FAILED);
    assertEquals(new DmEvent.RequestFailed("dev_create", 16, "lin"), refused.event());
    assertEquals(LIN.dev(), refused.device().dev());
    assertEquals("request_failed", scene.kinds());
  }

  @Test
  void ueventOfAPathThatAProbeToldIsATrace() throws IOException {
    Scene scene = Scene.with(MPATH);
    request(
        scene,
        "target_message",
        MPATH,
        "message" + md(MPATH) + " begin=0 word=\"fail_path\" argument=\"8:16\"",
        "path type=0 path=\"8:16\" valid=1" + md(MPATH),
        "useq rc=9",
        "message_ret rc=0");
    scene.path(MPATH, "PATH_FAILED", "8:16", 1, 9);
    scene.path(MPATH, "PATH_REINSTATED", "8:16", 2, 10);

    assertEquals(9, ((DmEvent.PathFailed) scene.only(Kind.PATH_FAILED).event()).dmSeqnum());
    assertEquals(Source.PROBE, scene.only(Kind.PATH_FAILED).source());
    assertEquals(Source.UEVENT, scene.only(Kind.PATH_REINSTATED).source());
    assertEquals(1, scene.records.stream().filter(each -> each.kind() == Kind.UEVENT).count());
  }

  @Test
  void pathInAnInterruptHasNoActor() throws IOException {
    Scene scene = Scene.with(MPATH);
    scene.probe("path type=0 path=\"8:16\" valid=1" + md(MPATH));
    scene.probe("useq rc=1");
    assertEquals(Actor.Relation.CONTEXT, relation(scene.only(Kind.PATH_FAILED)));
    scene.records.clear();
    scene.hit("path cpu=0 tid=7 flags=16 type=1 path=\"8:16\" valid=2" + md(MPATH), null);
    scene.hit("useq cpu=0 tid=7 flags=16 rc=2", null);
    assertEquals(null, scene.only(Kind.PATH_REINSTATED).actor());
  }

  private static Actor.Relation relation(EventRecord record) {
    return Objects.requireNonNull(record.actor()).relation();
  }

  @Test
  void groupsChangeAsTheKernelChangesThem() throws IOException {
    Scene scene = Scene.with(MPATH);
    message(scene, "disable_group", 2);
    assertEquals("2 0 0 0 2 1 E 0 1 0 8:16 A 0 D 0 1 0 8:32 A 0 ", status(scene));
    message(scene, "disable_group", 2);
    message(scene, "switch_group", 2);
    assertEquals("2 0 0 0 2 2 E 0 1 0 8:16 A 0 E 0 1 0 8:32 A 0 ", status(scene));
    assertEquals("group_bypassed group_enabled group_switched", scene.kinds());
  }

  private static void message(Scene scene, String word, int group) throws IOException {
    String hit = " begin=0 word=\"" + word + "\" argument=\"" + group + "\"";
    request(scene, "target_message", MPATH, "message" + md(MPATH) + hit, "message_ret rc=0");
  }

  private static String status(Scene scene) {
    return Objects.requireNonNull(scene.recorder.topology().device(MPATH.dev()))
        .targets()
        .get(0)
        .status();
  }

  /** The snapshot began before the hit, so it may show the state before it. */
  @Test
  void snapshotOfAMomentThatIsOverIsTakenAgain() throws IOException {
    Scene scene = Scene.with(LIN);
    Stamp began = scene.stamp();
    scene.later(1000);
    request(scene, "dev_suspend", LIN, "resume" + md(LIN), "resume_ret rc=0");
    scene.probe("dev_suspend dev=0 dm_flags=6 name=\"lin\" uuid=\"\" uid=0 comm=\"dmsetup\"");
    scene.probe("suspend" + md(LIN));
    scene.probe("suspend_ret rc=0");
    scene.probe("dev_suspend_ret rc=0");
    scene.recorder.accept(LIN.polled(began, scene.stamp()));

    assertEquals("device_suspended", scene.kinds());
    assertTrue(scene.recorder.takeAgain());
    scene.look(LIN.flags(true, false, false, false));
    assertEquals("", scene.kinds());
  }

  @Test
  void ueventsOfALifeThatIsOverAddNothing() throws IOException {
    Scene scene = Scene.with();
    create(scene, LIN);
    request(scene, "dev_remove", LIN, "destroy" + md(LIN));
    scene.uevent(LIN, "add");
    scene.uevent(LIN, "remove");
    scene.list();
    scene.sampled();

    assertEquals("lin", scene.records.get(scene.records.size() - 1).device().name());
    assertEquals("device_created device_removed", scene.kinds());
  }

  @Test
  void mirrorIsToldToBeInSyncOnceForATable() throws IOException {
    State mirror =
        State.of(7, "mirror", "mirror", "core 1 1024 2 8:1 0 8:2 0", "2 8:1 8:2 2/2 1 AA 1 core");
    Scene scene = Scene.with(mirror);
    String inSync = "event module=\"dm_mirror\" function=\"do_mirror\"" + md(mirror);
    scene.probe(inSync);
    scene.look(mirror.events(1));
    scene.probe(inSync);
    assertEquals("mirror_in_sync", scene.kinds());
  }

  /** The work of a mirror begins when its table is made, and one made in sync raises its event. */
  @Test
  void eventOfATableThatIsNotLiveIsNone() throws IOException {
    State bare = State.bare(7, "mirror", "M");
    State mirror =
        bare.live("mirror", "core 2 1024 nosync 2 8:1 0 8:2 0", "2 8:1 8:2 2/2 1 AA 1 core");
    String inSync = "event module=\"dm_mirror\" function=\"do_mirror\"" + md(mirror);
    Scene scene = Scene.with(bare);
    request(scene, "table_load", bare, "table" + md(bare), inSync);
    scene.probe(inSync);
    resume(scene, bare);
    scene.look(mirror.events(1));
    assertEquals("table_loaded table_live", scene.kinds());
  }

  @Test
  void legsAndSnapshotsFailOnce() throws IOException {
    State mirror =
        State.of(7, "mirror", "mirror", "core 1 1024 2 8:1 0 8:2 0", "2 8:1 8:2 1/2 1 AA 1 core");
    Target snapshot = new Target(0, 2048, "snapshot", "8:3 8:4 P 8", "16/256 16");
    State snap = State.bare(8, "snap", "S").withLive(List.of(snapshot));
    Scene scene = Scene.with(mirror, snap);
    String leg = "leg error=0 leg=\"8:2\" begin=0" + md(mirror);
    scene.probe(leg);
    scene.probe(leg);
    scene.probe("invalid error=-12 begin=0" + md(snap));
    scene.look(mirror.status("2 8:1 8:2 1/2 1 AD 1 core"));
    scene.look(snap.status("Invalid"));

    DmEvent.MirrorLegFailed failed =
        (DmEvent.MirrorLegFailed) scene.only(Kind.MIRROR_LEG_FAILED).event();
    assertEquals("2 8:1 8:2 1/2 1 AD 1 core", failed.status());
    assertEquals("mirror_leg_failed snapshot_invalidated", scene.kinds());
  }

  /** Whatever the lines say: they are told or a gap tells of them, and nothing is thrown. */
  @Test
  void damagedHitsAreGapsAtMost() throws IOException {
    String[] seeds = {
      "dev_create cpu=0 tid=1 flags=0 dev=0 dm_flags=4 name=\"a\" uuid=\"b\" uid=0 comm=\"x\"",
      "insert cpu=0 tid=1 flags=0 name=\"a\" uuid=\"b\" md=\"254:1\" diskseq=9",
      "insert_ret cpu=0 tid=1 flags=0 rc=0",
      "path cpu=0 tid=1 flags=0 type=0 path=\"8:16\" valid=1 md=\"254:5\"",
      "useq cpu=0 tid=1 flags=0 rc=7",
      "event cpu=0 tid=1 flags=0 module=\"dm_log\" function=\"disk_flush\" md=\"254:5\"",
      "raid_leg cpu=0 tid=1 flags=0 leg=3 begin=0 md=\"254:5\"",
      "message cpu=0 tid=1 flags=0 md=\"254:5\" begin=0 word=\"disable_group\" argument=\"1\"",
      "message_ret cpu=0 tid=1 flags=0 rc=0",
      "pool_mode cpu=0 tid=1 flags=0 mode=\"PM_FAIL\" begin=0 md=\"254:5\""
    };
    Random random = new Random(14);
    Scene scene = Scene.with(MPATH);
    for (int round = 0; round < 20_000; round++) {
      StringBuilder line = new StringBuilder(seeds[random.nextInt(seeds.length)]);
      for (int damage = random.nextInt(4); damage > 0; damage--) {
        int at = random.nextInt(line.length());
        switch (random.nextInt(3)) {
          case 0 -> line.setCharAt(at, (char) (1 + random.nextInt(126)));
          case 1 -> line.setLength(Math.max(1, at));
          default -> line.insert(at, line.substring(at, Math.min(line.length(), at + 9)));
        }
      }
      scene.hit(line.toString(), null);
    }
    scene.stopped();
    assertTrue(scene.records.stream().anyMatch(each -> each.kind() == Kind.GAP));
    assertEquals(Kind.RECORDING_STOPPED, scene.records.get(scene.records.size() - 1).kind());
  }
}
