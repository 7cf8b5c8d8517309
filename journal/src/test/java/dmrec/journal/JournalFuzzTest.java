package dmrec.journal;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.fuzz.Scratch;
import dmrec.journal.file.ControlRecord;
import dmrec.journal.file.CycleFile;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.RecordLayout;
import dmrec.topology.Topology;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Whatever a file of a journal holds: all who read it come to an end, tell what is wrong, and agree
 * on what is there.
 */
class JournalFuzzTest {
  private static final String FIRST = "20260301-0312.cq4";
  private static final String SECOND = "20260302-0312.cq4";
  private static final Scratch SCRATCH = new Scratch("journal");

  /** Any file. */
  @DictionaryFile(resourcePath = "/dmrec/fuzz/journal.dict")
  @FuzzTest(maxDuration = "20s")
  void file(byte[] bytes) throws IOException {
    look(bytes);
  }

  /**
   * Documents whose lengths and checksums are right, in sound frames: the input is the frames, and
   * what is wrong with them is made right before they are written.
   */
  @DictionaryFile(resourcePath = "/dmrec/fuzz/journal.dict")
  @FuzzTest(maxDuration = "20s")
  void documents(byte[] bytes) throws IOException {
    look(framed(bytes));
  }

  private static void look(byte[] bytes) throws IOException {
    Path journal = Files.createDirectory(SCRATCH.path("journal"));
    try {
      Files.write(journal.resolve(FIRST), bytes);
      int most = bytes.length / 4 + 64;
      Journals.Read read = read(journal, most);
      read.events().forEach(Accepted::expectRoundTrip);
      Topology stack = new Topology();
      read.events().forEach(stack::apply);
      ask(journal, read, Arrays.hashCode(bytes) & 0xff);
      index(journal, read);
      verify(journal, read.damage().isNone());
      info(journal);
      // What takes a hundred times as long is done for a few.
      switch (Arrays.hashCode(bytes) & 31) {
        case 0 -> repair(journal);
        case 1 -> append(journal, read, most);
        case 2 -> {
          // A file behind it makes it a finished one, whose index is kept.
          Files.write(journal.resolve(SECOND), bytes);
          read = read(journal, 2 * most);
          index(journal, read);
          index(journal, read);
          verify(journal, read.damage().isNone());
        }
        default -> {}
      }
    } finally {
      SCRATCH.expect(Files.exists(SCRATCH.path("copy")) ? NAMES_WITH_COPY : NAMES);
      SCRATCH.clear();
    }
  }

  private static final String[] NAMES = {"journal"};
  private static final String[] NAMES_WITH_COPY = {"journal", "copy"};

  /** All of it; what is no journal is damaged. */
  private static Journals.Read read(Path journal, int most) {
    Journal opened;
    try {
      opened = Journal.open(journal);
    } catch (JournalException e) {
      Scratch.expectOneLine(e);
      return new Journals.Read(List.of(), new Damage(1, List.of(String.valueOf(e.getMessage()))));
    }
    try (opened) {
      Journals.Read all = read(opened, EventQuery.ALL, most);
      if (all.damage().count() > most) {
        throw new AssertionError("more is damaged than there is: " + all.damage());
      }
      return all;
    } catch (JournalException e) {
      throw new AssertionError("it was opened, but cannot be read", e);
    }
  }

  private static Journals.Read read(Journal opened, EventQuery query, int most)
      throws JournalException {
    List<EventRecord> events = new ArrayList<>();
    try (EventCursor cursor = opened.events(query)) {
      for (EventRecord r = cursor.next(); r != null; r = cursor.next()) {
        events.add(r);
        if (events.size() > most) {
          throw new AssertionError("reading does not come to an end");
        }
      }
      Damage damage = cursor.damage();
      damage.messages().forEach(Scratch::expectOneLine);
      return new Journals.Read(events, damage);
    }
  }

  private interface Question {
    void to(Journal journal) throws JournalException;
  }

  private static void ask(Path journal, Journals.Read all, int choice) {
    List<EventRecord> records = all.events();
    EventRecord some = records.isEmpty() ? null : records.get(records.size() / 2);
    long seq = some == null ? 1 : some.seq();
    long wallNs = some == null ? 0 : some.wallNs();
    List<Question> questions =
        List.of(
            opened -> expectSome(opened, EventQuery.ALL.from(seq), all),
            opened -> expectSome(opened, EventQuery.ALL.from(Long.MAX_VALUE), all),
            opened -> expectSome(opened, EventQuery.ALL.to(Long.MIN_VALUE), all),
            opened -> expectSome(opened, EventQuery.ALL.since(wallNs), all),
            opened -> expectSome(opened, EventQuery.ALL.since(Long.MAX_VALUE), all),
            opened -> expectSome(opened, EventQuery.ALL.until(Long.MIN_VALUE), all),
            opened -> expectSome(opened, EventQuery.ALL.from(seq).to(seq).backward(), all),
            opened -> opened.at(Position.atSeq(seq)),
            opened -> opened.at(Position.atSeq(Long.MIN_VALUE)),
            opened -> opened.at(Position.atTime(wallNs)),
            opened -> opened.at(Position.END),
            opened -> opened.sealBehind(seq),
            opened -> opened.extent());
    // Two of them: each opens all files anew.
    for (int each : new int[] {choice % questions.size(), (choice + 5) % questions.size()}) {
      try (Journal opened = Journal.open(journal)) {
        questions.get(each).to(opened);
      } catch (JournalException e) {
        Scratch.expectOneLine(e);
      }
    }
  }

  /**
   * What is asked for is what of all events and damage is meant; where numbers go back, of some.
   */
  private static void expectSome(Journal opened, EventQuery query, Journals.Read all)
      throws JournalException {
    List<EventRecord> expected = new ArrayList<>();
    for (EventRecord each : all.events()) {
      if (each.seq() >= query.minSeq()
          && each.seq() <= query.maxSeq()
          && each.wallNs() >= query.minWallNs()
          && each.wallNs() <= query.maxWallNs()) {
        expected.add(each);
      }
    }
    Journals.Read found = read(opened, query, all.events().size());
    if (isAscending(all.events())) {
      if (query.isBackward()) {
        Collections.reverse(expected);
      }
      Scratch.expectSame(expected, found.events(), "of what is asked for");
    } else if (!Set.copyOf(expected).containsAll(found.events())) {
      throw new AssertionError("asked for " + expected + ", found " + found.events());
    }
    if (found.damage().count() > all.damage().count()) {
      throw new AssertionError(found.damage() + " of " + all.damage());
    }
  }

  private static boolean isAscending(List<EventRecord> events) {
    for (int i = 1; i < events.size(); i++) {
      if (events.get(i).seq() <= events.get(i - 1).seq()) {
        return false;
      }
    }
    return true;
  }

  /** What the index answers is what reading everything comes to. */
  private static void index(Path journal, Journals.Read all) throws JournalException {
    Journal opened;
    try {
      opened = Journal.open(journal);
    } catch (JournalException e) {
      Scratch.expectOneLine(e);
      return;
    }
    int most = all.events().size();
    EventQuery narrow = EventQuery.ALL.device(device -> true);
    try (Journal index = opened) {
      Journals.Read found = read(index, narrow, most);
      Scratch.expectSame(all.events(), found.events(), "found by the index");
      expectSameDamage(all.damage(), found.damage());
      List<EventRecord> back = new ArrayList<>(read(index, narrow.backward(), most).events());
      Collections.reverse(back);
      Scratch.expectSame(all.events(), back, "found backwards");
      expectSameDamage(withoutStrange(all.damage()), withoutStrange(index.damage()));
      long last = index.extent().lastSeq();
      index.seqAt(Position.atTime(Long.MIN_VALUE));
      index.seqAt(Position.atTime(Long.MAX_VALUE));
      for (long seq : new long[] {Long.MIN_VALUE, 0, 1, last, last + 1, Long.MAX_VALUE}) {
        index.at(Position.atSeq(seq));
        index.devicesFrom(seq);
        expectSome(index, EventQuery.ALL.from(seq).to(seq), all);
      }
      for (EventRecord each : all.events().subList(0, Math.min(most, 8))) {
        expectSome(index, narrow.from(each.seq()).to(each.seq()), all);
        index.seqAt(Position.atTime(each.wallNs()));
        index.at(Position.atSeq(each.seq()));
      }
      DeviceRef device = most == 0 ? DeviceRef.NONE : all.events().get(0).device();
      Set<EventRecord> known = new HashSet<>(all.events());
      for (EventRecord each : read(index, EventQuery.ALL.device(device::equals), most).events()) {
        if (!known.contains(each)) {
          throw new AssertionError("the index has what no reader has: " + each);
        }
      }
    }
  }

  /** No index knows what is in a record whose checksum is right. */
  private static Damage withoutStrange(Damage damage) {
    List<String> messages =
        damage.messages().stream().filter(text -> !text.contains("cannot be understood")).toList();
    return new Damage(messages.size(), messages);
  }

  private static void expectSameDamage(Damage expected, Damage found) {
    if (!expected.equals(found)) {
      throw new AssertionError("expected " + expected + ", the index has " + found);
    }
  }

  private static void verify(Path journal, boolean isSound) {
    try {
      Verification verified = Tampering.verify(journal);
      for (Finding finding : verified.findings()) {
        Scratch.expectOneLine(finding.text());
      }
      verified.notProved().forEach(text -> Scratch.expectOneLine(text));
      if (verified.isIntact() && !isSound) {
        throw new AssertionError("it verifies, but cannot be read");
      }
    } catch (JournalException e) {
      Scratch.expectOneLine(e);
    }
  }

  private static void info(Path journal) {
    try {
      try (Journal opened = Journal.open(journal)) {
        opened.info();
      }
    } catch (JournalException e) {
      Scratch.expectOneLine(e);
    }
  }

  private static void repair(Path journal) {
    Path copy = SCRATCH.path("copy");
    JournalRepair.Result result;
    try {
      result = JournalRepair.copy(journal, copy);
    } catch (JournalException e) {
      Scratch.expectOneLine(e);
      return;
    }
    try {
      if (result.copied() > 0
          && (!read(copy, Integer.MAX_VALUE).damage().isNone()
              || !Tampering.verify(copy).findings().isEmpty())) {
        throw new AssertionError(result + ", but the copy is not sound");
      }
    } catch (JournalException e) {
      throw new AssertionError("the copy is not read", e);
    }
  }

  private static void append(Path journal, Journals.Read before, int most) {
    long seq;
    long appended;
    try (JournalWriter writer = JournalWriter.open(journal, Tampering.sealedEvery(5))) {
      seq = writer.lastSeq();
      appended = writer.append(Tampering.event(0, 1));
    } catch (JournalException e) {
      Scratch.expectOneLine(e);
      return;
    }
    List<EventRecord> now = read(journal, most).events();
    int old = before.events().size();
    // What the end has lost is said first.
    int told = now.size() == old + 2 && now.get(old).event() instanceof DmEvent.Gap ? 1 : 0;
    if (appended != seq + told + 1) {
      throw new AssertionError("numbered " + appended + " behind " + seq);
    }
    if (told == 1 && before.damage().isNone()) {
      throw new AssertionError("a gap where nothing is lost: " + now.get(old));
    }
    if (now.size() != old + told + 1 || !now.subList(0, old).equals(before.events())) {
      throw new AssertionError(old + " records, one appended: " + now.size());
    }
  }

  // What a journal's files are made of.

  private static byte[] framed(byte[] frames) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] name = "writePosition".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer store = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    store.putInt(CycleFile.META | 60).put(name);
    out.writeBytes(store.array());
    int at = 0;
    int lastAt = 0;
    while (frames.length - at > 4) {
      int says = ByteBuffer.wrap(frames, at, 4).order(ByteOrder.LITTLE_ENDIAN).getInt();
      int length = Math.min(says & 0xffff, frames.length - at - 4);
      byte[] document = summed(Arrays.copyOfRange(frames, at + 4, at + 4 + length));
      at += 4 + (length + 3) / 4 * 4;
      lastAt = out.size();
      byte[] framed = new byte[4 + (length + 3) / 4 * 4];
      int head = (says & 0xffff0000) == 0 ? framed.length - 4 : says;
      ByteBuffer.wrap(framed).order(ByteOrder.LITTLE_ENDIAN).putInt(head).put(document);
      out.writeBytes(framed);
    }
    out.writeBytes(new byte[64]);
    byte[] file = out.toByteArray();
    int value = ((4 + name.length + 8) & ~7) + 16;
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(value, lastAt);
    return file;
  }

  /** The document with the length and the checksums that its kind needs. */
  private static byte[] summed(byte[] document) {
    if (FileHeader.isHeader(document, 0, document.length)) {
      int text = RecordLayout.shortAt(document, 10);
      int name = 12 + text + 4;
      if (name <= document.length) {
        sum(document, name - 4);
        sum(document, document.length - 4);
      }
    } else if (document.length >= ControlRecord.HEADER_BYTES) {
      RecordLayout.INT_LE.set(document, RecordLayout.TOTAL_LENGTH, document.length);
      Tampering.summed(document);
    }
    return document;
  }

  private static void sum(byte[] document, int length) {
    CRC32C crc = new CRC32C();
    crc.update(document, 0, length);
    RecordLayout.INT_LE.set(document, length, (int) crc.getValue());
  }
}
