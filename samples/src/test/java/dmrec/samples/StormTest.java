package dmrec.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.target.DevNo;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Path events as fast as the kernel sends them, into a buffer that holds them. */
class StormTest extends RecordedScenario {
  private static final int COUNT = 10_000;

  StormTest() {
    super("storm", Integer.toString(COUNT));
  }

  @Test
  void everyPathEventIsThereOnceAndInOrder() {
    List<Long> numbers = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    for (EventRecord record : events()) {
      boolean failed = record.event() instanceof DmEvent.PathFailed;
      long number;
      DevNo path;
      if (record.event() instanceof DmEvent.PathFailed event) {
        number = event.dmSeqnum();
        path = event.path();
      } else if (record.event() instanceof DmEvent.PathReinstated event) {
        number = event.dmSeqnum();
        path = event.path();
      } else {
        continue;
      }
      // The messages go round: fail 1:0, reinstate 1:0, fail 1:2, reinstate 1:2.
      int turn = numbers.size() % 4;
      if (failed != (turn % 2 == 0)
          || path.minor() != (turn < 2 ? 0 : 2)
          || !record.device().name().equals("mpatha")
          || record.notBeforeNs() != 0) {
        wrong.add(record.toString());
      }
      numbers.add(number);
    }
    assertEquals(List.of(), wrong);
    assertEquals(LongStream.rangeClosed(1, COUNT).boxed().toList(), numbers);
  }

  @Test
  void nothingIsLost() {
    assertEquals(List.of(), events(Kind.GAP));
    DmEvent.RecordingStopped end =
        (DmEvent.RecordingStopped) events(Kind.RECORDING_STOPPED).get(0).event();
    assertEquals(0, end.lost());
    assertEquals(0, end.dropped());
  }

  @Test
  void theyHappenedWhileTheyWereCaused() {
    Cause cause = causes().get(0);
    for (EventRecord record : events()) {
      if (cause.kinds().contains(record.kind())) {
        assertEquals(true, record.wallNs() >= cause.beforeNs(), record.toString());
      }
    }
  }
}
