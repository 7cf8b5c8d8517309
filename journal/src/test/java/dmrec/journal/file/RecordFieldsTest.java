package dmrec.journal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.KernelText;
import dmrec.target.DevNo;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What an index finds in a record's bytes is what the record says. */
class RecordFieldsTest {
  private final Codec codec = new Codec();
  private final RecordFields fields = new RecordFields();

  @Test
  void whatIsFoundIsWhatTheRecordSays() throws Exception {
    for (EventRecord record : new EventRecords(12).list(3000)) {
      DeviceRef device = record.device();
      for (byte[] bytes :
          new byte[][] {codec.document(record), codec.inline(record), codec.format1(record)}) {
        fields.find(bytes, 0, (dev, diskSeq, digest) -> device);
        assertEquals(record.monoNs(), RecordFields.monoNs(bytes, 0));
        assertEquals(device, fields.device());
        boolean ofPath = record.event() instanceof DmEvent.OfPath;
        assertEquals(ofPath ? ((DmEvent.OfPath) record.event()).path() : DevNo.NONE, fields.path());
        assertEquals(
            ofPath ? ((DmEvent.OfPath) record.event()).disk() : "",
            KernelText.decode(ByteBuffer.wrap(fields.disk())));
      }
    }
  }

  @Test
  void aDeviceWhoseDefinitionIsLostIsNamedByItsNumbers() throws Exception {
    EventRecord record = new EventRecords(3).next();
    while (!NameDefinition.isFor(record.device())) {
      record = new EventRecords(record.seq() + record.wallNs()).next();
    }
    DeviceRef device = record.device();

    fields.find(codec.document(record), 0, NameResolver.NONE);

    assertTrue(fields.lacksNames());
    assertEquals(new DeviceRef(device.dev(), device.diskSeq(), "", ""), fields.device());
  }

  @Test
  void bytesThatAreNoFieldsEndIt() throws Exception {
    SplittableRandom random = new SplittableRandom(4);
    EventRecords records = new EventRecords(4);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = codec.document(records.next());
      for (int k = 0; k < 3 && bytes.length > RecordLayout.HEADER_BYTES; k++) {
        bytes[random.nextInt(RecordLayout.HEADER_BYTES, bytes.length)] = (byte) random.nextInt(256);
      }
      fields.find(bytes, 0, NameResolver.NONE);
      refused += fields.device().isNone() ? 1 : 0;
    }
    assertTrue(refused > 1000, refused + " refused");
  }
}
