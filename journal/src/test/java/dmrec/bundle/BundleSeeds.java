package dmrec.bundle;

import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.topology.Topology;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Writes what the fuzzers of bundles and events begin with; to be run again where the format grows:
 * {@code java dmrec.bundle.BundleSeeds SAMPLES src/test/resources}.
 */
final class BundleSeeds {
  private static final int EACH_LINE = 5;

  private BundleSeeds() {}

  /** Writes them: {@code args} are the folder of the sample journals, and where to. */
  public static void main(String[] args) throws IOException {
    events(Path.of(args[0]), Path.of(args[1]).resolve("dmrec/bundle/EventsFuzzTestInputs/lines"));
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
    Files.write(to.resolve("file/" + name), Bundles.bundle(start, events));
    ByteArrayOutputStream parts = new ByteArrayOutputStream();
    Bundles.lines(events, parts);
    parts.write(BundleFuzzTest.SEPARATOR);
    Bundles.lines(start.records(), parts);
    parts.write(BundleFuzzTest.SEPARATOR);
    String manifest =
        ManifestJson.write(Bundles.manifest(start, events, Map.of()))
            .replaceAll("(?s)\"files\": \\{.*", "\"files\": @files@ }")
            .replaceAll("\"events\": [0-9]+", "\"events\": @events@")
            .replaceAll("\"first_seq\": [0-9]+", "\"first_seq\": @first@")
            .replaceAll("\"last_seq\": [0-9]+", "\"last_seq\": @last@");
    parts.writeBytes(manifest.getBytes(StandardCharsets.UTF_8));
    parts.write(BundleFuzzTest.SEPARATOR);
    parts.writeBytes("A note.\n".getBytes(StandardCharsets.UTF_8));
    Files.write(to.resolve("parts/" + name), parts.toByteArray());
  }

  /** Some lines of each sample, so that all kinds are there, and generated ones. */
  private static void events(Path samples, Path to) throws IOException {
    Files.createDirectories(to);
    int count = 0;
    for (Path file : samples(samples)) {
      List<String> lines = Files.readAllLines(file);
      for (int from = 0; from < lines.size(); from += lines.size() / 5 + 1) {
        List<String> some = lines.subList(from, Math.min(from + EACH_LINE, lines.size()));
        Files.writeString(to.resolve("sample-" + count++), text(some));
      }
    }
    generated(new EventRecords(7), "odd-", to);
    generated(EventRecords.full(7), "full-", to);
  }

  private static void generated(EventRecords records, String name, Path to) throws IOException {
    List<String> lines = records.list(20).stream().map(EventJson::write).toList();
    for (int from = 0; from < lines.size(); from += 4) {
      Files.writeString(to.resolve(name + from), text(lines.subList(from, from + 4)));
    }
  }

  private static List<Path> samples(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static String text(List<String> lines) {
    return String.join("\n", lines) + "\n";
  }
}
