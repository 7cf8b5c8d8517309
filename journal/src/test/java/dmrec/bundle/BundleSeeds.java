package dmrec.bundle;

import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.journal.EventsReader;
import dmrec.target.DevNo;
import dmrec.topology.Topology;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes what the fuzzer of bundles begins with; to be run again where the format grows: {@code
 * java dmrec.bundle.BundleSeeds SAMPLES src/test/resources}.
 */
final class BundleSeeds {
  private BundleSeeds() {}

  /** Writes them: {@code args} are the folder of the sample journals, and where to. */
  public static void main(String[] args) throws IOException {
    Path to = Path.of(args[1]).resolve("dmrec/bundle/BundleFuzzTestInputs");
    Files.createDirectories(to.resolve("file"));
    Files.createDirectories(to.resolve("parts"));
    for (String name : List.of("failover", "lost-disk")) {
      List<EventRecord> all = new ArrayList<>();
      try (EventsReader in = EventsReader.open(Path.of(args[0], name + ".events.ndjson"))) {
        for (EventRecord r = in.next(); r != null; r = in.next()) {
          all.add(r);
        }
      }
      write(to, name + "-start", all, 0, 8);
      write(to, name, all, all.size() / 2, 5);
    }
    List<EventRecord> odd = new EventRecords(5).list(30);
    write(to, "odd", odd, 15, 5);
    write(to, "none", odd, 20, 0);
    write(to, "one", odd, 0, 1);
  }

  private static void write(Path to, String name, List<EventRecord> all, int from, int count)
      throws IOException {
    Topology start = new Topology();
    all.subList(0, from).forEach(start::apply);
    List<EventRecord> events = all.subList(from, from + count);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (BundleWriter writer = new BundleWriter(bytes)) {
      writer.add(Part.README, "A part of a journal.\n");
      writer.add(Part.START_TEXT, "");
      writer.add(Part.START, start);
      writer.add(Part.EVENTS, out -> lines(events, out));
      writer.add(Part.END_TEXT, "");
      writer.add(Part.END, start);
      Manifest manifest = manifest(start, events, writer.files());
      writer.finish(manifest);
      Files.write(to.resolve("file/" + name), bytes.toByteArray());
      ByteArrayOutputStream parts = new ByteArrayOutputStream();
      lines(events, parts);
      parts.write(BundleFuzzTest.SEPARATOR);
      lines(start.records(), parts);
      parts.write(BundleFuzzTest.SEPARATOR);
      String text =
          ManifestJson.write(manifest)
              .replaceAll("(?s)\"files\": \\{.*", "\"files\": @files@ }")
              .replaceAll("\"events\": [0-9]+", "\"events\": @events@")
              .replaceAll("\"first_seq\": [0-9]+", "\"first_seq\": @first@")
              .replaceAll("\"last_seq\": [0-9]+", "\"last_seq\": @last@");
      parts.writeBytes(text.getBytes(StandardCharsets.UTF_8));
      parts.write(BundleFuzzTest.SEPARATOR);
      parts.writeBytes("A note.\n".getBytes(StandardCharsets.UTF_8));
      Files.write(to.resolve("parts/" + name), parts.toByteArray());
    }
  }

  private static void lines(List<EventRecord> events, OutputStream out) throws IOException {
    Writer lines = BundleWriter.lines(out);
    for (EventRecord record : events) {
      EventJson.write(record, lines);
      lines.write('\n');
    }
    lines.flush();
  }

  private static Manifest manifest(
      Topology start, List<EventRecord> events, Map<Part, Manifest.Content> files) {
    TreeMap<String, Long> kinds = new TreeMap<>();
    events.forEach(r -> kinds.merge(r.kind().word(), 1L, Long::sum));
    return new Manifest(
        "1.0",
        new Manifest.Journal("id", "", 0, ""),
        new Manifest.Window(
            events.isEmpty() ? start.seq() + 1 : events.get(0).seq(),
            events.isEmpty() ? start.seq() : events.get(events.size() - 1).seq(),
            1,
            2,
            "mpatha"),
        Map.of(new DevNo(254, 0), 3L),
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
}
