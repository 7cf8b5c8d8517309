package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.Kind;
import dmrec.journal.Tampering.Document;
import dmrec.journal.file.JournalFolder;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever the door is asked, its answer is what a plain scan comes to, and names the damage. */
class JournalContractTest {
  private static final int FILES = 4;
  private static final int EACH = 25;
  private static final long DAY_NS = 86_400_000_000_000L;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private final List<EventRecord> written = new ArrayList<>();
  private final List<List<EventRecord>> folds = new ArrayList<>();

  /** What is kept beside a journal. */
  enum Index {
    ABSENT,
    PRESENT,
    STALE,
    OF_ANOTHER_JOURNAL
  }

  /** Files by the day, the third behind a clock that was set back. */
  private static long wallNs(int i) {
    int day = i / EACH;
    return Tampering.T0 + (day == 2 ? 0 : day) * DAY_NS + i * 1_000L;
  }

  private Path write(long seed, int version) throws IOException {
    Path journal = folder.resolve("journal" + seed);
    written.clear();
    folds.clear();
    Topology plain = new Topology();
    folds.add(plain.records());
    EventRecords records = new EventRecords(seed);
    // So small that a file holds many states of the stack.
    JournalOptions options =
        Tampering.sealedEvery(7).with(new RetentionPolicy(0, RetentionPolicy.LEAST_BYTES));
    try (JournalWriter writer = JournalWriter.open(journal, options)) {
      for (int i = 0; i < FILES * EACH; i++) {
        EventRecord record = EventRecords.at(records.next(), wallNs(i));
        writer.append(record);
        plain.apply(record);
        written.add(record);
        folds.add(plain.records());
      }
    }
    if (version == 1) {
      Format1Journals.rewrite(journal);
    }
    return journal;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private void prepare(Path journal, Index index, long seed, int version) throws IOException {
    switch (index) {
      case ABSENT -> {}
      case PRESENT -> indexAll(journal);
      case STALE -> {
        indexAll(journal);
        for (Path file : JournalFolder.cycles(journal)) {
          // The same bytes under another inode and time.
          Path other = journal.resolve("other");
          Files.copy(file, other);
          Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        }
      }
      case OF_ANOTHER_JOURNAL -> {
        List<EventRecord> own = List.copyOf(written);
        List<List<EventRecord>> ownFolds = List.copyOf(folds);
        Path foreign = write(seed + 1000, version);
        written.clear();
        written.addAll(own);
        folds.clear();
        folds.addAll(ownFolds);
        indexAll(foreign);
        copy(foreign.resolve(".index"), journal.resolve(".index"));
      }
    }
  }

  private static void indexAll(Path journal) throws JournalException {
    try (Journal opened = Journal.open(journal)) {
      opened.damage();
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyAnswerOfASoundJournalIsTheFoldOfWhatWasWritten(Index index) throws Exception {
    for (int seed = 1; seed <= 4; seed++) {
      int version = 1 + seed % 2;
      Path journal = write(seed, version);
      prepare(journal, index, seed, version);
      try (Journal opened = Journal.open(journal)) {
        assertEquals(Damage.NONE, opened.damage());
        for (int seq = 1; seq <= written.size(); seq++) {
          Snapshot there = opened.at(Position.atSeq(seq));
          assertEquals(folds.get(seq), there.topology().records(), "#" + seq);
          assertEquals(Damage.NONE, there.damage());
        }
        assertTrue(opened.at(Position.atSeq(-1)).isBeforeJournal());
      }
      answersAsAPlainScan(journal, seed, "sound");
    }
  }

  private static void answersAsAPlainScan(Path journal, long seed, String what)
      throws JournalException {
    PlainScan plain = new PlainScan(journal);
    try (Journal opened = Journal.open(journal)) {
      answersStates(opened, plain, what);
      SplittableRandom random = new SplittableRandom(seed);
      answersEvents(opened, plain, EventQuery.ALL, what);
      answersEvents(opened, plain, EventQuery.ALL.backward(), what);
      for (int i = 0; i < 24; i++) {
        EventQuery query = query(random, plain);
        answersEvents(opened, plain, query, what + " query " + i);
        answersEvents(opened, plain, query.backward(), what + " query " + i + " back");
        answersHeads(opened, plain, query, what + " heads " + i);
        answersHeads(opened, plain, query.backward(), what + " heads " + i + " back");
      }
      assertEquals(plain.faults() > 0, !opened.damage().isNone(), what + opened.damage());
      JournalInfo info = opened.info();
      assertEquals(plain.events().size(), info.events(), what);
      assertEquals(plain.faults() > 0, !info.damage().isNone(), what);
      Verification verified = Journal.verify(journal, null, Verification.Progress.NONE);
      assertEquals(verified.sealed().seq(), info.seals().sealedSeq(), what);
      assertTrue(plain.faults() == 0 || !verified.isIntact(), what);
    }
  }

  private static void answersStates(Journal opened, PlainScan plain, String what)
      throws JournalException {
    for (Position position : plain.positions()) {
      PlainScan.Answer expected = plain.at(position);
      String where = what + " at " + position;
      Snapshot there = opened.at(position);
      assertEquals(expected.stack(), there.topology().records(), where);
      if (expected.last() != null) {
        assertEquals(expected.last().seq(), opened.seqAt(position), where);
      }
      assertTrue(expected.faults() == 0 || !there.damage().isNone(), where);
      assertTrue(plain.faults() > 0 || there.damage().isNone(), where);
    }
  }

  private static void answersEvents(Journal opened, PlainScan plain, EventQuery query, String where)
      throws JournalException {
    List<EventRecord> found = new ArrayList<>();
    try (EventCursor cursor = opened.events(query)) {
      for (EventRecord r = cursor.next(); r != null; r = cursor.next()) {
        found.add(r);
      }
      assertEquals(plain.selected(query), found, where);
      boolean isAll =
          query.minSeq() == 0
              && query.maxSeq() == Long.MAX_VALUE
              && query.minWallNs() == Long.MIN_VALUE
              && query.maxWallNs() == Long.MAX_VALUE;
      if (isAll || plain.faults() == 0) {
        assertEquals(plain.faults(), cursor.damage().count(), () -> where + cursor.damage());
      }
    }
  }

  /** The heads of the same events, each of which gives its event back. */
  private static void answersHeads(Journal opened, PlainScan plain, EventQuery query, String where)
      throws JournalException {
    List<EventRecord> found = new ArrayList<>();
    try (EventCursor cursor = opened.heads(query)) {
      for (EventHead head = cursor.nextHead(); head != null; head = cursor.nextHead()) {
        EventRecord record = cursor.read();
        if (record != null) {
          assertEquals(EventHead.of(record), head, where);
          found.add(record);
        }
      }
    }
    assertEquals(plain.selected(query), found, where);
  }

  private static EventQuery query(SplittableRandom random, PlainScan plain) {
    EventQuery query = EventQuery.ALL;
    List<EventRecord> events = plain.events();
    int bits = random.nextInt();
    if (!events.isEmpty() && random.nextInt(3) > 0) {
      EventRecord from = events.get(random.nextInt(events.size()));
      EventRecord to = events.get(random.nextInt(events.size()));
      query =
          random.nextBoolean()
              ? query.from(from.seq()).to(to.seq())
              : query.since(from.wallNs()).until(to.wallNs());
    }
    if (random.nextInt(3) > 0) {
      EnumSet<Kind> kinds = EnumSet.noneOf(Kind.class);
      Arrays.stream(Kind.values()).filter(k -> (k.code() * 7 + bits) % 3 == 0).forEach(kinds::add);
      query = query.kinds(kinds);
    }
    if (random.nextInt(3) == 0) {
      query =
          query
              .device(ref -> (ref.hashCode() ^ bits) % 2 == 0 || ref.name().equals("sdb"))
              .orKinds(EnumSet.of(Kind.PATH_FAILED, Kind.PATH_REINSTATED));
    }
    return query;
  }

  private interface Harm {
    void to(Path file) throws IOException;
  }

  /** Damage at each kind of place of a file, and to all of it. */
  private static Map<String, Harm> harms(Path file) throws IOException {
    Map<String, Harm> harms = new LinkedHashMap<>();
    List<Document> documents = Tampering.documents(file);
    Map<Integer, Integer> seen = new LinkedHashMap<>();
    for (Document document : documents) {
      if (seen.merge(document.first(), 1, Integer::sum) <= 2) {
        String name = String.format("%02x#%d", document.first(), seen.get(document.first()));
        harms.put("byte of " + name, flip(document.offset() + 4 + document.length() / 2));
        harms.put("frame of " + name, flip(document.offset() + 1));
      }
    }
    Document last = documents.get(documents.size() - 1);
    Document middle = documents.get(documents.size() / 2);
    harms.put("the frame of the queue's own", flip(1));
    harms.put("the last document", flip(last.offset() + 8));
    harms.put("cut in the middle", f -> truncate(f, middle.offset() + 10));
    harms.put("cut at the end", f -> truncate(f, last.offset() + 2));
    harms.put("zeros from the middle", f -> zero(f, middle.offset()));
    harms.put("empty", f -> truncate(f, 0));
    harms.put("all zero", f -> zero(f, 0));
    harms.put("missing", Files::delete);
    return harms;
  }

  private static Harm flip(long at) {
    return file -> {
      try (Tampering tampering = new Tampering(file)) {
        tampering.flip(at, 3);
      }
    };
  }

  private static void truncate(Path file, long to) throws IOException {
    try (Tampering tampering = new Tampering(file)) {
      tampering.truncate(to);
    }
  }

  private static void zero(Path file, long from) throws IOException {
    try (Tampering tampering = new Tampering(file)) {
      tampering.write(from, new byte[(int) (Files.size(file) - from)]);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 2", "1, 2", "2, 2", "3, 2", "1, 1", "3, 1"})
  void everyAnswerOfADamagedJournalIsAPlainScans(int number, int version) throws Exception {
    Path sound = write(7, version);
    Path file = JournalFolder.cycles(sound).get(number);
    Path damaged = folder.resolve("damaged");
    for (Map.Entry<String, Harm> harm : harms(file).entrySet()) {
      for (boolean indexed : new boolean[] {false, true}) {
        dmrec.fuzz.Scratch.delete(damaged);
        copy(sound, damaged);
        harm.getValue().to(damaged.resolve(file.getFileName()));
        String what = harm.getKey() + " in file " + number + ": ";
        if (indexed) {
          indexAll(damaged);
        }
        boolean isSeen = number > 0 || !harm.getKey().equals("missing");
        boolean isLast = number == FILES - 1 && harm.getKey().equals("missing");
        if (isSeen && !isLast) {
          try (Journal opened = Journal.open(damaged)) {
            assertTrue(!opened.damage().isNone(), what + "not named");
          }
        }
        answersAsAPlainScan(damaged, 5, what);
      }
    }
  }

  private static List<Long> seqs(List<EventRecord> records) {
    return records.stream().map(EventRecord::seq).toList();
  }

  @Test
  void aCursorGoesOnWithWhatIsAppendedMeanwhile() throws Exception {
    Path journal = folder.resolve("growing");
    EventRecords records = new EventRecords(4);
    try (JournalWriter writer = JournalWriter.open(journal);
        Journal opened = Journal.open(journal);
        EventCursor all = opened.events(EventQuery.ALL);
        EventCursor narrow =
            opened.events(EventQuery.ALL.kinds(EnumSet.complementOf(EnumSet.of(Kind.GAP))))) {
      List<EventRecord> found = new ArrayList<>();
      List<EventRecord> some = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        for (int k = 0; k <= i; k++) {
          EventRecord record = EventRecords.at(records.next(), wallNs(written.size()));
          writer.append(record);
          written.add(record);
        }
        for (EventRecord r = all.next(); r != null; r = all.next()) {
          found.add(r);
        }
        for (EventRecord r = narrow.next(); r != null; r = narrow.next()) {
          some.add(r);
        }
        assertEquals(seqs(written), seqs(found));
        assertEquals(written, found);
        assertEquals(seqs(written.stream().filter(r -> r.kind() != Kind.GAP).toList()), seqs(some));
      }
    }
  }
}
