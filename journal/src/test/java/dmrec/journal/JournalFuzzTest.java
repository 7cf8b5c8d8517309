package dmrec.journal;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.fuzz.Scratch;
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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

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
      List<EventRecord> records = new ArrayList<>();
      boolean isSound = read(journal, most, records);
      records.forEach(Accepted::expectRoundTrip);
      Topology stack = new Topology();
      records.forEach(stack::apply);
      seek(journal, most, records, Arrays.hashCode(bytes) & 0xff);
      index(journal, records, isSound);
      verify(journal, isSound);
      info(journal);
      // What takes a hundred times as long is done for a few.
      switch (Arrays.hashCode(bytes) & 31) {
        case 0 -> repair(journal);
        case 1 -> append(journal, records);
        case 2 -> {
          // A file behind it makes it a finished one, whose index is kept.
          Files.write(journal.resolve(SECOND), bytes);
          records.clear();
          isSound = read(journal, 2 * most, records);
          index(journal, records, isSound);
          index(journal, records, isSound);
          verify(journal, isSound);
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

  /** Whether all of it is sound. */
  private static boolean read(Path journal, int most, List<EventRecord> into) {
    int failures = 0;
    try (JournalReader reader = JournalReader.open(journal)) {
      while (true) {
        try {
          EventRecord record = reader.next();
          if (record == null) {
            return failures == 0;
          }
          into.add(record);
        } catch (JournalException e) {
          Scratch.expectOneLine(e);
          if (++failures > most) {
            throw new AssertionError("reading does not come to an end", e);
          }
        }
      }
    } catch (JournalException e) {
      Scratch.expectOneLine(e);
      return false;
    }
  }

  private interface Seek {
    void in(JournalReader reader) throws JournalException;
  }

  private static void seek(Path journal, int most, List<EventRecord> records, int choice) {
    EventRecord some = records.isEmpty() ? null : records.get(records.size() / 2);
    long seq = some == null ? 1 : some.seq();
    long wallNs = some == null ? 0 : some.wallNs();
    List<Seek> all =
        List.of(
            reader -> reader.seekSeq(seq),
            reader -> reader.seekSeq(Long.MAX_VALUE),
            reader -> reader.seekSeq(Long.MIN_VALUE),
            reader -> reader.seekTime(wallNs),
            reader -> reader.seekTime(Long.MAX_VALUE),
            reader -> reader.seekTime(Long.MIN_VALUE),
            reader -> reader.seekFoldSeq(seq),
            reader -> reader.seekFoldSeq(Long.MIN_VALUE),
            reader -> reader.seekFoldTime(wallNs),
            reader -> reader.first(),
            reader -> reader.last());
    // Two of them: each opens all files anew.
    for (Seek each : List.of(all.get(choice % all.size()), all.get((choice + 5) % all.size()))) {
      int failures = 0;
      try (JournalReader reader = JournalReader.open(journal)) {
        each.in(reader);
        EventRecord last = some;
        while (failures <= most) {
          try {
            EventRecord record = reader.next();
            if (record == null) {
              break;
            }
            last = record;
          } catch (JournalException e) {
            Scratch.expectOneLine(e);
            failures++;
          }
        }
        if (failures > most) {
          throw new AssertionError("reading does not come to an end");
        }
        if (last != null) {
          reader.skipLaterThan(last, 0);
        }
      } catch (JournalException e) {
        Scratch.expectOneLine(e);
      }
    }
  }

  private static void index(Path journal, List<EventRecord> records, boolean isSound)
      throws JournalException {
    JournalIndex opened;
    try {
      opened = JournalIndex.open(journal, null);
    } catch (JournalException e) {
      Scratch.expectOneLine(e);
      return;
    }
    Set<EventRecord> known = new HashSet<>(records);
    try (JournalIndex index = opened) {
      index.firstSeq();
      index.firstWallNs();
      index.lastWallNs();
      long last = index.lastSeq();
      index.seqAt(Long.MIN_VALUE);
      index.seqAt(Long.MAX_VALUE);
      index.devicesFrom(0);
      for (long seq : new long[] {Long.MIN_VALUE, 0, 1, last, last + 1, Long.MAX_VALUE}) {
        index.stackAt(seq);
        index.devicesFrom(seq);
        expectKnown(index.read(seq), seq, known);
      }
      for (EventRecord each : records.subList(0, Math.min(records.size(), 8))) {
        expectKnown(index.read(each.seq()), each.seq(), known);
        index.seqAt(each.wallNs());
        index.stackAt(each.seq());
      }
      List<EventRecord> found = all(index.search(Sought.ALL), known);
      if (isSound && found.size() == records.size()) {
        Scratch.expectSame(records, found, "found by the index");
      }
      all(index.searchBack(Sought.ALL), known);
      DeviceRef device = records.isEmpty() ? DeviceRef.NONE : records.get(0).device();
      all(
          index.search(
              new Sought() {
                @Override
                public boolean mayBe(DeviceRef other) {
                  return other.equals(device);
                }
              }),
          known);
    } catch (JournalException e) {
      Scratch.expectOneLine(e);
    }
  }

  private static List<EventRecord> all(JournalIndex.Search search, Set<EventRecord> known)
      throws JournalException {
    List<EventRecord> found = new ArrayList<>();
    for (EventRecord r = search.next(); r != null; r = search.next()) {
      expectKnown(r, r.seq(), known);
      found.add(r);
      if (found.size() > known.size()) {
        throw new AssertionError("a search does not come to an end");
      }
    }
    return found;
  }

  private static void expectKnown(@Nullable EventRecord found, long seq, Set<EventRecord> known) {
    if (found != null && (found.seq() != seq || !known.contains(found))) {
      throw new AssertionError("the index has for #" + seq + " what no reader has: " + found);
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
      JournalInfo.of(journal);
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
    List<EventRecord> records = new ArrayList<>();
    try {
      if (result.copied() > 0
          && (!read(copy, 0, records) || !Tampering.verify(copy).findings().isEmpty())) {
        throw new AssertionError(result + ", but the copy is not sound");
      }
    } catch (JournalException e) {
      throw new AssertionError("the copy is not read", e);
    }
  }

  private static void append(Path journal, List<EventRecord> before) {
    try (JournalWriter writer = JournalWriter.open(journal, Tampering.sealedEvery(5))) {
      long seq = writer.lastSeq();
      if (writer.append(Tampering.event(0, 1)) != seq + 1) {
        throw new AssertionError("numbered " + writer.lastSeq() + " behind " + seq);
      }
    } catch (JournalException e) {
      Scratch.expectOneLine(e);
      return;
    }
    List<EventRecord> records = new ArrayList<>();
    read(journal, Integer.MAX_VALUE, records);
    if (records.size() != before.size() + 1 || !records.subList(0, before.size()).equals(before)) {
      throw new AssertionError(before.size() + " records, one appended: " + records.size());
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
    } else if (document.length >= Note.HEADER_BYTES) {
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
