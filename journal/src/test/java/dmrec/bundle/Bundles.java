package dmrec.bundle;

import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.topology.Topology;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Makes bundles for tests: sound ones, and zips of anything. */
final class Bundles {
  /** So that no test depends on the hour; its bytes in a zip are no UTF-8. */
  private static final LocalDateTime WRITTEN = LocalDateTime.of(2026, 1, 1, 12, 4);

  private Bundles() {}

  /** A bundle of events that come after a stack. */
  static byte[] bundle(Topology start, List<EventRecord> events) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (BundleWriter writer = new BundleWriter(bytes)) {
      writer.add(Part.README, "A part of a journal.\n");
      writer.add(Part.START_TEXT, "");
      writer.add(Part.START, start);
      writer.add(Part.EVENTS, out -> lines(events, out));
      writer.add(Part.END_TEXT, "");
      Topology end = start.copy();
      events.forEach(end::apply);
      writer.add(Part.END, end);
      writer.finish(manifest(start, events, writer.files()));
    }
    return bytes.toByteArray();
  }

  /** The manifest of such a bundle, whose parts are {@code files}. */
  static Manifest manifest(
      Topology start, List<EventRecord> events, Map<Part, Manifest.Content> files) {
    TreeMap<String, Long> kinds = new TreeMap<>();
    events.forEach(r -> kinds.merge(r.kind().word(), 1L, Long::sum));
    return new Manifest(
        "1.0",
        new Manifest.Journal("id", "key", 7, "seal"),
        new Manifest.Window(
            events.isEmpty() ? start.seq() + 1 : events.get(0).seq(),
            events.isEmpty() ? start.seq() : events.get(events.size() - 1).seq(),
            1,
            2,
            "mpatha"),
        start.uncounted(),
        events.size(),
        kinds,
        new Manifest.Host(
            List.of("6.1"),
            List.of("4.47.0"),
            List.of("1.0"),
            "Debian",
            new TreeMap<>(Map.of("linear", "1.4.0")),
            List.of("lab")),
        new Manifest.Redaction(true, 3, 1, ""),
        files);
  }

  /** Events as a bundle holds them. */
  static void lines(List<EventRecord> events, OutputStream out) throws IOException {
    Writer lines = BundleWriter.lines(out);
    for (EventRecord record : events) {
      EventJson.write(record, lines);
      lines.write('\n');
    }
    lines.flush();
  }

  /** A zip of any entries, as another program may write it. */
  static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> each : entries.entrySet()) {
        ZipEntry entry = new ZipEntry(each.getKey());
        entry.setTimeLocal(WRITTEN);
        zip.putNextEntry(entry);
        zip.write(each.getValue());
      }
    }
    return bytes.toByteArray();
  }
}
