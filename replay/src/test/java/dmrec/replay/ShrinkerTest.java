package dmrec.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.handler.DmEventHandler;
import dmrec.handler.HandlerException;
import dmrec.handler.HandlerFactory;
import dmrec.handler.JournalIdentity;
import dmrec.handler.ReplayContext;
import dmrec.handler.ReplaySummary;
import dmrec.handler.ReplayedEvent;
import dmrec.journal.Journal;
import dmrec.journal.JournalWriter;
import dmrec.journal.Journals;
import dmrec.journal.Position;
import dmrec.journal.Verification;
import dmrec.target.DevNo;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of a stream at which a handler fails, no more is left than the failure takes. */
class ShrinkerTest {
  private static final long TIMEOUT_NS = 200_000_000L;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private final AtomicInteger made = new AtomicInteger();

  // What is replayed: events whose monotonic time is their name, as their numbers change.

  private static EventRecord event(int name, DevNo dev, DmEvent what) {
    return EventRecord.of(what)
        .seq(name + 1)
        .at(1_772_334_725_000_000_000L + name, name)
        .source(Source.UEVENT)
        .device(new DeviceRef(dev, dev.minor() + 1, "mpath" + dev.minor(), ""))
        .build();
  }

  private static List<EventRecord> stream(SplittableRandom random, int count, int devices) {
    List<EventRecord> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      DevNo path = new DevNo(8, random.nextInt(4) * 16);
      records.add(
          event(
              i,
              new DevNo(254, random.nextInt(devices)),
              switch (random.nextInt(4)) {
                case 0 -> new DmEvent.PathFailed(path, "sda", 1, 0);
                case 1 -> new DmEvent.PathReinstated(path, "sda", 2, 0);
                case 2 -> new DmEvent.DeviceSuspended(false);
                default -> new DmEvent.DeviceResumed(false);
              }));
    }
    return records;
  }

  private static Recording recording(List<EventRecord> records) {
    return new EventList(
        new JournalIdentity("made", "host", "boot", "kernel", 1), new Topology(), records);
  }

  private HandlerFactory factory(Supplier<DmEventHandler> maker) {
    return new HandlerFactory() {
      @Override
      public String name() {
        return "planted";
      }

      @Override
      public DmEventHandler make() {
        made.incrementAndGet();
        return maker.get();
      }
    };
  }

  /** Fails at the last of these events where all others came before it, in this order. */
  private static final class Planted implements DmEventHandler {
    private final List<Long> needed;
    private int seen;

    Planted(List<Long> needed) {
      this.needed = needed;
    }

    @Override
    public void handle(ReplayedEvent event) {
      if (seen < needed.size() && event.record().monoNs() == needed.get(seen)) {
        seen++;
      }
      if (seen == needed.size()) {
        throw new IllegalStateException("at #" + event.seq());
      }
    }

    @Override
    public boolean wantsTopology() {
      return false;
    }
  }

  private Shrinker shrinker(List<EventRecord> records, Supplier<DmEventHandler> maker) {
    return new Shrinker(
        recording(records),
        factory(maker),
        new Shrinker.Options(TIMEOUT_NS),
        (trials, events) -> {});
  }

  private Path out() {
    return folder.resolve("out");
  }

  private Shrunk shrink(List<EventRecord> records, Supplier<DmEventHandler> maker)
      throws Exception {
    return shrinker(records, maker).run(out());
  }

  private String refused(List<EventRecord> records, Supplier<DmEventHandler> maker) {
    ShrinkException e = assertThrows(ShrinkException.class, () -> shrink(records, maker));
    assertFalse(Files.exists(out()));
    return String.valueOf(e.getMessage());
  }

  private static List<Long> names(List<EventRecord> records) {
    return records.stream().map(EventRecord::monoNs).toList();
  }

  // Finding the least.

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void exactlyTheEventsThatWerePlantedAreLeft(int seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    int count = 1 + random.nextInt(1500);
    TreeSet<Long> planted = new TreeSet<>();
    for (int i = random.nextInt(9); i >= 0; i--) {
      planted.add((long) random.nextInt(count));
    }
    List<Long> needed = List.copyOf(planted);
    List<EventRecord> records = stream(random, count, 1 + random.nextInt(30));

    Shrunk shrunk = shrink(records, () -> new Planted(needed));

    assertEquals(needed, names(shrunk.smallest()));
    assertEquals(needed.get(needed.size() - 1) + 1, shrunk.of());
    assertEquals(needed.size(), shrunk.events());
    assertTrue(shrunk.isMinimal());
    assertNotNull(shrunk.proof());
    assertEquals(needed, names(Journals.events(out())));
    assertEquals(List.of(), Journal.verify(out(), null, Verification.Progress.NONE).findings());
    assertEquals(made.get(), shrunk.trials());
    // Each needed event costs its way down through the halves, and once more at the end.
    assertTrue(shrunk.trials() < 120 + needed.size() * 40L, () -> shrunk.trials() + " trials");
  }

  @Test
  void aRecordingThatDoesNotFitIsReadAnewUntilItDoes() throws Exception {
    List<EventRecord> records = stream(new SplittableRandom(5), 20_000, 40);
    List<Long> needed = List.of(17L, 8_000L, 15_000L);
    Shrinker shrinker =
        new Shrinker(
            recording(records),
            factory(() -> new Planted(needed)),
            new Shrinker.Options(TIMEOUT_NS, 50),
            (trials, events) -> {});

    assertEquals(needed, names(shrinker.run(out()).smallest()));
  }

  @Test
  void theStackOfEachPartIsTheFoldOfThatPartAlone() throws Exception {
    // Fails where a device that was never created or suspended is resumed.
    List<EventRecord> records = new ArrayList<>();
    DevNo one = new DevNo(254, 1);
    for (int i = 0; i < 100; i++) {
      records.add(event(i, new DevNo(254, 2 + i % 7), new DmEvent.DeviceCreated(false, false)));
    }
    records.set(50, event(50, one, new DmEvent.DeviceCreated(true, false)));
    records.add(event(100, one, new DmEvent.DeviceResumed(false)));
    DmEventHandler fails =
        event -> {
          var device = event.before().device(one);
          if (device != null
              && device.suspended()
              && event.event() instanceof DmEvent.DeviceResumed) {
            throw new IllegalStateException();
          }
        };

    Shrunk shrunk = shrink(records, () -> fails);

    assertEquals(List.of(50L, 100L), names(shrunk.smallest()));
  }

  @Test
  void theStackBeforeTheStreamIsInWhatIsWritten() throws Exception {
    Topology before = new Topology();
    before.apply(event(0, new DevNo(254, 3), new DmEvent.DeviceCreated(true, false)));
    List<EventRecord> records = stream(new SplittableRandom(3), 200, 2);
    DmEventHandler fails =
        event -> {
          if (event.before().device(new DevNo(254, 3)) != null && event.record().monoNs() == 150) {
            throw new IllegalStateException();
          }
        };
    Recording recording =
        new EventList(new JournalIdentity("made", "", "", "", 1), before, records);

    Shrunk shrunk =
        new Shrinker(
                recording,
                factory(() -> fails),
                new Shrinker.Options(TIMEOUT_NS),
                (trials, events) -> {})
            .run(out());

    assertEquals(List.of(150L), names(shrunk.smallest()));
    assertNotNull(shrunk.proof());
    try (Journal journal = Journal.open(out())) {
      Topology begins = journal.at(Position.atSeq(0)).topology();
      assertEquals(List.copyOf(before.devices()), List.copyOf(begins.devices()));
    }
  }

  @Test
  void whatIsDamagedOfTheRecordingIsTold() throws Exception {
    Path journal = folder.resolve("whole");
    try (JournalWriter writer = JournalWriter.open(journal)) {
      for (EventRecord record : stream(new SplittableRandom(5), 200, 2)) {
        writer.append(record);
      }
    }
    Journals.damage(journal, 50);

    Shrunk shrunk;
    try (Journal opened = Journal.open(journal)) {
      shrunk =
          new Shrinker(
                  JournalRecording.of(opened, 1, Long.MAX_VALUE, EventChoice.ALL),
                  factory(() -> new Planted(List.of(100L))),
                  new Shrinker.Options(TIMEOUT_NS),
                  (trials, events) -> {})
              .run(out());
    }

    assertEquals(List.of(100L), names(shrunk.smallest()));
    assertEquals(1, shrunk.damage().count());
  }

  @Test
  void anotherFailureIsNotTakenForTheSame() throws Exception {
    List<EventRecord> records = stream(new SplittableRandom(1), 300, 5);
    // Without event 100, event 200 fails otherwise.
    Supplier<DmEventHandler> maker =
        () ->
            new DmEventHandler() {
              private boolean seen;

              @Override
              public void handle(ReplayedEvent event) {
                seen |= event.record().monoNs() == 100;
                if (event.record().monoNs() == 200) {
                  fail();
                }
              }

              private void fail() {
                if (!seen) {
                  throw new IllegalArgumentException();
                }
                throw new IllegalStateException();
              }
            };

    assertEquals(List.of(100L, 200L), names(shrink(records, maker).smallest()));
  }

  @Test
  void theSameExceptionOfAnotherMethodIsAnotherFailure() throws Exception {
    List<EventRecord> records = stream(new SplittableRandom(1), 300, 5);
    Supplier<DmEventHandler> maker =
        () ->
            new DmEventHandler() {
              private boolean seen;

              @Override
              public void handle(ReplayedEvent event) {
                seen |= event.record().monoNs() == 100;
                if (event.record().monoNs() == 200) {
                  if (seen) {
                    one();
                  }
                  other();
                }
              }

              private void one() {
                throw new IllegalStateException();
              }

              private void other() {
                throw new IllegalStateException();
              }
            };

    assertEquals(List.of(100L, 200L), names(shrink(records, maker).smallest()));
  }

  @Test
  void aHandlerExceptionIsTheSameWithOtherNumbers() throws Exception {
    List<EventRecord> records = stream(new SplittableRandom(1), 300, 5);
    Supplier<DmEventHandler> maker =
        () ->
            new DmEventHandler() {
              private int fed;

              @Override
              public void handle(ReplayedEvent event) throws HandlerException {
                fed++;
                if (event.record().monoNs() == 200) {
                  throw new HandlerException("ended with status 3 after " + fed + " events");
                }
              }
            };

    assertEquals(List.of(200L), names(shrink(records, maker).smallest()));
  }

  @Test
  void aFailureAtTheEndIsShrunkToo() throws Exception {
    List<EventRecord> records = stream(new SplittableRandom(1), 300, 5);
    Supplier<DmEventHandler> maker =
        () ->
            new DmEventHandler() {
              private int seen;

              @Override
              public void handle(ReplayedEvent event) {
                seen += event.record().monoNs() == 40 || event.record().monoNs() == 90 ? 1 : 0;
              }

              @Override
              public void close(ReplaySummary summary) {
                if (seen == 2) {
                  throw new IllegalStateException("two are not closed");
                }
              }
            };

    assertEquals(List.of(40L, 90L), names(shrink(records, maker).smallest()));
  }

  @Test
  void aHandlerThatBlocksIsShrunkByItsTimeOut() throws Exception {
    List<EventRecord> records = stream(new SplittableRandom(1), 20, 3);
    Supplier<DmEventHandler> maker =
        () ->
            event -> {
              if (event.record().monoNs() == 12) {
                long until = System.nanoTime() + 60_000_000_000L;
                // Somebody may have unparked the thread before.
                while (System.nanoTime() - until < 0 && !Thread.currentThread().isInterrupted()) {
                  LockSupport.parkNanos(until - System.nanoTime());
                }
              }
            };

    Shrunk shrunk = shrink(records, maker);

    assertEquals(List.of(12L), names(shrunk.smallest()));
    Finding proof = shrunk.proof();
    assertNotNull(proof);
    assertEquals(Finding.How.TOO_LATE, proof.how());
  }

  // Being stopped.

  @Test
  void whatWasFoundUntilItWasStoppedIsWrittenAndFails() throws Exception {
    List<EventRecord> records = stream(new SplittableRandom(2), 2000, 3);
    List<Long> needed = List.of(3L, 700L, 1800L);
    AtomicInteger stops = new AtomicInteger();
    Shrinker[] itself = new Shrinker[1];
    itself[0] =
        new Shrinker(
            recording(records),
            factory(() -> new Planted(needed)),
            new Shrinker.Options(TIMEOUT_NS),
            (trials, events) -> {
              if (trials == 12 && stops.getAndIncrement() == 0) {
                itself[0].stop("SIGINT");
              }
            });

    Shrunk shrunk = itself[0].run(out());

    assertEquals("stopped by SIGINT", shrunk.ended());
    assertTrue(shrunk.events() > 3 && shrunk.events() <= 1801, () -> shrunk.events() + " events");
    assertTrue(names(Journals.events(out())).containsAll(needed));
    assertNotNull(shrunk.proof());
  }

  @Test
  void nothingIsWrittenWhereItIsStoppedAtOnce() {
    Shrinker shrinker =
        shrinker(stream(new SplittableRandom(2), 10, 3), () -> new Planted(List.of(3L)));
    shrinker.stop("SIGINT");

    ShrinkException e = assertThrows(ShrinkException.class, () -> shrinker.run(out()));

    assertEquals("stopped before the handler had failed: nothing is written", e.getMessage());
    assertFalse(Files.exists(out()));
  }

  // Nothing to shrink.

  @Test
  void aHandlerThatDoesNotFailIsTold() {
    assertEquals(
        "the handler does not fail on these 10 events: there is nothing to shrink",
        refused(stream(new SplittableRandom(2), 10, 3), () -> event -> {}));
  }

  @Test
  void aHandlerThatCannotBeOpenedIsTold() {
    Supplier<DmEventHandler> maker =
        () ->
            new DmEventHandler() {
              @Override
              public void open(ReplayContext context) {
                throw new IllegalStateException("no database");
              }

              @Override
              public void handle(ReplayedEvent event) {}
            };

    assertEquals(
        "the handler fails without any event (java.lang.IllegalStateException: no database): there"
            + " is nothing to shrink",
        refused(stream(new SplittableRandom(2), 10, 3), maker));
  }

  @Test
  void aHandlerThatFailsAtItsEndWhateverItWasFedIsTold() {
    Supplier<DmEventHandler> maker =
        () ->
            new DmEventHandler() {
              @Override
              public void handle(ReplayedEvent event) {}

              @Override
              public void close(ReplaySummary summary) throws HandlerException {
                throw new HandlerException("disk full");
              }
            };

    assertEquals(
        "the handler fails without any event (disk full): there is nothing to shrink",
        refused(stream(new SplittableRandom(2), 10, 3), maker));
  }

  @Test
  void aHandlerThatFailsNowAndThenIsTold() {
    Supplier<DmEventHandler> maker = () -> made.get() == 1 ? new Planted(List.of(5L)) : event -> {};

    assertEquals(
        "the handler does not fail the same way every time: at first"
            + " java.lang.IllegalStateException: at #6, then not at all. What depends on more than"
            + " the events cannot be shrunk",
        refused(stream(new SplittableRandom(2), 10, 3), maker));
  }

  @Test
  void aHandlerThatFailsOnlyOnTheWayIsNotProved() throws Exception {
    List<EventRecord> records = stream(new SplittableRandom(2), 100, 3);
    Supplier<DmEventHandler> maker = () -> made.get() < 5 ? new Planted(List.of(5L)) : event -> {};

    assertNull(shrink(records, maker).proof());
  }

  @Test
  void aFolderThatIsNotEmptyIsRefusedBeforeAnythingIsTried() throws IOException {
    Files.writeString(Files.createDirectory(out()).resolve("mine"), "");

    assertThrows(
        IOException.class,
        () -> shrink(stream(new SplittableRandom(2), 10, 3), () -> new Planted(List.of(3L))));

    assertEquals(0, made.get());
    assertTrue(Files.exists(out().resolve("mine")));
  }
}
