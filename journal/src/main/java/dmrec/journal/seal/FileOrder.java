package dmrec.journal.seal;

import dmrec.journal.Finding;
import dmrec.journal.JournalException;
import dmrec.journal.file.DocumentScanner;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.JournalFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Which files of a folder are a journal's, in the order of their numbers; others are told. */
final class FileOrder {
  /** A file; its header is null where it is damaged. */
  record Entry(Path path, @Nullable FileHeader header) {
    String name() {
      return JournalFolder.nameOf(path);
    }
  }

  private final Findings findings;
  private final UUID journal;
  private final List<Entry> entries;

  /**
   * Looks at files.
   *
   * @param files in the order of their names
   */
  FileOrder(List<Path> files, Findings findings) throws JournalException {
    this.findings = findings;
    List<Entry> readable = readable(files);
    this.journal = journalOf(readable);
    this.entries = inOrder(readable);
  }

  /** The journal that most of them belong to; of two, that of the last file. */
  UUID journal() {
    return journal;
  }

  List<Entry> entries() {
    return entries;
  }

  private List<Entry> readable(List<Path> files) throws JournalException {
    List<Entry> entries = new ArrayList<>();
    for (Path path : files) {
      FileHeader header = DocumentScanner.headerOf(path);
      if (header != null && !header.isReadable()) {
        findings.tell(
            Finding.Kind.FILE_UNREADABLE,
            JournalFolder.nameOf(path),
            0,
            0,
            0,
            0,
            "written in format "
                + header.formatVersion()
                + ", which this dmrec does not read; use a later one");
        continue;
      }
      entries.add(new Entry(path, header));
    }
    return entries;
  }

  private List<Entry> inOrder(List<Entry> readable) {
    List<Entry> own = new ArrayList<>();
    Set<Long> numbers = new HashSet<>();
    long highest = 0;
    for (Entry entry : readable) {
      FileHeader header = entry.header();
      if (header != null && !header.journal().equals(journal)) {
        findings.tell(
            Finding.Kind.FILE_OF_ANOTHER_JOURNAL,
            entry.name(),
            -1,
            0,
            0,
            0,
            "it belongs to journal " + header.journal() + ", this is " + journal);
        continue;
      }
      if (header != null && !numbers.add(header.number())) {
        findings.tell(
            Finding.Kind.FILE_DUPLICATED,
            entry.name(),
            -1,
            header.firstSeq(),
            header.firstSeq(),
            header.wallMaxNs(),
            "it is file " + header.number() + " of the journal, which is here already");
        continue;
      }
      if (header == null || header.number() > highest) {
        highest = header == null ? highest : header.number();
        own.add(entry);
        continue;
      }
      findings.tell(
          Finding.Kind.FILE_ORDER,
          entry.name(),
          -1,
          header.firstSeq(),
          header.firstSeq(),
          header.wallMaxNs(),
          "it is file "
              + header.number()
              + " of the journal, but by its name it stands behind file "
              + highest);
      insert(own, entry, header.number());
    }
    return own;
  }

  private static void insert(List<Entry> own, Entry entry, long number) {
    int at = own.size();
    for (int i = own.size() - 1; i >= 0; i--) {
      FileHeader header = own.get(i).header();
      if (header != null && header.number() > number) {
        at = i;
      }
    }
    own.add(at, entry);
  }

  private static UUID journalOf(List<Entry> entries) {
    Map<UUID, Integer> counts = new HashMap<>();
    UUID most = new UUID(0, 0);
    for (Entry entry : entries) {
      FileHeader header = entry.header();
      if (header != null) {
        int count = counts.merge(header.journal(), 1, Integer::sum);
        most = count >= counts.getOrDefault(most, 0) ? header.journal() : most;
      }
    }
    return most;
  }
}
