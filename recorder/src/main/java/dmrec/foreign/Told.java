package dmrec.foreign;

import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.JournalEntry;
import dmrec.event.Kind;
import dmrec.event.Source;
import dmrec.record.EventSink;
import dmrec.record.Stamp;
import dmrec.target.DevNo;
import dmrec.topology.TopologyView;
import java.io.IOException;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where an import's events go: those of the recorder's rules, and those that only an import has.
 *
 * <p>The rules are given a log line as {@code /dev/kmsg} would have had it; the file's own line is
 * what is kept as evidence. And the rules know names from looks at the devices, of which there are
 * none here: what the files themselves tell stands in.
 */
final class Told implements EventSink {
  private final EventSink journal;
  private final Names names;
  private final Map<DevNo, Long> addedNs = new Bounded<>(Names.MOST);
  private final Map<Kind, Long> byKind = new EnumMap<>(Kind.class);
  private Stamp now = new Stamp(0, 0);
  private @Nullable Bytes line;
  private long ofRecording;
  private long lost;
  private long firstNs = When.UNKNOWN;
  private long lastNs = When.UNKNOWN;

  Told(EventSink journal, Names names) {
    this.journal = journal;
    this.names = names;
  }

  /**
   * From here on events are told at that time.
   *
   * @param evidence the log's line that proves them; null where it is a uevent
   */
  void begin(Stamp at, @Nullable Bytes evidence) {
    now = at;
    line = evidence;
  }

  /** A recording begins. */
  void startOver() {
    ofRecording = 0;
    lost = 0;
    addedNs.clear();
  }

  /** The kernel added a device then, of which its removal may be the next word. */
  void added(DevNo dev, long wallNs) {
    addedNs.remove(dev);
    addedNs.put(dev, wallNs);
  }

  @Override
  public long append(JournalEntry entry) throws IOException {
    EventRecord record = entry.asRecord();
    EventRecord kept = record;
    Bytes said = line;
    if (said != null && record.source() == Source.KMSG) {
      kept = with(record, unnumbered(record.event()), said);
    } else if (!record.device().isNone()) {
      kept = with(record, record.event(), record.evidence());
    }
    Long sinceNs = addedNs.get(kept.device().dev());
    if (sinceNs != null && kept.event() instanceof DmEvent.DeviceCreated) {
      kept = sinceAdded(kept, Math.min(sinceNs, kept.wallNs()));
    }
    long seq = journal.append(kept);
    ofRecording++;
    byKind.merge(kept.kind(), 1L, Long::sum);
    if (kept.event() instanceof DmEvent.Gap gap && gap.count() > 0) {
      lost += gap.count();
    }
    firstNs = firstNs == When.UNKNOWN ? kept.wallNs() : firstNs;
    lastNs = kept.wallNs();
    return seq;
  }

  @Override
  public TopologyView topology() {
    return journal.topology();
  }

  /** An event that the recorder's rules do not make. */
  void tell(
      Source source,
      Certainty certainty,
      long kernelNs,
      DeviceRef device,
      DmEvent event,
      Bytes evidence)
      throws IOException {
    append(
        EventRecord.of(event)
            .at(now.wallNs(), now.monoNs())
            .kernelNs(kernelNs)
            .source(source)
            .certainty(certainty)
            .device(device)
            .evidence(evidence)
            .build());
  }

  void stop(String reason) throws IOException {
    line = null;
    tell(
        Source.RECORDER,
        Certainty.REPORTED,
        0,
        DeviceRef.NONE,
        new DmEvent.RecordingStopped(reason, ofRecording + 1, lost, 0),
        Bytes.NONE);
  }

  /** No file tells the number that the line had in the kernel's log. */
  private static DmEvent unnumbered(DmEvent event) {
    return event instanceof DmEvent.KernelMessage e
        ? new DmEvent.KernelMessage(e.text(), -1, e.priority())
        : event;
  }

  /**
   * What came and went between two looks is told with its removal. The recorder has not looked
   * since; of an import nobody looks at all, and what is known is when it was added.
   */
  private static EventRecord sinceAdded(EventRecord record, long addedNs) {
    return record.toBuilder().notBeforeNs(addedNs).certainty(Certainty.DERIVED).build();
  }

  private EventRecord with(EventRecord record, DmEvent event, Bytes evidence) {
    return record.toBuilder()
        .device(names.complete(record.device()))
        .event(event)
        .evidence(evidence)
        .build();
  }

  Map<Kind, Long> byKind() {
    return Collections.unmodifiableMap(new EnumMap<>(byKind));
  }

  long firstNs() {
    return firstNs;
  }

  long lastNs() {
    return lastNs;
  }
}
