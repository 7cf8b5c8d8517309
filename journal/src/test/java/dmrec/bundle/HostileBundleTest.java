package dmrec.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.Kind;
import dmrec.event.Sha256;
import dmrec.fuzz.Scratch;
import dmrec.journal.Accepted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is known of hostile archives and texts: one clear error each, and nothing left behind. */
class HostileBundleTest {
  private static final int END_BYTES = 22;
  private static final int CENTRAL_BYTES = 46;
  private static final long HOUR_NS = 3_600_000_000_000L;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private final List<EventRecord> sound = new EventRecords(11).list(20);

  private static String lines(List<EventRecord> events) {
    return events.stream().map(each -> EventJson.write(each) + "\n").collect(Collectors.joining());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Parts whose hashes are right, around any events. */
  private static Map<String, byte[]> parts(byte[] events, long count, long first, long last) {
    Map<String, byte[]> parts = new LinkedHashMap<>();
    for (Part part : Part.values()) {
      if (part.isRequired() && part != Part.MANIFEST) {
        parts.put(part.fileName(), part == Part.EVENTS ? events : new byte[0]);
      }
    }
    String files =
        parts.entrySet().stream()
            .map(
                each ->
                    "\"%s\":{\"bytes\":%d,\"sha256\":\"%s\"}"
                        .formatted(each.getKey(), each.getValue().length, sha256(each.getValue())))
            .collect(Collectors.joining(","));
    parts.put(
        "manifest.json",
        ascii(
            ("{\"format\":1,\"events\":%d,\"window\":{\"first_seq\":%d,\"last_seq\":%d},"
                    + "\"redaction\":{\"redacted\":false},\"files\":{%s}}")
                .formatted(count, first, last, files)));
    return parts;
  }

  private static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(Sha256.of(bytes));
  }

  private Map<String, byte[]> parts() {
    return parts(ascii(lines(sound)), sound.size(), 1, sound.size());
  }

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("night.dmrec"), bytes);
  }

  private void assertRefused(String expected, byte[] bytes) throws IOException {
    Path journal = folder.resolve("journal");
    Path file = file(bytes);
    IOException e =
        assertThrows(
            IOException.class,
            () -> {
              try (Bundle bundle = Bundle.open(file)) {
                BundleImport.into(journal, bundle);
              }
            });
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains(expected), message);
    assertTrue(message.startsWith(file.toString()), message);
    Scratch.expectOneLine(e);
    assertEquals(List.of("night.dmrec"), names(folder));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(each -> String.valueOf(each.getFileName())).sorted().toList();
    }
  }

  private static ByteBuffer at(byte[] zip) {
    return ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Where in the directory an entry stands. */
  private static int entry(byte[] zip, String name) {
    return new String(zip, StandardCharsets.ISO_8859_1).lastIndexOf(name) - CENTRAL_BYTES;
  }

  @Test
  void aSoundOneIsTaken() throws IOException {
    try (Bundle bundle = Bundle.open(file(Bundles.zip(parts())))) {
      assertEquals(20, BundleImport.into(folder.resolve("journal"), bundle).events());
    }
  }

  // The archive.

  @Test
  void aSecondDirectoryInTheCommentIsNotTheOneThatIsRead() throws IOException {
    // Java takes the end that it finds first from behind, and allows bytes behind that.
    Map<String, byte[]> many = new LinkedHashMap<>();
    for (int i = 0; i < 300; i++) {
      many.put("entry" + i, new byte[0]);
    }
    byte[] inner = Bundles.zip(many);
    byte[] outer = Bundles.zip(parts());
    byte[] both = Arrays.copyOf(outer, outer.length + inner.length + 3);
    System.arraycopy(inner, 0, both, outer.length, inner.length);
    at(both).putShort(outer.length - 2, (short) (inner.length + 3));
    assertTrue(inner.length + 3 < 0x10000);
    assertRefused("found no zip's end", both);
  }

  @Test
  void whatStandsBeforeOrBehindTheArchiveIsRefused() throws IOException {
    byte[] zip = Bundles.zip(parts());
    assertRefused("found no zip's end", Arrays.copyOf(zip, zip.length + 1));
    byte[] commented = Arrays.copyOf(zip, zip.length + 5);
    at(commented).putShort(zip.length - 2, (short) 5);
    assertRefused("found no zip's end", commented);
    byte[] behind = new byte[zip.length + 100];
    System.arraycopy(zip, 0, behind, 100, zip.length);
    assertRefused("found it elsewhere", behind);
    byte[] twice = Arrays.copyOf(zip, 2 * zip.length);
    System.arraycopy(zip, 0, twice, zip.length, zip.length);
    assertRefused("found it elsewhere", twice);
  }

  @Test
  void aDirectoryOfMoreThanABundleHasIsRefused() throws IOException {
    byte[] zip = Bundles.zip(parts());
    at(zip).putShort(zip.length - END_BYTES + 10, (short) 0xffff);
    assertRefused("expected a bundle of at most", zip);
    zip = Bundles.zip(parts());
    at(zip).putInt(zip.length - END_BYTES + 12, 0x7fffffff);
    assertRefused("expected a bundle of at most", zip);
    zip = Bundles.zip(parts());
    at(zip).putInt(zip.length - END_BYTES + 16, 0xffffffff);
    assertRefused("found it elsewhere", zip);
  }

  @Test
  void entriesThatShareTheirBytesAreRefused() throws IOException {
    // One kernel of zeros under many names, as the bombs that do not nest have it.
    byte[] zip = Bundles.zip(parts());
    ByteBuffer bytes = at(zip);
    int events = entry(zip, "events.ndjson");
    for (String name : List.of("README.txt", "topology-start.ndjson")) {
      int other = entry(zip, name);
      for (int field : new int[] {16, 20, 24, 42}) {
        bytes.putInt(other + field, bytes.getInt(events + field));
      }
    }
    assertRefused("night.dmrec: ", zip);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 0x7fffffff, -1})
  void sizesThatTheDirectoryLiesAboutAreRefused(int size) throws IOException {
    for (int field : new int[] {20, 24}) {
      byte[] zip = Bundles.zip(parts());
      at(zip).putInt(entry(zip, "events.ndjson") + field, size);
      assertRefused("night.dmrec: ", zip);
    }
    byte[] zip = Bundles.zip(parts());
    at(zip).putInt(entry(zip, "events.ndjson") + 42, size);
    assertRefused("night.dmrec: ", zip);
  }

  @Test
  void aPackedSizeThatIsMadeUpDoesNotMakeTheRatioAFineOne() throws IOException {
    byte[] zip = Bundles.zip(parts(new byte[64 << 20], 0, 1, 0));
    assertRefused("bytes that claim to be 67108864", zip);
    at(zip).putInt(entry(zip, "events.ndjson") + 20, 1 << 20);
    assertRefused("expected entries that together take at most the file's", zip);
  }

  @Test
  void methodsAndFlagsThatNobodyWroteAreRefused() throws IOException {
    byte[] zip = Bundles.zip(parts());
    at(zip).putShort(entry(zip, "events.ndjson") + 10, (short) 99);
    assertRefused("night.dmrec: ", zip);
    zip = Bundles.zip(parts());
    at(zip).putShort(entry(zip, "events.ndjson") + 10, (short) 0);
    assertRefused("night.dmrec: ", zip);
    zip = Bundles.zip(parts());
    at(zip).putShort(entry(zip, "events.ndjson") + 8, (short) 1);
    assertRefused("night.dmrec: ", zip);
  }

  @Test
  void anArchiveInAnArchiveIsNoText() throws IOException {
    Map<String, byte[]> parts = parts();
    byte[] inner = Bundles.zip(parts);
    parts.put("inner.zip", inner);
    assertRefused("found the entry inner.zip", Bundles.zip(parts));
    assertRefused(
        "events.ndjson:1: expected UTF-8",
        Bundles.zip(parts(inner, sound.size(), 1, sound.size())));
  }

  @Test
  void namesThatLeadElsewhereAreShownAndRefused() throws IOException {
    for (String name :
        List.of(
            "../events.ndjson",
            "..\\..\\windows\\win.ini",
            "C:\\events.ndjson",
            "/events.ndjson",
            "./events.ndjson",
            "events.ndjson/",
            "events.ndjson/../x",
            "events.ndjson\0.txt",
            "EVENTS.NDJSON",
            "events.ndjson ",
            "events.ndjson\n",
            "\u202etxt.exe",
            ".",
            "..",
            "~/.bashrc")) {
      Map<String, byte[]> parts = parts();
      parts.put(name, new byte[] {'x'});
      assertRefused("found the entry ", Bundles.zip(parts));
    }
  }

  @Test
  void aNameOfManyThousandBytesIsShownCut() throws IOException {
    Map<String, byte[]> parts = parts();
    parts.put("x".repeat(60_000), new byte[0]);
    assertRefused("found the entry xxxx", Bundles.zip(parts));
    parts.put("y".repeat(60_000), new byte[0]);
    assertRefused("expected a bundle of at most", Bundles.zip(parts));
  }

  @Test
  void anEntryThatIsALinkIsABareText() throws IOException {
    byte[] zip = Bundles.zip(parts());
    ByteBuffer bytes = at(zip);
    int events = entry(zip, "events.ndjson");
    bytes.putShort(events + 4, (short) (3 << 8 | 20)); // Made on Unix,
    bytes.putInt(events + 38, 0120777 << 16); // a symbolic link.
    Path journal = folder.resolve("journal");
    try (Bundle bundle = Bundle.open(file(zip))) {
      BundleImport.into(journal, bundle);
    }
    try (Stream<Path> files = Files.walk(journal)) {
      assertTrue(files.noneMatch(Files::isSymbolicLink));
    }
  }

  // The texts.

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
