package dmrec.cli.answer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.CommandTest;
import dmrec.event.Actor;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.query.Story;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The answers about a volume on a multipath device, where probes told who did what. */
class ActorsTest extends CommandTest {
  private static final DeviceRef MPATHA = Story.mapped(0, 14, "mpatha");
  private static final DeviceRef DATA = Story.mapped(1, 15, "vg-data");

  @BeforeEach
  void record() throws Exception {
    new Story()
        .boot("b", "")
        .disk(Story.SDA, "sda")
        .by(process(Actor.Relation.ASKED, 459, "multipathd", "multipathd.service"))
        .multipath(MPATHA, true, List.of(Story.SDA))
        .by(process(Actor.Relation.ASKED, 812, "lvcreate", "session-3.scope"))
        .create(DATA, "linear", "254:0 0", "", List.of(MPATHA.dev()))
        .by(process(Actor.Relation.CONTEXT, 77, "dd", ""))
        .fail(MPATHA, Story.SDA, "sda", 0)
        .by(process(Actor.Relation.ASKED, 900, "lvchange", "session-3.scope"))
        .add(DATA, new DmEvent.RequestFailed("table_load", 16, DATA.name()))
        .by(null)
        .derived(500_000_000L)
        .add(DATA, new DmEvent.DeviceSuspended(false))
        .write(folder.resolve("journal"));
  }

  private static Actor process(Actor.Relation relation, int pid, String command, String unit) {
    return new Actor(
        relation, pid, pid, pid, 0, 1000, command, "/usr/sbin/" + command, 1, "sudo", unit);
  }

  @Test
  void logEndsALineWithWhoIsKnownToBeBehindIt() {
    assertEquals(0, answer("log"), err());
    List<String> lines = out().lines().toList();
    assertTrue(lines.get(2).endsWith("  created  by multipathd[459]"), out());
    assertTrue(lines.get(6).endsWith("path 8:0 sda failed, no path left  in dd[77]"), out());
    assertTrue(lines.get(7).endsWith("refused, error 16  by lvchange[900]"), out());
    assertTrue(lines.get(8).endsWith("  suspended (within 0.50 s)"), out());
    assertEquals(0, answer("log", "-v", "--where", "request_failed"), err());
    assertTrue(
        out()
            .contains(
                "process uid 0, login uid 1000, runs /usr/sbin/lvchange, child of sudo[1],"
                    + " unit session-3.scope"),
        out());
  }

  @Test
  void whyAndHistoryNameThemInTheSameWords() {
    assertEquals(0, answer("why", "mpatha"), err());
    assertTrue(out().contains("path_failed: path 8:0 sda failed, no path left  in dd[77]"), out());
    assertEquals(0, answer("history", "vg-data"), err());
    assertTrue(out().contains("#5 device_created: created  by lvcreate[812]"), out());
    assertEquals(0, answer("history", "vg-data", "--output", "json"), err());
    assertTrue(
        out().contains("\"text\":\"created\",\"actor\":{\"pid\":812,\"uid\":0,\"command\":"),
        out());
    assertEquals(0, answer("history", "vg-data", "--output", "csv"), err());
    assertTrue(out().contains(",created  by lvcreate[812],"), out());
  }

  @Test
  void statsCountWhatEachCommandAndUnitAskedFor() {
    assertEquals(0, answer("stats", "--ascii"), err());
    assertTrue(
        out()
            .contains(
                """

                events asked for by command
                          2  lvcreate    ##############################
                          2  multipathd  ##############################
                          1  lvchange    ###############  1 refused

                events asked for by unit
                          3  session-3.scope     ##############################  1 refused
                          2  multipathd.service  ####################

                events by kind
                """),
        out());
    assertEquals(0, answer("stats", "--output", "json"), err());
    assertTrue(out().contains("{\"name\":\"session-3.scope\",\"events\":3,\"refused\":1}"), out());
    assertEquals(0, answer("stats", "--output", "csv"), err());
    assertTrue(out().contains("\r\ncommand,,,,lvchange,refused,1,,\r\n"), out());
  }

  @Test
  void infoTellsWhichChangesOnlyALookFound() {
    assertEquals(0, run("info", "-j", path("journal")), err());
    assertTrue(
        out()
            .contains(
                """

                changes    5 of 6 told by the kernel (83 %)
                  at its moment  as it was read  only by a look  inferred
                              0               0               1         0  device_suspended
                              2               0               0         0  table_live
                              2               0               0         0  device_created
                              1               0               0         0  path_failed
                """),
        out());
    assertEquals(0, run("info", "-j", path("journal"), "--output", "json"), err());
    assertTrue(
        out()
            .contains(
                "\"changes\":{\"events\":6,\"at_their_moment\":5,\"as_read\":0,"
                    + "\"only_by_a_look\":1,\"inferred\":0,\"kinds\":{\"device_suspended\":{"),
        out());
  }

  @Test
  void whoTellsEverybodyBehindADeviceAndWhatLiesUnderIt() {
    assertEquals(0, answer("who", "vg-data"), err());
    assertEquals(
        """
        who touched vg-data 254:1, mpatha 254:0, sda 8:0

        by lvchange[900]: uid 0, login uid 1000, runs /usr/sbin/lvchange, child of sudo[1], unit session-3.scope
          2026-03-01T03:12:13.000000000Z
          vg-data 254:1: 1 table_load refused (error 16)

        by lvcreate[812]: uid 0, login uid 1000, runs /usr/sbin/lvcreate, child of sudo[1], unit session-3.scope
          2026-03-01T03:12:10.000000000Z to 2026-03-01T03:12:11.000000000Z
          vg-data 254:1: 1 device_created, 1 table_live

        by multipathd[459]: uid 0, login uid 1000, runs /usr/sbin/multipathd, child of sudo[1], unit multipathd.service
          2026-03-01T03:12:08.000000000Z to 2026-03-01T03:12:09.000000000Z
          mpatha 254:0: 1 device_created, 1 table_live

        in dd[77]: uid 0, login uid 1000, runs /usr/sbin/dd, child of sudo[1]
          2026-03-01T03:12:12.000000000Z
          mpatha 254:0: 1 path_failed

        no process is known for 1 device_suspended
        """,
        out());
    assertEquals(0, answer("who", "vg-data", "--output", "json"), err());
    assertTrue(
        out()
            .contains(
                "\"kind\":\"request_failed\",\"request\":\"table_load\",\"error\":16,\"count\":1"),
        out());
    assertTrue(out().endsWith("\"of_nobody\":{\"device_suspended\":1}}\n"), out());
  }

  @Test
  void whoTakesATimeAndAFilter() {
    assertEquals(0, answer("who", "vg-data", "--until", "#6", "--where", "actor.pid = 459"), err());
    assertTrue(out().contains("by multipathd[459]"), out());
    assertEquals(1, out().lines().filter(line -> line.startsWith("by ")).count(), out());
    assertEquals(0, answer("who", "sda"), err());
    assertTrue(out().contains("\nin dd[77]: "), out());
    assertTrue(out().endsWith("\n  sda 8:0: 1 path_failed\n"), out());
    assertEquals(0, answer("who", "mpatha", "--where", "under vg-data and path_failed"), err());
    assertTrue(out().contains("\nin dd[77]: "), out());
    assertEquals(1, answer("who", "mpathb"), err());
    assertEquals("dmrec: no device or disk 'mpathb' is recorded in that time\n", err());
    assertEquals(2, answer("who"), err());
  }

  private int answer(String... words) {
    List<String> args = new ArrayList<>(List.of(words));
    args.addAll(1, List.of("-j", path("journal"), "--utc"));
    return run(args.toArray(String[]::new));
  }
}
