package dmrec.cli.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.CommandTest;
import dmrec.cli.Demo;
import dmrec.cli.host.Failure;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.PathTrouble;
import dmrec.handler.DmEventHandler;
import dmrec.handler.HandlerFactory;
import dmrec.handler.ReplayedEvent;
import dmrec.journal.Journal;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.journal.Journals;
import dmrec.replay.EventChoice;
import dmrec.replay.JournalRecording;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a user sees of a failure that is shrunk, and of copies of a part. */
@Timeout(120)
class ShrinkRunTest extends CommandTest {
  @Override
  protected Clock clock() {
    return Clock.fixed(Instant.parse("2026-11-22T12:00:00Z"), ZoneOffset.UTC);
  }

  @BeforeEach
  void recordFailover() throws IOException {
    Demo.record(journal());
  }

  private Path journal() {
    return folder.resolve("j");
  }

  private Path small() {
    return folder.resolve("small");
  }

  private String answer(String... args) {
    int code = run(args);
    assertEquals(0, code, err());
    return out();
  }

  private int shrink(Supplier<DmEventHandler> maker, boolean isFiltered)
      throws IOException, InterruptedException {
    HandlerFactory factory =
        new HandlerFactory() {
          @Override
          public String name() {
            return "Alarm.java";
          }

          @Override
          public DmEventHandler make() {
            return maker.get();
          }
        };
    try (Programs programs = new Programs(true, 0);
        Journal journal = Journal.open(journal())) {
      return new ShrinkRun(host(), ZoneOffset.UTC, factory, programs, small(), "dmrec replay small")
          .run(
              JournalRecording.of(journal, 1, Long.MAX_VALUE, EventChoice.ALL),
              30_000_000_000L,
              isFiltered);
    }
  }

  /** Fails where the second path in a row fails. */
  private static final class TwoInARow implements DmEventHandler {
    private int failed;

    @Override
    public void handle(ReplayedEvent event) {
      System.out.println("noise");
      failed += event.kind() == Kind.PATH_FAILED ? 1 : 0;
      failed = event.kind() == Kind.PATH_REINSTATED ? 0 : failed;
      if (failed == 2) {
        throw new IllegalStateException("two paths of " + event.device().name());
      }
    }
  }

  @Test
  void tellsTheEventsThatAreLeftByTheirNumbersInTheRecording() throws Exception {
    assertEquals(0, shrink(TwoInARow::new, false));

    assertEquals(
        """
        2026-11-22T09:52:15.297277760Z  #51      mpatha         path_failed            path 8:16 sdb failed, 3 paths left
        2026-11-22T09:52:31.381696920Z  #57      mpatha         path_failed            path 8:32 sdc failed, 2 paths left
        """,
        out());
    String told = err();
    assertTrue(told.startsWith("dmrec: Alarm.java failed at #2\n"), told);
    assertTrue(told.contains("  java.lang.IllegalStateException: two paths of mpatha\n"), told);
    assertTrue(told.contains("  again:  dmrec replay small\n"), told);
    assertTrue(
        told.contains(
            "dmrec: 2 of 57 events are enough to make it fail, and none of them can be left out ("),
        told);
    assertTrue(told.endsWith("); " + small() + " holds them\n"), told);
    assertFalse(told.contains("noise"), told);
    assertTrue(answer("verify", small().toString()).contains("result     intact"));
  }

  @Test
  void theBugOfTheSampleIsFoundInFiveThousandEvents() throws IOException {
    Path night = folder.resolve("night");
    try (JournalWriter writer =
        JournalWriter.begin(night, JournalOptions.usual(), new Topology())) {
      for (EventRecord record : new PathTrouble(1).night(5_000)) {
        writer.append(record);
      }
    }
    String sample =
        Path.of(System.getProperty("dmrec.root"), "samples/handlers/ForgetfulInventory.java")
            .toString();

    assertEquals(
        0,
        run("replay", night.toString(), "--into", sample, "--shrink", small().toString()),
        this::err);

    assertEquals(3, out().lines().count());
    assertTrue(err().contains("and none of them can be left out"), err());
    // And from what was written, by the command that is told.
    assertTrue(
        err().contains("  again:  dmrec replay " + small() + " --into " + sample + "\n"), err());
    assertEquals(1, run("replay", small().toString(), "--into", sample));
    assertTrue(err().contains("ForgetfulInventory.java failed at #3\n"), err());
    assertTrue(err().contains("is in use but not in the inventory"), err());
  }

  @Test
  void whatCouldNotBeReadIsTold() throws Exception {
    Journals.damage(journal(), 10);

    assertEquals(1, shrink(TwoInARow::new, false));

    assertTrue(err().contains("behind #9 is damaged"), err());
    assertTrue(err().contains("dmrec: 2 of 56 events are enough to make it fail"), err());
  }

  @Test
  void aHandlerThatDoesNotFailIsToldInOneLine() {
    Failure e = assertThrows(Failure.class, () -> shrink(() -> event -> {}, true));

    assertEquals(
        "the handler does not fail on these 153 events: there is nothing to shrink; what --where"
            + " leaves out is left out of the stack too: try without it",
        e.getMessage());
    assertFalse(Files.exists(small()));
  }

  @Test
  void whatMakesNoSenseWithItIsRefused() {
    for (String[] more :
        new String[][] {
          {"--dry-run"}, {"--step"}, {"--break", "gap"}, {"--loop", "2"}, {"--speed", "1x"}
        }) {
      String[] args = {
        "replay", journal().toString(), "--into", "json", "--shrink", small().toString()
      };
      String[] all = java.util.Arrays.copyOf(args, args.length + more.length);
      System.arraycopy(more, 0, all, args.length, more.length);
      assertEquals(2, run(all));
      assertTrue(err().contains("--shrink replays again and again"), err());
    }
  }

  // Copies.

  @Test
  void aCopyOfAPartAnswersAsTheOriginalDoes() {
    String copy = folder.resolve("copy").toString();
    assertEquals(
        "61 events in " + copy + "\n",
        answer(
            "replay",
            journal().toString(),
            "--into",
            "journal:" + copy,
            "--from",
            "#60",
            "--to",
            "#120"));

    String original = journal().toString();
    for (int seq = 59; seq <= 120; seq += 7) {
      String then = "#" + seq;
      String now = "#" + (seq - 59);
      for (String[] question :
          new String[][] {{"tree"}, {"dmsetup", "table"}, {"dmsetup", "status"}}) {
        String[] one = concat(question, "--journal", original, "--at", then);
        String[] other = concat(question, "--journal", copy, "--at", now);
        assertEquals(answer(one), answer(other), () -> String.join(" ", one));
      }
    }
    assertTrue(answer("verify", copy).contains("result     intact"));
    assertTrue(answer("info", "-j", copy).contains("  host     lab\n"));
    assertEquals(0, run("stats", "-j", copy));
    assertEquals(0, run("log", "-j", copy, "--where", "under data-db and path_failed"));
    assertEquals(3, out().lines().count());
  }

  @Test
  void betweenTheLastEventBeforeACopyAndItsFirstTheStackIsKnown() {
    String copy = folder.resolve("copy").toString();
    answer("replay", journal().toString(), "--into", "journal:" + copy, "--from", "#67");
    String known = answer("tree", "-j", journal().toString(), "--at", "#66");

    // #66 is of 09:52:36 or earlier, #67 of 09:52:37.249.
    assertEquals(known, answer("tree", "-j", copy, "--at", "2026-11-22T09:52:37.2Z"));
    assertEquals(1, run("tree", "-j", copy, "--at", "2026-11-22T09:50:00Z"));
    assertTrue(err().contains("nothing is known of 2026-11-22T09:50:00Z"), err());
  }

  private static String[] concat(String[] first, String... more) {
    String[] all = java.util.Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return all;
  }

  @Test
  void anExistingJournalIsNotCopiedInto() {
    assertEquals(1, run("replay", journal().toString(), "--into", "journal:" + journal()));
    assertTrue(err().contains("expected an empty folder or none, found "), err());
  }
}
