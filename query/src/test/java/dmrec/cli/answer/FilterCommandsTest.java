package dmrec.cli.answer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.CommandTest;
import dmrec.cli.Demo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Filters and queries on a real failover. */
class FilterCommandsTest extends CommandTest {

  @BeforeEach
  void recordFailover() throws IOException {
    Path capture = file("failover.ndjson");
    try (var in = Objects.requireNonNull(Demo.class.getResourceAsStream(Demo.CAPTURE))) {
      Files.copy(in, capture);
    }
    assertEquals(0, run("record", "--from", capture.toString(), "-j", file("j").toString()), err());
  }

  @Test
  void findsThePathsThatFailedUnderAVolume() {
    assertEquals(0, query("path_failed and under data-db and valid_paths = 0"), err());

    assertEquals(1, out().lines().count(), out());
    assertTrue(out().contains("path 8:48 sdd failed, no path left"), out());
  }

  @Test
  void countsThem() {
    assertEquals(0, query("path_failed | count, min valid_paths by device, disk"), err());

    assertEquals(
        """
        device  disk  count       min valid_paths
        mpatha  sdb       2                     2
        mpatha  sda       1                     1
        mpatha  sdc       1                     2
        mpatha  sdd       1                     0
        """
            .replaceAll(" +", " "),
        out().replaceAll("[█▌]", "").replaceAll(" +", " ").replace(" \n", "\n"));
    assertEquals(0, query("path_failed | count by disk", "--output", "csv"));
    assertEquals("disk,count\r\nsdb,2\r\nsda,1\r\nsdc,1\r\nsdd,1\r\n", out());
    assertEquals(0, query("count where path_failed", "--output", "json"));
    assertEquals("{\"count\":5}\n", out());
    assertEquals(0, query("path_failed | count per 30s"));
    assertEquals(
        List.of("09:52:00Z 1", "09:52:30Z 1", "09:53:00Z 3"),
        out()
            .lines()
            .skip(1)
            .map(line -> line.substring(11).replaceAll("[ █▏▎▍▌▋▊▉]+", " ").strip())
            .toList());
  }

  @Test
  void saysHowItWasEvaluatedAndHowMuchWasRead() {
    assertEquals(
        0,
        log("--where", "over sdb and kind in (path_failed, table_live) and seq < 40", "--explain"));

    assertEquals(2, out().lines().count(), out());
    assertEquals(
        """
        dmrec: filter       over sdb and kind in (path_failed, table_live) and seq < 40
        dmrec: pushed down  seq ..39; kind in (table_live, path_failed)
        dmrec: checked      over sdb
        dmrec: stack        followed through the journal
        """,
        err().substring(0, err().indexOf("dmrec: read")));
  }

  @Test
  void followsTheStackFromTheMiddle() {
    assertEquals(0, log("--where", "under data-db", "--since", "#99", "--until", "#117"));

    String since = out();
    assertEquals(0, log("--where", "under data-db and seq >= 99 and seq <= 117"));
    assertEquals(since, out());
    assertTrue(since.contains("path 8:16 sdb failed"), since);
    assertEquals(
        0, log("--where", "under data-db", "--since", "#99", "--until", "#117", "-n", "1"));
    assertTrue(since.endsWith(out()), out());
  }

  @Test
  void showsTracesThatAreAskedForByName() {
    assertEquals(0, log("--where", "uevent and device = mpatha"));

    assertTrue(out().lines().allMatch(line -> line.contains(" uevent ")), out());
    assertTrue(out().lines().count() > 5, out());
    assertEquals("", err());
  }

  @Test
  void pointsAtAMistake() {
    assertEquals(2, log("--where", "kind = path_faild"));

    assertEquals(
        "dmrec: --where: expected a kind of event, found 'path_faild'; did you mean"
            + " 'path_failed'?\n  kind = path_faild\n         ^\n",
        err());
    assertEquals(2, query("device = my\\x20disk and x"));
    assertTrue(err().endsWith("\n" + " ".repeat(2 + 27) + "^\n"), err());
  }

  @Test
  void answersMistakesOfUseWithTwo() {
    assertEquals(2, query("path_faild"));
    assertEquals(1, query("evidence ~ /.*.*.*.*.*zzz/"));
    assertTrue(err().contains("needs too many steps"), err());
  }

  @Test
  void saysSoWhereNothingMatches() {
    assertEquals(0, query("device = none | count by kind"));

    assertEquals("", out());
    assertEquals("dmrec: no event matches\n", err());
  }

  @Test
  void listsEveryFieldInItsHelpWithinEightyColumns() {
    assertEquals(0, run("query", "--help"));

    assertTrue(out().contains("  valid_paths "), out());
    assertTrue(out().lines().allMatch(line -> line.length() <= 80), out());
    assertTrue(out().lines().anyMatch(line -> line.startsWith("  device ")), out());
  }

  private int query(String text, String... options) {
    return run(with(List.of("query", "--utc", text), options));
  }

  private int log(String... options) {
    return run(with(List.of("log", "--utc"), options));
  }

  private String[] with(List<String> first, String... options) {
    List<String> all = new java.util.ArrayList<>(first);
    all.addAll(List.of("-j", file("j").toString()));
    all.addAll(List.of(options));
    return all.toArray(String[]::new);
  }

  private Path file(String name) {
    return folder.resolve(name);
  }
}
