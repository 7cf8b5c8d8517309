package dmrec.bundle;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dmrec.event.EventRecord;
import dmrec.event.Sha256;
import dmrec.fuzz.Scratch;
import dmrec.journal.Accepted;
import dmrec.journal.JournalException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whatever a bundle holds: it is opened, or one error tells what is wrong with it; nothing is left
 * of what was not imported, and what was imported can be read and verified.
 */
class BundleFuzzTest {
  /** Between the parts of an input of {@link #parts}; no JSON holds one. */
  static final byte SEPARATOR = 1;

  private static final String NAME = "night.dmrec";
  private static final Scratch SCRATCH = new Scratch("bundle");

  /** Any file. */
  @DictionaryFile(resourcePath = "/dmrec/fuzz/zip.dict")
  @FuzzTest(maxDuration = "20s")
  void file(byte[] bytes) throws IOException {
    open(bytes);
  }

  /**
   * A zip whose hashes and sizes are right: the input holds the events, the events of the stack
   * before them, the manifest, in which {@code @files@} and the like stand for what is right, and
   * the note; parts that are missing are empty.
   */
  @DictionaryFile(resourcePath = "/dmrec/fuzz/json.dict")
  @FuzzTest(maxDuration = "20s")
  void parts(byte[] bytes) throws IOException {
    open(bundle(bytes));
  }

  private static void open(byte[] bytes) throws IOException {
    Path file = Files.write(SCRATCH.path(NAME), bytes);
    Path journal = SCRATCH.path("journal");
    try (Bundle bundle = Bundle.open(file)) {
      for (Part part : Part.values()) {
        if (bundle.has(part)) {
          try (InputStream in = bundle.in(part)) {
            in.skipNBytes(Files.size(file) > 1 << 20 ? 1 : 0);
          }
        }
      }
      List<EventRecord> told = new ArrayList<>();
      IOException wrong = null;
      try (EventsReader events = bundle.events()) {
        for (EventRecord r = events.next(); r != null; r = events.next()) {
          told.add(r);
        }
        bundle.start(EventsImport.Change.NONE);
      } catch (BundleException | JournalException e) {
        wrong = e;
      }
      // A journal that comes to nothing takes a hundred times as long as what is wrong with it.
      if (wrong != null && Arrays.hashCode(bytes) % 16 != 0) {
        throw wrong;
      }
      told.forEach(Accepted::expectRoundTrip);
      EventsImport imported = BundleImport.into(journal, bundle);
      if (wrong != null) {
        throw new AssertionError("imported all the same", wrong);
      }
      SCRATCH.expect(NAME, "journal");
      long seq = imported.isRenumbered() || told.isEmpty() ? 1 : told.get(0).seq();
      for (int i = 0; i < told.size(); i++) {
        told.set(i, told.get(i).withSeq(seq + i));
      }
      Accepted.expectJournal(journal, told);
    } catch (BundleException | JournalException e) {
      Scratch.expectOneLine(e);
      SCRATCH.expect(NAME);
    } finally {
      SCRATCH.clear();
    }
  }

  private static byte[] bundle(byte[] input) throws IOException {
    List<byte[]> parts = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= input.length; i++) {
      if (i == input.length || input[i] == SEPARATOR) {
        parts.add(Arrays.copyOfRange(input, from, i));
        from = i + 1;
      }
    }
    while (parts.size() < 4) {
      parts.add(new byte[0]);
    }
    Map<Part, byte[]> contents = new EnumMap<>(Part.class);
    contents.put(Part.README, new byte[0]);
    contents.put(Part.START_TEXT, new byte[0]);
    contents.put(Part.START, parts.get(1));
    contents.put(Part.EVENTS, parts.get(0));
    contents.put(Part.END_TEXT, new byte[0]);
    contents.put(Part.END, parts.get(1));
    if (parts.get(3).length > 0) {
      contents.put(Part.NOTE, parts.get(3));
    }
    String manifest = filled(new String(parts.get(2), StandardCharsets.ISO_8859_1), contents);
    contents.put(Part.MANIFEST, manifest.getBytes(StandardCharsets.ISO_8859_1));
    Map<String, byte[]> entries = new LinkedHashMap<>();
    contents.forEach((part, content) -> entries.put(part.fileName(), content));
    return Bundles.zip(entries);
  }

  /** The manifest with what can be told of the contents. */
  private static String filled(String manifest, Map<Part, byte[]> contents) {
    StringBuilder files = new StringBuilder("{");
    for (Map.Entry<Part, byte[]> each : contents.entrySet()) {
      files
          .append(files.length() > 1 ? "," : "")
          .append('"')
          .append(each.getKey().fileName())
          .append("\":{\"bytes\":")
          .append(each.getValue().length)
          .append(",\"sha256\":\"")
          .append(HexFormat.of().formatHex(Sha256.of(each.getValue())))
          .append("\"}");
    }
    long events = 0;
    long first = 1;
    long last = 0;
    byte[] lines = contents.getOrDefault(Part.EVENTS, new byte[0]);
    try (EventsReader reader = EventsReader.of("events", new ByteArrayInputStream(lines))) {
      for (EventRecord r = reader.next(); r != null; r = reader.next()) {
        first = events++ == 0 ? r.seq() : first;
        last = r.seq();
      }
    } catch (JournalException e) {
      last = first; // It will be told.
    }
    return manifest
        .replace("@files@", files.append('}'))
        .replace("@events@", String.valueOf(events))
        .replace("@first@", String.valueOf(first))
        .replace("@last@", String.valueOf(last));
  }
}
