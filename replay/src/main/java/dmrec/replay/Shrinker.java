package dmrec.replay;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.handler.HandlerException;
import dmrec.handler.HandlerFactory;
import dmrec.journal.Damage;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which events of a recording it takes to make a handler fail.
 *
 * <p>Design note: delta debugging. Parts of the stream are replayed to a new handler each, and what
 * can be left out without the failure going away is left out: what lies behind it, whole devices,
 * whole kinds, then ever smaller stretches, at last single events until each of them is needed. A
 * part is replayed as the journal that is written of it will be: numbered from 1, on the stack
 * before the stream, and with no event in the stack that is not in the part. The events of a long
 * recording are read anew each time, and held once there are few enough.
 *
 * <p>One thread runs it; any other may stop it, which keeps the least found so far.
 */
public final class Shrinker {
  /**
   * How to shrink.
   *
   * @param timeoutNs how long a call of the handler may take, in nanoseconds; 0 for ever
   * @param heldEvents how many events are held in memory at most
   */
  public record Options(long timeoutNs, int heldEvents) {
    private static final int HELD_EVENTS = 200_000;

    public Options(long timeoutNs) {
      this(timeoutNs, HELD_EVENTS);
    }
  }

  /** Is told how far it is, every now and then. */
  public interface Progress {
    /**
     * How far it is.
     *
     * @param trials how many parts were replayed so far
     * @param events how many events make the handler fail still; 0 while that is not known
     */
    void at(long trials, long events);
  }

  /** Each call that never returns leaves a thread behind. */
  private static final int MOST_HANGS = 20;

  /** More are not listed; whoever has stopped so early reads the journal. */
  private static final int LISTED = 1000;

  /** No other part is tried. */
  private static final class Ended extends Exception {
    private static final long serialVersionUID = 1;

    Ended(String reason) {
      super(reason);
    }
  }

  /**
   * How a part was taken.
   *
   * @param finding the handler's first failure; null where it had none
   * @param events how many events it was fed
   */
  private record Trial(@Nullable Finding finding, long events) {
    boolean isSame(Signature as) {
      return finding != null && Signature.of(finding).equals(as);
    }

    /** How many events it took; what lies behind the one that it failed at was not seen. */
    int needed() {
      EventRecord last = finding == null ? null : finding.record();
      return last == null ? 0 : (int) last.seq();
    }
  }

  private final Recording recording;
  private final HandlerFactory factory;
  private final Options options;
  private final Progress progress;
  private final PrintStream nowhere =
      new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
  private volatile @Nullable String stopReason;
  private volatile @Nullable Replay running;
  private Signature sought = new Signature(Finding.Phase.OPEN, "", "");
  private BitSet kept = new BitSet();
  private int count;
  private @Nullable List<Candidate.Held> held;
  private long trials;
  private int hangs;
  private Damage damage = Damage.NONE;

  /** A shrinker for one run. */
  public Shrinker(Recording recording, HandlerFactory factory, Options options, Progress progress) {
    this.recording = recording;
    this.factory = factory;
    this.options = options;
    this.progress = progress;
  }

  /** Ends it as soon as may be; from any thread. */
  public void stop(String reason) {
    stopReason = reason;
    Replay replay = running;
    if (replay != null) {
      replay.stop(reason);
    }
  }

  /** The replay that is going on; null between two. */
  public @Nullable Replay running() {
    return running;
  }

  /**
   * Shrinks, writes what is left, and replays that.
   *
   * @param out the journal that is written: a folder that is empty or does not exist yet
   * @throws ShrinkException where the handler does not fail, or not every time, or without events
   * @throws JournalException where the recording cannot be read or the journal cannot be written
   * @throws HandlerException where no handler can be made
   */
  public Shrunk run(Path out)
      throws ShrinkException, JournalException, HandlerException, InterruptedException {
    // Before all the work: nobody wants to hear at its end that there is no room for the result.
    JournalWriter writer =
        JournalWriter.begin(out, JournalOptions.usual(), recording.topology().withSeq(0));
    boolean written = false;
    try (writer) {
      Trial first = begin();
      String ended = "";
      try {
        shrink();
      } catch (Ended e) {
        ended = String.valueOf(e.getMessage());
      }
      List<EventRecord> left = write(writer);
      written = true;
      Finding proof = prove(out);
      return new Shrunk(first.needed(), count, left, trials, ended, proof, damage);
    } finally {
      if (!written) {
        writer.discard();
      }
    }
  }

  // What fails, and that it does.

  private Trial begin()
      throws ShrinkException, JournalException, HandlerException, InterruptedException {
    try {
      Trial first = trial(new Candidate(recording, null, null));
      Finding finding = first.finding();
      if (finding == null) {
        throw new ShrinkException(
            "the handler does not fail on "
                + (first.events() == 1 ? "this event" : "these " + first.events() + " events")
                + ": there is nothing to shrink");
      }
      sought = Signature.of(finding);
      kept = new BitSet();
      if (finding.phase() == Finding.Phase.OPEN || trial(part(kept)).isSame(sought)) {
        throw new ShrinkException(
            "the handler fails without any event ("
                + Shrunk.words(finding)
                + "): there is nothing to shrink");
      }
      kept.set(0, first.needed());
      count = first.needed();
      hold();
      Trial again = trial(part(kept));
      if (!again.isSame(sought)) {
        Finding other = again.finding();
        throw new ShrinkException(
            "the handler does not fail the same way every time: at first "
                + Shrunk.words(finding)
                + ", then "
                + (other == null ? "not at all" : Shrunk.words(other))
                + ". What depends on more than the events cannot be shrunk");
      }
      return first;
    } catch (Ended e) {
      throw new ShrinkException("stopped before the handler had failed: nothing is written");
    }
  }

  // Leaving out.

  private void shrink() throws Ended, JournalException, HandlerException, InterruptedException {
    // Two groups that are needed say nothing about which of their events are.
    leaveOutGroups(EventRecord::device);
    leaveOutGroups(EventRecord::kind);
    leaveOutEvents();
  }

  /** Leaves out all events that have something in common, of as many groups at once as may be. */
  private void leaveOutGroups(Function<EventRecord, Object> key)
      throws Ended, JournalException, HandlerException, InterruptedException {
    Map<Object, Integer> numbers = new HashMap<>();
    int[] groupAt = new int[kept.length()];
    try (Candidate.Stream stream = part(kept).open(false)) {
      for (EventRecord r = next(stream); r != null; r = next(stream)) {
        Object of = key.apply(r);
        groupAt[stream.place()] =
            numbers.computeIfAbsent(
                // A name that changes is no other device.
                of instanceof DeviceRef ref ? ref.dev() : of, k -> numbers.size());
      }
    }
    BitSet left = new BitSet();
    left.set(0, numbers.size());
    for (int size = (left.cardinality() + 1) / 2; left.cardinality() > 1; size = (size + 1) / 2) {
      int end = left.cardinality();
      while (end > 0) {
        BitSet groups = new BitSet();
        groups.or(left);
        clear(groups, Math.max(0, end - size), end);
        BitSet part = new BitSet();
        for (int at = kept.nextSetBit(0); at >= 0; at = kept.nextSetBit(at + 1)) {
          part.set(at, groups.get(groupAt[at]));
        }
        if (isEnough(part)) {
          left = groups;
        }
        end -= size;
      }
      if (size == 1) {
        return;
      }
    }
  }

  private void leaveOutEvents()
      throws Ended, JournalException, HandlerException, InterruptedException {
    for (int size = (count + 1) / 2; ; size = Math.max(1, size / 2)) {
      boolean isLeftOut = false;
      for (int end = count; end > 0; ) {
        int begin = Math.max(0, end - size);
        BitSet part = new BitSet();
        part.or(kept);
        clear(part, begin, end);
        isLeftOut |= isEnough(part);
        end = Math.min(begin, count);
      }
      if (size == 1 && !isLeftOut) {
        return;
      }
    }
  }

  /** Clears some of the bits that are set, counted from the first of these. */
  private static void clear(BitSet bits, int from, int to) {
    int at = bits.nextSetBit(0);
    for (int i = 0; i < to && at >= 0; i++, at = bits.nextSetBit(at + 1)) {
      if (i >= from) {
        bits.clear(at);
      }
    }
  }

  /** Whether the handler fails with these events too; then the others are left out. */
  private boolean isEnough(BitSet part)
      throws Ended, JournalException, HandlerException, InterruptedException {
    if (part.isEmpty() || part.cardinality() == count) {
      return false; // Known: it does not; it does.
    }
    Trial trial = trial(part(part));
    if (!trial.isSame(sought)) {
      return false;
    }
    clear(part, trial.needed(), part.cardinality());
    kept = part;
    count = part.cardinality();
    hold();
    return true;
  }

  private Candidate part(BitSet places) {
    return new Candidate(recording, places, held);
  }

  /** Holds the events that are kept, once they are few; and no more than these. */
  private void hold() throws JournalException {
    List<Candidate.Held> before = held;
    if (count > options.heldEvents() || (before != null && count > before.size() / 2)) {
      return;
    }
    List<Candidate.Held> now = new ArrayList<>(count);
    if (before != null) {
      before.stream().filter(each -> kept.get(each.place())).forEach(now::add);
    } else {
      try (EventStream all = recording.open(false)) {
        int place = 0;
        for (EventRecord r = next(all); r != null && now.size() < count; r = next(all)) {
          if (all.isFed()) {
            if (kept.get(place)) {
              now.add(new Candidate.Held(place, r));
            }
            place++;
          }
        }
      }
    }
    held = now;
  }

  /** The next event of the files that can be read; each trial tells of damage. */
  private static @Nullable EventRecord next(EventStream stream) {
    EventRecord record = null;
    boolean damaged = true;
    while (damaged) {
      try {
        record = stream.next();
        damaged = false;
      } catch (JournalException e) {
        damaged = true;
      }
    }
    return record;
  }

  // Trying.

  private Trial trial(Recording part) throws Ended, HandlerException, InterruptedException {
    return trial(part, count);
  }

  private Trial trial(Recording part, long events)
      throws Ended, HandlerException, InterruptedException {
    go(hangs);
    progress.at(trials, events);
    FirstFinding guide = new FirstFinding(() -> progress.at(trials, events));
    Replay replay =
        new Replay(
            part,
            factory.make(),
            new Replay.Options(Pace.MAX, options.timeoutNs(), 1, nowhere),
            guide);
    running = replay;
    if (stopReason != null) {
      replay.stop("stopped");
    }
    Outcome outcome;
    try {
      outcome = replay.run();
    } finally {
      running = null;
    }
    go(0);
    trials++;
    hangs += outcome.hangs() ? 1 : 0;
    damage = damage.and(outcome.damage());
    return new Trial(guide.finding, outcome.summary().events());
  }

  private void go(int hung) throws Ended {
    String reason = stopReason;
    if (reason != null) {
      throw new Ended("stopped by " + reason);
    }
    if (hung >= MOST_HANGS) {
      throw new Ended(
          "given up, as "
              + MOST_HANGS
              + " calls of the handler never returned and still take what they take");
    }
  }

  private static final class FirstFinding implements Guide {
    private final Runnable turn;
    private volatile @Nullable Finding finding;

    FirstFinding(Runnable turn) {
      this.turn = turn;
    }

    @Override
    public boolean failed(Finding found) {
      if (finding == null) {
        finding = found;
      }
      return false;
    }

    @Override
    public void turn() {
      turn.run();
    }
  }

  // The result.

  /** Writes what is left; the events as they were in the recording. */
  private List<EventRecord> write(JournalWriter writer) throws JournalException {
    List<EventRecord> listed = new ArrayList<>();
    int place = 0;
    List<Candidate.Held> from = held;
    if (from != null) {
      for (Candidate.Held each : from) {
        if (kept.get(each.place())) {
          write(writer, each.record(), listed);
        }
      }
    } else {
      try (EventStream all = recording.open(false)) {
        for (EventRecord r = next(all); r != null && place < kept.length(); r = next(all)) {
          if (all.isFed() && kept.get(place++)) {
            write(writer, r, listed);
          }
        }
      }
    }
    writer.sync();
    writer.close();
    return count > LISTED ? List.of() : List.copyOf(listed);
  }

  private static void write(JournalWriter writer, EventRecord record, List<EventRecord> listed)
      throws JournalException {
    writer.append(record);
    if (listed.size() < LISTED) {
      listed.add(record);
    }
  }

  /** Replays what was written; null where the handler does not fail as before. */
  private @Nullable Finding prove(Path out)
      throws JournalException, HandlerException, InterruptedException {
    // Whoever stopped the search wants to know nevertheless what it has found.
    stopReason = null;
    hangs = 0;
    try (Journal journal = Journal.open(out)) {
      Trial trial = trial(JournalRecording.of(journal, 1, Long.MAX_VALUE, EventChoice.ALL), count);
      return trial.isSame(sought) ? trial.finding() : null;
    } catch (Ended e) {
      return null;
    }
  }
}
