package dmrec.journal;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.file.CycleWriter;
import dmrec.journal.file.FolderWatch;
import dmrec.journal.file.Inspection;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.Loss;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the account of a journal that others change while it is written: it goes on in a new file
 * in the right place, where a gap says exactly how many events are gone. One thread at a time.
 */
final class WriterGuard implements AutoCloseable {
  private final JournalOutput output;
  private final FolderWatch watch;

  /** Gets what is missing, where somebody may have it elsewhere; null where nobody has. */
  private final @Nullable Consumer<Inspection.Missing> salvage;

  private long lostEvents;

  /** What another has found missing, until it is told. */
  private Loss owed = new Loss();

  /** What is still to be appended of the stack behind the last gap. */
  private final Queue<EventRecord> untold = new ArrayDeque<>();

  /** The last gap and what was appended behind it, until it is all of the stack again. */
  private final List<EventRecord> restated = new ArrayList<>();

  WriterGuard(
      JournalOutput output, FolderWatch watch, @Nullable Consumer<Inspection.Missing> salvage) {
    this.output = output;
    this.watch = watch;
    this.salvage = salvage;
    output.guardedBy(watch::check);
    watch.start();
  }

  /** How many events were in the journal and are no longer. */
  long lostEvents() {
    return lostEvents;
  }

  /** Whether something is wrong, where it is asked for now. */
  boolean check() {
    return watch.check();
  }

  /** Lets the next {@link #settle} tell of a loss that another has found. */
  void owe(Loss loss) {
    owed.add(loss);
    lostEvents += loss.gone();
  }

  /**
   * Goes on in the right place where somebody changed the journal, and tells of it.
   *
   * @param wallNs now
   * @param monoNs now
   * @throws JournalFullException where that cannot be done yet
   */
  void settle(long wallNs, long monoNs) throws IOException {
    if (watch.isHarmed()) {
      mend();
    }
    Loss loss = watch.loss();
    if (loss != null) {
      CycleWriter to = output.beginBehind(wallNs, monoNs);
      add(loss);
      watch.told("It goes on in " + JournalFolder.nameOf(to.path()));
    }
    if (!owed.isNone()) {
      output.beginBehind(wallNs, monoNs);
      add(owed);
      owed = new Loss();
    }
    if (!restated.isEmpty()) {
      restate();
    }
  }

  private void mend() throws IOException {
    Inspection found = watch.examine();
    CycleWriter last = output.out().file();
    if (last != null && watch.isOver(found, last.path())) {
      output.out().forsake();
    }
    for (Inspection.Missing each : found.missing()) {
      if (salvage != null) {
        salvage.accept(each);
      } else {
        watch.lost(each);
        lostEvents += each.events();
      }
    }
    boolean moves = watch.isAway();
    watch.hold();
    if (moves) {
      output.start().moved();
    }
  }

  private void add(Loss loss) throws IOException {
    if (loss.events() > 0) {
      restated.clear();
      add(DeviceRef.NONE, loss.gap());
      untold.clear();
      untold.addAll(output.topology().records());
    }
  }

  private void add(DeviceRef device, DmEvent event) throws IOException {
    EventRecord added = output.add(device, event);
    output.topology().moveTo(added.seq(), added.wallNs());
    restated.add(added);
  }

  /**
   * The state of everything again, as a reader expects it behind a gap of the journal's own.
   * Whoever looks at the stack meanwhile sees all of it: it is folded when all of it is there.
   */
  private void restate() throws IOException {
    for (EventRecord next = untold.peek(); next != null; next = untold.peek()) {
      if (next.kind() != Kind.RECORDING_STARTED && next.kind() != Kind.RECORDING_STOPPED) {
        add(next.device(), next.event());
      }
      untold.remove();
    }
    restated.forEach(output.topology()::apply);
    restated.clear();
    output.out().appended();
  }

  @Override
  public void close() {
    watch.close();
  }
}
