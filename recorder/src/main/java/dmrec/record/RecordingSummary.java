package dmrec.record;

import dmrec.event.EventRecord;
import dmrec.event.Kind;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** What a recording has written so far. One thread. */
public final class RecordingSummary {
  private final Map<Kind, Long> byKind = new EnumMap<>(Kind.class);
  private long events;
  private long lost;
  private long dropped;
  private long firstMonoNs = -1;
  private long lastMonoNs;

  void count(EventRecord record) {
    events++;
    byKind.merge(record.kind(), 1L, Long::sum);
    if (record.event() instanceof dmrec.event.DmEvent.Gap gap && gap.count() > 0) {
      lost += gap.count();
    }
    if (firstMonoNs < 0) {
      firstMonoNs = record.monoNs();
    }
    lastMonoNs = record.monoNs();
  }

  void dropped(long messages) {
    dropped = messages;
  }

  /** Events written, by kind. */
  public Map<Kind, Long> byKind() {
    return Collections.unmodifiableMap(byKind);
  }

  /** Events of one kind written. */
  long count(Kind kind) {
    return byKind.getOrDefault(kind, 0L);
  }

  public long events() {
    return events;
  }

  /** Messages known to be missed. */
  public long lost() {
    return lost;
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
