package dmrec.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.PathTrouble;
import dmrec.handler.DmEventHandler;
import dmrec.handler.HandlerException;
import dmrec.handler.HandlerFactory;
import dmrec.journal.Journal;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.topology.Topology;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bug of the sample handler is found in a night of 5,000 events. */
class ForgetfulInventoryTest {
  private static final int EVENTS = 5_000;
  private static final long SECOND_NS = 1_000_000_000L;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private Path night(long seed) throws Exception {
    Path journal = folder.resolve("night");
    try (JournalWriter writer =
        JournalWriter.begin(journal, JournalOptions.usual(), new Topology())) {
      for (EventRecord record : new PathTrouble(seed).night(EVENTS)) {
        writer.append(record);
      }
    }
    return journal;
  }

  /** The sample as a user has it: its own classes for each handler. */
  private HandlerFactory sample() {
    Path source =
        Path.of(System.getProperty("dmrec.root"), "samples/handlers/ForgetfulInventory.java");
    assertEquals(
        0,
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", folder.toString(), "-proc:none", source.toString()));
    return new HandlerFactory() {
      @Override
      public String name() {
        return "ForgetfulInventory.java";
      }

      @Override
      public DmEventHandler make() throws HandlerException {
        try (URLClassLoader loader =
            new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
          return (DmEventHandler)
              loader.loadClass("ForgetfulInventory").getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException | java.io.IOException e) {
          throw new HandlerException("it cannot be made", e);
        }
      }
    };
  }

  private Shrunk shrink(long fromSeq) throws Exception {
    try (Journal journal = Journal.open(folder.resolve("night"))) {
      return new Shrinker(
              JournalRecording.of(journal, fromSeq, Long.MAX_VALUE, EventChoice.ALL),
              sample(),
              new Shrinker.Options(30 * SECOND_NS),
              (trials, events) -> {})
          .run(folder.resolve("small" + fromSeq));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aRenamingAPathFailureAndTheNextEventOfTheMapAreLeftOfFiveThousand(long seed)
      throws Exception {
    night(seed);

    Shrunk shrunk = shrink(1);

    assertTrue(shrunk.of() > 4_500, () -> "it failed at " + shrunk.of());
    assertEquals(3, shrunk.events());
    List<EventRecord> left = shrunk.smallest();
    assertEquals(Kind.DEVICE_RENAMED, left.get(0).kind());
    assertEquals(Kind.PATH_FAILED, left.get(1).kind());
    assertTrue(left.get(1).wallNs() - left.get(0).wallNs() < SECOND_NS);
    assertEquals(left.get(0).device().dev(), left.get(2).device().dev());
    assertNotNull(shrunk.proof());
    assertTrue(shrunk.trials() < 120, () -> shrunk.trials() + " replays");
  }

  @Test
  void theSameIsLeftWhereTheStreamBeginsInTheMiddle() throws Exception {
    night(1);

    Shrunk shrunk = shrink(3_000);

    assertEquals(3, shrunk.events());
    assertEquals(shrink(1).smallest(), shrunk.smallest());
  }
}
