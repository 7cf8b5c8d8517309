package dmrec.redact;

import dmrec.bundle.EventsImport;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Redacts a file of events by hand, to look at: the events to read, the file and the map to write,
 * and the folder of a journal to make of it.
 */
final class RedactedJournal {
  private RedactedJournal() {}

  public static void main(String[] arguments) throws IOException {
    List<EventRecord> records = read(Path.of(arguments[0]));
    Redactor redactor = new Redactor();
    records.forEach(redactor::learn);
    try (PrintStream out =
        new PrintStream(
            Files.newOutputStream(Path.of(arguments[1])), false, StandardCharsets.UTF_8)) {
      for (EventRecord each : records) {
        out.println(EventJson.write(redactor.redact(each)));
      }
    }
    redactor.map().write(Path.of(arguments[2]));
    EventsImport.of(Path.of(arguments[1]), Path.of(arguments[3]));
  }

  static List<EventRecord> read(Path events) throws IOException {
    List<EventRecord> records = new ArrayList<>();
    for (String line : Files.readAllLines(events)) {
      records.add(EventJson.read(line));
    }
    return records;
  }
}
