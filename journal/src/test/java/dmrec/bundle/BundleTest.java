package dmrec.bundle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.Kind;
import dmrec.fuzz.Scratch;
import dmrec.journal.Journal;
import dmrec.journal.Journals;
import dmrec.journal.Position;
import dmrec.topology.Device;
import dmrec.topology.Topology;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A bundle gives back what was put in, and one that is anything else one clear error. */
class BundleTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private static final int COUNT = 500;

  private final List<EventRecord> all = new EventRecords(11).list(COUNT);

  private static Topology fold(List<EventRecord> records) {
    Topology fold = new Topology();
    records.forEach(fold::apply);
    return fold;
  }

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("night.dmrec"), bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 200, 499})
  void eventsAndTheStackBeforeThemComeBackAsTheyWere(int from) throws IOException {
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    all.forEach(record -> kinds.add(record.kind()));
    assertEquals(EnumSet.allOf(Kind.class), kinds);
    Topology start = fold(all.subList(0, from));
    List<EventRecord> events = all.subList(from, COUNT);
    Path journal = folder.resolve("journal");

    try (Bundle bundle = Bundle.open(file(Bundles.bundle(start, events)))) {
      EventsImport told = BundleImport.into(journal, bundle);

      assertEquals(events.size(), told.events());
      assertFalse(told.isRenumbered());
      assertEquals(Bundles.manifest(start, events, bundle.manifest().files()), bundle.manifest());
    }
    assertEquals(events, Journals.events(journal));
    try (Journal opened = Journal.open(journal)) {
      Topology stack = opened.at(Position.atSeq(from)).topology();
      assertEquals(List.copyOf(start.devices()), List.copyOf(stack.devices()));
      assertEquals(List.copyOf(start.disks()), List.copyOf(stack.disks()));
      assertEquals(start.recording(), stack.recording());
      for (Device device : start.devices()) {
        assertEquals(start.uncounted(device.dev()), stack.uncounted(device.dev()));
      }
    }
  }

  @Test
  void eventsThatWereChosenAreNumberedAnewBesideTheirManifest() throws IOException {
    List<EventRecord> chosen = List.of(all.get(4), all.get(9), all.get(77));
    Path journal = folder.resolve("journal");

    try (Bundle bundle = Bundle.open(file(Bundles.bundle(fold(all.subList(0, 4)), chosen)))) {
      assertTrue(BundleImport.into(journal, bundle).isRenumbered());
    }

    assertEquals(
        List.of(all.get(4).withSeq(1), all.get(9).withSeq(2), all.get(77).withSeq(3)),
        Journals.events(journal));
  }

  @Test
  void theSameContentGivesTheSameBytes() throws IOException {
    assertArrayEquals(Bundles.bundle(new Topology(), all), Bundles.bundle(new Topology(), all));
  }

  @Test
  void nothingOfThePlaceOfWritingIsInIt() throws IOException {
    // Where Java keeps a time of its own beside the zip's, it counts by the machine's zone.
    try (ZipFile zip = new ZipFile(file(Bundles.bundle(new Topology(), all)).toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        assertNull(entry.getExtra(), entry.getName());
      }
    }
  }

  @Test
  void whatNoReaderWouldTakeIsNotWritten() throws IOException {
    try (BundleWriter writer = new BundleWriter(OutputStream.nullOutputStream())) {
      BundleException e =
          assertThrows(BundleException.class, () -> writer.add(Part.EVENTS, " ".repeat(4 << 20)));
      assertTrue(String.valueOf(e.getMessage()).startsWith("events.ndjson: its 4194304 bytes"));
    }
  }

  // Hostile ones.

  private interface Rewrite {
    void to(Map<String, byte[]> entries) throws IOException;
  }

  /** A sound bundle whose parts are taken out, changed, and put into another zip. */
  private Path rewritten(Rewrite rewrite) throws IOException {
    Path sound = folder.resolve("sound");
    Files.write(sound, Bundles.bundle(fold(all.subList(0, 100)), all.subList(100, 200)));
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(sound.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    rewrite.to(entries);
    return file(Bundles.zip(entries));
  }

  private static Rewrite manifest(String from, String to) {
    return entries ->
        entries.computeIfPresent(
            "manifest.json",
            (name, text) -> {
              String old = new String(text, StandardCharsets.UTF_8);
              assertTrue(old.contains(from), old);
              return old.replace(from, to).getBytes(StandardCharsets.UTF_8);
            });
  }

  private void assertRefused(String expected, Path file) throws IOException {
    Path journal = folder.resolve("journal");
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
    assertFalse(message.contains("\n"), message);
    assertFalse(Files.exists(journal), "something is left of the journal");
  }

  @Test
  void aFileThatIsNoZipIsRefused() throws IOException {
    assertRefused("found no zip's end", file(new byte[0]));
    assertRefused(
        "found no zip's end", file("PK but nothing else".getBytes(StandardCharsets.UTF_8)));
    assertRefused("found nothing of that name", folder.resolve("missing"));
    assertRefused("found something that is no file", folder);
  }

  @Test
  void partsThatAreMissingUnknownOrTooManyAreRefused() throws IOException {
    assertRefused("expected events.ndjson in it", rewritten(e -> e.remove("events.ndjson")));
    assertRefused("expected manifest.json in it", rewritten(e -> e.remove("manifest.json")));
    assertRefused(
        "the entry ../../etc/passwd", rewritten(e -> e.put("../../etc/passwd", new byte[1])));
    assertRefused("the entry /etc/passwd", rewritten(e -> e.put("/etc/passwd", new byte[1])));
    assertRefused("the entry sub/", rewritten(e -> e.put("sub/", new byte[0])));
    assertRefused("the entry a\\x1b", rewritten(e -> e.put("a\u001b[31m", new byte[0])));
    assertRefused(
        "expected the manifest to name note.txt",
        rewritten(e -> e.put("note.txt", new byte[] {'x'})));
    assertRefused(
        "expected a bundle of at most",
        rewritten(
            e -> {
              for (int i = 0; i < 100; i++) {
                e.put("entry" + i, new byte[0]);
              }
            }));
  }

  @Test
  void anEntryThatIsThereTwiceIsRefused() throws IOException {
    // ZipOutputStream refuses to write such a thing: one name is changed afterwards.
    byte[] bytes = Files.readAllBytes(rewritten(e -> e.put("events.ndjsoN", new byte[1])));
    byte[] name = "events.ndjsoN".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i + name.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + name.length, name, 0, name.length)) {
        bytes[i + name.length - 1] = 'n';
      }
    }
    assertRefused("expected events.ndjson once, found it twice", file(bytes));
  }

  @Test
  void partsThatWereChangedAreRefused() throws IOException {
    assertRefused(
        "events.ndjson: expected",
        rewritten(
            e ->
                e.computeIfPresent(
                    "events.ndjson",
                    (name, old) -> {
                      byte[] changed = old.clone();
                      changed[changed.length / 2] ^= 1;
                      return changed;
                    })));
    assertRefused("README.txt: expected", rewritten(e -> e.put("README.txt", new byte[0])));
  }

  @Test
  void whatIsWrongWithTheManifestIsTold() throws IOException {
    assertRefused(
        "written by a newer dmrec", rewritten(manifest("\"format\": 1", "\"format\": 2")));
    assertRefused(
        "expected 1 to 2147483647", rewritten(manifest("\"format\": 1", "\"format\": 0")));
    assertRefused("found no format", rewritten(manifest("\"format\": 1,", "")));
    assertRefused(
        "manifest.json: expected JSON", rewritten(e -> e.put("manifest.json", new byte[1])));
    assertRefused(
        "manifest.json: expected JSON",
        rewritten(
            e ->
                e.put(
                    "manifest.json",
                    ("{\"x\":" + "[".repeat(100_000)).getBytes(StandardCharsets.UTF_8))));
    assertRefused(
        "found 100 from #101 to #200", rewritten(manifest("\"events\": 100", "\"events\": 101")));
    assertRefused(
        "found 100 from #101 to #200",
        rewritten(manifest("\"first_seq\": 101", "\"first_seq\": 100")));
    assertRefused(
        "expected a device number",
        rewritten(manifest("\"uncounted\": { }", "\"uncounted\": {\"x\": 1}")));
    assertRefused(
        "expected the names of a bundle's parts",
        rewritten(manifest("\"files\": {", "\"files\": {\"../x\": {}, ")));
  }

  @Test
  void whatUnpacksToFarMoreThanItIsIsRefusedBeforeItIsUnpacked() throws IOException {
    assertRefused(
        "bytes that claim to be 67108864",
        rewritten(e -> e.put("events.ndjson", new byte[64 << 20])));
    // The directory lies about the size, so that the ratio looks fine: less is read than there is.
    byte[] bytes = Files.readAllBytes(rewritten(e -> e.put("note.txt", new byte[4 << 20])));
    assertRefused("note.txt: expected it to unpack to at most 1048576", file(bytes));
    int at = lastIndexOf(bytes, "note.txt") - 46;
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(at + 24, 1000); // The size in the central directory.
    assertRefused("night.dmrec: ", file(bytes));
  }

  private static int lastIndexOf(byte[] bytes, String name) {
    return new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf(name);
  }

  @Test
  void anyByteThatIsChangedGivesOneErrorOrTheSameEvents() throws IOException {
    byte[] sound = Bundles.bundle(fold(all.subList(0, 20)), all.subList(20, 40));
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 2_000; i++) {
      byte[] changed = sound.clone();
      int flips = 1 + random.nextInt(3);
      for (int j = 0; j < flips; j++) {
        changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
      }
      if (random.nextInt(4) == 0) {
        changed = Arrays.copyOf(changed, random.nextInt(changed.length));
      }
      Path journal = folder.resolve("journal" + i);
      try (Bundle bundle = Bundle.open(file(changed))) {
        BundleImport.into(journal, bundle);
        assertEquals(all.subList(20, 40), Journals.events(journal));
        Scratch.delete(journal);
      } catch (IOException e) {
        assertTrue(String.valueOf(e.getMessage()).contains("night.dmrec"), e.getMessage());
        assertFalse(Files.exists(journal));
      }
    }
  }
}
