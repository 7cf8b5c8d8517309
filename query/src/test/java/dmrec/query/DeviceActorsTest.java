package dmrec.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Actor;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.journal.Journal;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceActorsTest {
  private static final DeviceRef LOWER = Story.mapped(0, 14, "mpatha");
  private static final DeviceRef DATA = Story.mapped(1, 15, "data");

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  @Test
  void whatWasDoneBelowBeforeItLayThereCountsToo() throws Exception {
    Story story =
        new Story()
            .boot("b", "")
            .by(asked(1))
            .create(LOWER, "zero", "", "", List.of())
            .by(asked(2))
            .create(DATA, "linear", "254:0 0", "", List.of(LOWER.dev()))
            .by(asked(3))
            .live(DATA, "zero", "", "", List.of())
            .by(asked(4))
            .add(LOWER, new DmEvent.DeviceRemoved());

    assertEquals(List.of("p4", "p3", "p2", "p1"), commands(read(story, "data")));
    assertEquals(List.of("p4", "p1"), commands(read(story, "mpatha")));
  }

  @Test
  void whoeverTouchedAnotherLifeOfThatNumberDidNotTouchIt() throws Exception {
    Story story =
        new Story()
            .boot("b", "")
            .by(asked(1))
            .create(Story.mapped(0, 13, "other"), "zero", "", "", List.of())
            .add(Story.mapped(0, 13, "other"), new DmEvent.DeviceRemoved())
            .by(asked(2))
            .create(LOWER, "zero", "", "", List.of())
            .create(DATA, "linear", "254:0 0", "", List.of(LOWER.dev()))
            .by(null)
            .boot("c", "b")
            .by(asked(3))
            .create(Story.mapped(0, 14, "again"), "zero", "", "", List.of())
            .disk(Story.SDA, "sda");

    assertEquals(List.of("p2"), commands(read(story, "data")));
  }

  @Test
  void itIsFollowedThroughARename() throws Exception {
    DeviceRef renamed = Story.mapped(1, 15, "new");
    Story story =
        new Story()
            .boot("b", "")
            .by(asked(1))
            .create(DATA, "zero", "", "", List.of())
            .by(asked(2))
            .add(DATA, new DmEvent.DeviceRenamed("data", "new"))
            .by(asked(3))
            .add(renamed, new DmEvent.DeviceSuspended(false))
            .by(asked(4))
            .create(LOWER, "zero", "", "", List.of())
            .live(renamed, "linear", "254:0 0", "", List.of(LOWER.dev()));

    DeviceActors actors = read(story, "data");

    assertEquals(List.of("p4", "p3", "p2", "p1"), commands(actors));
    assertEquals(List.of("new", "mpatha"), actors.devices().stream().map(DeviceRef::name).toList());
  }

  @Test
  void processesThatDifferOnlyInTheirNumbersAreOne() throws Exception {
    Story story = new Story().boot("b", "").create(DATA, "zero", "", "", List.of());
    for (int pid : List.of(7, 8, 7)) {
      story.by(Actor.asked(pid, 0, "dmsetup")).add(DATA, new DmEvent.DeviceSuspended(false));
    }
    story.by(Actor.asked(9, 1000, "dmsetup")).add(DATA, new DmEvent.DeviceResumed(false));

    List<DeviceActors.Origin> origins = read(story, "data").origins();

    assertEquals(2, origins.size());
    assertEquals(2, origins.get(1).processes());
    assertEquals(7, origins.get(1).last().pid());
    assertEquals(3, origins.get(1).deeds().values().iterator().next());
  }

  @Test
  void aRefusedRequestIsFoundByTheNameThatWasAskedFor() throws Exception {
    Story story =
        new Story()
            .boot("b", "")
            .create(DATA, "zero", "", "", List.of())
            .by(asked(1))
            .add(DeviceRef.NONE, new DmEvent.RequestFailed("dev_create", 16, "data"))
            .by(asked(2))
            .add(DeviceRef.NONE, new DmEvent.RequestFailed("dev_create", 16, "else"));

    assertEquals(List.of("p1"), commands(read(story, "data")));
    assertEquals(List.of("p2"), commands(read(story, "else")));
    assertTrue(read(story, "none").origins().isEmpty());
  }

  @Test
  void aRingOfTablesEnds() throws Exception {
    Story story =
        new Story()
            .boot("b", "")
            .by(asked(1))
            .create(LOWER, "linear", "254:1 0", "", List.of(DATA.dev()))
            .by(asked(2))
            .create(DATA, "linear", "254:0 0", "", List.of(LOWER.dev()));

    assertEquals(List.of("p2", "p1"), commands(read(story, "data")));
  }

  private static Actor asked(int pid) {
    return Actor.asked(pid, 0, "p" + pid);
  }

  private static List<String> commands(DeviceActors actors) {
    return actors.origins().stream().map(origin -> origin.last().command()).toList();
  }

  private int journals;

  private DeviceActors read(Story story, String device) throws Exception {
    Path path = folder.resolve("j" + journals++);
    story.write(path);
    try (Journal journal = Journal.open(path)) {
      return DeviceActors.read(
          journal, device, new EventSelection(Set.of(), null, null, null, true));
    }
  }
}
