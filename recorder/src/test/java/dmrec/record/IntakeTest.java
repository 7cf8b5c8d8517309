package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.kernel.Clocks;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class IntakeTest {
  private final ListSink sink = new ListSink();

  private static Observation.LogRead read(long wallNs, long monoNs, String text) {
    return new Observation.LogRead(
        new Stamp(wallNs, monoNs), Bytes.of("6,1," + monoNs / 1000 + ",-;device-mapper: " + text));
  }

  private Intake intake() throws IOException {
    return new Intake(new Recorder(sink, null), Clocks.open(), null);
  }

  private List<Long> times() {
    return sink.records.stream().map(EventRecord::wallNs).toList();
  }

  @Test
  void whatWasReceivedMeanwhileComesBehindWhatWasAcceptedWithItsClocksAsTheyWere()
      throws Exception {
    Intake intake = intake();
    intake.accept(read(1_000_000, 500_000, "first"));

    assertEquals(new Stamp(2_000_000, 600_000), intake.notBeforeLatest(2_000_000, 600_000));
    assertEquals(new Stamp(2_100_000, 500_000), intake.notBeforeLatest(2_000_000, 400_000));
  }

  @Test
  void whatIsReadBehindASnapshotIsHeldAndNotBeforeIt() throws Exception {
    Intake intake = intake();
    intake.accept(read(10, 10, "first"));
    List<Observation> behind =
        intake.readBehind(
            read(30, 30, "snapshot"),
            to -> to.accept(new Observation.LogRead(to.notBeforeLatest(20, 20), Bytes.NONE)));

    assertEquals(List.of(10L), times());
    assertEquals(new Stamp(30, 30), behind.get(0).at());
  }

  @Test
  void whatWasReadBeforeReadingFailsIsAccepted() throws Exception {
    Intake intake = intake();
    try {
      intake.readBehind(
          read(10, 10, "snapshot"),
          to -> {
            to.accept(read(20, 20, "held"));
            throw new IOException("no more");
          });
    } catch (IOException e) {
      assertEquals("no more", e.getMessage());
    }
    assertEquals(List.of(20L), times());
    intake.accept(read(30, 30, "again"));
    assertEquals(List.of(20L, 30L), times());
  }

  @Test
  void aLossIsMadeUpForOnce() throws Exception {
    Intake intake = intake();
    assertFalse(intake.takeLoss());
    intake.acceptLoss(
        new Observation.Lost(new Stamp(2, 2), new Stamp(1, 1), Source.UEVENT, 3, "full"));
    assertTrue(intake.isLossPending());
    assertTrue(intake.takeLoss());
    assertFalse(intake.takeLoss());
    assertTrue(sink.records.get(0).event() instanceof DmEvent.Gap gap && gap.count() == 3);
  }
}
