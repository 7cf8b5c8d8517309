package dmrec.cli.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.CommandTest;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import dmrec.journal.Journals;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Evidence of other programs, from the file to what people are shown of it. */
class ImportCommandTest extends CommandTest {
  private static final Path FAILOVER = Journals.stored("failover");

  private static final String LOG =
      """
      2026-02-27T20:00:00+00:00 db01 multipathd[812]: checker failed path 8:16 in map mpatha
      2026-02-27T20:00:00+00:00 db01 multipathd[812]: mpatha: remaining active paths: 1
      2026-02-27T20:00:30+00:00 db01 multipathd[812]: 8:16: reinstated
      """;

  @Override
  protected Clock clock() {
    return Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
  }

  @Test
  void eventsAreImportedAsTheyWereExported() throws Exception {
    assertEquals(0, run("import", FAILOVER.toString(), "-j", path("a")), err());
    assertEquals(0, run("export", "--format", "json", "-j", path("a")), err());

    List<EventRecord> exported = new ArrayList<>();
    for (String line : out().lines().toList()) {
      exported.add(EventJson.read(line));
    }
    List<EventRecord> sample = new ArrayList<>();
    for (String line : Files.readAllLines(FAILOVER)) {
      sample.add(EventJson.read(line));
    }
    assertEquals(sample, exported);
  }

  @Test
  void ueventsComeBackFromPacketsAsTheSameEvents() throws Exception {
    assertEquals(0, run("import", FAILOVER.toString(), "-j", path("a")), err());
    assertEquals(0, run("export", "-j", path("a"), "-o", path("a.pcapng")), err());
    assertEquals(0, run("import", path("a.pcapng"), "-j", path("b")), err());

    List<EventRecord> before = uevents("a");
    List<EventRecord> after = uevents("b");
    assertEquals(before.size(), after.size());
    assertTrue(before.size() > 40);
    for (int i = 0; i < before.size(); i++) {
      EventRecord one = before.get(i);
      EventRecord other = after.get(i);
      assertEquals(one.kind(), other.kind());
      assertEquals(one.wallNs(), other.wallNs());
      assertEquals(one.evidence(), other.evidence());
      assertEquals(one.device().dev(), other.device().dev());
      assertEquals(one.marks(), other.marks());
      assertEquals(one.certainty(), other.certainty());
    }
    // Again the same packets, but for their numbers.
    assertEquals(0, run("export", "-j", path("b"), "-o", path("b.pcapng")), err());
    assertEquals(0, run("import", path("b.pcapng"), "-j", path("c")), err());
    assertEquals(after, uevents("c"));
  }

  @Test
  void theSameJournalGivesTheSameBytes() throws Exception {
    assertEquals(0, run("import", FAILOVER.toString(), "-j", path("a")), err());
    assertEquals(0, run("export", "-j", path("a"), "-o", path("1.pcapng")), err());
    assertEquals(0, run("export", "-j", path("a"), "-o", path("2.pcapng")), err());

    byte[] bytes = Files.readAllBytes(Path.of(path("1.pcapng")));
    assertArrayEquals(bytes, Files.readAllBytes(Path.of(path("2.pcapng"))));
    String text = new String(bytes, StandardCharsets.UTF_8);
    assertTrue(text.contains("#51 mpatha path_failed path 8:16 sdb failed, 3 paths left"));
    assertTrue(text.contains("MESSAGE=#1 recording_started on lab"));
  }

  @Test
  void aDeviceIsFollowedByItsPathsAlone() throws Exception {
    Files.writeString(Path.of(path("log")), LOG);
    assertEquals(0, run("import", path("log"), "-j", path("a")), err());

    assertEquals(0, run("history", "mpatha", "-j", path("a")), err());
    assertTrue(out().startsWith("mpatha number not recorded\n"), out());
    assertTrue(out().contains("30.00 s  FAILED 8:16; the rest not recorded"), out());
    assertTrue(out().contains("?#3 path_failed: path 8:16 failed"), out());
    assertEquals(0, run("log", "--device", "mpatha", "-j", path("a")), err());
    assertEquals(5, out().lines().count(), out());
    assertEquals(0, run("tree", "-j", path("a")), err());
    assertFalse(out().contains("mpatha"), out());
  }

  @Test
  void aFileOfNothingLeavesNoJournal() throws Exception {
    Files.writeString(Path.of(path("log")), "2026-02-27T20:00:00+00:00 db01 sshd[1]: hello\n");

    assertEquals(1, run("import", path("log"), "-j", path("a")));

    assertEquals(
        "dmrec: expected something about mapped devices, found nothing in 1 lines or packets\n",
        err());
    assertFalse(Files.exists(Path.of(path("a"))));
  }

  @Test
  void whatIsNoneOfTheFormatsIsRefused() throws Exception {
    Files.writeString(Path.of(path("x")), "hello\n");

    assertEquals(1, run("import", path("x"), "-j", path("a")));
    assertTrue(
        err().contains("expected one of the formats that 'dmrec import --help' lists"), err());
    assertEquals(2, run("import", path("x"), "--format", "word", "-j", path("a")));
    assertTrue(err().contains("expected udevadm, pcap, journal"), err());
    assertEquals(2, run("import", path("x")));
    assertTrue(err().contains("import needs -j PATH"), err());
    assertEquals(1, run("import", path("none"), "-j", path("a")));
    assertTrue(err().contains("there is no such file"), err());
  }

  @Test
  void aJournalThatIsThereIsNotAddedTo() throws Exception {
    Files.writeString(Path.of(path("log")), LOG);
    assertEquals(0, run("import", path("log"), "-j", path("a")), err());

    assertEquals(1, run("import", path("log"), "-j", path("a")));
    assertEquals(0, run("verify", path("a")), err());
  }

  private List<EventRecord> uevents(String journal) throws Exception {
    assertEquals(0, run("export", "--format", "json", "-j", path(journal)), err());
    List<EventRecord> events = new ArrayList<>();
    for (String line : out().lines().toList()) {
      EventRecord record = EventJson.read(line);
      if (record.source() == Source.UEVENT && record.kind() != Kind.DEVICE_CREATED) {
        events.add(record);
      }
    }
    return events;
  }
}
