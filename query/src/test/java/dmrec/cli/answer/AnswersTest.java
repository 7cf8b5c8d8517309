package dmrec.cli.answer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.CommandTest;
import dmrec.query.Story;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The answers about a failover that a lab recorded, word by word. */
class AnswersTest extends CommandTest {

  private boolean terminal;

  @Override
  protected Clock clock() {
    return Clock.fixed(Instant.parse("2026-11-23T00:00:00Z"), ZoneId.of("Europe/Berlin"));
  }

  @Override
  protected boolean terminal() {
    return terminal;
  }

  @BeforeEach
  void recordTheFailover() throws Exception {
    Story.failover().write(journal());
  }

  @Test
  void whyNamesThePathsThatFailedAndWhen() {
    assertEquals(0, answer("why", "data-home", "--at", "#120", "--utc"), err());
    assertEquals(
        """
        data-home 254:1: I/O waits at 2026-11-22T09:53:11.378935350Z #120
        └─ stands on mpatha, where I/O waits
           └─ mpatha 254:0 NO PATH LEFT of 4, I/O waits (queue_if_no_path)
              │  since 2026-11-22T09:53:11.280732610Z (98.2 ms)  #117 path_failed: path 8:48 sdd failed, no path left
              ├─ sdc 8:32 path failed, its disk is still there  ◀ root cause
              │     since 2026-11-22T09:52:31.381696920Z (40.00 s)  #57 path_failed: path 8:32 sdc failed, 2 paths left
              ├─ sdb 8:16 path failed (2 times by now), its disk is still there  ◀ root cause
              │     since 2026-11-22T09:53:04.897019400Z (6.48 s)  #99 path_failed: path 8:16 sdb failed, 2 paths left
              ├─ sda 8:0 path failed, its disk is still there  ◀ root cause
              │     since 2026-11-22T09:53:07.976130530Z (3.40 s)  #112 path_failed: path 8:0 sda failed, 1 path left
              └─ sdd 8:48 path failed, its disk is still there  ◀ root cause
                    since 2026-11-22T09:53:11.280732610Z (98.2 ms)  #117 path_failed: path 8:48 sdd failed, no path left
        """,
        out());
  }

  @Test
  void whyOfAHealthyDeviceSaysSo() {
    assertEquals(0, answer("why", "data-db", "--utc"), err());
    assertEquals(
        """
        data-db 254:2: in order at 2026-11-22T09:53:41.919389960Z #153
           since 2026-11-22T09:53:23.798192110Z (18.12 s)  #145 path_reinstated: path 8:32 sdc works again, 4 paths valid
        """,
        out());
  }

  @Test
  void diffTellsPathsAndTableLines() {
    assertEquals(1, answer("diff", "#50", "#120", "--utc"), err());
    assertEquals(
        """
        --- 2026-11-22T09:52:14.126051420Z #50
        +++ 2026-11-22T09:53:11.378935350Z #120
        ! mpatha 254:0
              valid paths: 4 → 0
              group state 1: active → enabled
              path sda 8:0: active → failed, failures 0 → 1
              path sdb 8:16: active → failed, failures 0 → 2
              path sdc 8:32: active → failed, failures 0 → 1
              path sdd 8:48: active → failed, failures 0 → 1
        ! data-home 254:1
            + 49152 16384 linear 254:0 83968
        """,
        out());
  }

  @Test
  void diffOfOneMomentIsEmptyAndZero() {
    assertEquals(0, answer("diff", "#120", "#120"), err());
    assertEquals("", out());
    assertEquals("", err());
  }

  @Test
  void historyTellsEachStateAndWhatBeganIt() {
    assertEquals(
        0, answer("history", "mpatha", "--utc", "--since", "#99", "--until", "#145"), err());
    List<String> lines = out().lines().toList();
    assertEquals("mpatha 254:0 diskseq 14 uuid mpath-1Linux_scsi_debug_2000", lines.get(0));
    assertTrue(
        lines.contains(
            "  2026-11-22T09:53:11.280732610Z     9.47 s  NO PATH LEFT of 4, I/O waits"
                + " (queue_if_no_path)  #117 path_failed: path 8:48 sdd failed, no path left"),
        out());
    assertTrue(lines.get(lines.size() - 1).contains(">0 ns  all 4 paths valid"), out());
    assertEquals(8, lines.size(), out());
  }

  @Test
  void historyOfADiskTellsItsPath() {
    assertEquals(0, answer("history", "sdb", "--utc"), err());
    assertEquals(
        """
        disk sdb 8:16 wwid naa.33333330000007d0
          2026-11-22T09:51:23.402022060Z    51.90 s  present                #3 disk_baseline: disk 8:16 sdb, 64 MiB, wwid naa.33333330000007d0, serial 2000
          2026-11-22T09:52:15.297277760Z    21.95 s  FAILED path of mpatha  #51 path_failed: path 8:16 sdb failed, 3 paths left
          2026-11-22T09:52:37.249460140Z    27.65 s  valid path of mpatha   #67 path_reinstated: path 8:16 sdb works again, 3 paths valid
          2026-11-22T09:53:04.897019400Z    17.87 s  FAILED path of mpatha  #99 path_failed: path 8:16 sdb failed, 2 paths left
          2026-11-22T09:53:22.766553630Z   >19.15 s  valid path of mpatha   #138 path_reinstated: path 8:16 sdb works again, 3 paths valid
        """,
        out());
  }

  @Test
  void statsTellOutagesAndFlappingPathsFirst() {
    assertEquals(0, answer("stats", "--utc"), err());
    assertTrue(
        out()
            .startsWith(
                """
                2026-11-22T09:51:19.556015260Z #1 to 2026-11-22T09:53:41.919389960Z #153, 2m 22s: 47 events and 106 traces

                multipath outages (no valid path, or I/O waiting for a path group)
                  mpatha 254:0  9.47 s, at the least 0 of 4 paths valid
                                2026-11-22T09:53:11.280732610Z #117 to 2026-11-22T09:53:20.748173650Z #122

                paths that failed
                  mpatha  sdb 8:16       2x  ██████████  every 49.60 s on average, down 39.82 s, at the longest 21.95 s, last at 2026-11-22T09:53:04.897019400Z
                """),
        out());
  }

  @Test
  void treeIsDrawnOrGivenToPrograms() {
    assertEquals(0, answer("tree", "--at", "#120", "--output", "json"), err());
    assertTrue(
        out()
            .contains(
                "\"state\":{\"valid_paths\":0,\"paths\":4,\"queueing\":false,\"next_group\":1},"
                    + "\"groups\":[{\"group\":1,\"state\":\"enabled\",\"paths\":["
                    + "{\"dev\":\"8:0\",\"name\":\"sda\",\"state\":\"failed\",\"failures\":1,"),
        out());
    assertEquals(0, answer("tree", "--at", "#120", "--output", "csv"), err());
    assertTrue(
        out().contains("\r\n6,5,4,disk,8:0,,sda,naa.33333330000007d0,131072,failed failures=1"),
        out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"why mpatha --at #120", "diff #50", "history mpatha", "stats", "tree"})
  void coloursChangeNoWordAndAsciiIsEnough(String command) {
    List<String> words = List.of((command + " --ascii").split(" ", -1));
    answer(words.toArray(String[]::new));
    String plain = out();
    terminal = true;
    answer(words.toArray(String[]::new));

    assertTrue(out().contains("\033["), out());
    assertEquals(plain, out().replaceAll("\033\\[[0-9;]*m", ""));
    String drawn = plain.replace("→", "").replace("…", "");
    assertTrue(drawn.chars().allMatch(c -> c < 0x7f), plain);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "why",
        "why a b",
        "diff",
        "diff 1 2 3",
        "history",
        "stats x",
        "stats --top 0",
        "why mpatha --output xml",
        "diff 14:62"
      })
  void wrongUsageIsOneLineAndTwo(String command) {
    assertEquals(2, answer(command.split(" ", -1)), err());
    assertEquals("", out());
    assertTrue(err().startsWith("dmrec: "), err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"why nobody", "history nobody", "why mpatha --at 2020-01-01"})
  void whatIsNotThereIsSaidInOneLine(String command) {
    assertEquals(1, answer(command.split(" ", -1)), err());
    assertEquals("", out());
    assertEquals(1, err().lines().count(), err());
  }

  @Test
  void aDamagedJournalIsAnsweredAsFarAsItGoesAndDiffCannotTell() throws Exception {
    Path cycle;
    try (Stream<Path> files = Files.list(journal())) {
      cycle = files.filter(file -> file.toString().endsWith(".cq4")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(cycle);
    byte[] mark = "data-db".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length - mark.length; i++) {
      if (Arrays.equals(bytes, i, i + mark.length, mark, 0, mark.length)) {
        bytes[i] ^= 1;
        break;
      }
    }
    Files.write(cycle, bytes);

    assertEquals(1, answer("stats"), err());
    assertTrue(out().contains("paths that failed"), out());
    assertTrue(err().contains("damaged"), err());
    assertEquals(1, answer("history", "mpatha"), err());
    assertEquals(2, answer("diff", "#50"), err());
  }

  /** Asks the test's journal. */
  private int answer(String... words) {
    List<String> args = new ArrayList<>(List.of(words));
    args.addAll(1, List.of("-j", journal().toString()));
    return run(args.toArray(String[]::new));
  }

  private Path journal() {
    return folder.resolve("journal");
  }
}
