package dmrec.journal;

import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.file.EventScanner;
import dmrec.journal.file.Fault;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.MalformedException;
import dmrec.topology.Topology;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies what is sound of a journal into a new one. The old one is only read.
 *
 * <p>Where events are lost a gap says how many. Where the loss ends at the beginning of a file, its
 * checkpoint is truer than the fold of what is left: the gap then says that the state is told again
 * behind it, and it is. One thread.
 */
public final class JournalRepair implements AutoCloseable {
  private static final int SEAL_EVERY = 1000;

  /**
   * From the old event of this number on, each has this much more as its number.
   *
   * @param oldSeq number in the old journal
   * @param by what is added to it in the new one
   */
  public record Shift(long oldSeq, long by) {}

  /**
   * What came of it.
   *
   * @param copied how many events were copied
   * @param gaps how many gaps were written
   * @param missing how many events are lost
   * @param left how many sound events were left out, as their numbers had been before
   * @param shifts how the numbers changed
   */
  public record Result(long copied, int gaps, long missing, long left, List<Shift> shifts) {}

  private final JournalWriter writer;
  private final List<Shift> shifts = new ArrayList<>();
  private long copied;
  private int gaps;
  private long missing;
  private long left;
  private long by;
  private long oldSeq = -1;
  private @Nullable EventRecord last;

  /** Behind the last sound event. */
  private int lostBehind;

  /** Whether a file behind the last event is lost, of which nobody knows how many it held. */
  private boolean isMoreLost;

  private JournalRepair(JournalWriter writer) {
    this.writer = writer;
  }

  /**
   * Copies a journal.
   *
   * @param to must not exist or be empty
   */
  public static Result copy(Path from, Path to) throws JournalException {
    List<Path> files = JournalFolder.cyclesOfJournal(from);
    JournalFolder.expectEmpty(to);
    JournalOptions options =
        JournalOptions.usual().with(SyncPolicy.OS).with(new SealPolicy(SEAL_EVERY, 0));
    try (JournalRepair repair =
        new JournalRepair(JournalWriter.begin(to, options, beginning(files)))) {
      for (Path file : files) {
        repair.file(file);
      }
      repair.end();
      if (repair.writer.lastSeq() > 0) {
        repair.writer.sync();
      }
      return new Result(
          repair.copied, repair.gaps, repair.missing, repair.left, List.copyOf(repair.shifts));
    }
  }

  /** The stack that the first sound event finds, under the number before the first of the copy. */
  private static Topology beginning(List<Path> files) throws JournalException {
    if (files.isEmpty()) {
      return new Topology();
    }
    try (EventScanner first = EventScanner.open(files.get(0), true)) {
      return first.next(true) == EventScanner.Found.STATE
          ? first.state().withSeq(0)
          : new Topology();
    }
  }

  private void file(Path file) throws JournalException {
    try (EventScanner scanner = EventScanner.open(file, true)) {
      Topology stack = null;
      boolean begun = false;
      for (EventScanner.Found found = scanner.next(true);
          found != null;
          found = scanner.next(true)) {
        if (!begun) {
          begun = true;
          begin(scanner);
        }
        if (found == EventScanner.Found.STATE) {
          stack = scanner.state();
        } else {
          boolean follows = scanner.faults().isEmpty();
          event(scanner, follows ? stack : null);
          stack = null;
        }
      }
      if (!begun) {
        begin(scanner);
      }
      lostBehind = scanner.damagedSince();
      isMoreLost |= scanner.faults().stream().anyMatch(fault -> fault.minSeq() == Fault.UNKNOWN);
    }
  }

  private void begin(EventScanner scanner) {
    FileHeader header = scanner.header();
    if (oldSeq < 0 && header != null) {
      oldSeq = header.firstSeq() - 1;
    }
  }

  private void event(EventScanner scanner, @Nullable Topology stack) throws JournalException {
    // What was lost before this one its number tells, or the writer that went on behind it.
    isMoreLost = false;
    try {
      record(scanner.event(), stack);
    } catch (MalformedException e) {
      return; // Counted by the numbers.
    }
  }

  /**
   * One sound event.
   *
   * @param stack the state before it, where a checkpoint tells it
   */
  private void record(EventRecord record, @Nullable Topology stack) throws JournalException {
    if (oldSeq >= 0 && record.seq() <= oldSeq) {
      left++;
      return;
    }
    if (oldSeq >= 0 && record.seq() > oldSeq + 1) {
      gap(record.seq() - oldSeq - 1, record, stack);
    }
    writer.append(record);
    copied++;
    oldSeq = record.seq();
    long nowBy = writer.lastSeq() - record.seq();
    if (nowBy != by) {
      by = nowBy;
      shifts.add(new Shift(record.seq(), by));
    }
    last = record;
  }

  private void gap(long count, @Nullable EventRecord next, @Nullable Topology stack)
      throws JournalException {
    EventRecord before = last;
    EventRecord near = next != null ? next : before;
    long fromNs = before != null ? before.wallNs() : near == null ? 0 : near.wallNs();
    long toNs = near == null ? 0 : near.wallNs();
    long monoNs = near == null ? 0 : near.monoNs();
    String reason =
        count < 0
            ? "what followed #"
                + oldSeq
                + " of the journal that this is a copy of could not be read"
            : count == 1
                ? "#" + (oldSeq + 1) + " of the journal that this is a copy of could not be read"
                : "#"
                    + (oldSeq + 1)
                    + " to #"
                    + (oldSeq + count)
                    + " of the journal that this is a copy of could not be read";
    writer.append(
        own(
            toNs,
            monoNs,
            DeviceRef.NONE,
            new DmEvent.Gap(
                stack == null ? DmEvent.Gap.RECORDS : DmEvent.Gap.JOURNAL,
                count,
                fromNs,
                toNs,
                reason)));
    gaps++;
    missing += Math.max(0, count);
    if (stack != null) {
      for (EventRecord each : stack.records()) {
        if (each.kind() != Kind.RECORDING_STARTED && each.kind() != Kind.RECORDING_STOPPED) {
          writer.append(own(toNs, monoNs, each.device(), each.event()));
        }
      }
    }
  }

  private static EventRecord own(long wallNs, long monoNs, DeviceRef device, DmEvent event) {
    return EventRecord.of(event)
        .at(wallNs, monoNs)
        .certainty(Certainty.DERIVED)
        .device(device)
        .build();
  }

  /** Damaged records behind the last sound one count as one each; of a lost file nothing tells. */
  private void end() throws JournalException {
    if (oldSeq >= 0 && (lostBehind > 0 || isMoreLost)) {
      gap(isMoreLost ? -1 : lostBehind, null, null);
    }
  }

  @Override
  public void close() {
    writer.close();
  }
}
