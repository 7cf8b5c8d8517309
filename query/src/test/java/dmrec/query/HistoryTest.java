package dmrec.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.journal.Journal;
import dmrec.query.DeviceHistory.Hole;
import dmrec.query.DeviceHistory.Interval;
import dmrec.query.DeviceHistory.Life;
import dmrec.query.DeviceHistory.Row;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistoryTest {
  private static final DeviceRef DATA = Story.mapped(0, 14, "data");

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  @Test
  void tellsALifeThroughARenameToItsRemovalAndTheNextOfThatName() throws Exception {
    Story story =
        new Story()
            .boot("b", "")
            .create(DATA, "linear", "8:0 0", "", List.of(Story.SDA))
            .add(DATA, new DmEvent.DeviceRenamed("data", "old"));
    DeviceRef old = Story.mapped(0, 14, "old");
    story
        .derived(500_000_000L)
        .add(old, new DmEvent.DeviceSuspended(false))
        .add(old, new DmEvent.DeviceRemoved())
        .create(Story.mapped(0, 15, "data"), "zero", "", "", List.of());

    assertEquals(
        """
        old 254:0 diskseq 14, life 1 of 2
          2026-03-01T03:12:07.000000000Z     1.00 s  no live table  #2 device_created: created
          2026-03-01T03:12:08.000000000Z     1.00 s  in order       #3 table_live: live: 0 2048 linear 8:0 0
          2026-03-01T03:12:09.000000000Z     1.00 s  in order       (now old) #4 device_renamed: data → old
          2026-03-01T03:12:10.000000000Z     1.00 s  SUSPENDED      ~#5 device_suspended: suspended (within 0.50 s)
          2026-03-01T03:12:11.000000000Z             removed        #6 device_removed: removed

        data 254:0 diskseq 15, life 2 of 2
          2026-03-01T03:12:12.000000000Z     1.00 s  no live table  #7 device_created: created
          2026-03-01T03:12:13.000000000Z      >0 ns  in order       #8 table_live: live: 0 2048 zero
        """,
        text(story, "data"));
  }

  @Test
  void aDeviceThatTakesANameBringsItsEarlierLifeAlong() throws Exception {
    Story story =
        new Story()
            .boot("b", "")
            .create(DATA, "linear", "8:0 0", "", List.of(Story.SDA))
            .add(DATA, new DmEvent.DeviceSuspended(false))
            .add(DATA, new DmEvent.DeviceRenamed("data", "new"))
            .add(Story.mapped(0, 14, "new"), new DmEvent.DeviceResumed(false));

    DeviceHistory history = read(story, "new");

    assertEquals(1, history.lives().size());
    assertEquals(
        List.of("no live table", "in order", "SUSPENDED", "SUSPENDED", "in order"),
        history.lives().get(0).rows().stream().map(row -> ((Interval) row).state()).toList());
  }

  @Test
  void whatWasNotRecordedIsShownAsSuch() throws Exception {
    Story story =
        new Story()
            .boot("a", "")
            .create(DATA, "linear", "8:0 0", "", List.of(Story.SDA))
            .add(
                DeviceRef.NONE,
                new DmEvent.Gap("uevent", 7, Story.T0, Story.T0 + 4_000_000_000L, "overrun"))
            .add(DeviceRef.NONE, new DmEvent.RecordingStopped("end", 1, 0, 0))
            .pass(60)
            .boot("a", "a")
            .add(DATA, new DmEvent.DeviceSuspended(false))
            .pass(5)
            .boot("b", "a")
            .create(DATA, "zero", "", "", List.of());

    DeviceHistory history = read(story, "data");

    assertEquals(2, history.lives().size());
    Life first = history.lives().get(0);
    assertTrue(first.isOver());
    List<Row> rows = first.rows();
    List<Hole> holes = rows.stream().filter(Hole.class::isInstance).map(Hole.class::cast).toList();
    assertEquals(3, holes.size(), rows.toString());
    assertFalse(holes.get(0).isWhole());
    assertEquals("uevent: 7 messages lost within 4.00 s: overrun", holes.get(0).words());
    assertEquals(61_000_000_000L, holes.get(1).toNs() - holes.get(1).fromNs());
    assertTrue(holes.get(1).isWhole());
    assertEquals("the recording was cut off, and the machine was booted", holes.get(2).words());
    assertEquals(6_000_000_000L, holes.get(2).toNs() - holes.get(2).fromNs());
    assertTrue(text(story, "data").contains("NOT RECORDED until"), text(story, "data"));
  }

  @Test
  void tellsADisksLifeAndWhosePathItIs() throws Exception {
    DeviceRef mpath = Story.mapped(1, 20, "mpatha");
    Story story =
        new Story()
            .boot("b", "")
            .disk(Story.SDA, "sda")
            .multipath(mpath, true, List.of(Story.SDA))
            .fail(mpath, Story.SDA, "sda", 0)
            .removed(Story.SDA, "sda")
            .disk(Story.SDA, "sda");

    assertEquals(
        """
        disk sda 8:0 wwid naa.sda, life 1 of 2
          2026-03-01T03:12:07.000000000Z     3.00 s  present                #2 disk_baseline: disk 8:0 sda, 1 MiB, wwid naa.sda
          2026-03-01T03:12:10.000000000Z     1.00 s  FAILED path of mpatha  #5 path_failed: path 8:0 sda failed, no path left
          2026-03-01T03:12:11.000000000Z             removed                #6 disk_removed: disk 8:0 sda is gone

        disk sda 8:0 wwid naa.sda, life 2 of 2
          2026-03-01T03:12:12.000000000Z      >0 ns  present  #7 disk_baseline: disk 8:0 sda, 1 MiB, wwid naa.sda
        """,
        text(story, "sda"));
    assertEquals(text(story, "sda"), text(story, "8:0"));
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24})
  void aLifeHasNoHoleThatIsNotToldAndNoTwoStatesAtATime(long seed) throws Exception {
    Story story = RandomHistory.of(seed, 600);
    for (String device : List.of("254:0", "254:1", "254:2", "254:3", "8:0", "sd1")) {
      for (Life life : read(story, device).lives()) {
        long at = life.fromNs();
        for (Row row : life.rows()) {
          assertEquals(at, row.fromNs(), () -> device + " " + life.rows());
          assertTrue(row.toNs() >= row.fromNs());
          at = row.toNs();
        }
      }
    }
  }

  private DeviceHistory read(Story story, String device) throws Exception {
    Path journal =
        folder.resolve("j" + story.last() + device.replace(':', '-') + System.nanoTime());
    story.write(journal);
    try (Journal opened = Journal.open(journal)) {
      long endNs = story.at(story.last()).wallNs();
      return HistoryReader.read(opened, device, Long.MIN_VALUE, null, endNs);
    }
  }

  private String text(Story story, String device) throws Exception {
    return HistoryText.print(read(story, device), ZoneOffset.UTC, false);
  }
}
