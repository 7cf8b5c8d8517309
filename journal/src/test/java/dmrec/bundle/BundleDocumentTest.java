package dmrec.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.Field;
import dmrec.event.Fields;
import dmrec.event.Kind;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** BUNDLE.md is for those who read a bundle without dmrec: it tells of all that can be in one. */
class BundleDocumentTest {
  private static final Path DOCUMENT =
      Path.of(System.getProperty("dmrec.root", ".."))
          .resolve("journal/src/main/java/dmrec/bundle/BUNDLE.md");

  /** What stands in the place of a value. */
  private static final Set<String> NAMED_BY_DATA = Set.of("linear", "baseline");

  private final List<EventRecord> events = EventRecords.full(3).list(200);

  @Test
  void everyPartIsInIt() throws IOException {
    String text = Files.readString(DOCUMENT);
    for (Part part : Part.values()) {
      assertTrue(text.contains("| `" + part.fileName() + "` |"), part.fileName());
    }
  }

  @Test
  void everyKindIsInItWithItsFields() throws IOException {
    List<String> told =
        Files.readAllLines(DOCUMENT).stream()
            .dropWhile(line -> !line.startsWith("| kind"))
            .filter(line -> line.startsWith("| `"))
            .toList();

    assertEquals(
        Arrays.stream(Kind.values())
            .map(BundleDocumentTest::line)
            .collect(Collectors.joining("\n")),
        String.join("\n", told));
  }

  private static String line(Kind kind) {
    String fields =
        Fields.of(kind).list().stream()
            .map(field -> "`" + field.jsonName() + "` " + type(field))
            .collect(Collectors.joining(", "));
    return "| `" + kind.word() + "` | " + fields + (fields.isEmpty() ? "|" : " |");
  }

  private static String type(Field field) {
    return switch (field.type()) {
      case INT, LONG -> "number";
      case BOOLEAN -> "boolean";
      case TEXT, BYTES -> "text";
      case DEV -> "device";
      case TARGETS -> "targets";
      case DEVS -> "devices";
      case TEXTS -> "texts";
    };
  }

  @Test
  void whatEveryEventHasIsInIt() throws IOException {
    String text = Files.readString(DOCUMENT);
    for (EventRecord event : events) {
      Set<String> own =
          Fields.of(event.kind()).list().stream().map(Field::jsonName).collect(Collectors.toSet());
      for (String name : names(EventJson.write(event))) {
        assertTrue(own.contains(name) || text.contains("`" + name + "`"), name);
      }
    }
  }

  @Test
  void whatTheManifestSaysIsInIt() throws IOException {
    String text = Files.readString(DOCUMENT);
    Map<Part, Manifest.Content> files = new EnumMap<>(Part.class);
    files.put(Part.README, new Manifest.Content(1, "0".repeat(64)));
    for (String name :
        names(ManifestJson.write(Bundles.manifest(new Topology(), List.of(), files)))) {
      assertTrue(
          NAMED_BY_DATA.contains(name) || text.contains("`" + name + "`"), "manifest: " + name);
    }
  }

  private static Set<String> names(String json) throws IOException {
    Set<String> names = new TreeSet<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          names.add(parser.currentName());
        }
      }
    }
    return names;
  }
}
