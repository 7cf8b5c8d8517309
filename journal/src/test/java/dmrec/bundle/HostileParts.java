package dmrec.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.Sha256;
import dmrec.fuzz.Scratch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/** Bundles of any parts, and how they are refused. */
abstract class HostileParts {
  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  final List<EventRecord> sound = new EventRecords(11).list(20);

  static String lines(List<EventRecord> events) {
    return events.stream().map(each -> EventJson.write(each) + "\n").collect(Collectors.joining());
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Parts whose hashes are right, around any events. */
  static Map<String, byte[]> parts(byte[] events, long count, long first, long last) {
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

  Map<String, byte[]> parts() {
    return parts(ascii(lines(sound)), sound.size(), 1, sound.size());
  }

  Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("night.dmrec"), bytes);
  }

  void assertRefused(String expected, byte[] bytes) throws IOException {
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
}
