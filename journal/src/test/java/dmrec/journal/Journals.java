package dmrec.journal;

import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What tests want of a journal: all of it, or a sample. */
public final class Journals {
  private static final Path SAMPLES =
      Path.of(System.getProperty("dmrec.root", "..")).resolve("samples/journals");

  private static final String SUFFIX = ".events.ndjson";

  private Journals() {}

  /** All events of a journal. */
  public static List<EventRecord> events(Path journal) throws JournalException {
    List<EventRecord> records = new ArrayList<>();
    try (JournalReader reader = JournalReader.open(journal)) {
      for (EventRecord r = reader.next(); r != null; r = reader.next()) {
        records.add(r);
      }
    }
    return records;
  }

  /** The first event of a kind. */
  public static EventRecord first(Path journal, Kind kind) throws JournalException {
    return events(journal).stream()
        .filter(r -> r.kind() == kind)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind));
  }

  /** The names of all samples. */
  public static List<String> samples() throws IOException {
    try (Stream<Path> files = Files.list(SAMPLES)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.endsWith(SUFFIX))
          .map(name -> name.substring(0, name.length() - SUFFIX.length()))
          .sorted()
          .toList();
    }
  }

  /** The events of a sample journal, as they are stored. */
  public static Path stored(String sample) {
    return SAMPLES.resolve(sample + SUFFIX);
  }

  /** The same, read. */
  public static List<EventRecord> storedEvents(String sample) throws IOException {
    List<EventRecord> records = new ArrayList<>();
    for (String line : Files.readAllLines(stored(sample))) {
      records.add(EventJson.read(line));
    }
    return records;
  }

  /** A sample as a journal. */
  public static Path sample(String sample, Path journal) throws IOException {
    EventsImport.of(stored(sample), journal);
    return journal;
  }
}
