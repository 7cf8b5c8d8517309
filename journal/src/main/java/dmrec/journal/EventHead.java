package dmrec.journal;

import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an event without reading it.
 *
 * @param seq its number
 * @param wallNs when it happened, in nanoseconds since 1970
 * @param kind what happened
 * @param source who said so; null where this version does not know that, and cannot read the event
 * @param certainty how it is known; null as {@code source}
 * @param marks bits of {@link dmrec.event.Mark}
 * @param device the device it is about, or {@link DeviceRef#NONE}
 * @param path of a path's event the path, by number and name of its disk; else {@link
 *     DeviceRef#NONE}
 */
public record EventHead(
    long seq,
    long wallNs,
    Kind kind,
    @Nullable Source source,
    @Nullable Certainty certainty,
    int marks,
    DeviceRef device,
    DeviceRef path) {
  /** What it would be of an event that has been read. */
  public static EventHead of(EventRecord record) {
    DeviceRef path =
        record.event() instanceof DmEvent.OfPath event
            ? new DeviceRef(event.path(), 0, event.disk(), "")
            : DeviceRef.NONE;
    return new EventHead(
        record.seq(),
        record.wallNs(),
        record.kind(),
        record.source(),
        record.certainty(),
        record.marks(),
        record.device(),
        path);
  }
}
