package dmrec.record;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.JournalEntry;
import dmrec.event.Kind;
import java.util.EnumMap;
import java.util.Map;

/** What a recording has written so far. One thread. */
public final class RecordingSummary {
  private static final Kind[] KINDS = Kind.values();

  /** By the kinds' codes. */
  private final long[] byKind = new long[Kind.CODES];

  private long events;
  private long lost;
  private long removed;
  private long dropped;
  private long firstMonoNs = -1;
  private long lastMonoNs;

  void count(JournalEntry entry) {
    events++;
    add(entry.kind(), 1);
    if (entry instanceof EventRecord record
        && record.event() instanceof DmEvent.Gap gap
        && gap.count() > 0
        && !gap.lost().equals(DmEvent.Gap.JOURNAL)) {
      lost += gap.count();
    }
    if (firstMonoNs < 0) {
      firstMonoNs = entry.monoNs();
    }
    lastMonoNs = entry.monoNs();
  }

  /** The journal has no room for an event; the recorder counts that one like all others. */
  void notKept(JournalEntry entry) {
    events--;
    add(entry.kind(), -1);
    lost++;
  }

  /**
   * Events that were in the journal are no longer, as somebody took them away.
   *
   * @param count how many since the recording began; those of earlier recordings count too
   */
  void removed(long count) {
    if (count > removed) {
      // The writer's own gap that says so.
      events++;
      add(Kind.GAP, 1);
    }
    lost += count - removed;
    removed = count;
  }

  private void add(Kind kind, long count) {
    byKind[kind.code()] += count;
  }

  void dropped(long messages) {
    dropped = messages;
  }

  /** Events written, by each kind that occurred. */
  public Map<Kind, Long> byKind() {
    Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    for (Kind kind : KINDS) {
      if (count(kind) != 0) {
        counts.put(kind, count(kind));
      }
    }
    return counts;
  }

  /** Events of one kind written. */
  long count(Kind kind) {
    return byKind[kind.code()];
  }

  public long events() {
    return events;
  }

  /** Messages known to be missed, and events that are not in the journal. */
  public long lost() {
    return lost;
  }

  /** How many of these were in the journal until somebody took them away. */
  public long removed() {
    return removed;
  }

  /** Messages refused because their sender was not the kernel. */
  public long dropped() {
    return dropped;
  }

  /** Time between the first and the last event, in nanoseconds. */
  public long durationNs() {
    return firstMonoNs < 0 ? 0 : lastMonoNs - firstMonoNs;
  }
}
