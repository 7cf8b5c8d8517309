package dmrec.journal.file;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.target.DevNo;

/** The bytes of one record, in either version. */
abstract class RecordBytes {
  static final DeviceRef DEVICE =
      new DeviceRef(new DevNo(254, 3), 25, "mpatha", "mpath-3600508b400105e21");

  final Codec codec = new Codec();

  byte[] encode(EventRecord record, int version) throws MalformedException {
    return version == Format1.VERSION ? codec.format1(record) : codec.document(record);
  }

  static EventRecord of(DmEvent event) {
    return EventRecord.of(event).seq(1).at(EventRecords.FIRST_WALL_NS, 592_000_000_000L).build();
  }
}
