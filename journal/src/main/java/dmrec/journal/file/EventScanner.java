package dmrec.journal.file;

import dmrec.event.EventRecord;
import dmrec.event.IoErrors;
import dmrec.journal.JournalException;
import dmrec.topology.Topology;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads the events of one cycle file in order, with the states of the stack and the damage between
 * them.
 *
 * <p>Design note: everything that is answered from a journal is answered from here, at once or by
 * way of an index that was made from here; so there is one opinion of what a damaged file holds.
 * One thread.
 */
public final class EventScanner implements AutoCloseable {
  /** What was found. */
  public enum Found {
    EVENT,
    /** A whole state of the stack. */
    STATE
  }

  private final DocumentScanner documents;
  private final boolean withStates;
  private final RecordFields fields = new RecordFields();

  /** The definitions that were passed; null where some were left out. */
  private @Nullable NameTable names = new NameTable();

  private final List<Fault> waiting = new ArrayList<>();
  private List<Fault> passed = List.of();

  /** Whether nobody asked for the {@link #fields} of the event yet. */
  private boolean isFresh;

  /** Whether nobody asked yet if the definition of its names is lost. */
  private boolean mayLackNames;

  private @Nullable FileHeader header;
  private boolean begun;
  private boolean over;
  private boolean cutTold;
  private int events;
  private long place;

  /** The number of the last event; {@link Fault#UNKNOWN} where any may come next. */
  private long lastSeq = Fault.UNKNOWN;

  private long lastWallNs = Long.MIN_VALUE;

  /** How many damaged documents were passed since that event. */
  private int damagedSince;

  private int part;
  private long statePlace;
  private @Nullable Topology stack;

  /**
   * A scanner at the beginning of a file.
   *
   * @param withStates whether {@link #state} is asked for
   */
  private EventScanner(CycleFile file, boolean withStates) throws JournalException {
    this.documents = new DocumentScanner(file);
    this.withStates = withStates;
  }

  public static EventScanner open(Path file, boolean withStates) throws JournalException {
    return new EventScanner(CycleFile.open(file), withStates);
  }

  /** As {@link #open}, where {@link #checksum} is asked for. */
  public static EventScanner openWithChecksum(Path file) throws JournalException {
    EventScanner scanner = open(file, false);
    scanner.documents.cover(new CRC32C());
    return scanner;
  }

  DocumentScanner documents() {
    return documents;
  }

  public Path path() {
    return documents.file().path();
  }

  /** Goes on at a document whose place is known; from then on, others know the names. */
  public void goTo(long documentPlace) {
    documents.goTo(documentPlace);
    names = null;
    begun = true;
    part = 0;
  }

  /** Goes on at an event behind the header, which is the file's {@code event}th from 0. */
  void goTo(long documentPlace, int event, long seqBefore, long latestNs) {
    documents.goTo(documentPlace);
    events = event;
    lastSeq = seqBefore;
    lastWallNs = latestNs;
  }

  /**
   * The checksum of all documents up to the event that was just found; -1 where it was not asked
   * for or frames are damaged.
   */
  public long checksum() {
    return documents.covered();
  }

  /** The file's header, once anything was found; null where it is damaged. */
  public @Nullable FileHeader header() {
    return header;
  }

  /** Where the document begins that was found; of a state its first part. */
  public long place() {
    return place;
  }

  /** The bytes of the event; valid until the next call. */
  public byte[] bytes() {
    return documents.bytes();
  }

  /** Where in {@link #bytes} it begins. */
  public int at() {
    return documents.at();
  }

  public long seq() {
    return lastSeq;
  }

  /** Wall clock of the event that was found; of a state, of the event that it lies behind. */
  public long wallNs() {
    return RecordLayout.longAt(documents.bytes(), documents.at() + RecordLayout.WALL_NS);
  }

  /** How many damaged documents follow the last event. */
  public int damagedSince() {
    return damagedSince;
  }

  /**
   * What the fields of the event say that was found; valid until the next call, not after {@link
   * #goTo}.
   */
  public RecordFields fields() {
    if (isFresh && names != null) {
      fields.find(documents.bytes(), documents.at(), names);
      isFresh = false;
    }
    return fields;
  }

  /**
   * The event that was found.
   *
   * @throws MalformedException where its checksum is right and its content is not: it was written
   *     so
   */
  public EventRecord event() throws MalformedException {
    EventRecord event = event(names == null ? NameResolver.NONE : names);
    if (mayLackNames && !documents.decoder().lacksNames()) {
      mayLackNames = false;
    }
    return event;
  }

  /** As {@link #event()}, where others know the names. */
  public EventRecord event(NameResolver resolver) throws MalformedException {
    return documents
        .decoder()
        .decode(documents.bytes(), documents.at(), documents.length(), resolver);
  }

  /** The number of the event that the state which was found lies behind, lost or not. */
  public long stateSeq() {
    return RecordLayout.longAt(documents.bytes(), documents.at() + RecordLayout.SEQ);
  }

  /** The state that was found; whoever asks owns it. */
  public Topology state() {
    if (stack == null) {
      throw new IllegalStateException("no state was found");
    }
    return stack;
  }

  /** What was passed before the event that was found; at the end, behind the last one. */
  public List<Fault> faults() {
    if (mayLackNames) {
      mayLackNames = false;
      if (fields().lacksNames()) {
        passed = with(passed, nameless());
      }
    }
    return passed;
  }

  /**
   * The next event or state, or null at the present end.
   *
   * @param closed whether no writer adds to the file any more
   * @throws JournalException where the file cannot be read
   */
  public @Nullable Found next(boolean closed) throws JournalException {
    passed = List.of();
    isFresh = false;
    mayLackNames = false;
    while (!over) {
      DocumentScanner.Found found = documents.next(closed);
      if (found == null) {
        return atEnd();
      }
      if (!begun) {
        begin(found);
      }
      if (documents.isFrameDamaged()) {
        damaged("", "the frame of a sound document is damaged: " + documents.fault());
      }
      switch (found) {
        case HEADER -> {}
        case DAMAGED -> {
          damaged("the record behind #" + shownSeq() + " is damaged: ", documents.fault());
          damagedSince++;
          part = 0;
        }
        case QUEUE -> damaged("", "a part of the queue's own is damaged: " + documents.fault());
        case EVENT -> {
          return event(documents.offset());
        }
        case CONTROL -> {
          ControlRecord control = ControlRecord.at(documents.bytes(), documents.at());
          if (control == ControlRecord.CHECKPOINT && part()) {
            return Found.STATE;
          } else if (control == ControlRecord.DEFINITION) {
            define();
          }
        }
      }
    }
    return null;
  }

  private String shownSeq() {
    return lastSeq < 0 ? "?" : Long.toString(lastSeq);
  }

  void begin(DocumentScanner.Found found) {
    begun = true;
    FileHeader read = documents.header();
    if (found != DocumentScanner.Found.HEADER || read == null) {
      if (found != DocumentScanner.Found.DAMAGED) {
        damaged("", "expected the file's header first, found another document");
      }
    } else if (!read.isReadable()) {
      over = true;
      damaged("", read.newerFormat());
    } else {
      header = read;
      lastSeq = read.firstSeq() - 1;
      lastWallNs = read.wallMaxNs();
    }
  }

  private @Nullable Found atEnd() throws JournalException {
    if (!begun) {
      begun = true;
      cutTold = documents.isCut();
      damaged("", "expected a cycle file with a header, found " + shownContent() + LOST);
    } else if (documents.isCut() && !cutTold) {
      cutTold = true;
      damaged("the record behind #" + shownSeq() + " is damaged: ", documents.fault());
      damagedSince++;
    }
    passed = List.copyOf(waiting);
    waiting.clear();
    return null;
  }

  private static final String LOST = ": what was recorded in it is lost";

  private String shownContent() throws JournalException {
    long size = documents.file().sizeBytes();
    return size == 0
        ? "an empty file"
        : documents.file().isZero()
            ? size + " bytes of zeros"
            : size + " bytes that hold no document of dmrec";
  }

  private void damaged(String before, String what) {
    waiting.add(
        new Fault(
            documents.offset(),
            events,
            lastSeq < 0 ? Fault.UNKNOWN : lastSeq + 1,
            Fault.OPEN,
            lastWallNs,
            Long.MAX_VALUE,
            before + where() + what));
  }

  private String where() {
    return IoErrors.shown(path()) + " at offset " + documents.offset() + ": ";
  }

  private Found event(long documentPlace) {
    byte[] bytes = documents.bytes();
    long seq = RecordLayout.longAt(bytes, documents.at() + RecordLayout.SEQ);
    long wallNs = wallNs();
    if (lastSeq >= 0 && (seq <= lastSeq || seq > lastSeq + 1 + damagedSince)) {
      damaged("", Fault.numbers("", lastSeq, seq));
    }
    if (!waiting.isEmpty()) {
      passed = waiting.stream().map(fault -> fault.until(seq, wallNs)).toList();
      waiting.clear();
    }
    isFresh = true;
    mayLackNames = names != null;
    place = documentPlace;
    lastSeq = seq;
    lastWallNs = Math.max(lastWallNs, wallNs);
    damagedSince = 0;
    part = 0;
    events++;
    return Found.EVENT;
  }

  private static List<Fault> with(List<Fault> faults, Fault last) {
    List<Fault> all = new ArrayList<>(faults);
    all.add(last);
    return List.copyOf(all);
  }

  private Fault nameless() {
    long seq = lastSeq;
    long wallNs = wallNs();
    String what = "the definition of the names of record #" + seq + "'s device is lost";
    return new Fault(documents.offset(), events - 1, seq, seq, wallNs, wallNs, where() + what);
  }

  private void define() {
    try {
      if (names != null) {
        names.add(documents.bytes(), documents.at());
      }
    } catch (MalformedException e) {
      damaged("", String.valueOf(e.getMessage()));
    }
  }

  /** Takes a part of a state; whether it is whole now. */
  private boolean part() {
    byte[] bytes = documents.bytes();
    int at = documents.at();
    if (!CheckpointRecord.isPart(bytes, at, part)) {
      part = 0;
      return false;
    }
    if (part == 0) {
      statePlace = documents.offset();
      stack = withStates ? new Topology() : null;
    }
    try {
      if (stack != null) {
        CheckpointRecord.apply(bytes, at, documents.decoder(), stack);
      }
    } catch (MalformedException e) {
      damaged("a state of the stack cannot be read: ", String.valueOf(e.getMessage()));
      part = 0;
      return false;
    }
    part++;
    if (!CheckpointRecord.isLast(bytes, at)) {
      return false;
    }
    part = 0;
    place = statePlace;
    return true;
  }

  @Override
  public void close() {
    documents.close();
  }
}
