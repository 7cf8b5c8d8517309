package dmrec.journal;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;

/**
 * What is known of an event without reading it.
 *
 * @param seq its number
 * @param wallNs when it happened, in nanoseconds since 1970
 * @param kind what happened
 * @param device the device it is about, or {@link DeviceRef#NONE}
 * @param path of a path's event the path, by number and name of its disk; else {@link
 *     DeviceRef#NONE}
 */
public record EventHead(long seq, long wallNs, Kind kind, DeviceRef device, DeviceRef path) {
  /** What it would be of an event that has been read. */
  public static EventHead of(EventRecord record) {
    DeviceRef path =
        record.event() instanceof DmEvent.OfPath event
            ? new DeviceRef(event.path(), 0, event.disk(), "")
            : DeviceRef.NONE;
    return new EventHead(record.seq(), record.wallNs(), record.kind(), record.device(), path);
  }
}
