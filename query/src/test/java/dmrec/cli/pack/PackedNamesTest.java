package dmrec.cli.pack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.bundle.Bundle;
import dmrec.bundle.Part;
import dmrec.cli.CommandTest;
import dmrec.event.DeviceRef;
import dmrec.event.DeviceState;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.journal.JournalWriter;
import dmrec.journal.Journals;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that are hard to hide, packed: words of everybody's, and what only a log tells. */
class PackedNamesTest extends CommandTest {
  private long seq;

  private String part(Part part) throws IOException {
    try (Bundle bundle = Bundle.open(folder.resolve("b.dmrec"));
        InputStream in = bundle.in(part)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Path journal(EventRecord... records) throws IOException {
    Path journal = folder.resolve("journal");
    try (JournalWriter writer = JournalWriter.open(journal)) {
      for (EventRecord record : records) {
        writer.append(record);
      }
    }
    return journal;
  }

  private EventRecord record(DeviceRef device, DmEvent event) {
    seq++;
    return EventRecord.of(event)
        .seq(seq)
        .at(1_772_334_725_000_000_000L + seq, seq)
        .source(Source.DM)
        .device(device)
        .build();
  }

  private EventRecord on(DeviceRef device, DevNo below) {
    return record(
        device,
        new DmEvent.Baseline(
            new DeviceState(
                false,
                false,
                false,
                false,
                1,
                0,
                -1,
                true,
                List.of(new Target(0, 64, "linear", below + " 0", "")),
                false,
                List.of(),
                List.of(below))));
  }

  private static DeviceRef device(int minor, String name) {
    return new DeviceRef(new DevNo(253, minor), minor + 1, name, "");
  }

  @Test
  void aCommonWordThatIsAskedForIsNowhereAndTheStackHasTheSameShape() throws IOException {
    Path journal = Journals.sample("failover", folder.resolve("failover"));
    Files.writeString(folder.resolve("note"), "root of ACME, 4711-0815: Root failed\n");
    Files.writeString(folder.resolve("list"), "root\nACME\n4711-0815\n");

    pack(
        journal,
        "b.dmrec",
        "--note",
        path("note"),
        "--no-report",
        "--redact-word",
        "root",
        "--redact-word",
        "ACME",
        "--redact-word",
        "4711-0815");

    assertEquals(0, run("pack", "--check", path("list"), path("b.dmrec")), out());
    assertEquals("word1 of word2, word3: word1v2 failed\n", part(Part.NOTE));
    assertEquals(0, run("open", path("b.dmrec"), "--map", path("b.PRIVATE.map"), "--info"), err());
  }

  @Test
  void wordsOfTablesThatAreAskedForLeaveTheStackReadable() throws IOException {
    Path journal = Journals.sample("failover", folder.resolve("failover"));
    pack(journal, "b.dmrec");
    assertEquals(0, run("tree", "-j", path("b.dmrec"), "--at", "#117"), err());
    String tree = out();
    List<String> more = new ArrayList<>(List.of("--force"));
    for (String word : List.of("multipath", "linear", "A", "8", "0", "service-time", "F", "sda")) {
      more.addAll(List.of("--redact-word", word));
    }

    pack(journal, "b.dmrec", more.toArray(String[]::new));

    assertEquals(0, run("tree", "-j", path("b.dmrec"), "--at", "#117"), err());
    assertEquals(tree.replace("sda", "word8"), out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"swap", "/dev/mapper/swap", "253:0", "\"my swap\""})
  void theDeviceThatIsPackedIsToldByItsToken(String asked) throws IOException {
    String name = asked.startsWith("\"") ? "my swap" : "swap";
    Path journal = journal(on(device(0, name), new DevNo(8, 0)));

    pack(journal, "b.dmrec", "--device", asked);

    String expected = asked.equals("253:0") ? "253:0" : "map1";
    assertTrue(part(Part.MANIFEST).contains("\"device\": \"" + expected + "\""), asked);
    assertTrue(part(Part.REPORT).contains("<title>dmrec " + expected + "</title>"), asked);
  }

  @Test
  void namesOfDevicesThatAreLeftOutAreReplacedInMessagesToo() throws IOException {
    Path journal =
        journal(
            on(device(0, "swap"), new DevNo(8, 0)),
            on(device(1, "acmevg"), new DevNo(8, 16)),
            record(DeviceRef.NONE, new DmEvent.KernelMessage("x: acmevg and corpvg hang", 1, 4)),
            on(device(2, "corpvg"), new DevNo(8, 32)),
            record(device(0, "swap"), new DmEvent.DeviceRemoved()));

    pack(journal, "b.dmrec", "--device", "swap", "--since", "#3");

    String events = part(Part.EVENTS);
    assertTrue(events.contains(" hang"), events);
    assertFalse(events.contains("acmevg"), events);
    assertFalse(events.contains("corpvg"), events);
    assertFalse(part(Part.START).contains("acmevg"));
  }

  @Test
  void nothingToProveAGuessWithIsInARedactedBundle() throws IOException {
    Path journal = journal(on(device(0, "swap"), new DevNo(8, 0)));

    pack(journal, "b.dmrec", "--no-redact");
    String all = part(Part.MANIFEST).replaceFirst("(?s).*\"events_sha256\": \"([^\"]*)\".*", "$1");
    pack(journal, "b.dmrec", "--force");

    assertEquals(64, all.length());
    assertTrue(part(Part.MANIFEST).contains("\"events_sha256\": \"\""));
    assertFalse(part(Part.MANIFEST).contains(all));
    assertTrue(Files.readString(folder.resolve("b.PRIVATE.map")).contains(all));
  }

  @Test
  void aDeviceThatOnlyALogNamesIsPacked() throws IOException {
    Files.writeString(
        folder.resolve("sys.log"),
        """
        2026-02-27T20:00:00+00:00 host1 multipathd[812]: mpatha: remaining active paths: 1
        2026-02-27T20:00:01+00:00 host2 multipathd[812]: mpathb: remaining active paths: 1
        2026-02-27T20:00:30+00:00 host2 multipathd[812]: mpatha: remaining active paths: 2
        2026-02-27T20:00:31+00:00 host2 dmeventd[8]: Now monitoring RAID array acme-db for events.
        """);
    assertEquals(0, run("import", path("sys.log"), "-j", path("journal")), err());

    Path journal = folder.resolve("journal");
    assertEquals(1, run("pack", journal.toString(), "-o", path("b.dmrec"), "--device", "mpathc"));
    assertTrue(err().contains("there is no device or disk 'mpathc'"), err());
    pack(journal, "b.dmrec", "--device", "mpatha", "--no-redact", "--no-report");
    String events = part(Part.EVENTS);
    assertTrue(events.contains("mpatha: remaining active paths: 2"), events);
    assertFalse(events.contains("mpathb"), events);

    // and packed as a whole, nothing of it is told
    pack(journal, "b.dmrec", "--force");
    Files.writeString(folder.resolve("list"), "mpatha\nmpathb\nhost1\nhost2\nacme-db\n");
    assertEquals(0, run("pack", "--check", path("list"), path("b.dmrec")), out());
  }

  @Test
  void aCheckTellsWhatItDidNotLookFor() throws IOException {
    pack(journal(on(device(0, "swap"), new DevNo(8, 0))), "b.dmrec", "--no-report");

    Files.writeString(folder.resolve("list"), "x\n");
    assertEquals(2, run("pack", "--check", path("list"), path("b.dmrec")));
    assertTrue(err().contains("expected a word of two characters or more, found only x"), err());
    Files.writeString(folder.resolve("list"), "x\nacmevg\ny\nacmevg\n");
    assertEquals(1, run("pack", "--check", path("list"), path("b.dmrec")));
    assertEquals(
        """
        none of 1 word is in it
        not searched, as a single character is in everything: x y
        """,
        out());
  }
}
