package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.Kind;
import dmrec.fuzz.Scratch;
import dmrec.journal.Tampering.Document;
import dmrec.journal.file.JournalFolder;
import dmrec.target.DevNo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the index answers is what reading everything from the start comes to. */
class JournalIndexTest extends IndexedJournal {
  /** Files by the day, one of them behind a clock that was set back. */
  private static long wallNs(long seq) {
    long day = seq / 400 == 3 ? 1 : seq / 400;
    return Tampering.T0 + day * DAY_NS + seq * 1_000;
  }

  private void isFoldOf(int seq, Snapshot found) {
    assertEquals(Damage.NONE, found.damage(), "#" + seq);
    assertEquals(folds.get(seq), found.topology().records(), "#" + seq);
    assertEquals(seq, found.topology().seq());
  }

  private void answersAllStates(Journal opened) throws JournalException {
    for (int seq = 1; seq <= written.size(); seq++) {
      isFoldOf(seq, opened.at(Position.atSeq(seq)));
    }
    isFoldOf(written.size(), opened.at(Position.atSeq(Long.MAX_VALUE)));
    isFoldOf(written.size(), opened.at(Position.END));
  }

  private void answersAllTimes(Journal opened) throws JournalException {
    SplittableRandom random = new SplittableRandom(5);
    for (EventRecord record : written) {
      for (long time :
          new long[] {record.wallNs() - 1, record.wallNs(), record.wallNs() + random.nextInt(9)}) {
        long last = 0;
        while (last < written.size() && written.get((int) last).wallNs() <= time) {
          last++;
        }
        assertEquals(last, opened.seqAt(Position.atTime(time)), "at " + time);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyStateOfARandomHistoryOpenAndClosed(long seed) throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal, OPTIONS);
        Journal live = Journal.open(journal)) {
      EventRecords records = new EventRecords(seed);
      while (written.size() < 1_700) {
        write(writer, records, 1 + written.size() / 3, JournalIndexTest::wallNs);
        answersAllStates(live);
      }
      answersAllTimes(live);
    }
    assertTrue(states() > 3 * JournalFolder.cycles(journal).size(), states() + " states");
    try (Journal opened = Journal.open(journal)) {
      answersAllStates(opened);
      answersAllTimes(opened);
    }
    try (Journal kept = Journal.open(journal)) {
      answersAllStates(kept);
    }
  }

  private int states() throws IOException {
    int states = 0;
    for (Path cycle : JournalFolder.cycles(journal)) {
      for (Document document : Tampering.documents(cycle)) {
        states += document.first() == 0xd4 ? 1 : 0;
      }
    }
    return states;
  }

  private static EventQuery query(SplittableRandom random, int size) {
    boolean anyKind = random.nextInt(3) == 0;
    boolean anyDevice = random.nextInt(3) == 0;
    int bits = random.nextInt();
    long from = random.nextInt(size);
    boolean byTime = random.nextBoolean();
    EventQuery query = EventQuery.ALL;
    if (byTime) {
      query = query.since(wallNs(from));
    } else {
      query = query.from(from).to(from + (bits & 0x3ff));
    }
    if (byTime && (bits & 1) == 0) {
      query = query.until(wallNs(from) + (bits & 0xfffff));
    }
    if (!anyKind) {
      Set<Kind> kinds = EnumSet.allOf(Kind.class);
      kinds.removeIf(kind -> (kind.code() * 7 + bits) % 3 != 0);
      query = query.kinds(kinds);
    }
    return anyDevice ? query : query.device(device -> (device.hashCode() ^ bits) % 4 == 0);
  }

  private static boolean isAskedFor(EventQuery query, EventRecord record) {
    return record.seq() >= query.minSeq()
        && record.seq() <= query.maxSeq()
        && record.wallNs() >= query.minWallNs()
        && record.wallNs() <= query.maxWallNs()
        && query.mayBe(record.kind())
        && (query.mayBe(record.device()) || isPathAskedFor(query, record));
  }

  private static boolean isPathAskedFor(EventQuery query, EventRecord record) {
    DmEvent event = record.event();
    if (event instanceof DmEvent.PathReinstated e) {
      event = new DmEvent.PathFailed(e.path(), e.disk(), 0, 0);
    }
    return event instanceof DmEvent.PathFailed e
        && !(e.path().equals(DevNo.NONE) && e.disk().isEmpty())
        && query.mayBe(new DeviceRef(e.path(), 0, e.disk(), ""));
  }

  @Test
  void whatIsAskedForIsFoundBothWays() throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal, OPTIONS);
        Journal opened = Journal.open(journal)) {
      write(writer, new EventRecords(9), 2_100, JournalIndexTest::wallNs);
      SplittableRandom random = new SplittableRandom(77);
      for (int i = 0; i < 300; i++) {
        EventQuery query = query(random, written.size());
        List<EventRecord> expected =
            new ArrayList<>(written.stream().filter(r -> isAskedFor(query, r)).toList());
        Scratch.expectSame(expected, events(opened, query), "asked for");
        Collections.reverse(expected);
        Scratch.expectSame(expected, events(opened, query.backward()), "asked for backwards");
      }
      for (EventRecord record : written) {
        EventQuery one = EventQuery.ALL.from(record.seq()).to(record.seq());
        assertEquals(List.of(record), events(opened, one));
        assertEquals(List.of(record), events(opened, one.backward()));
      }
      long behind = written.size() + 1L;
      assertEquals(List.of(), events(opened, EventQuery.ALL.from(0).to(0)));
      assertEquals(List.of(), events(opened, EventQuery.ALL.from(behind).to(behind)));
      assertEquals(List.of(), events(opened, EventQuery.ALL.from(behind).backward()));
    }
  }

  @Test
  void anyCursorGoesOnWithWhatIsAppendedMeanwhile() throws Exception {
    EventRecords records = new EventRecords(4);
    try (JournalWriter writer = JournalWriter.open(journal, OPTIONS);
        Journal opened = Journal.open(journal);
        EventCursor scan = opened.events(EventQuery.ALL);
        EventCursor indexed = opened.events(EventQuery.ALL.device(device -> true))) {
      assertNull(scan.next());
      assertNull(indexed.next());
      List<EventRecord> scanned = new ArrayList<>();
      List<EventRecord> found = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        write(writer, records, 1 + i * 3, JournalIndexTest::wallNs);
        scanned.addAll(Journals.all(scan));
        Scratch.expectSame(written, scanned, "scanned");
        found.addAll(Journals.all(indexed));
        Scratch.expectSame(written, found, "found by the index");
      }
      assertEquals(Damage.NONE, scan.damage());
      assertEquals(Damage.NONE, indexed.damage());
    }
  }

  @Test
  void damageIsToldWhereAnAnswerMayLackSomethingForIt() throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal, OPTIONS)) {
      write(writer, new EventRecords(6), 900, seq -> Tampering.T0 + seq / 300 * DAY_NS + seq);
    }
    Path second = JournalFolder.cycles(journal).get(1);
    Document hit =
        Tampering.documents(second).stream()
            .filter(d -> d.isEvent() && d.seq() == 450)
            .findFirst()
            .orElseThrow();
    try (Tampering tampering = new Tampering(second)) {
      tampering.flip(hit.offset() + 40, 3);
    }
    List<EventRecord> left = new ArrayList<>(written);
    left.remove(449);
    for (int open = 0; open < 2; open++) { // With no index, and with those that were kept.
      try (Journal opened = Journal.open(journal)) {
        for (EventQuery query :
            List.of(EventQuery.ALL, EventQuery.ALL.device(d -> true), EventQuery.ALL.backward())) {
          Journals.Read read = Journals.read(opened, query);
          List<EventRecord> expected = new ArrayList<>(left);
          if (query.isBackward()) {
            Collections.reverse(expected);
          }
          assertEquals(expected, read.events());
          isToldAt(hit, second, read.damage());
        }
        isToldAt(hit, second, opened.at(Position.atSeq(451)).damage());
        isToldAt(hit, second, opened.at(Position.atSeq(450)).damage());
        assertEquals(451, opened.seqAt(Position.atTime(written.get(450).wallNs())));
        for (int sound : new int[] {200, 310, 449, 800}) {
          isFoldOf(sound, opened.at(Position.atSeq(sound)));
        }
        assertEquals(2, events(opened, EventQuery.ALL.from(451).to(452)).size());
        assertEquals(449, events(opened, EventQuery.ALL.to(449)).size());
      }
    }
  }

  private static void isToldAt(Document hit, Path file, Damage damage) {
    assertEquals(1, damage.count(), damage::toString);
    String message = damage.messages().get(0);
    assertTrue(
        message.startsWith(
            "the record behind #449 is damaged: " + file + " at offset " + hit.offset() + ": "),
        message);
  }

  @Test
  void anInterruptEndsAQuestionAndNotTheJournal() throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal, OPTIONS);
        Journal opened = Journal.open(journal)) {
      write(writer, new EventRecords(3), 900, JournalIndexTest::wallNs);
      EventQuery narrow = EventQuery.ALL.device(device -> true);
      for (int i = 0; i < 3; i++) {
        opened.seqAt(Position.END);
        Thread.currentThread().interrupt();
        try {
          assertThrows(JournalException.class, () -> events(opened, narrow.from(5).to(5)));
          assertThrows(JournalException.class, () -> opened.at(Position.atSeq(700)));
          assertThrows(JournalException.class, () -> events(opened, narrow));
          assertThrows(JournalException.class, () -> events(opened, EventQuery.ALL));
        } finally {
          assertTrue(Thread.interrupted());
        }
        assertEquals(List.of(written.get(4)), events(opened, narrow.from(5).to(5)));
        isFoldOf(700, opened.at(Position.atSeq(700)));
        assertEquals(written, events(opened, narrow));
        assertEquals(written, events(opened, EventQuery.ALL));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aWalkBeginsAnewWhereAllFilesItKnewAreGone(boolean backward) throws Exception {
    EventRecords records = new EventRecords(13);
    EventQuery narrow = EventQuery.ALL.device(device -> true);
    try (JournalWriter writer = JournalWriter.open(journal, JournalOptions.usual())) {
      write(writer, records, 800, JournalIndexTest::wallNs);
      List<Path> known = JournalFolder.cycles(journal);
      try (Journal opened = Journal.open(journal);
          EventCursor cursor = opened.events(backward ? narrow.backward() : narrow)) {
        write(writer, records, 800, JournalIndexTest::wallNs);
        for (Path file : known) {
          Files.delete(file);
        }

        EventRecord first = cursor.next();

        assertNotNull(first);
        assertEquals(backward ? 1600 : opened.extent().firstSeq(), first.seq());
      }
    }
  }

  @Test
  void answersWhileFilesComeAndGo() throws Exception {
    AtomicReference<Throwable> failed = new AtomicReference<>();
    AtomicLong last = new AtomicLong();
    AtomicBoolean done = new AtomicBoolean();
    Thread recorder =
        new Thread(
            () -> {
              EventRecords records = new EventRecords(12);
              try (JournalWriter writer = JournalWriter.open(journal, OPTIONS)) {
                for (int i = 0; i < 120_000; i++) {
                  last.set(writer.append(records.next(Kind.PATH_FAILED)));
                }
              } catch (Throwable e) {
                failed.set(e);
              } finally {
                done.set(true);
              }
            });
    recorder.start();
    while (last.get() == 0) {
      Thread.onSpinWait();
    }
    SplittableRandom random = new SplittableRandom(1);
    long asked = 0;
    EventQuery narrow = EventQuery.ALL.device(device -> true);
    try (Journal opened = Journal.open(journal);
        EventCursor scan = opened.events(EventQuery.ALL);
        EventCursor indexed = opened.events(narrow)) {
      long scanned = 0;
      long found = 0;
      while (!done.get()) {
        long appended = last.get();
        long seq = Math.max(1, appended - random.nextLong(30_000));
        List<EventRecord> one = events(opened, narrow.from(seq).to(seq));
        assertTrue(one.isEmpty() || one.get(0).seq() == seq);
        Snapshot stack = opened.at(Position.atSeq(seq));
        assertEquals(Damage.NONE, stack.damage());
        assertTrue(stack.isBeforeJournal() || stack.topology().seq() == seq);
        try (EventCursor back = opened.events(narrow.backward())) {
          EventRecord newest = back.next();
          assertNotNull(newest, () -> "no event up to #" + appended);
          assertTrue(newest.seq() >= appended, () -> newest.seq() + " is not #" + appended);
        }
        scanned = follow(scan, scanned);
        found = follow(indexed, found);
        asked++;
      }
    }
    recorder.join();
    if (failed.get() != null) {
      throw new AssertionError(failed.get());
    }
    assertTrue(asked > 0);
    assertTrue(JournalFolder.cycles(journal).size() <= 9);
  }

  /** Some events more; the number of the last. */
  private static long follow(EventCursor cursor, long before) throws JournalException {
    long last = before;
    for (int i = 0; i < 500; i++) {
      EventRecord next = cursor.next();
      assertEquals(Damage.NONE, cursor.damage());
      if (next == null) {
        break;
      }
      assertTrue(next.seq() > last);
      last = next.seq();
    }
    return last;
  }
}
