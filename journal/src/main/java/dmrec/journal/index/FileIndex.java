package dmrec.journal.index;

import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.Kind;
import dmrec.event.Source;
import dmrec.journal.EventHead;
import dmrec.journal.JournalException;
import dmrec.journal.Position;
import dmrec.journal.file.EventScanner;
import dmrec.journal.file.Fault;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.KnownEvents;
import dmrec.journal.file.MalformedException;
import dmrec.journal.file.RecordFields;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a cycle file holds and where: for each event its place, number, time, kind and device; where
 * a state of the stack stands between them, and what is damaged.
 *
 * <p>It is what an {@link EventScanner} finds, written down. It grows with the file. One thread.
 */
final class FileIndex implements KnownEvents {
  /** Events whose latest time is known at once. */
  private static final int BLOCK_SHIFT = 8;

  /** Of what the places are multiples. */
  private static final int UNIT_SHIFT = 2;

  int[] places = new int[256];
  long[] wallNs = new long[256];

  /** As {@link RecordFields#head}. */
  int[] heads = new int[256];

  int[] deviceOf = new int[256];
  int size;
  int[] runAt = new int[4];
  long[] runSeq = new long[4];
  int runs;
  int[] stateAt = new int[8];
  int[] statePlaces = new int[8];
  long[] stateSeq = new long[8];
  long[] stateWallNs = new long[8];
  int states;
  final List<IndexedDevice> devices = new ArrayList<>();
  final List<Fault> faults = new ArrayList<>();

  /** Behind the last event so far; they move to {@link #faults} when another one follows. */
  List<Fault> tail = List.of();

  /** The number before its first event; {@link Fault#UNKNOWN} where the file does not tell. */
  long seqBefore = Fault.UNKNOWN;

  /** As {@link #checksum()}; -1 of a file that does not grow. */
  long checksum = -1;

  /** How many damaged documents follow the last event. */
  int damagedBehind;

  /** The latest time of each full block of events, as far as anybody asked. */
  private long[] latest = {};

  private int latestKnown;
  private final DeviceNumbers numbers = new DeviceNumbers(devices);

  // What it tells.

  @Override
  public long checksum() {
    return checksum;
  }

  /** How many events there are. */
  @Override
  public int size() {
    return size;
  }

  @Override
  public long seq(int event) {
    int run = runOf(event);
    return runSeq[run] + event - runAt[run];
  }

  private int runOf(int event) {
    if (runs == 1) {
      return 0;
    }
    int found = Arrays.binarySearch(runAt, 0, runs, event);
    return found >= 0 ? found : -found - 2;
  }

  /** The number of the last event, or the one before the file where it holds none. */
  long lastSeq() {
    return size == 0 ? seqBefore : seq(size - 1);
  }

  @Override
  public long wallNs(int event) {
    return wallNs[event];
  }

  /** Where the document of an event begins in the file. */
  @Override
  public long place(int event) {
    return (places[event] & 0xffff_ffffL) << UNIT_SHIFT;
  }

  /** What is wrong with an event whose checksum is right and whose content is not. */
  Fault unreadable(Path file, int event, MalformedException e) {
    return Fault.unreadable(file, place(event), event, seq(event), wallNs(event), e);
  }

  DeviceRef device(int event) {
    return devices.get(deviceOf[event]).ref;
  }

  Kind kind(int event) {
    return Kind.ofCode(IndexQuery.code(heads[event]));
  }

  EventHead head(int event) {
    IndexedDevice device = devices.get(deviceOf[event]);
    int head = heads[event];
    return new EventHead(
        seq(event),
        wallNs[event],
        kind(event),
        Source.ofCode((head >>> 16) & 0xff),
        Certainty.ofCode(head >>> 24),
        (head >>> 8) & 0xff,
        device.ref,
        device.pathRef == null ? DeviceRef.NONE : device.pathRef);
  }

  /** The first event whose number is higher, or {@link #size}. */
  int firstBeyond(long number) {
    for (int run = 0; run < runs; run++) {
      int end = run + 1 < runs ? runAt[run + 1] : size;
      long beyond = Math.max(0, number - runSeq[run] + 1);
      if (number < runSeq[run]) {
        return runAt[run];
      } else if (beyond < end - runAt[run]) {
        return runAt[run] + (int) beyond;
      }
    }
    return size;
  }

  /** The first event that is later than a time, or {@link #size}. */
  int firstLaterThan(long time) {
    int block = 0;
    while (block < blocks() && latestOf(block) <= time) {
      block++;
    }
    int i = block << BLOCK_SHIFT;
    while (i < size && wallNs[i] <= time) {
      i++;
    }
    return i;
  }

  /** How many blocks are full. */
  private int blocks() {
    return size >>> BLOCK_SHIFT;
  }

  /** The latest time in a full block. */
  private long latestOf(int block) {
    if (latest.length < blocks()) {
      latest = Arrays.copyOf(latest, places.length >>> BLOCK_SHIFT);
    }
    for (; latestKnown <= block; latestKnown++) {
      long max = Long.MIN_VALUE;
      int from = latestKnown << BLOCK_SHIFT;
      for (int i = from; i < from + (1 << BLOCK_SHIFT); i++) {
        max = Math.max(max, wallNs[i]);
      }
      latest[latestKnown] = max;
    }
    return latest[block];
  }

  /** The event of a number, or -1. */
  int eventOf(long number) {
    for (int run = 0; run < runs; run++) {
      int end = run + 1 < runs ? runAt[run + 1] : size;
      long event = runAt[run] + (number - runSeq[run]);
      if (number >= runSeq[run] && event < end) {
        return (int) event;
      }
    }
    return -1;
  }

  /**
   * The last state of the stack before an event that is not behind a position, or -1. Where events
   * are lost a state may know more than the last event before it.
   */
  int stateBefore(int event, Position position) {
    int i = states - 1;
    while (i >= 0
        && (stateAt[i] > event || Position.isBefore(position, stateSeq[i], stateWallNs[i]))) {
      i--;
    }
    return i;
  }

  /** Which event follows a state. */
  int eventBehind(int state) {
    return stateAt[state];
  }

  long statePlace(int state) {
    return (statePlaces[state] & 0xffff_ffffL) << UNIT_SHIFT;
  }

  /** Which of its devices satisfy a condition, or a path of which its events name. */
  boolean[] devices(Predicate<DeviceRef> condition) {
    boolean[] taken = new boolean[devices.size()];
    for (int i = 0; i < taken.length; i++) {
      taken[i] = devices.get(i).satisfies(condition);
    }
    return taken;
  }

  void count(Map<Kind, Long> counts) {
    long[] byCode = new long[Kind.CODES];
    for (int i = 0; i < size; i++) {
      byCode[IndexQuery.code(heads[i])]++;
    }
    for (int code = 0; code < Kind.CODES; code++) {
      if (byCode[code] > 0) {
        counts.merge(Kind.ofCode(code), byCode[code], Long::sum);
      }
    }
  }

  /** What is damaged, in the order of the file. */
  List<Fault> faults() {
    if (tail.isEmpty()) {
      return faults;
    }
    List<Fault> all = new ArrayList<>(faults);
    all.addAll(tail);
    return all;
  }

  private boolean isTaken(int event, IndexQuery wanted, boolean[] deviceTaken) {
    if (!wanted.mayBe(heads[event], wallNs[event])) {
      return false;
    }
    // A file that grew may name devices that were not there when the condition was tried.
    int device = deviceOf[event];
    return (device >= deviceTaken.length
            || deviceTaken[device]
            || wanted.isOfAnyDevice(heads[event]))
        && wanted.mayBe(seq(event));
  }

  /** The first event from {@code from} on that may be meant, or {@link #size}. */
  int next(int from, IndexQuery wanted, boolean[] deviceTaken) {
    int i = from;
    while (i < size && !isTaken(i, wanted, deviceTaken)) {
      i++;
    }
    return i;
  }

  /** The last event of {@code from} down to 0 that may be meant, or -1. */
  int previous(int from, IndexQuery wanted, boolean[] deviceTaken) {
    int i = from;
    while (i >= 0 && !isTaken(i, wanted, deviceTaken)) {
      i--;
    }
    return i;
  }

  // Making.

  /** Forgets states behind the last event, which whoever goes on from there finds again. */
  void forgetTail() {
    while (states > 0 && stateAt[states - 1] == size) {
      states--;
    }
  }

  /**
   * Writes down what a scanner finds, up to the present end.
   *
   * @param closed whether no writer adds to the file any more
   */
  void extend(EventScanner scanner, boolean closed) throws JournalException {
    for (EventScanner.Found found = scanner.next(closed);
        found != null;
        found = scanner.next(closed)) {
      if (found == EventScanner.Found.STATE) {
        addState(scanner);
      } else {
        addFaults(scanner);
        add(scanner);
      }
    }
    List<Fault> now = new ArrayList<>(tail);
    now.addAll(scanner.faults());
    tail = List.copyOf(now);
    FileHeader header = scanner.header();
    seqBefore = header == null ? size == 0 ? Fault.UNKNOWN : seq(0) - 1 : header.firstSeq() - 1;
    damagedBehind = scanner.damagedSince();
  }

  private void addFaults(EventScanner scanner) {
    if (!tail.isEmpty()) {
      // What was behind the last event is between two now.
      for (Fault each : tail) {
        faults.add(each.until(scanner.seq(), scanner.wallNs()));
      }
      tail = List.of();
    }
    faults.addAll(scanner.faults());
  }

  private void add(EventScanner scanner) throws JournalException {
    RecordFields fields = scanner.fields();
    if (size == places.length) {
      int more = size * 2;
      places = Arrays.copyOf(places, more);
      wallNs = Arrays.copyOf(wallNs, more);
      heads = Arrays.copyOf(heads, more);
      deviceOf = Arrays.copyOf(deviceOf, more);
    }
    long seq = scanner.seq();
    if (runs == 0 || seq != seq(size - 1) + 1) {
      addRun(seq);
    }
    checksum = scanner.checksum();
    places[size] = unit(scanner.place());
    wallNs[size] = fields.wallNs();
    heads[size] = fields.head();
    deviceOf[size] = numbers.of(fields);
    size++;
  }

  private void addRun(long seq) {
    if (runs == runAt.length) {
      runAt = Arrays.copyOf(runAt, runs * 2);
      runSeq = Arrays.copyOf(runSeq, runs * 2);
    }
    runAt[runs] = size;
    runSeq[runs++] = seq;
  }

  private static int unit(long offset) {
    return (int) (offset >>> UNIT_SHIFT);
  }

  private void addState(EventScanner scanner) {
    if (states == stateAt.length) {
      int more = states * 2 + 1;
      stateAt = Arrays.copyOf(stateAt, more);
      statePlaces = Arrays.copyOf(statePlaces, more);
      stateSeq = Arrays.copyOf(stateSeq, more);
      stateWallNs = Arrays.copyOf(stateWallNs, more);
    }
    stateAt[states] = size;
    statePlaces[states] = unit(scanner.place());
    stateSeq[states] = scanner.stateSeq();
    stateWallNs[states] = scanner.wallNs();
    states++;
  }

  /** The fault, if any, that lies before the first event of the file that follows this one. */
  @Nullable Fault join(String file, long nextSeqBefore) {
    long last = lastSeq();
    if (last == Fault.UNKNOWN
        || nextSeqBefore == Fault.UNKNOWN
        || (nextSeqBefore >= last && nextSeqBefore <= last + damagedBehind)) {
      return null;
    }
    return Fault.join(file, last, nextSeqBefore + 1);
  }
}
