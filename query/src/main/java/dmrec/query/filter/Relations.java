package dmrec.query.filter;

import dmrec.event.EventRecord;
import dmrec.query.DeviceText;

/** Who stands on whom at the moment of an event. */
public interface Relations {
  /** For filters that hold no relation. */
  Relations NONE =
      (record, relation, device) -> {
        throw new IllegalStateException("a filter with a relation needs the stack");
      };

  /** Whether the event's device, or a disk it names, stands so to {@code device}. */
  boolean holds(EventRecord record, Relation relation, DeviceText device);
}
