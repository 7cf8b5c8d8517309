package dmrec.replay.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.handler.DmEventHandler;
import dmrec.handler.ReplayContext;
import dmrec.handler.ReplaySummary;
import dmrec.handler.ReplayedEvent;
import dmrec.journal.Journals;
import dmrec.topology.Topology;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.opentest4j.AssertionFailedError;

/** What a test gets, and what it says when it fails. */
class ReplayExtensionTest {
  private static final String SAMPLE = "/com/example/failover.events.ndjson";

  // What a test gets.

  @Test
  @ReplayJournal(SAMPLE)
  void allEventsComeInOrderWithTheStackAroundThem(
      ReplayedStream stream, Topology start, Clock clock) {
    Topology fold = start.copy();
    int count = 0;
    for (ReplayedEvent event : stream) {
      assertEquals(++count, event.seq());
      assertEquals(event.time(), clock.instant());
      assertEquals(event.record(), stream.current());
      assertEquals(List.copyOf(fold.devices()), List.copyOf(event.before().devices()));
      fold.apply(event.record());
      assertEquals(List.copyOf(fold.devices()), List.copyOf(event.after().devices()));
      assertEquals(List.copyOf(fold.disks()), List.copyOf(event.after().disks()));
    }
    assertEquals(153, count);
    assertEquals(153, stream.records().size());
  }

  @Test
  @ReplayJournal(
      value = SAMPLE,
      kinds = {Kind.PATH_FAILED, Kind.PATH_REINSTATED},
      from = "#60",
      to = "#130")
  void whatIsNotOfTheKindsChangesTheStackNevertheless(ReplayedStream stream, Topology start) {
    assertEquals(59, start.seq());
    Topology all = start;
    List<Long> numbers = new ArrayList<>();
    for (ReplayedEvent event : stream) {
      numbers.add(event.seq());
      assertEquals(event.seq() - 1, event.before().seq());
      assertEquals(event.seq(), event.after().seq());
    }
    assertEquals(List.of(67L, 99L, 112L, 117L, 122L), numbers);
    assertEquals(59, all.seq());
  }

  @Test
  @ReplayJournal(
      value = SAMPLE,
      from = "2026-11-22T09:53:04.897019400Z",
      to = "2026-11-22T09:53:07.976130530Z")
  void timesAreLimitsToo(ReplayedStream stream) {
    List<EventRecord> records = stream.records();
    assertEquals(99, records.get(0).seq());
    assertEquals(112, records.get(records.size() - 1).seq());
  }

  @Test
  @ReplayJournal(value = "../samples/bundles/failover.dmrec", from = "#117", to = "#122")
  void aBundleIsARecordingLikeAnyOther(ReplayedStream stream, Topology start) {
    assertEquals(6, stream.records().size());
    assertEquals(117, stream.records().get(0).seq());
    assertEquals("mpath1", stream.records().get(0).device().name());
    assertEquals(116, start.seq());
    assertEquals(3, start.devices().size());
  }

  @Test
  @ReplayJournal(value = SAMPLE, from = "#60", to = "#70")
  void theClockStandsAtTheStartUntilTheFirstEvent(ReplayedStream stream, Clock clock) {
    Instant start = clock.instant();
    Iterator<ReplayedEvent> events = stream.iterator();
    assertEquals(start, clock.instant());
    Instant first = events.next().time();
    assertFalse(first.isBefore(start));
    assertEquals(first, clock.instant());

    assertTrue(stream.iterator().hasNext());

    assertEquals(start, clock.instant());
  }

  @Test
  @ReplayJournal(value = SAMPLE, to = "#2")
  void behindTheLastThereIsNone(ReplayedStream stream) {
    Iterator<ReplayedEvent> events = stream.iterator();
    events.next();
    events.next();
    assertFalse(events.hasNext());
    assertThrows(NoSuchElementException.class, events::next);
  }

  @Test
  @ReplayJournal(SAMPLE)
  void aHandlerIsOpenedFedAndClosed(ReplayedStream stream) throws Exception {
    List<String> calls = new ArrayList<>();
    DmEventHandler handler =
        new DmEventHandler() {
          @Override
          public void open(ReplayContext context) {
            calls.add("open on " + context.journal().host());
          }

          @Override
          public void handle(ReplayedEvent event) {
            assertNotEquals(event.before(), event.after());
          }

          @Override
          public void close(ReplaySummary summary) {
            calls.add("close after " + summary.events());
          }
        };

    assertEquals(153, stream.feed(handler).lastSeq());
    assertEquals(153, stream.feed(handler).events());

    assertEquals(
        List.of("open on lab", "close after 153", "open on lab", "close after 153"), calls);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  @ReplayJournal(SAMPLE)
  void eachRunHasItsOwnStream(int run, ReplayedStream stream) {
    assertTrue(run > 0);
    assertEquals(null, stream.current());
    stream.iterator().next();
  }

  @Test
  void aJournalIsReadToo(@TempDir Path folder) throws Exception {
    Path journal = Journals.sample("failover", folder.resolve("j"));

    ReplayedStream stream =
        new StreamReader(journal.toString(), Set.of(), "#60", "").read(getClass());

    assertEquals(60, stream.records().get(0).seq());
    assertEquals(59, stream.topology().seq());
    assertEquals(94, stream.records().size());
  }

  // What it says when it fails.

  /** These are to fail, so nobody else runs them. */
  static final class OnlyHere implements ExecutionCondition {
    private static final String PARAMETER = "dmrec.failing";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return context.getConfigurationParameter(PARAMETER).isPresent()
          ? ConditionEvaluationResult.enabled("asked for")
          : ConditionEvaluationResult.disabled("fails on purpose");
    }
  }

  @ExtendWith(OnlyHere.class)
  static class Failing {
    @Test
    @ReplayJournal(SAMPLE)
    void comparison(ReplayedStream stream) {
      for (ReplayedEvent event : stream) {
        assertNotEquals(51, event.seq());
        if (event.seq() == 40) {
          assertEquals(Kind.GAP, event.kind());
        }
      }
    }

    @Test
    @ReplayJournal(SAMPLE)
    void exception(ReplayedStream stream) throws Exception {
      stream.feed(
          event -> {
            if (event.kind() == Kind.PATH_FAILED) {
              throw new IllegalStateException("no such map");
            }
          });
    }

    @Test
    @ReplayJournal(SAMPLE)
    void atTheEnd(ReplayedStream stream) throws Exception {
      stream.feed(event -> {});
      Assertions.fail("two alarms are still ringing");
    }

    @Test
    @ReplayJournal(SAMPLE)
    void first(Topology start) {
      assertEquals(1, start.devices().size());
    }

    @Test
    @ReplayJournal(SAMPLE)
    void assumption(ReplayedStream stream) {
      Assumptions.assumeTrue(stream.records().isEmpty());
    }

    @Test
    @ReplayJournal("no-such.ndjson")
    void missing(ReplayedStream stream) {}

    @Test
    @ReplayJournal(value = SAMPLE, from = "yesterday")
    void badFrom(ReplayedStream stream) {}

    @Test
    @ReplayJournal(value = SAMPLE, from = "#9999")
    void nothing(ReplayedStream stream) {}

    @Test
    @ReplayJournal("/com/example/FailoverTest.class")
    void noEvents(ReplayedStream stream) {}
  }

  private static Throwable failureOf(String method) {
    List<Throwable> thrown = new ArrayList<>();
    EngineTestKit.engine("junit-jupiter")
        .configurationParameter(OnlyHere.PARAMETER, "true")
        .selectors(
            Arrays.stream(Failing.class.getDeclaredMethods())
                .filter(each -> each.getName().equals(method))
                .map(each -> selectMethod(Failing.class, each))
                .toArray(DiscoverySelector[]::new))
        .execute()
        .testEvents()
        .finished()
        .map(event -> event.getRequiredPayload(TestExecutionResult.class).getThrowable())
        .flatMap(Optional::stream)
        .forEach(thrown::add);
    assertEquals(1, thrown.size());
    return thrown.get(0);
  }

  private static String messageOf(String method) {
    return String.valueOf(failureOf(method).getMessage());
  }

  @Test
  void aComparisonKeepsWhatWasExpectedAndFound() {
    AssertionFailedError failure = (AssertionFailedError) failureOf("comparison");

    assertTrue(String.valueOf(failure.getMessage()).startsWith("at #40 "), failure::getMessage);
    assertTrue(String.valueOf(failure.getMessage()).contains(SAMPLE + ": expected: <GAP>"));
    assertEquals(Kind.GAP, failure.getExpected().getValue());
    assertEquals("comparison", failure.getStackTrace()[failingFrame(failure)].getMethodName());
  }

  private static int failingFrame(Throwable failure) {
    StackTraceElement[] frames = failure.getStackTrace();
    for (int i = 0; i < frames.length; i++) {
      if (frames[i].getClassName().equals(Failing.class.getName())) {
        return i;
      }
    }
    return 0;
  }

  @Test
  void anExceptionIsTheCauseOfAFailureThatNamesTheEvent() {
    Throwable failure = failureOf("exception");

    assertEquals(
        "at #51 path_failed of mpatha of "
            + SAMPLE
            + ": java.lang.IllegalStateException: no such map",
        failure.getMessage());
    assertInstanceOf(IllegalStateException.class, failure.getCause());
  }

  @Test
  void aFailureBehindTheStreamNamesTheLastEvent() {
    assertEquals(
        "behind the last event, #153 recording_stopped of "
            + SAMPLE
            + ": two alarms are still ringing",
        messageOf("atTheEnd"));
  }

  @Test
  void aFailureBeforeTheStreamSaysSo() {
    assertEquals(
        "before the first event of " + SAMPLE + ": expected: <1> but was: <0>", messageOf("first"));
  }

  @Test
  void anAssumptionIsNoFailure() {
    assertEquals("TestAbortedException", failureOf("assumption").getClass().getSimpleName());
  }

  @Test
  void whatIsNotThereIsNamed() {
    String message = messageOf("missing");

    assertTrue(
        message.contains("there is no " + Path.of("no-such.ndjson").toAbsolutePath()), message);
    assertTrue(message.contains("beside " + Failing.class.getName()), message);
  }

  @Test
  void whatCannotBeUnderstoodIsNamed() {
    assertTrue(messageOf("badFrom").contains("from: expected a number as #812 or a time"));
    assertTrue(messageOf("nothing").contains("holds no event between from and to"));
    assertTrue(messageOf("noEvents").contains("FailoverTest.class:1: expected UTF-8"));
  }
}
