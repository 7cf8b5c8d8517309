package dmrec.journal.index;

import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.event.IoErrors;
import dmrec.journal.EventHead;
import dmrec.journal.EventQuery;
import dmrec.journal.JournalException;
import dmrec.journal.file.EventScanner;
import dmrec.journal.file.Fault;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.MalformedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads every event from a number on, file by file: where nothing can be left out, an index would
 * only cost another reading.
 */
public final class ScanWalk implements Walk {
  private final JournalParts parts;
  private final EventQuery query;
  private final PassedFaults faults;
  private @Nullable EventScanner scanner;
  private @Nullable String lastName;

  /** The file that was read before the one at hand. */
  private @Nullable Path lastPath;

  private boolean begun;
  private long lastSeq = Fault.UNKNOWN;
  private int damagedSince;
  private boolean listFailed;
  private @Nullable EventRecord headed;

  public ScanWalk(JournalParts parts, EventQuery query) throws JournalException {
    this.parts = parts;
    this.query = query;
    this.faults = new PassedFaults(query);
    List<Part> of = parts.parts();
    int first = parts.partOf(query.minSeq(), false, of);
    lastName = first > 0 ? of.get(first - 1).name() : null;
  }

  @Override
  public List<Fault> faults() {
    return faults.take();
  }

  @Override
  public @Nullable EventRecord next() throws JournalException {
    while (true) {
      EventScanner current = scanner;
      if (current == null) {
        current = enterNext();
        if (current == null) {
          return null;
        }
      }
      EventScanner.Found found = next(current, false);
      if (found == null) {
        if (!hasLater()) {
          passAll(current.faults(), null);
          return null;
        }
        // What was written between the two looks is still in the earlier file.
        List<Fault> behind = new ArrayList<>(current.faults());
        found = next(current, true);
        if (found == null) {
          behind.addAll(current.faults());
          leave(current, behind);
          continue;
        }
        passAll(behind, null);
      }
      if (found == EventScanner.Found.STATE) {
        continue;
      }
      EventRecord record = take(current);
      if (record != null) {
        return record.seq() > query.maxSeq() ? null : record;
      }
    }
  }

  @Override
  public @Nullable EventHead nextHead() throws JournalException {
    headed = next();
    return headed == null ? null : EventHead.of(headed);
  }

  @Override
  public @Nullable EventRecord read() {
    return headed;
  }

  @Override
  public @Nullable Object value(Field field) {
    return headed == null ? null : field.get(headed.event());
  }

  private EventScanner.@Nullable Found next(EventScanner current, boolean closed)
      throws JournalException {
    try {
      return current.next(closed);
    } catch (JournalException e) {
      leave(current, List.of());
      throw e;
    }
  }

  private @Nullable EventRecord take(EventScanner current) {
    if (!begun) {
      join(current, current.seq() - 1);
    }
    EventRecord record = null;
    Fault unreadable = null;
    if (current.seq() >= query.minSeq()) {
      try {
        record = current.event();
      } catch (MalformedException e) {
        unreadable =
            Fault.unreadable(
                current.path(), current.place(), 0, current.seq(), current.wallNs(), e);
      }
    }
    for (Fault fault : current.faults()) {
      faults.add(fault.between(lastNumber(), Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE));
    }
    faults.add(unreadable);
    return record;
  }

  /** The first thing that a file tells of its numbers. */
  private void join(EventScanner current, long elseSeq) {
    begun = true;
    FileHeader header = current.header();
    long before = header == null ? elseSeq : header.firstSeq() - 1;
    if (lastSeq != Fault.UNKNOWN
        && before != Fault.UNKNOWN
        && (before < lastSeq || before > lastSeq + damagedSince)
        && !isRemoved(lastPath)) {
      faults.add(Fault.join(IoErrors.shown(current.path()), lastSeq, before + 1));
    }
  }

  /** Retention removes the oldest files: where this one is gone, so is what was behind it. */
  private static boolean isRemoved(@Nullable Path file) {
    return file != null && !Files.exists(file);
  }

  private void leave(EventScanner current, List<Fault> behind) throws JournalException {
    if (!begun) {
      join(current, Fault.UNKNOWN);
    }
    lastName = JournalFolder.nameOf(current.path());
    lastPath = current.path();
    lastSeq = current.seq();
    damagedSince = current.damagedSince();
    current.close();
    scanner = null;
    begun = false;
    passAll(behind, lastName);
  }

  private boolean hasLater() throws JournalException {
    EventScanner current = scanner;
    return current != null && later(JournalFolder.nameOf(current.path())) != null;
  }

  private @Nullable Path later(@Nullable String name) throws JournalException {
    List<Path> cycles;
    try {
      cycles = JournalFolder.cycles(parts.folder());
      listFailed = false;
    } catch (JournalException e) {
      if (listFailed) {
        return null; // It was told once; who reads on behind failures must come to an end.
      }
      listFailed = true;
      throw e;
    }
    for (Path cycle : cycles) {
      if (name == null || JournalFolder.nameOf(cycle).compareTo(name) > 0) {
        return cycle;
      }
    }
    return null;
  }

  private @Nullable EventScanner enterNext() throws JournalException {
    while (true) {
      Path next = later(lastName);
      if (next == null) {
        return null;
      }
      try {
        scanner = EventScanner.open(next, false);
        return scanner;
      } catch (JournalException e) {
        if (Files.exists(next)) {
          lastName = JournalFolder.nameOf(next);
          throw e;
        }
        // Retention removed it.
      }
    }
  }

  /** Faults behind the last event of a file, with what the files around it tell. */
  private void passAll(List<Fault> behind, @Nullable String file) throws JournalException {
    if (behind.isEmpty()) {
      return;
    }
    if (file != null) {
      parts.refresh();
    }
    List<Part> of = parts.parts();
    int number = 0;
    while (number < of.size() && file != null && !of.get(number).name().equals(file)) {
      number++;
    }
    for (Fault fault : behind) {
      faults.add(
          file == null || number == of.size()
              ? fault.between(lastNumber(), Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE)
              : parts.bounded(of, number, fault));
    }
  }

  /** Of the files before the one at hand, damaged records included. */
  private long lastNumber() {
    return lastSeq == Fault.UNKNOWN ? 0 : lastSeq + damagedSince;
  }

  @Override
  public void close() {
    if (scanner != null) {
      scanner.close();
      scanner = null;
    }
  }
}
