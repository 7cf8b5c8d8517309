package dmrec.record;

import dmrec.event.DeviceState;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.target.Target;
import java.util.List;

/**
 * Keeps events below the size of a record of the journal, 4 MiB: a table of a hundred thousand
 * targets fits none, and must not end the recording.
 */
final class EventSize {
  private static final long MOST_BYTES = 3 << 20;

  private EventSize() {}

  /** The record; or, where it is too large, one that says so in its place. */
  static EventRecord bounded(EventRecord record) {
    long bytes = bytes(record.event()) + record.evidence().length();
    if (bytes <= MOST_BYTES) {
      return record;
    }
    String reason = "a " + record.kind().word() + " event of " + bytes + " bytes fits no record";
    return EventRecord.of(
            new DmEvent.Gap(record.source().word(), 1, record.wallNs(), record.wallNs(), reason))
        .at(record.wallNs(), record.monoNs())
        .notBeforeNs(record.notBeforeNs())
        .device(record.device())
        .build();
  }

  private static long bytes(DmEvent event) {
    if (event instanceof DmEvent.TableLive e) {
      return bytes(e.targets()) + 8L * e.dependencies().size();
    }
    if (event instanceof DmEvent.Baseline e) {
      DeviceState state = e.state();
      return bytes(state.live()) + bytes(state.inactive()) + 8L * state.dependencies().size();
    }
    if (event instanceof DmEvent.TableLoaded e) {
      return bytes(e.targets());
    }
    if (event instanceof DmEvent.TableChanged e) {
      return bytes(e.targets());
    }
    if (event instanceof DmEvent.StatusChanged e) {
      return bytes(e.oldStatus()) + bytes(e.status());
    }
    return event instanceof DmEvent.OfTarget e ? bytes(e.status()) : 0;
  }

  private static long bytes(List<Target> targets) {
    long bytes = 0;
    for (int i = 0; i < targets.size(); i++) {
      Target target = targets.get(i);
      bytes += 64 + bytes(target.params()) + bytes(target.status());
    }
    return bytes;
  }

  /** At most so many in UTF-8. */
  private static long bytes(String text) {
    long bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      bytes += text.charAt(i) < 0x80 ? 0 : 2;
    }
    return bytes;
  }
}
