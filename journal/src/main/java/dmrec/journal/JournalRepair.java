package dmrec.journal;

import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
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
  /** What a gap says was lost where no state follows it. */
  private static final String RECORDS = "records";

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
    expectNothing(to);
    JournalOptions options =
        JournalOptions.usual().with(SyncPolicy.OS).with(new SealPolicy(SEAL_EVERY, 0));
    try (JournalRepair repair = new JournalRepair(JournalWriter.open(to, options))) {
      for (Path file : files) {
        repair.file(file);
      }
      repair.end(from);
      if (repair.writer.lastSeq() > 0) {
        repair.writer.sync();
      }
      return new Result(
          repair.copied, repair.gaps, repair.missing, repair.left, List.copyOf(repair.shifts));
    }
  }

  private static void expectNothing(Path to) throws JournalException {
    if (!Files.exists(to)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(to)) {
      if (files.iterator().hasNext()) {
        throw new JournalException(
            Reasons.shown(to)
                + ": expected a folder that does not exist yet or is empty, found files in it. Name"
                + " another one");
      }
    } catch (JournalException e) {
      throw e;
    } catch (IOException e) {
      throw new JournalException(Reasons.cannot("look into", to, e), e);
    }
  }

  private void file(Path file) throws JournalException {
    try (CycleScanner scanner = new CycleScanner(CycleFile.open(file))) {
      Topology stack = new Topology();
      boolean known = Beginning.read(scanner, stack);
      FileHeader header = scanner.header();
      if (oldSeq < 0) {
        oldSeq = header == null ? -1 : header.firstSeq() - 1;
        if (known) {
          stack.records().forEach(writer.topology()::apply);
        }
      }
      boolean isFirst = known && header != null;
      while (true) {
        try {
          EventRecord record = scanner.next(true);
          if (record == null) {
            return;
          }
          boolean begins = isFirst && header != null && record.seq() == header.firstSeq();
          record(record, begins ? stack : null);
          isFirst = false;
        } catch (MalformedException e) {
          // Counted by the numbers.
          isFirst = false;
        }
      }
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
    append(record);
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
        count == 1
            ? "#" + (oldSeq + 1) + " of the journal that this is a copy of could not be read"
            : "#"
                + (oldSeq + 1)
                + " to #"
                + (oldSeq + count)
                + " of the journal that this is a copy of could not be read";
    append(
        own(
            toNs,
            monoNs,
            DeviceRef.NONE,
            new DmEvent.Gap(
                stack == null ? RECORDS : DmEvent.Gap.JOURNAL, count, fromNs, toNs, reason)));
    gaps++;
    missing += count;
    if (stack != null) {
      for (EventRecord each : stack.records()) {
        if (each.kind() != Kind.RECORDING_STARTED && each.kind() != Kind.RECORDING_STOPPED) {
          append(own(toNs, monoNs, each.device(), each.event()));
        }
      }
    }
  }

  private static EventRecord own(long wallNs, long monoNs, DeviceRef device, DmEvent event) {
    return new EventRecord(
        0,
        wallNs,
        monoNs,
        0,
        0,
        Source.RECORDER,
        Certainty.DERIVED,
        0,
        null,
        device,
        event,
        Bytes.NONE,
        Bytes.NONE);
  }

  private void append(EventRecord record) throws JournalException {
    long seq = writer.append(record);
    writer.topology().apply(record.withSeq(seq));
  }

  /** Damaged records behind the last sound one count as one each. */
  private void end(Path from) throws JournalException {
    try (JournalReader reader = JournalReader.open(from)) {
      long lost = reader.lastNumber() - oldSeq;
      if (oldSeq >= 0 && lost > 0) {
        gap(lost, null, null);
      }
    }
  }

  @Override
  public void close() {
    writer.close();
  }
}
