package dmrec.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.target.DevNo;
import dmrec.topology.Topology;
import java.time.ZoneOffset;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StackDiffTest {
  private static final DeviceRef OLD = Story.mapped(0, 14, "data");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void oneMomentIsNoDifferenceAndTheOtherWayRoundMirrorsIt(long seed) {
    Story story = RandomHistory.of(seed, 300);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 60; i++) {
      Topology one = story.at(random.nextLong(story.last() + 1));
      Topology other = story.at(random.nextLong(story.last() + 1));

      assertTrue(StackDiff.between(one, one.copy()).isEmpty());
      StackDiff diff = StackDiff.between(one, other);
      assertEquals(diff.reversed(), StackDiff.between(other, one));
      assertEquals(diff, diff.reversed().reversed());
    }
  }

  @Test
  void aReusedNameAndNumberIsAnotherDevice() {
    Story story =
        new Story()
            .boot("b", "")
            .create(OLD, "linear", "8:0 0", "", List.of(Story.SDA))
            .add(OLD, new DmEvent.DeviceRemoved());
    story.create(Story.mapped(0, 15, "data"), "linear", "8:16 0", "", List.of(Story.SDB));

    assertEquals(
        """
        --- 2026-03-01T03:12:08.000000000Z #3
        +++ 2026-03-01T03:12:11.000000000Z #6
        - data 254:0 vanished
            - 0 2048 linear 8:0 0
        + data 254:0 appeared, not the data of before
            + 0 2048 linear 8:16 0
        """,
        text(story, 3, 6));
  }

  @Test
  void tellsARenameAReloadAndASuspension() {
    Story story =
        new Story()
            .boot("b", "")
            .create(OLD, "linear", "8:0 0", "", List.of(Story.SDA))
            .add(OLD, new DmEvent.DeviceRenamed("data", "data2"));
    DeviceRef now = Story.mapped(0, 14, "data2");
    story
        .live(now, "linear", "8:0 8", "", List.of(Story.SDA))
        .add(now, new DmEvent.DeviceSuspended(false));

    assertEquals(
        """
        --- 2026-03-01T03:12:08.000000000Z #3
        +++ 2026-03-01T03:12:11.000000000Z #6
        ! data2 254:0
              name: data → data2
              suspended: no → yes
            - 0 2048 linear 8:0 0
            + 0 2048 linear 8:0 8
        """,
        text(story, 3, 6));
  }

  @Test
  void tellsDisksAndABootInBetween() {
    Story story =
        new Story()
            .boot("a", "")
            .disk(Story.SDA, "sda")
            .disk(Story.SDB, "sdb")
            .removed(Story.SDB, "sdb")
            .create(OLD, "linear", "8:0 0", "", List.of(Story.SDA))
            .boot("b", "a")
            .disk(Story.SDA, "sda")
            .create(OLD, "linear", "8:0 0", "", List.of(Story.SDA));

    assertTrue(text(story, 3, 4).contains("- disk sdb 8:16 vanished"), text(story, 3, 4));
    String booted = text(story, 6, 10);
    assertTrue(booted.contains("the machine was booted in between"), booted);
    assertTrue(booted.contains("+ data 254:0 appeared"), booted);
    assertTrue(booted.contains("- data 254:0 vanished"), booted);
    assertFalse(booted.contains("disk sda"), booted);
  }

  @Test
  void tellsPathsByTheirDisks() {
    DeviceRef mpath = Story.mapped(1, 20, "mpatha");
    List<DevNo> paths = List.of(Story.SDA, Story.SDB);
    Story story =
        new Story()
            .boot("b", "")
            .disk(Story.SDA, "sda")
            .disk(Story.SDB, "sdb")
            .multipath(mpath, true, paths)
            .fail(mpath, Story.SDB, "sdb", 1);

    assertEquals(
        """
        --- 2026-03-01T03:12:10.000000000Z #5
        +++ 2026-03-01T03:12:11.000000000Z #6
        ! mpatha 254:1
              valid paths: 2 → 1
              path sdb 8:16: active → failed, failures 0 → 1
        """,
        text(story, 5, 6));
  }

  private static String text(Story story, long from, long to) {
    return DiffText.between(story.at(from), story.at(to)).text(ZoneOffset.UTC, false);
  }
}
