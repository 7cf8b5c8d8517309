package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DmEvent;
import dmrec.event.Kind;
import dmrec.handler.ReplayedEvent;
import dmrec.handler.TypedHandler;
import dmrec.replay.junit.ReplayJournal;
import dmrec.replay.junit.ReplayedStream;
import dmrec.topology.Topology;
import dmrec.topology.TopologyView;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FailoverTest {
  /** What is tested: rings while a map has had fewer than two paths for five seconds. */
  static final class PathAlarm extends TypedHandler {
    private final Map<String, Instant> degraded = new HashMap<>();
    private final Clock clock;

    PathAlarm(Clock clock) {
      this.clock = clock;
    }

    @Override
    protected void pathFailed(DmEvent.PathFailed event, ReplayedEvent at) {
      if (event.validPaths() < 2) {
        degraded.putIfAbsent(at.device().name(), clock.instant());
      }
    }

    @Override
    protected void pathReinstated(DmEvent.PathReinstated event, ReplayedEvent at) {
      if (event.validPaths() >= 2) {
        degraded.remove(at.device().name());
      }
    }

    boolean rings() {
      Instant due = clock.instant().minus(Duration.ofSeconds(5));
      return degraded.values().stream().anyMatch(since -> !since.isAfter(due));
    }
  }

  @Test
  @ReplayJournal("failover.events.ndjson")
  void theAlarmRingsFiveSecondsAfterTheThirdPathAndUntilTwoAreBack(
      ReplayedStream stream, Clock clock) throws Exception {
    PathAlarm alarm = new PathAlarm(clock);
    long rangAt = 0;
    for (ReplayedEvent event : stream) {
      alarm.handle(event);
      if (alarm.rings() && rangAt == 0) {
        rangAt = event.seq();
      }
    }
    assertEquals(122, rangAt);
    assertFalse(alarm.rings());
  }

  @Test
  @ReplayJournal(value = "failover.events.ndjson", kinds = Kind.PATH_FAILED, from = "#60")
  void everyPathThatFailedHadWorkedBefore(ReplayedStream stream, Topology start) {
    assertEquals(3, start.devices().size());
    for (ReplayedEvent event : stream) {
      String path = ((DmEvent.PathFailed) event.event()).path().toString();
      assertTrue(status(event.before(), event).contains(path + " A"));
      assertTrue(status(event.after(), event).contains(path + " F"));
    }
  }

  private static String status(TopologyView stack, ReplayedEvent event) {
    return stack.device(event.device().dev()).targets().get(0).status();
  }
}
