package dmrec.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.Kind;
import dmrec.fuzz.Scratch;
import dmrec.journal.Accepted;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is known of hostile texts: one clear error each, and nothing left behind. */
class HostileTextTest extends HostileParts {
  private static final long HOUR_NS = 3_600_000_000_000L;

  private static String with(EventRecord record, String from, String to) {
    String line = EventJson.write(record);
    assertTrue(line.contains(from), line);
    return line.replace(from, to) + "\n";
  }

  private void assertLineRefused(String expected, String line) throws IOException {
    assertRefused(expected, Bundles.zip(parts(ascii(line), 1, 1, 1)));
  }

  @Test
  void linesThatNoReaderWantsAreRefused() throws IOException {
    EventRecord one = sound.get(0);
    assertLineRefused("events.ndjson:1: ", "[".repeat(100_000) + "\n");
    assertLineRefused("events.ndjson:1: ", "{\"a\":".repeat(100_000) + "\n");
    assertLineRefused("events.ndjson:1: ", with(one, "\"seq\":1", "\"seq\":1e999999999"));
    assertLineRefused(
        "events.ndjson:1: ", with(one, "\"seq\":1", "\"seq\":" + "9".repeat(100_000)));
    assertLineRefused("events.ndjson:1: ", with(one, "\"seq\":1", "\"seq\":9223372036854775808"));
    assertLineRefused("events.ndjson:1: ", with(one, "\"seq\":1", "\"seq\":1,\"seq\":1"));
    assertLineRefused("expected UTF-8", with(one, "\"seq\":1", "\"\u00ff\":1,\"seq\":1"));
    assertLineRefused("expected UTF-8", with(one, "\"seq\":1", "\"\u00c0\u0080\":1,\"seq\":1"));
    assertLineRefused(
        "expected UTF-8", with(one, "\"seq\":1", "\"\u00ed\u00a0\u0080\":1,\"seq\":1"));
    assertLineRefused("events.ndjson:1: ", "\u00ef\u00bb\u00bf" + EventJson.write(one) + "\n");
    assertLineRefused("events.ndjson:1: ", "\0\0\0\0\n");
    assertLineRefused("events.ndjson:1: ", "null\n");
    // Characters that Java counts among those of a word, and so quotes whole.
    assertLineRefused("token 'k\\x1b", "{\"seq\":k\u001b\u0000\u00c2\u009b}\n");
  }

  @Test
  void timesBeforeAndBehindAllTimeAreRefusedOrKept() throws IOException {
    EventRecord one = sound.get(0);
    String time = "\"time\":\"" + EventJson.time(one.wallNs()) + "\"";
    for (String other :
        List.of(
            "-999999999-01-01T00:00:00Z",
            "1677-09-21T00:12:43.145224191Z",
            "2262-04-11T23:47:16.854775808Z",
            "+999999999-12-31T23:59:59Z",
            "2026-02-30T00:00:00Z",
            "")) {
      assertLineRefused("field \"time\"", with(one, time, "\"time\":\"" + other + "\""));
    }
    for (long wallNs : new long[] {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE}) {
      EventRecord other =
          EventJson.read(with(one, time, "\"time\":\"" + EventJson.time(wallNs) + "\""));
      assertEquals(wallNs, other.wallNs());
      takenOrRefused(List.of(other));
    }
  }

  /** Either is right; what is taken has to be whole. */
  private void takenOrRefused(List<EventRecord> events) throws IOException {
    Path journal = folder.resolve("journal");
    long first = events.get(0).seq();
    byte[] zip =
        Bundles.zip(parts(ascii(lines(events)), events.size(), first, first + events.size() - 1));
    EventsImport told;
    try (Bundle bundle = Bundle.open(file(zip))) {
      told = BundleImport.into(journal, bundle);
    } catch (IOException e) {
      Scratch.expectOneLine(e);
      assertFalse(Files.exists(journal));
      return;
    }
    assertEquals(events.size(), told.events());
    Accepted.expectJournal(journal, events);
    Scratch.delete(journal);
  }

  @Test
  void numbersUpToTheLastAreTaken() throws IOException {
    for (long first : new long[] {(1L << 62) - 1, 1L << 53, Integer.MAX_VALUE}) {
      List<EventRecord> events = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        events.add(sound.get(i).withSeq(first + i));
      }
      Path journal = folder.resolve("journal");
      try (Bundle bundle =
          Bundle.open(file(Bundles.zip(parts(ascii(lines(events)), 2, first, first + 1))))) {
        assertFalse(BundleImport.into(journal, bundle).isRenumbered());
      }
      Accepted.expectJournal(journal, events);
      Scratch.delete(journal);
    }
    long beyond = (1L << 62) + 1;
    assertRefused(
        "first_seq: expected 1 to",
        Bundles.zip(parts(ascii(lines(List.of(sound.get(0).withSeq(beyond)))), 1, beyond, beyond)));
    for (long seq : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertRefused(
          "night.dmrec: ",
          Bundles.zip(parts(ascii(lines(List.of(sound.get(0).withSeq(seq)))), 1, 1, 1)));
    }
  }

  @Test
  void timesThatGoBackAThousandTimesMakeNoThousandsOfFiles() throws IOException {
    List<EventRecord> events = new ArrayList<>();
    EventRecord one = new EventRecords(12).next(Kind.DEVICE_RESUMED);
    String time = EventJson.time(one.wallNs());
    for (int i = 0; i < 3_000; i++) {
      String other = EventJson.time(one.wallNs() - i * HOUR_NS);
      events.add(EventJson.read(EventJson.write(one).replace(time, other)).withSeq(i + 1));
    }
    assertRefused(
        "expected times that go on",
        Bundles.zip(parts(ascii(lines(events)), events.size(), 1, events.size())));
  }

  @Test
  void aManifestThatSaysAThingTwiceIsRefused() throws IOException {
    for (String field : List.of("format", "events", "window", "files")) {
      Map<String, byte[]> parts = parts();
      String manifest = new String(parts.get("manifest.json"), StandardCharsets.ISO_8859_1);
      parts.put(
          "manifest.json",
          ascii(manifest.substring(0, manifest.length() - 1) + ",\"" + field + "\":1}"));
      assertRefused("manifest.json: expected JSON", Bundles.zip(parts));
    }
  }

  @Test
  void whatAManifestHasInsteadIsShownEscapedAndCut() throws IOException {
    for (String field :
        List.of(
            "\"kinds\":{\"\\u001b[2J\\n%s\":-1}".formatted("x".repeat(900)),
            "\"redaction\":{\"redacted\":\"\\u001b[2J\\n%s\"}".formatted("x".repeat(60_000)),
            "\"uncounted\":{\"\\u001b[2J\\n\":1}",
            "\"files\":{\"\\u001b[2J\\n\":1}",
            "\"dmrec\":k\u001b\u0000\u00c2\u009b")) {
      Map<String, byte[]> parts = parts();
      parts.put("manifest.json", ascii("{" + field + "}"));
      assertRefused("manifest.json: ", Bundles.zip(parts));
    }
  }

  @Test
  void aManifestOfMegabytesIsRefused() throws IOException {
    Map<String, byte[]> parts = parts();
    parts.put("manifest.json", new byte[(1 << 20) + 1]);
    assertRefused("manifest.json: expected it to unpack to at most 1048576", Bundles.zip(parts));
  }
}
