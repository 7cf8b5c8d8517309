package dmrec.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DeviceRef;
import dmrec.event.DeviceState;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Mark;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExplanationTest {
  private static final DeviceRef MPATH = Story.mapped(0, 10, "mpathb");
  private static final DeviceRef OTHER = Story.mapped(1, 11, "mpathc");
  private static final DeviceRef MIRROR = Story.mapped(2, 12, "vg-lv");
  private static final List<DevNo> LEGS = List.of(MPATH.dev(), OTHER.dev());

  private static Story mirrorOnMultipath() {
    return new Story()
        .boot("b", "")
        .disk(Story.SDA, "sda")
        .disk(Story.SDB, "sdb")
        .multipath(MPATH, false, List.of(Story.SDA))
        .multipath(OTHER, false, List.of(Story.SDB))
        .create(
            MIRROR,
            "mirror",
            "core 2 1024 nosync 2 254:0 0 254:1 0 1 handle_errors",
            "2 254:0 254:1 2/2 1 AA 1 core",
            LEGS);
  }

  @Test
  void aMirrorIsDegradedBecauseADiskUnderItsLegVanished() throws Exception {
    Story story =
        mirrorOnMultipath()
            .removed(Story.SDA, "sda")
            .fail(MPATH, Story.SDA, "sda", 0)
            .derived(200_000_000L)
            .add(
                MIRROR,
                new DmEvent.MirrorLegFailed(0, MPATH.dev(), "D", "2 254:0 254:1 2/2 1 DA 1 core"));

    assertEquals(
        """
        vg-lv 254:2: degraded at 2026-03-01T03:12:17.000000000Z #12
        `- mirror leg mpathb: write failed
           |  since 2026-03-01T03:12:17.000000000Z  ~#12 mirror_leg_failed: leg 254:0 failed (write) (within 0.20 s)
           `- mpathb 254:0 NO PATH LEFT of 1, I/O fails
              |  since 2026-03-01T03:12:16.000000000Z (1.00 s)  #11 path_failed: path 8:0 sda failed, no path left
              `- sda 8:0 path failed
                 |  since 2026-03-01T03:12:16.000000000Z (1.00 s)  #11 path_failed: path 8:0 sda failed, no path left
                 `- disk REMOVED  <- root cause
                       since 2026-03-01T03:12:15.000000000Z (2.00 s)  #10 disk_removed: disk 8:0 sda is gone
        """,
        story.why("vg-lv"));
  }

  @Test
  void whatBeganAtTheSameTimeIsToldAsAPossibility() throws Exception {
    Story story =
        mirrorOnMultipath()
            .removed(Story.SDA, "sda")
            .add(DeviceRef.NONE, new DmEvent.KernelMessage("dm: lost sda, 8:1 and 18:0", 1, 3))
            .add(DeviceRef.NONE, new DmEvent.KernelMessage("dm: nothing of sdaa", 1, 3))
            .fail(MPATH, Story.SDA, "sda", 0)
            .disk(Story.SDA, "sda");

    String why = story.why("mpathb");

    assertTrue(why.contains("path failed, its disk is still there  <- root cause"), why);
    assertTrue(
        why.contains(
            "? perhaps: #11 kernel_message: error: dm: lost sda, 8:1 and 18:0, 2.00 s before it"),
        why);
    assertTrue(
        why.contains("? perhaps: #10 disk_removed: disk 8:0 sda is gone, 3.00 s before it"), why);
    assertFalse(why.contains("sdaa"), why);
  }

  @Test
  void aPathThatWasTakenOutOfTheTableIsMissed() throws Exception {
    Story story =
        new Story()
            .boot("b", "")
            .disk(Story.SDA, "sda")
            .disk(Story.SDB, "sdb")
            .multipath(MPATH, true, List.of(Story.SDA, Story.SDB))
            .removed(Story.SDA, "sda")
            .live(
                MPATH,
                "multipath",
                Story.multipathTable(true, List.of(Story.SDB)),
                Story.multipathStatus(List.of(Story.SDB), ""),
                List.of(Story.SDB));

    String why = story.why("mpathb");

    assertTrue(why.startsWith("mpathb 254:0: degraded"), why);
    assertTrue(why.contains("1 path was taken out of its table"), why);
    assertTrue(why.contains("#7 table_live"), why);
    assertTrue(why.contains("sda 8:0 disk REMOVED  <- root cause"), why);
  }

  @Test
  void aTroubleBeginsWithTheFirstEventOfAnUnbrokenRow() throws Exception {
    Story story =
        mirrorOnMultipath()
            .fail(MPATH, Story.SDA, "sda", 0)
            .reinstate(MPATH, Story.SDA, "sda", 1)
            .fail(MPATH, Story.SDA, "sda", 0)
            .add(MPATH, new DmEvent.PathReinstated(Story.SDA, "sda", 1, 0), Mark.INJECTED.bit())
            .fail(MPATH, Story.SDA, "sda", 0);

    String why = story.why("mpathb");

    assertTrue(why.contains("since 2026-03-01T03:12:17.000000000Z (2.00 s)  #12 path_failed"), why);
  }

  @Test
  void theStateIsBelievedWhereAnEventCountsOtherPaths() throws Exception {
    Story story =
        new Story()
            .boot("b", "")
            .multipath(MPATH, true, List.of(Story.SDA, Story.SDB))
            .fail(MPATH, Story.SDA, "sda", 1)
            .reinstate(MPATH, Story.SDB, "sdb", 2);

    String why = story.why("mpathb");

    assertTrue(why.contains("1 of 2 paths valid"), why);
    assertEquals(2, why.split("#4 path_failed", -1).length - 1, why);
    assertFalse(why.contains("already so"), why);
  }

  @Test
  void aDiskThatIsThereIsAskedAboutAsAPath() throws Exception {
    Story story =
        new Story()
            .boot("b", "")
            .disk(Story.SDA, "sda")
            .disk(Story.SDB, "sdb")
            .multipath(MPATH, false, List.of(Story.SDA, Story.SDB))
            .fail(MPATH, Story.SDA, "sda", 1);

    String why = story.why("sda");

    assertTrue(why.startsWith("sda 8:0: degraded at "), why);
    assertTrue(why.contains("mpathb: path failed"), why);
    assertTrue(why.contains("#6 path_failed: path 8:0 sda failed, 1 path left"), why);
    assertTrue(story.why("sdb").startsWith("sdb 8:16: in order at "), story.why("sdb"));
  }

  @Test
  void whatWasSoBeforeTheRecordingBeganIsSaidToBe() throws Exception {
    Story story = new Story().boot("b", "").add(MPATH, baseline(true, "zero", "", ""));

    assertEquals(
        """
        mpathb 254:0: I/O waits at 2026-03-01T03:12:07.000000000Z #2
        `- SUSPENDED  <- root cause
              already so when the recording began at 2026-03-01T03:12:06.000000000Z (#2 baseline)
        """,
        story.why("mpathb"));
  }

  @Test
  void anotherBootsEventsExplainNothing() throws Exception {
    Story story =
        new Story()
            .boot("a", "")
            .create(MPATH, "zero", "", "", List.of())
            .add(MPATH, new DmEvent.DeviceSuspended(false))
            .boot("b", "a")
            .add(MPATH, baseline(true, "zero", "", ""));

    String why = story.why("mpathb");

    assertTrue(why.contains("already so when the recording began"), why);
  }

  @Test
  void aRecordingThatGoesOnKnowsWhatTheOneBeforeItSaw() throws Exception {
    Story story =
        new Story()
            .boot("a", "")
            .create(MPATH, "zero", "", "", List.of())
            .add(MPATH, new DmEvent.DeviceSuspended(false))
            .boot("a", "a")
            .add(MPATH, baseline(true, "zero", "", ""));

    String why = story.why("mpathb");

    assertTrue(why.contains("#4 device_suspended"), why);
  }

  @Test
  void aHealthyDeviceIsSaidToBeSoAndSinceWhen() throws Exception {
    Story story =
        mirrorOnMultipath().fail(OTHER, Story.SDB, "sdb", 0).reinstate(OTHER, Story.SDB, "sdb", 1);

    assertEquals(
        """
        vg-lv 254:2: in order at 2026-03-01T03:12:16.000000000Z #11
           since 2026-03-01T03:12:16.000000000Z  #11 path_reinstated: path 8:16 sdb works again, 1 path valid
        """,
        story.why("vg-lv"));
    String disk = story.why("sdb");
    assertTrue(disk.startsWith("sdb 8:16: in order"), disk);
  }

  @Test
  void oneOfTwoLegsThatFailsLeavesTheMirrorDegradedAndBothStopIt() throws Exception {
    Story story = mirrorOnMultipath().fail(MPATH, Story.SDA, "sda", 0);
    assertTrue(story.why("vg-lv").startsWith("vg-lv 254:2: degraded"), story.why("vg-lv"));

    story.fail(OTHER, Story.SDB, "sdb", 0);
    assertTrue(story.why("vg-lv").startsWith("vg-lv 254:2: failed"), story.why("vg-lv"));
  }

  @Test
  void whatStandsOnItselfIsExplainedToo() throws Exception {
    Story story =
        new Story()
            .boot("b", "")
            .create(MPATH, "linear", "254:1 0", "", List.of(OTHER.dev()))
            .create(OTHER, "linear", "254:0 0", "", List.of(MPATH.dev()))
            .add(OTHER, new DmEvent.DeviceSuspended(false));

    assertTrue(story.why("mpathb").contains("SUSPENDED"), story.why("mpathb"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "multipath|0 0 1 1 rr 0 1 1 8:0 1|2 0 0 0 1 1 D 0 1 0 8:0 A 0 |path group 1 bypassed",
        "multipath|0 0 1 1 rr 0 1 1 8:0 1|2 1 0 0 1 1 A 0 1 0 8:0 A 0 |I/O waits while a path"
            + " group",
        "mirror|core|2 254:0 254:1 1/2 1 AA 1 core|mirror 50% in sync",
        "mirror|disk|2 254:0 254:1 2/2 1 AA 3 disk 8:0 D|mirror log 8:0: failed",
        "mirror|disk|2 254:0 254:1 2/2 1 AS 1 core|mirror leg 254:1: sync failed",
        "raid|raid1 1 128 2 8:0 8:16 - 8:32|raid1 2 DA 8/8 idle 0|raid leg 0 8:16 failed",
        "raid|raid1 1 128 2 8:0 8:16 - 8:32|raid1 2 AD 8/8 idle 0|raid leg 1 8:32 failed",
        "raid|raid1 1 128 2 - - - 8:32|raid1 2 Aa 4/8 recover 0|raid 50% in sync, recover",
        "snapshot|8:0 8:16 P 8|Invalid|snapshot INVALID",
        "snapshot|8:0 8:16 P 8|Overflow|snapshot OVERFLOWED",
        "snapshot-merge|8:0 8:16 P 8|Merge failed|merging the snapshot FAILED",
        "thin-pool|8:0 8:16 128 0|0 1/9 9/9 - out_of_data_space ignore_discard queue_if_no_space -"
            + " 1 |writes wait",
        "thin-pool|8:0 8:16 128 0|0 1/9 9/9 - out_of_data_space ignore_discard error_if_no_space -"
            + " 1 |writes fail",
        "thin-pool|8:0 8:16 128 0|0 1/9 9/9 - ro ignore_discard queue_if_no_space needs_check 1"
            + " |thin pool READ-ONLY",
        "thin-pool|8:0 8:16 128 0|0 1/9 9/9 - ro ignore_discard queue_if_no_space needs_check 1"
            + " |NEEDS CHECK",
        "thin-pool|8:0 8:16 128 0|Fail|thin pool FAILED",
        "thin|254:0 1|Fail|thin device: Fail",
        "cache|8:0 8:16 8:32|Fail|cache FAIL",
        "verity|1 8:0 8:16|C|CORRUPTED",
        "integrity|8:0 0 8 J 0|3 100 -|3 integrity mismatches",
        "striped|2 8 8:0 0 8:16 0|2 8:0 8:16 1 AD|stripe 8:16 had I/O errors",
        "error|''|''|an error target",
      })
  void tellsWhatATargetsStatusShows(String type, String params, String status, String words)
      throws Exception {
    Story story = new Story().boot("b", "").create(MPATH, type, params, good(type), List.of());
    story.live(MPATH, type, params, status, List.of());

    String why = story.why("mpathb");

    assertTrue(why.contains(words), why);
    assertTrue(why.contains(type.equals("error") ? "#3 table_live" : "#4 table_live"), why);
  }

  private static String good(String type) {
    return switch (type) {
      case "multipath" -> "2 0 0 0 1 1 A 0 1 0 8:0 A 0 ";
      case "mirror" -> "2 254:0 254:1 2/2 1 AA 3 disk 8:0 A";
      case "raid" -> "raid1 2 AA 8/8 idle 0";
      case "snapshot", "snapshot-merge" -> "0/8 0";
      case "thin-pool" -> "0 1/9 1/9 - rw ignore_discard queue_if_no_space - 1 ";
      case "thin" -> "0 -";
      case "verity" -> "V";
      case "integrity" -> "0 100 -";
      case "striped" -> "2 8:0 8:16 1 AA";
      default -> "";
    };
  }

  @Test
  void tellsWhyASnapshotIsInvalid() throws Exception {
    Story story =
        new Story()
            .boot("b", "")
            .create(MPATH, "snapshot", "8:0 8:16 P 8", "0/8 0", List.of(Story.SDA, Story.SDB))
            .add(MPATH, new DmEvent.SnapshotInvalidated(0, "Unable to allocate", 5, "Invalid"));

    assertTrue(
        story
            .why("mpathb")
            .contains("#4 snapshot_invalidated: snapshot invalid: Unable to allocate"),
        story.why("mpathb"));
  }

  @Test
  void tellsFaultsThatOnlyTheKernelLogTold() throws Exception {
    Story story =
        new Story()
            .boot("b", "")
            .create(MPATH, "crypt", "aes - 0 8:0 0", "", List.of(Story.SDA))
            .add(MPATH, new DmEvent.CryptFault("INTEGRITY AEAD ERROR", 88, ""))
            .add(MPATH, new DmEvent.CryptFault("INTEGRITY AEAD ERROR", 96, ""));
    String why = story.why("mpathb");
    assertTrue(why.contains("crypt fault: INTEGRITY AEAD ERROR at sector 96"), why);
    assertTrue(why.contains("#4 crypt_fault"), why);

    story.live(MPATH, "crypt", "aes - 0 8:0 0", "", List.of(Story.SDA));
    assertTrue(story.why("mpathb").startsWith("mpathb 254:0: in order"), story.why("mpathb"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void tellsFlags(boolean internal) throws Exception {
    Story story =
        new Story()
            .boot("b", "")
            .create(MPATH, "linear", "8:0 0", "", List.of(Story.SDA))
            .create(MIRROR, "linear", "254:0 0", "", List.of(MPATH.dev()))
            .add(MPATH, new DmEvent.ReadOnlyChanged(true))
            .add(MPATH, new DmEvent.RemoveDeferred(true))
            .add(MPATH, new DmEvent.DeviceSuspended(!internal))
            .add(MPATH, new DmEvent.DeviceSuspended(internal))
            .add(MPATH, new DmEvent.DeviceResumed(!internal));

    String why = story.why("vg-lv");
    assertTrue(why.contains("stands on mpathb, where I/O waits"), why);
    assertTrue(why.contains("#9 device_suspended"), why);
    assertFalse(why.contains("read-only"), why);
    why = story.why("mpathb");
    assertTrue(why.contains("read-only\n"), why);
    assertTrue(why.contains("to be removed when its last user closes it"), why);
    assertEquals(internal, why.contains("SUSPENDED by the kernel itself"), why);
  }

  @Test
  void aDeviceWithoutATableFails() throws Exception {
    Story story = new Story().boot("b", "").add(MPATH, new DmEvent.DeviceCreated(false, false));

    assertTrue(story.why("mpathb").contains("no live table  <- root cause"), story.why("mpathb"));
    assertTrue(story.why("mpathb").contains("#2 device_created"), story.why("mpathb"));
  }

  @Test
  void thinDevicesFailWithTheirPool() throws Exception {
    Story story =
        new Story()
            .boot("b", "")
            .create(MPATH, "thin-pool", "8:0 8:16 128 0", good("thin-pool"), List.of())
            .create(MIRROR, "thin", "254:0 1", "0 -", List.of(MPATH.dev()))
            .add(
                MPATH,
                new DmEvent.PoolModeChanged(
                    0,
                    "rw",
                    "out_of_data_space",
                    "0 1/9 9/9 - out_of_data_space ignore_discard queue_if_no_space - 1 "));

    String why = story.why("vg-lv");
    assertTrue(why.startsWith("vg-lv 254:2: I/O waits"), why);
    assertTrue(why.contains("#6 pool_mode_changed: pool mode rw → out_of_data_space"), why);
  }

  @Test
  void whatIsGoneWasRemovedByAnEvent() throws Exception {
    Story story =
        mirrorOnMultipath()
            .add(MIRROR, new DmEvent.DeviceRemoved())
            .removed(Story.SDB, "sdb")
            .add(OTHER, new DmEvent.DeviceRemoved());

    assertEquals("", story.why("vg-lv"));
    story.ask(
        past -> {
          EventRecord removal = Explanation.removal(past, story.last(), "vg-lv");
          assertNotNull(removal);
          assertEquals(10, removal.seq());
          assertNull(Explanation.removal(past, 9, "vg-lv"));
        });
    assertTrue(story.why("sdb").contains("disk REMOVED  <- root cause"), story.why("sdb"));
  }

  private static DmEvent.Baseline baseline(
      boolean suspended, String type, String params, String status) {
    return new DmEvent.Baseline(
        new DeviceState(
            suspended,
            false,
            false,
            false,
            0,
            0,
            -1,
            true,
            List.of(new Target(0, 8, type, params, status)),
            false,
            List.of(),
            List.of()));
  }
}
