package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import dmrec.journal.Tampering.Document;
import dmrec.target.DevNo;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the index answers is what reading everything from the start comes to. */
class JournalIndexTest {
  private static final long DAY_NS = 86_400_000_000_000L;

  /** So small a journal that a file holds many states of the stack. */
  private static final JournalOptions OPTIONS =
      JournalOptions.usual().with(new RetentionPolicy(0, 8 << 20));

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private Path journal = Path.of("");
  private final List<EventRecord> written = new ArrayList<>();
  private final List<List<EventRecord>> folds = new ArrayList<>(List.of(List.of()));
  private final Topology plain = new Topology();

  @BeforeEach
  void aFolderBesideOthers() throws IOException {
    journal = Files.createDirectory(folder.resolve("journal"));
  }

  private void write(JournalWriter writer, EventRecords from, int count, LongUnaryOperator wallNs)
      throws JournalException {
    for (int i = 0; i < count; i++) {
      EventRecord r = from.next();
      EventRecord record = EventRecords.at(r, wallNs.applyAsLong(r.seq()));
      writer.append(record);
      writer.topology().apply(record);
      plain.apply(record);
      written.add(record);
      folds.add(plain.records());
    }
  }

  /** Files by the day, one of them behind a clock that was set back. */
  private static long wallNs(long seq) {
    long day = seq / 400 == 3 ? 1 : seq / 400;
    return Tampering.T0 + day * DAY_NS + seq * 1_000;
  }

  private static void isFoldOf(List<EventRecord> fold, Topology stack, String where) {
    assertEquals(fold, stack.records(), where);
  }

  private void answersAllStates(JournalIndex index) throws JournalException {
    for (int seq = 1; seq <= written.size(); seq++) {
      isFoldOf(folds.get(seq), Objects.requireNonNull(index.stackAt(seq), "#" + seq), "#" + seq);
    }
    isFoldOf(
        folds.get(written.size()),
        Objects.requireNonNull(index.stackAt(Long.MAX_VALUE)),
        "the end");
  }

  private void answersAllTimes(JournalIndex index) throws JournalException {
    SplittableRandom random = new SplittableRandom(5);
    for (EventRecord record : written) {
      for (long time :
          new long[] {record.wallNs() - 1, record.wallNs(), record.wallNs() + random.nextInt(9)}) {
        long last = 0;
        while (last < written.size() && written.get((int) last).wallNs() <= time) {
          last++;
        }
        assertEquals(last, index.seqAt(time), "at " + time);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyStateOfARandomHistoryOpenAndClosed(long seed) throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal, OPTIONS);
        JournalIndex live = JournalIndex.open(journal, null)) {
      EventRecords records = new EventRecords(seed);
      while (written.size() < 1_700) {
        write(writer, records, 1 + written.size() / 3, JournalIndexTest::wallNs);
        live.refresh();
        answersAllStates(live);
      }
      answersAllTimes(live);
    }
    assertTrue(states() > 3 * JournalFolder.cycles(journal).size(), states() + " states");
    try (JournalIndex index = JournalIndex.open(journal, null)) {
      answersAllStates(index);
      answersAllTimes(index);
    }
    try (JournalIndex kept = JournalIndex.open(journal, null)) {
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

  private static Sought sought(SplittableRandom random, int size) {
    boolean anyKind = random.nextInt(3) == 0;
    boolean anyDevice = random.nextInt(3) == 0;
    int bits = random.nextInt();
    long from = random.nextInt(size);
    boolean byTime = random.nextBoolean();
    return new Sought() {
      @Override
      public long minSeq() {
        return byTime ? 0 : from;
      }

      @Override
      public long maxSeq() {
        return byTime ? Long.MAX_VALUE : from + (bits & 0x3ff);
      }

      @Override
      public long minWallNs() {
        return byTime ? wallNs(from) : Long.MIN_VALUE;
      }

      @Override
      public long maxWallNs() {
        return byTime && (bits & 1) == 0 ? wallNs(from) + (bits & 0xfffff) : Long.MAX_VALUE;
      }

      @Override
      public boolean mayBe(Kind kind) {
        return anyKind || (kind.code() * 7 + bits) % 3 == 0;
      }

      @Override
      public boolean mayBe(DeviceRef device) {
        return anyDevice || (device.hashCode() ^ bits) % 4 == 0;
      }
    };
  }

  private static boolean isSought(Sought sought, EventRecord record) {
    return record.seq() >= sought.minSeq()
        && record.seq() <= sought.maxSeq()
        && record.wallNs() >= sought.minWallNs()
        && record.wallNs() <= sought.maxWallNs()
        && sought.mayBe(record.kind())
        && (sought.mayBe(record.device()) || isPathSought(sought, record));
  }

  private static boolean isPathSought(Sought sought, EventRecord record) {
    DmEvent event = record.event();
    if (event instanceof DmEvent.PathReinstated e) {
      event = new DmEvent.PathFailed(e.path(), e.disk(), 0, 0);
    }
    return event instanceof DmEvent.PathFailed e
        && !(e.path().equals(DevNo.NONE) && e.disk().isEmpty())
        && sought.mayBe(new DeviceRef(e.path(), 0, e.disk(), ""));
  }

  private static List<EventRecord> all(JournalIndex.Search search) throws JournalException {
    List<EventRecord> found = new ArrayList<>();
    for (EventRecord record = search.next(); record != null; record = search.next()) {
      found.add(record);
    }
    assertEquals(0, search.blockedSeq());
    return found;
  }

  @Test
  void whatIsSoughtIsFoundBothWays() throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal, OPTIONS);
        JournalIndex index = JournalIndex.open(journal, null)) {
      write(writer, new EventRecords(9), 2_100, JournalIndexTest::wallNs);
      SplittableRandom random = new SplittableRandom(77);
      for (int i = 0; i < 300; i++) {
        Sought sought = sought(random, written.size());
        List<EventRecord> expected =
            new ArrayList<>(written.stream().filter(r -> isSought(sought, r)).toList());
        index.refresh();
        assertEquals(expected, all(index.search(sought)));
        Collections.reverse(expected);
        assertEquals(expected, all(index.searchBack(sought)));
      }
      for (EventRecord record : written) {
        assertEquals(record, index.read(record.seq()));
      }
      assertNull(index.read(0));
      assertNull(index.read(written.size() + 1));
    }
  }

  @Test
  void aSearchGoesOnWithWhatIsAppendedMeanwhile() throws Exception {
    EventRecords records = new EventRecords(4);
    try (JournalWriter writer = JournalWriter.open(journal, OPTIONS);
        JournalIndex index = JournalIndex.open(journal, null)) {
      JournalIndex.Search search = index.search(Sought.ALL);
      assertNull(search.next());
      List<EventRecord> found = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        write(writer, records, 1 + i * 3, JournalIndexTest::wallNs);
        found.addAll(all(search));
        assertEquals(written, found);
      }
    }
  }

  @Test
  void aTimeLeavesTheOtherFilesAlone() throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal, OPTIONS)) {
      write(writer, new EventRecords(8), 2_000, seq -> Tampering.T0 + seq / 200 * DAY_NS + seq);
    }
    try (JournalIndex index = JournalIndex.open(journal, null)) {
      JournalIndex.Search search =
          index.search(
              new Sought() {
                @Override
                public long minWallNs() {
                  return Tampering.T0 + 5 * DAY_NS;
                }

                @Override
                public long maxWallNs() {
                  return Tampering.T0 + 5 * DAY_NS + 1_100;
                }
              });
      assertEquals(written.subList(999, 1_100), all(search));
      assertTrue(search.considered() <= 400, search.considered() + " were considered");
      assertEquals(101, search.decoded());
    }
    // One file before the days in question at most, and none behind.
    assertTrue(kept().size() <= 2, kept().toString());
  }

  private List<Path> kept() throws IOException {
    try (var files = Files.list(journal.resolve(IndexFolder.NAME))) {
      return files.sorted().toList();
    }
  }

  @Test
  void damageBlocksTheSearchWhereItIs() throws Exception {
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
    try (JournalIndex index = JournalIndex.open(journal, null)) {
      JournalIndex.Search search = index.search(Sought.ALL);
      List<EventRecord> found = new ArrayList<>();
      for (EventRecord record = search.next(); record != null; record = search.next()) {
        found.add(record);
      }
      // The second file begins with #300.
      assertEquals(written.subList(0, 299), found);
      assertEquals(300, search.blockedSeq());
      assertNull(index.stackAt(500));
      assertNull(index.stackAt(310));
      assertEquals(-1, index.seqAt(written.get(400).wallNs()));
      isFoldOf(folds.get(200), Objects.requireNonNull(index.stackAt(200)), "#200");
      isFoldOf(folds.get(800), Objects.requireNonNull(index.stackAt(800)), "#800");
    }
  }

  @Test
  void anIndexThatIsDamagedOrAnotherFilesIsMadeAnew() throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal, OPTIONS)) {
      write(writer, new EventRecords(6), 60, seq -> Tampering.T0 + seq / 30 * DAY_NS + seq);
    }
    answersAll();
    Path kept = kept().get(0);
    byte[] sound = Files.readAllBytes(kept);
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 200; i++) {
      byte[] damaged = sound.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(kept, i % 4 == 0 ? java.util.Arrays.copyOf(sound, i) : damaged);
      answersAll();
      assertArrayEquals(sound, Files.readAllBytes(kept));
    }
    // A copy of the journal with its index: the file is another, so the index is not its.
    Path copy = journal.resolveSibling(journal.getFileName() + "-copy");
    Files.createDirectories(copy.resolve(IndexFolder.NAME));
    Path cycle = JournalFolder.cycles(journal).get(0);
    Path copied = copy.resolve(cycle.getFileName());
    Files.copy(cycle, copied);
    Files.copy(kept, copy.resolve(IndexFolder.NAME).resolve(kept.getFileName()));
    assertNull(IndexFolder.of(copy, null).load(copied));
    assertNotNull(IndexFolder.of(journal, null).load(cycle));
  }

  private void answersAll() throws JournalException {
    try (JournalIndex index = JournalIndex.open(journal, null)) {
      assertEquals(written, all(index.search(Sought.ALL)));
    }
  }

  @Test
  void whatIsKeptOfFilesThatAreGoneGoesToo() throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal, OPTIONS)) {
      write(writer, new EventRecords(6), 600, seq -> Tampering.T0 + seq / 100 * DAY_NS + seq);
    }
    answersAll();
    assertEquals(6, kept().size());
    Files.delete(JournalFolder.cycles(journal).get(0));
    try (JournalIndex index = JournalIndex.open(journal, null)) {
      assertEquals(written.subList(99, 600), all(index.search(Sought.ALL)));
    }
    assertEquals(5, kept().size());
  }

  @Test
  void anIndexIsKeptElsewhereWhereTheJournalIsNotTheUsersOwn() throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal, OPTIONS)) {
      write(writer, new EventRecords(6), 60, seq -> Tampering.T0 + seq / 30 * DAY_NS + seq);
    }
    // A link is nobody's own folder.
    Path link = journal.resolveSibling(journal.getFileName() + "-link");
    Files.createSymbolicLink(link, journal);
    Path elsewhere = journal.resolveSibling(journal.getFileName() + "-cache");
    try (JournalIndex index = JournalIndex.open(link, elsewhere)) {
      assertEquals(written, all(index.search(Sought.ALL)));
    }
    assertTrue(Files.notExists(journal.resolve(IndexFolder.NAME)));
    try (var files = Files.list(elsewhere)) {
      assertEquals(2, files.count());
    }
  }

  @Test
  void anInterruptEndsAQuestionAndNotTheIndex() throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal, OPTIONS);
        JournalIndex index = JournalIndex.open(journal, null)) {
      write(writer, new EventRecords(3), 900, JournalIndexTest::wallNs);
      for (int i = 0; i < 3; i++) {
        index.refresh();
        Thread.currentThread().interrupt();
        try {
          assertThrows(JournalException.class, () -> index.read(5));
          assertThrows(JournalException.class, () -> index.stackAt(700));
          assertThrows(JournalException.class, () -> index.search(Sought.ALL).next());
        } finally {
          assertTrue(Thread.interrupted());
        }
        assertEquals(written.get(4), index.read(5));
        assertEquals(written, all(index.search(Sought.ALL)));
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
                  EventRecord record = records.next(Kind.PATH_FAILED);
                  last.set(writer.append(record));
                  writer.topology().apply(record.withSeq(last.get()));
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
    try (JournalIndex index = JournalIndex.open(journal, null)) {
      JournalIndex.Search following = index.search(Sought.ALL);
      long before = 0;
      while (!done.get()) {
        long appended = last.get();
        index.refresh();
        long seq = Math.max(1, appended - random.nextLong(30_000));
        EventRecord record = index.read(seq);
        assertTrue(record == null || record.seq() == seq);
        Topology stack = index.stackAt(seq);
        assertTrue(stack == null || stack.seq() == seq);
        JournalIndex.Search back = index.searchBack(Sought.ALL);
        EventRecord newest = back.next();
        assertTrue(newest != null && newest.seq() >= appended);
        EventRecord next = following.next();
        for (int i = 0; next != null && i < 500; i++) {
          assertTrue(next.seq() > before);
          before = next.seq();
          next = following.next();
        }
        before = next == null ? before : next.seq();
        assertEquals(0, following.blockedSeq());
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
}
