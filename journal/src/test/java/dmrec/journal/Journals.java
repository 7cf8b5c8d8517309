package dmrec.journal;

import dmrec.bundle.EventsImport;
import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.file.JournalFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What tests want of a journal: what it holds, or a sample. */
public final class Journals {
  private static final Path SAMPLES =
      Path.of(System.getProperty("dmrec.root", "..")).resolve("samples/journals");

  private static final String SUFFIX = ".events.ndjson";

  private Journals() {}

  /** Events, and what was damaged on the way to them. */
  public record Read(List<EventRecord> events, Damage damage) {
    public List<String> messages() {
      return damage.messages();
    }
  }

  /** All events of a journal, which must be whole. */
  public static List<EventRecord> events(Path journal) throws JournalException {
    Read read = read(journal);
    if (!read.damage().isNone()) {
      throw new AssertionError(read.messages());
    }
    return read.events();
  }

  /** All that can be read of a journal. */
  public static Read read(Path journal) throws JournalException {
    try (Journal opened = Journal.open(journal)) {
      return read(opened, EventQuery.ALL);
    }
  }

  /** All that a journal answers. */
  public static Read read(Journal journal, EventQuery query) throws JournalException {
    try (EventCursor cursor = journal.events(query)) {
      List<EventRecord> events = all(cursor);
      return new Read(events, cursor.damage());
    }
  }

  /** What a cursor gives up to the present end. */
  public static List<EventRecord> all(EventCursor cursor) throws JournalException {
    List<EventRecord> events = new ArrayList<>();
    for (EventRecord r = cursor.next(); r != null; r = cursor.next()) {
      events.add(r);
    }
    return events;
  }

  /** The first event of a kind. */
  public static EventRecord first(Path journal, Kind kind) throws JournalException {
    return events(journal).stream()
        .filter(r -> r.kind() == kind)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind));
  }

  /** Changes the last byte of an event, so that it cannot be read. */
  public static void damage(Path journal, long seq) throws IOException {
    for (Path file : JournalFolder.cycles(journal)) {
      for (Tampering.Document each : Tampering.documents(file)) {
        if (each.isEvent() && each.seq() == seq) {
          try (Tampering tampering = new Tampering(file)) {
            tampering.flip(each.offset() + Integer.BYTES + each.length() - 1, 0);
          }
          return;
        }
      }
    }
    throw new AssertionError("there is no #" + seq);
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

  /** What was written, without its names where their definition is told to be lost. */
  static EventRecord asRead(EventRecord written, EventRecord read, Damage damage) {
    DeviceRef device = written.device();
    String lost = "the names of record #" + written.seq() + "'s device is lost";
    if (read.device().equals(device)
        || damage.messages().stream().noneMatch(message -> message.endsWith(lost))) {
      return written;
    }
    return written.toBuilder()
        .device(new DeviceRef(device.dev(), device.diskSeq(), "", ""))
        .evidence(read.evidence().isEmpty() ? Bytes.NONE : written.evidence())
        .build();
  }
}
