package dmrec.journal.file;

import dmrec.event.DmEvent;
import dmrec.event.Kind;
import dmrec.journal.JournalException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a cycle file holds, as it counts for the account of what is lost.
 *
 * @param header null where it is damaged
 * @param lostBefore how many events the gaps in the files before it tell of
 * @param events how many events can be read
 * @param lost how many events the gaps in it tell of
 * @param fromNs wall clock not behind its events, and not behind what its gaps tell of
 * @param toNs wall clock not before its events
 */
public record Content(
    @Nullable FileHeader header, long lostBefore, long events, long lost, long fromNs, long toNs) {
  /** What is known before the first event is read; none is counted. */
  static Content beginning(Path file) throws JournalException {
    long before = 0;
    long fromNs = 0;
    try (DocumentScanner scanner = new DocumentScanner(CycleFile.open(file))) {
      DocumentScanner.Found found = scanner.next(true);
      while (found != null && fromNs == 0) {
        ControlRecord control = controlAt(scanner, found);
        if (control == ControlRecord.LOST) {
          before = LostRecord.decode(scanner.bytes(), scanner.at());
        } else if (control == ControlRecord.CHECKPOINT || found == DocumentScanner.Found.EVENT) {
          fromNs = wallNsAt(scanner); // That of a checkpoint before all events is 0.
        }
        found = scanner.next(true);
      }
      return new Content(scanner.header(), before, 0, 0, fromNs, fromNs);
    }
  }

  /** All of a file to which nothing is added. */
  public static Content whole(Path file) throws JournalException {
    long before = 0;
    long events = 0;
    long lost = 0;
    long fromNs = Long.MAX_VALUE;
    long toNs = 0;
    try (DocumentScanner scanner = new DocumentScanner(CycleFile.open(file))) {
      for (DocumentScanner.Found found = scanner.next(true);
          found != null;
          found = scanner.next(true)) {
        if (found == DocumentScanner.Found.EVENT) {
          events++;
          fromNs = Math.min(fromNs, wallNsAt(scanner));
          toNs = Math.max(toNs, wallNsAt(scanner));
          DmEvent.Gap gap = gapAt(scanner);
          if (gap != null) {
            lost += gap.count();
            fromNs = Math.min(fromNs, gap.fromNs());
          }
        } else if (events == 0 && controlAt(scanner, found) == ControlRecord.LOST) {
          before = LostRecord.decode(scanner.bytes(), scanner.at());
        }
      }
      return new Content(scanner.header(), before, events, lost, Math.min(fromNs, toNs), toNs);
    }
  }

  /** Whether the last document of a file, as the queue tells of it, is of this number. */
  static boolean endsWith(Path file, long seq) throws JournalException {
    try (DocumentScanner scanner = new DocumentScanner(CycleFile.open(file))) {
      long last = scanner.file().writePosition();
      if (last <= 0 || last >= scanner.file().sizeBytes()) {
        return false;
      }
      scanner.goTo(last);
      DocumentScanner.Found found = scanner.next(true);
      return (found == DocumentScanner.Found.EVENT || found == DocumentScanner.Found.CONTROL)
          && RecordLayout.longAt(scanner.bytes(), scanner.at() + RecordLayout.SEQ) == seq;
    }
  }

  private static @Nullable ControlRecord controlAt(
      DocumentScanner scanner, DocumentScanner.Found found) {
    return found == DocumentScanner.Found.CONTROL
        ? ControlRecord.at(scanner.bytes(), scanner.at())
        : null;
  }

  private static long wallNsAt(DocumentScanner scanner) {
    return RecordLayout.longAt(scanner.bytes(), scanner.at() + RecordLayout.WALL_NS);
  }

  private static DmEvent.@Nullable Gap gapAt(DocumentScanner scanner) {
    byte[] bytes = scanner.bytes();
    if (RecordLayout.shortAt(bytes, scanner.at() + RecordLayout.KIND) != Kind.GAP.code()) {
      return null;
    }
    try {
      return counted(
          scanner
              .decoder()
              .decode(bytes, scanner.at(), scanner.length(), NameResolver.NONE)
              .event());
    } catch (MalformedException e) {
      return null; // Whoever reads the events hears of it.
    }
  }

  /** An event that says how many events of the journal's own are not in it; else null. */
  static DmEvent.@Nullable Gap counted(DmEvent event) {
    return event instanceof DmEvent.Gap gap
            && gap.lost().equals(DmEvent.Gap.JOURNAL)
            && gap.count() > 0
        ? gap
        : null;
  }
}
