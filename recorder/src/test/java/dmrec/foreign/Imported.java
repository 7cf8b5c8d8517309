package dmrec.foreign;

import dmrec.bundle.FilesOfDays;
import dmrec.event.EventRecord;
import dmrec.event.JournalEntry;
import dmrec.event.Kind;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.record.ListSink;
import dmrec.topology.Topology;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What an import made of some files. */
final class Imported {
  /** The 1st of March 2026, noon. */
  static final long NOW_NS = 1_772_366_400_000_000_000L;

  final List<EventRecord> events;
  final List<String> notices = new ArrayList<>();
  ForeignSummary summary = new ForeignSummary(java.util.Map.of(), 0, 0, 0, 0, 0, 0);

  private Imported(List<EventRecord> events) {
    this.events = events;
  }

  static ForeignOptions options() {
    return new ForeignOptions(When.UNKNOWN, When.UNKNOWN, ZoneOffset.UTC, NOW_NS, "test");
  }

  static ForeignOptions bootedAt(long bootNs) {
    return new ForeignOptions(bootNs, When.UNKNOWN, ZoneOffset.UTC, NOW_NS, "test");
  }

  static ForeignInput input(String name, byte[] bytes) {
    ForeignFormat format =
        Objects.requireNonNull(ForeignFormat.of(ByteBuffer.wrap(bytes)), "format of " + name);
    return input(name, format, bytes);
  }

  static ForeignInput input(String name, ForeignFormat format, byte[] bytes) {
    return new ForeignInput(name, format, () -> new ByteArrayInputStream(bytes), true, NOW_NS);
  }

  static ForeignInput text(String name, String text) {
    return input(name, text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] sample(String name) throws IOException {
    try (InputStream in = Imported.class.getResourceAsStream("/dmrec/foreign/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  static Imported of(ForeignOptions options, ForeignInput... inputs) throws IOException {
    return into(new ListSink(), wallNs -> "", options, inputs);
  }

  /** What a journal has room for, which {@code folder} becomes. */
  static Imported into(Path folder, ForeignInput... inputs) throws IOException {
    try (JournalWriter writer =
        JournalWriter.begin(folder, JournalOptions.usual(), new Topology())) {
      ListSink both =
          new ListSink() {
            @Override
            public long append(JournalEntry entry) throws IOException {
              writer.append(entry);
              return super.append(entry);
            }
          };
      FilesOfDays files = new FilesOfDays();
      return into(both, wallNs -> files.hold(writer, wallNs).complaint(), options(), inputs);
    }
  }

  private static Imported into(
      ListSink journal, ForeignImport.Days days, ForeignOptions options, ForeignInput... inputs)
      throws IOException {
    Imported imported = new Imported(journal.records);
    imported.summary =
        ForeignImport.run(List.of(inputs), options, journal, days, imported.notices::add);
    return imported;
  }

  static Imported of(ForeignInput... inputs) throws IOException {
    return of(options(), inputs);
  }

  List<EventRecord> of(Kind kind) {
    return events.stream().filter(each -> each.kind() == kind).toList();
  }

  /** The changes of paths: kind, path, source and certainty of each. */
  List<String> changes() {
    return events.stream()
        .filter(e -> e.kind() == Kind.PATH_FAILED || e.kind() == Kind.PATH_REINSTATED)
        .map(
            e ->
                e.kind().word()
                    + " "
                    + (e.event() instanceof dmrec.event.DmEvent.PathFailed f
                        ? f.path()
                        : ((dmrec.event.DmEvent.PathReinstated) e.event()).path())
                    + " "
                    + e.source().word()
                    + " "
                    + e.certainty().word())
        .toList();
  }
}
