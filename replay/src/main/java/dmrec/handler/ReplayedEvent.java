package dmrec.handler;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.topology.TopologyView;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One event of the stream, with the stack around it. Valid until the handler returns. */
public final class ReplayedEvent {
  private static final long SECOND_NS = 1_000_000_000L;

  private final EventRecord record;
  private final @Nullable TopologyView before;
  private final @Nullable TopologyView after;

  /** An event for a handler that does not want the topology. */
  public ReplayedEvent(EventRecord record) {
    this.record = record;
    this.before = null;
    this.after = null;
  }

  /** An event with the stack around it, which may change once the handler returned. */
  public ReplayedEvent(EventRecord record, TopologyView before, TopologyView after) {
    this.record = record;
    this.before = before;
    this.after = after;
  }

  /** The event with all that was recorded of it. */
  public EventRecord record() {
    return record;
  }

  /** Its number in the journal. */
  public long seq() {
    return record.seq();
  }

  /** When it was recorded. */
  public Instant time() {
    return Instant.ofEpochSecond(
        Math.floorDiv(record.wallNs(), SECOND_NS), Math.floorMod(record.wallNs(), SECOND_NS));
  }

  public Kind kind() {
    return record.kind();
  }

  /** The device it is about, or {@link DeviceRef#NONE}. */
  public DeviceRef device() {
    return record.device();
  }

  /** What happened. */
  public DmEvent event() {
    return record.event();
  }

  /**
   * The stack before the event; {@link TopologyView#copy} keeps it.
   *
   * @throws IllegalStateException where the handler does not want the topology
   */
  public TopologyView before() {
    return wanted(before);
  }

  /**
   * The stack after the event; {@link TopologyView#copy} keeps it.
   *
   * @throws IllegalStateException where the handler does not want the topology
   */
  public TopologyView after() {
    return wanted(after);
  }

  private static TopologyView wanted(@Nullable TopologyView topology) {
    if (topology == null) {
      throw new IllegalStateException(
          "the topology was not asked for: let wantsTopology() return true");
    }
    return topology;
  }

  @Override
  public String toString() {
    return "#" + record.seq() + " " + record.kind().word();
  }
}
