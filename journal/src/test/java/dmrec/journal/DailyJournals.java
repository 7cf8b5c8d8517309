package dmrec.journal;

import dmrec.event.EventRecord;
import dmrec.journal.Finding.Kind;
import dmrec.journal.Tampering.Document;
import dmrec.journal.file.JournalFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** Journals with a file for each day, and what is found wrong with them. */
abstract class DailyJournals {
  /** In which format the journals begin; those that are signed are of the present one. */
  @Parameter int version;

  static final long DAY_NS = 86_400_000_000_000L;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  Path journal(String name, int files, int eventsEach) throws Exception {
    return journal(name, files, eventsEach, Tampering.sealedEvery(50));
  }

  /** A journal of several files, one for each day. */
  Path journal(String name, int files, int eventsEach, JournalOptions options) throws Exception {
    Path journal = folder.resolve(name);
    try (JournalWriter writer = JournalWriter.open(journal, options)) {
      for (int i = 0; i < files * eventsEach; i++) {
        EventRecord e = Tampering.event(i + 1, 1_000_000L);
        EventRecord record = at(e, e.wallNs() + i / eventsEach * DAY_NS);
        writer.append(record);
      }
    }
    if (version == 1 && options.key() == null) {
      Format1Journals.rewrite(journal);
    }
    return journal;
  }

  static EventRecord at(EventRecord r, long wallNs) {
    return r.toBuilder()
        .at(wallNs, r.monoNs())
        .notBeforeNs(0)
        .kernelNs(0)
        .marks(0)
        .actor(null)
        .build();
  }

  static List<Finding> wrong(Path journal) throws JournalException {
    return Tampering.verify(journal).findings().stream().filter(f -> !f.isFine()).toList();
  }

  static Set<Kind> kinds(List<Finding> findings) {
    return findings.stream().map(Finding::kind).collect(Collectors.toSet());
  }

  Path file(Path journal, int index) throws JournalException {
    return JournalFolder.cycles(journal).get(index);
  }

  static int place(List<Document> documents, long seq) {
    for (int i = 0; i < documents.size(); i++) {
      if (documents.get(i).seq() == seq) {
        return i;
      }
    }
    throw new AssertionError("#" + seq);
  }
}
