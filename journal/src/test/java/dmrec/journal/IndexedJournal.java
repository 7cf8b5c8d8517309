package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A journal for an index, and all that was written to it. */
abstract class IndexedJournal {
  static final long DAY_NS = 86_400_000_000_000L;

  /** So small a journal that a file holds many states of the stack. */
  static final JournalOptions OPTIONS =
      JournalOptions.usual().with(new RetentionPolicy(0, 8 << 20));

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  Path journal = Path.of("");
  final List<EventRecord> written = new ArrayList<>();
  final List<List<EventRecord>> folds = new ArrayList<>(List.of(List.of()));
  private final Topology plain = new Topology();

  @BeforeEach
  void aFolderBesideOthers() throws IOException {
    journal = Files.createDirectory(folder.resolve("journal"));
  }

  void write(JournalWriter writer, EventRecords from, int count, LongUnaryOperator wallNs)
      throws JournalException {
    for (int i = 0; i < count; i++) {
      EventRecord r = from.next();
      EventRecord record = EventRecords.at(r, wallNs.applyAsLong(r.seq()));
      writer.append(record);
      plain.apply(record);
      written.add(record);
      folds.add(plain.records());
    }
  }

  static List<EventRecord> events(Journal opened, EventQuery query) throws JournalException {
    Journals.Read read = Journals.read(opened, query);
    assertEquals(Damage.NONE, read.damage());
    return read.events();
  }
}
