package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.journal.file.JournalFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A journal and its spool, in folders of their own. */
abstract class SpooledJournal {
  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  Path journal = Path.of("");
  Path spool = Path.of("");
  final List<String> notices = Collections.synchronizedList(new ArrayList<>());
  final JournalOptions options = JournalOptions.usual().withNotices(notices::add);

  @BeforeEach
  void foldersOfTheirOwn() {
    journal = folder.resolve("journal");
    spool = folder.resolve("spool");
  }

  /** The record of that number; different in length from its neighbours, a day has 4,320. */
  static EventRecord record(long seq) {
    EventRecord r = new EventRecords(seq).next();
    long ns = seq * 20_000_000_000L;
    return r.toBuilder()
        .seq(seq)
        .at(EventRecords.FIRST_WALL_NS + ns, ns)
        .notBeforeNs(0)
        .kernelNs(0)
        .build();
  }

  static void append(JournalWriter writer, int count) throws JournalException {
    for (int i = 0; i < count; i++) {
      writer.append(record(writer.lastSeq() + 1));
    }
  }

  /** Every record from 1 on, in order; how many. */
  static long checkAll(Path... folders) throws JournalException {
    long seq = 0;
    for (Path each : folders) {
      for (EventRecord r : Journals.events(each)) {
        assertEquals(record(++seq), r);
      }
    }
    return seq;
  }

  List<Path> spooled() throws JournalException {
    return JournalFolder.cycles(spool);
  }
}
