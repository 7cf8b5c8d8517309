package dmrec.cli.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.CommandTest;
import dmrec.cli.Demo;
import dmrec.journal.Journals;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Replaying a real failover into the handlers that print. */
@Timeout(120)
class ReplayCommandTest extends CommandTest {
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

  private int replay(String into, String... more) {
    List<String> args = new ArrayList<>(List.of("replay", journal().toString(), "--into", into));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  /** As replay, with somebody who types. */
  private int type(String lines, String... args) {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
    try {
      return replay("print", args);
    } finally {
      System.setIn(before);
    }
  }

  private List<String> seqs() {
    return out().lines().map(line -> line.replaceAll(".*(#\\d+) .*", "$1")).toList();
  }

  @Test
  void printsWhatLogPrints() {
    assertEquals(0, run("log", "-j", journal().toString(), "--all"));
    String log = out();

    assertEquals(0, replay("print"));

    assertEquals(log, out());
    assertTrue(err().startsWith("dmrec: fed 153 events (#1 to #153), 142 s recorded, in "), err());
  }

  @Test
  void writesTheJsonThatLogWrites() {
    assertEquals(0, run("log", "-j", journal().toString(), "--output", "json"));
    String log = out();

    assertEquals(0, replay("json"));

    assertEquals(log, out());
  }

  @Test
  void feedsWhatLiesBetweenTwoMomentsAndMatches() {
    assertEquals(
        0,
        replay(
            "print",
            "--from",
            "2026-11-22T09:52:20Z",
            "--to",
            "#112",
            "--where",
            "path_failed and under data-db"));
    assertEquals(List.of("#57", "#99", "#112"), seqs());

    assertEquals(0, replay("print", "--where", "path_failed and seq > 57", "--loop", "2"));
    assertEquals(List.of("#99", "#112", "#117", "#99", "#112", "#117"), seqs());
  }

  @Test
  void tellsWhatItWouldFeed() {
    assertEquals(0, replay("print", "--dry-run", "--where", "path_failed", "--speed", "10x"));

    assertEquals(
        """
        would feed 5 events to print
        from        #51 2026-11-22T09:52:15.297277760Z
        to          #117 2026-11-22T09:53:11.280732610Z
        recorded    55.98 s
        takes       5.60 s
                 5  path_failed
        """,
        out());
    assertEquals(0, replay("print", "--dry-run", "--speed", "1x", "--max-pause", "10ms"));
    assertTrue(out().contains("takes       1.30 s"), out());
  }

  @Test
  void wrongUsageIsToldInOneLine() {
    for (String[] wrong :
        new String[][] {
          {"nobody"},
          {"print", "--speed", "fast"},
          {"print", "--speed", "0x"},
          {"print", "--rate", "-1"},
          {"print", "--rate", "NaN"},
          {"print", "--loop", "0"},
          {"print", "--timeout", "soon"},
          {"print", "--where", "kind = path_faild"},
          {"print", "--break", "("},
          {"print", "--from", "whenever"}
        }) {
      List<String> more = List.of(wrong).subList(1, wrong.length);
      assertEquals(2, replay(wrong[0], more.toArray(String[]::new)), String.join(" ", wrong));
      assertEquals("", out());
      assertTrue(err().startsWith("dmrec: "), err());
    }
    assertEquals(1, replay("print", "--from", "#100", "--to", "#99"));
    assertTrue(err().contains("there is no event between --from and --to"), err());
  }

  @Test
  void stepsThroughTheEventsAndBack() {
    assertEquals(
        0,
        type(
            "next\n\nback\nevent\ntree mpatha\nrun path_reinstated\nback\nwhat\nquit\n",
            "--step",
            "--where",
            "path_failed or path_reinstated"));

    // Fed again is only what was gone back to; the new handler was fed #51 in silence.
    assertEquals(List.of("#51", "#57", "#57"), seqs());
    String prompts = err();
    assertTrue(prompts.contains("replay #51> "), prompts);
    assertTrue(prompts.contains("DM_ACTION=PATH_FAILED"), prompts);
    assertTrue(prompts.contains("of 4 paths valid"), prompts);
    assertTrue(prompts.contains("there is no 'what'; 'help' lists what there is"), prompts);
    assertTrue(prompts.contains("stopped by quit, go on with dmrec replay "), prompts);
  }

  @Test
  void breaksWhereAFilterSaysSoAlsoByTheStack() {
    assertEquals(0, type("run\nrun\nquit\n", "--break", "path_failed and under data-db"));

    List<String> asked =
        err()
            .lines()
            .filter(line -> line.contains("path_failed"))
            .map(l -> l.replaceAll(".*(#\\d+) .*", "$1"))
            .toList();
    assertEquals(List.of("#51", "#57", "#99"), asked);
    assertTrue(err().contains("--from '#99'"), err());
  }

  @Test
  void aBreakPointBehindDamageGoesByWhatIsLeftAndSaysWhatIsNot() throws IOException {
    Journals.damage(journal(), 30);

    assertEquals(
        1,
        type(
            "run\ntree data-db\nquit\n",
            "--from",
            "#40",
            "--break",
            "path_failed and under data-db"));

    assertTrue(err().contains("replay #51> "), err());
    assertTrue(err().contains("replay #57> "), err());
    assertTrue(err().contains("before #57, the stack may be another"), err());
    assertEquals(2, err().split("behind #29 is damaged", -1).length, err());
    assertTrue(err().contains("; 1 place of the journal is damaged; stopped by quit"), err());
  }

  @Test
  void aDryRunSaysWhatIsDamaged() throws IOException {
    Journals.damage(journal(), 100);

    assertEquals(1, replay("print", "--dry-run"));
    assertTrue(out().startsWith("would feed 152 events to print\n"), out());
    assertTrue(err().contains("behind #99 is damaged"), err());

    assertEquals(0, replay("print", "--dry-run", "--to", "#99"));
    assertEquals("", err());
  }

  @Test
  void endsWhereNobodyAnswers() {
    assertEquals(0, type("", "--step"));

    assertEquals("", out());
    assertTrue(err().contains("fed 0 events; stopped by quit"), err());
  }
}
