package dmrec.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.Kind;
import dmrec.handler.DmEventHandler;
import dmrec.handler.ReplayContext;
import dmrec.handler.ReplaySummary;
import dmrec.handler.ReplayedEvent;
import dmrec.journal.Damage;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.JournalWriter;
import dmrec.journal.Journals;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ReplayTest {
  private static final int EVENTS = 2_000;

  @TempDir @Nullable Path folder;

  private final List<EventRecord> written = new EventRecords(7).list(EVENTS);
  private final List<Finding> findings = new ArrayList<>();
  private final List<Damage> damages = new ArrayList<>();
  private final List<Long> damagedBehind = new ArrayList<>();
  private @Nullable Journal opened;
  private boolean goesOn;

  @BeforeEach
  void writeJournal() throws IOException {
    try (JournalWriter writer = JournalWriter.open(journal())) {
      for (EventRecord record : written) {
        writer.append(record);
      }
    }
    opened = Journal.open(journal());
  }

  @AfterEach
  void close() {
    opened().close();
  }

  private Path journal() {
    return Objects.requireNonNull(folder).resolve("journal");
  }

  private Journal opened() {
    return Objects.requireNonNull(opened);
  }

  private final class Collecting implements Guide {
    private long fed;

    @Override
    public void before(EventRecord record) {
      fed = record.seq();
    }

    @Override
    public boolean failed(Finding finding) {
      findings.add(finding);
      return goesOn;
    }

    @Override
    public void damaged(Damage damage) {
      damages.add(damage);
      damagedBehind.add(fed);
    }
  }

  private Replay replay(Recording recording, DmEventHandler handler, long timeoutMs, long loops) {
    Replay.Options options = new Replay.Options(Pace.MAX, timeoutMs * 1_000_000, loops, System.out);
    return new Replay(recording, handler, options, new Collecting());
  }

  private Outcome run(DmEventHandler handler) throws Exception {
    return replay(whole(), handler, 0, 1).run();
  }

  private Recording whole() throws JournalException {
    return JournalRecording.of(opened(), 0, Long.MAX_VALUE, EventChoice.ALL);
  }

  private List<Long> seqs(List<EventRecord> records) {
    return records.stream().map(EventRecord::seq).toList();
  }

  /** Sees what it is fed, without the stack. */
  private static class Seeing implements DmEventHandler {
    final List<EventRecord> seen = new ArrayList<>();
    final List<String> calls = new ArrayList<>();
    @Nullable ReplayContext context;
    @Nullable ReplaySummary summary;

    @Override
    public void open(ReplayContext opened) {
      context = opened;
      calls.add("open");
    }

    @Override
    public void handle(ReplayedEvent event) throws Exception {
      seen.add(event.record());
    }

    @Override
    public void close(ReplaySummary closed) {
      summary = closed;
      calls.add("close");
    }

    @Override
    public boolean wantsTopology() {
      return false;
    }
  }

  @Test
  void feedsEveryEventInOrderAsItWasWritten() throws Exception {
    Seeing handler = new Seeing();

    Outcome outcome = run(handler);

    assertEquals(written, handler.seen);
    assertEquals(List.of("open", "close"), handler.calls);
    assertEquals(EVENTS, Objects.requireNonNull(handler.summary).events());
    assertEquals(EVENTS, outcome.summary().events());
    assertNull(outcome.stopReason());
    assertEquals(List.of(), findings);
  }

  @Test
  void showsTheStackBeforeAndAfterEachEventAsAFoldHasIt() throws Exception {
    Topology plain = new Topology();
    int[] fed = {0};

    run(
        event -> {
          assertEquals(plain.records(), event.before().records(), event.toString());
          plain.apply(event.record());
          assertEquals(plain.records(), event.after().records(), event.toString());
          fed[0]++;
        });

    assertEquals(List.of(), findings);
    assertEquals(EVENTS, fed[0]);
  }

  @Test
  void beginsInTheMiddleWithTheStackThatWasThere() throws Exception {
    Topology before = new Topology();
    written.subList(0, 999).forEach(before::apply);
    Seeing handler = new Seeing();

    replay(JournalRecording.of(opened(), 1000, 1200, EventChoice.ALL), handler, 0, 1).run();

    assertEquals(written.subList(999, 1200), handler.seen);
    assertEquals(before.records(), Objects.requireNonNull(handler.context).topology().records());
    assertEquals(1000, handler.context.journal().firstSeq());
  }

  @Test
  void feedsOnlyWhatIsChosenAndFollowsTheRest() throws Exception {
    Topology plain = new Topology();
    List<Long> fed = new ArrayList<>();
    EventChoice failures = before -> record -> record.kind() == Kind.PATH_FAILED;

    replay(
            JournalRecording.of(opened(), 0, Long.MAX_VALUE, failures),
            event -> {
              while (plain.seq() < event.seq() - 1) {
                plain.apply(written.get((int) plain.seq()));
              }
              assertEquals(plain.records(), event.before().records());
              fed.add(event.seq());
            },
            0,
            1)
        .run();

    assertEquals(List.of(), findings);
    assertEquals(seqs(written.stream().filter(r -> r.kind() == Kind.PATH_FAILED).toList()), fed);
  }

  @Test
  void aHandlerThatDidNotAskForTheStackIsToldSo() throws Exception {
    Seeing handler =
        new Seeing() {
          @Override
          public void handle(ReplayedEvent event) {
            event.before();
          }
        };

    run(handler);

    assertEquals(1, findings.size());
    assertTrue(
        String.valueOf(findings.get(0).thrown().getMessage()).contains("wantsTopology"),
        findings.toString());
  }

  @Test
  void theClockShowsRecordedTime() throws Exception {
    List<Instant> shown = new ArrayList<>();
    List<Instant> times = new ArrayList<>();
    Seeing handler =
        new Seeing() {
          @Override
          public void handle(ReplayedEvent event) {
            shown.add(Objects.requireNonNull(context).clock().instant());
            times.add(event.time());
          }
        };

    run(handler);

    assertEquals(times, shown);
    assertEquals(Instant.ofEpochSecond(0, written.get(5).wallNs()), shown.get(5));
  }

  @Test
  void whatAHandlerThrowsEndsTheReplayAtThatEvent() throws Exception {
    IllegalStateException thrown = new IllegalStateException("planted");
    Seeing handler =
        new Seeing() {
          @Override
          public void handle(ReplayedEvent event) {
            seen.add(event.record());
            if (event.seq() == 700) {
              throw thrown;
            }
          }
        };

    Outcome outcome = run(handler);

    assertEquals(700, handler.seen.size());
    assertEquals(
        List.of(new Finding(Finding.Phase.HANDLE, written.get(699), Finding.How.THREW, thrown)),
        findings);
    assertEquals(1, outcome.summary().failures());
    assertEquals(List.of("open", "close"), handler.calls);
  }

  @Test
  void goesOnBehindAFailureWhereThatIsAsked() throws Exception {
    goesOn = true;
    Seeing handler =
        new Seeing() {
          @Override
          public void handle(ReplayedEvent event) {
            seen.add(event.record());
            if (event.seq() % 100 == 0) {
              throw new AssertionError("planted");
            }
          }
        };

    Outcome outcome = run(handler);

    assertEquals(written, handler.seen);
    assertEquals(EVENTS / 100, findings.size());
    assertEquals(EVENTS / 100, outcome.summary().failures());
  }

  @Test
  void aFailureToOpenFeedsNothing() throws Exception {
    Seeing handler =
        new Seeing() {
          @Override
          public void open(ReplayContext opened) {
            throw new IllegalStateException("planted");
          }
        };

    Outcome outcome = run(handler);

    assertEquals(List.of(), handler.seen);
    assertEquals(List.of(), handler.calls);
    assertEquals(Finding.Phase.OPEN, findings.get(0).phase());
    assertEquals(1, outcome.summary().failures());
  }

  @Test
  void aFailureToCloseIsAFindingToo() throws Exception {
    Seeing handler =
        new Seeing() {
          @Override
          public void close(ReplaySummary closed) {
            throw new IllegalStateException("planted");
          }
        };

    Outcome outcome = run(handler);

    assertEquals(Finding.Phase.CLOSE, findings.get(0).phase());
    assertEquals(1, outcome.summary().failures());
  }

  @Test
  void aCallThatTakesTooLongIsInterruptedAndShownWhereItWas() throws Exception {
    goesOn = true;
    Seeing handler =
        new Seeing() {
          @Override
          public void handle(ReplayedEvent event) throws InterruptedException {
            seen.add(event.record());
            if (event.seq() == 5) {
              Thread.sleep(600_000);
            }
          }
        };

    Outcome outcome = replay(whole(), handler, 1_000, 1).run();

    // A busy machine may be late with another call too.
    List<Finding> ofFive =
        findings.stream().filter(each -> written.get(4).equals(each.record())).toList();
    assertEquals(1, ofFive.size(), findings.toString());
    Finding late = ofFive.get(0);
    assertEquals(Finding.How.TOO_LATE, late.how());
    assertInstanceOf(TimeoutException.class, late.thrown());
    assertTrue(
        Stream.of(late.thrown().getStackTrace())
            .anyMatch(frame -> frame.getClassName().startsWith(ReplayTest.class.getName())),
        "the frames of the handler");
    assertEquals(written, handler.seen);
    assertFalse(outcome.hangs());
  }

  @Test
  void aLateCallIsFoundWhereTheLimitIsShort() throws Exception {
    Seeing handler =
        new Seeing() {
          @Override
          public void handle(ReplayedEvent event) throws InterruptedException {
            if (event.seq() == 5) {
              Thread.sleep(6);
            }
          }
        };

    replay(whole(), handler, 5, 1).run();

    assertFalse(findings.isEmpty());
    assertEquals(Finding.How.TOO_LATE, findings.get(0).how());
  }

  @Test
  void aHandlerThatNeverReturnsDoesNotKeepTheReplay() throws Exception {
    goesOn = true; // The call of open may be late too.
    AtomicBoolean released = new AtomicBoolean();
    Seeing handler =
        new Seeing() {
          @Override
          public void handle(ReplayedEvent event) {
            while (!released.get()) {
              Thread.onSpinWait();
            }
          }
        };

    try {
      Outcome outcome = replay(whole(), handler, 50, 1).run();

      assertTrue(outcome.hangs());
      assertEquals(Finding.How.HANGS, findings.get(findings.size() - 1).how());
      assertEquals(List.of("open"), handler.calls);
    } finally {
      released.set(true);
    }
  }

  @Test
  void stopsBehindTheEventAtHandAndSaysWhereToGoOn() throws Exception {
    Replay[] replay = new Replay[1];
    Seeing handler =
        new Seeing() {
          @Override
          public void handle(ReplayedEvent event) {
            seen.add(event.record());
            if (event.seq() == 321) {
              replay[0].stop("SIGINT");
            }
          }
        };
    replay[0] = replay(whole(), handler, 0, 1);

    Outcome outcome = replay[0].run();

    assertEquals(321, handler.seen.size());
    assertEquals("SIGINT", outcome.stopReason());
    assertEquals(322, outcome.nextSeq());
    assertEquals(List.of("open", "close"), handler.calls);
  }

  @Test
  void feedsItAgainAsOftenAsAsked() throws Exception {
    Seeing handler = new Seeing();

    Outcome outcome = replay(whole(), handler, 0, 3).run();

    assertEquals(3 * EVENTS, outcome.summary().events());
    assertEquals(written, handler.seen.subList(2 * EVENTS, 3 * EVENTS));
    assertEquals(List.of("open", "close"), handler.calls);
  }

  @Test
  void whatGoesWrongBesideTheHandlerIsNotTakenForItsEnd() throws Exception {
    Recording broken =
        new Recording() {
          @Override
          public dmrec.handler.JournalIdentity identity() {
            return new dmrec.handler.JournalIdentity("broken", "", "", "", 1);
          }

          @Override
          public Topology topology() {
            return new Topology();
          }

          @Override
          public EventStream open(boolean whole) {
            throw new OutOfMemoryError("planted");
          }
        };

    assertThrows(OutOfMemoryError.class, () -> replay(broken, new Seeing(), 0, 1).run());
  }

  @Test
  void tellsOfDamageInItsPlaceAndGoesOnBehindIt() throws Exception {
    Journals.damage(journal(), 1000);
    Seeing handler = new Seeing();

    Outcome outcome = run(handler);

    assertEquals(1, damages.size(), damages.toString());
    assertEquals(List.of(999L), damagedBehind);
    assertEquals(1, outcome.damage().count());
    assertEquals(EVENTS - 1, handler.seen.size());
    Set<Long> missing = new HashSet<>(seqs(written));
    seqs(handler.seen).forEach(missing::remove);
    assertEquals(Set.of(1000L), missing);
  }

  @Test
  void aPlaceThatIsPassedAgainIsToldOnce() throws Exception {
    Journals.damage(journal(), 1000);
    Journals.damage(journal(), 1500);

    Outcome outcome = replay(whole(), new Seeing(), 0, 3).run();

    assertEquals(List.of(999L, 1499L), damagedBehind);
    assertEquals(2, outcome.damage().count());
    assertEquals(3 * (EVENTS - 2), outcome.summary().events());
  }

  @Test
  void tellsOfDamageBeforeTheFirstEventAsTheStackMayBeAnother() throws Exception {
    Journals.damage(journal(), 1000);
    Recording recording = JournalRecording.of(opened(), 1001, Long.MAX_VALUE, EventChoice.ALL);

    Outcome outcome = replay(recording, new Seeing(), 0, 1).run();

    assertEquals(List.of(0L), damagedBehind);
    assertEquals(1, outcome.damage().count());
    assertEquals(EVENTS - 1000, outcome.summary().events());
  }
}
