package dmrec.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.target.DevNo;
import org.junit.jupiter.api.Test;

class EventRecordTest {
  private static final DmEvent EVENT = new DmEvent.DeviceRemoved();
  private static final DmEvent PATH = new DmEvent.PathFailed(new DevNo(8, 16), "sdb", 3, 7);

  @Test
  void isReadWhenItHappensWhereTheSourceTellsNoMoment() {
    EventRecord record = EventRecord.of(EVENT).at(5, 3).build();
    assertEquals(5, record.receivedNs());
    // when it is moved, the moment of reading moves with it
    assertEquals(9, record.toBuilder().at(9, 3).build().receivedNs());
    // but not where it is another one
    EventRecord probed = record.toBuilder().receivedNs(7).build();
    assertEquals(7, probed.toBuilder().at(9, 3).build().receivedNs());
  }

  @Test
  void aBuilderOfARecordMakesTheSameRecord() {
    EventRecords records = EventRecords.full(3);
    for (int i = 0; i < 500; i++) {
      EventRecord record = records.next();
      assertEquals(record, record.toBuilder().build());
      assertEquals(77, record.withSeq(77).seq());
      assertEquals(record, record.withSeq(77).withSeq(record.seq()));
    }
  }

  @Test
  void whatIsInjectedOrClaimedChangesNoState() {
    EventRecord record = EventRecord.of(EVENT).build();
    EventRecord late = EventRecord.of(PATH).marks(Mark.LATE.bit()).build();
    EventRecord injected = record.toBuilder().marks(Mark.INJECTED.bit()).build();
    EventRecord claimed = record.toBuilder().certainty(Certainty.CLAIMED).build();
    assertTrue(record.changesState() && record.tellsState());
    assertTrue(late.changesState());
    assertFalse(late.tellsState());
    assertTrue(record.toBuilder().marks(Mark.LATE.bit()).build().tellsState());
    assertFalse(injected.changesState() || injected.tellsState());
    assertFalse(claimed.changesState() || claimed.tellsState());
  }

  @Test
  void aRecordWithinAPayloadCountsAsItsFields() {
    Fields fields = Fields.of(Kind.BASELINE);
    assertEquals(12, fields.size());
    assertEquals("suspended", fields.get(0).jsonName());
    assertEquals(12, fields.get(11).tag());
    DeviceState state = DeviceState.created(true, false).withCounters(7, 1, 128);
    Object[] values = new Object[fields.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = fields.get(i).get(new DmEvent.Baseline(state));
    }
    assertEquals(new DmEvent.Baseline(state), fields.construct(values));
  }
}
