package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.Kind;
import dmrec.journal.file.JournalFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A journal that is guarded while it is written, and what others do to it. */
abstract class GuardedJournal {
  private static final long DAY_NS = 86_400_000_000_000L;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  Path journal = Path.of("");
  final List<String> notices = Collections.synchronizedList(new ArrayList<>());
  final JournalOptions options = JournalOptions.usual().withNotices(notices::add);
  final EventRecords records = new EventRecords(1);
  private long day;

  @BeforeEach
  void aJournal() {
    journal = folder.resolve("journal");
  }

  JournalWriter open() throws JournalException {
    JournalWriter writer = JournalWriter.open(journal, options);
    writer.guard(() -> {});
    return writer;
  }

  void append(JournalWriter writer, int count) throws JournalException {
    for (int i = 0; i < count; i++) {
      EventRecord record = records.next(Kind.PATH_FAILED);
      writer.append(EventRecords.at(record, record.wallNs() + day * DAY_NS));
    }
  }

  /** Events of another day go to a file of their own. */
  void appendToAnotherFile(JournalWriter writer, int count) throws JournalException {
    day += 2;
    append(writer, count);
  }

  static void settle(JournalWriter writer) throws JournalException {
    writer.settleNow(0, 0);
  }

  List<Path> files() throws JournalException {
    return JournalFolder.cycles(journal);
  }

  Path last() throws JournalException {
    return files().get(files().size() - 1);
  }

  /** All events there are and all that the gaps tell of are all that there were. */
  List<DmEvent.Gap> assertExact(JournalWriter writer) throws JournalException {
    Account account = Account.of(journal);
    assertEquals(writer.lastSeq(), account.events() + account.told(), notices::toString);
    assertEquals(account.stack().records(), writer.topology().records());
    return account.gaps();
  }

  static void removeAll(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      List<Path> in;
      try (Stream<Path> all = Files.list(path)) {
        in = all.toList();
      }
      for (Path each : in) {
        removeAll(each);
      }
    }
    Files.delete(path);
  }
}
