package dmrec.journal;

import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.journal.file.CycleFile;
import dmrec.journal.file.DocumentScanner;
import dmrec.journal.file.RecordLayout;
import dmrec.target.DevNo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/** Changes a journal's files behind dmrec's back, as damage or an attacker would. */
final class Tampering implements AutoCloseable {
  static final long T0 = 1_772_334_725_000_000_000L;

  private final Path file;
  private final FileChannel channel;

  /** A document of a file: where its frame begins, and its bytes without frame and padding. */
  record Document(long offset, int length, Bytes bytes) {
    long seq() {
      return isEvent() ? RecordLayout.longAt(bytes.toArray(), RecordLayout.SEQ) : 0;
    }

    boolean isEvent() {
      return RecordLayout.isRecordVersion(first());
    }

    boolean isSeal() {
      return first() == 0xd5;
    }

    int first() {
      return bytes.buffer().get(0) & 0xff;
    }
  }

  Tampering(Path file) throws IOException {
    this.file = file;
    this.channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  static List<Document> documents(Path file) throws IOException {
    List<Document> documents = new ArrayList<>();
    try (DocumentScanner scanner = new DocumentScanner(CycleFile.open(file))) {
      for (DocumentScanner.Found found = scanner.next(true);
          found != null;
          found = scanner.next(true)) {
        int at = scanner.at();
        byte[] bytes = Arrays.copyOfRange(scanner.bytes(), at, at + scanner.length());
        documents.add(new Document(scanner.offset(), scanner.length(), Bytes.of(bytes)));
      }
    }
    return documents;
  }

  byte[] read(long at, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    channel.read(bytes, at);
    return bytes.array();
  }

  void write(long at, byte[] bytes) throws IOException {
    channel.write(ByteBuffer.wrap(bytes), at);
  }

  /** Flips a bit; doing so again restores it. */
  void flip(long at, int bit) throws IOException {
    byte[] one = read(at, 1);
    one[0] ^= (byte) (1 << bit);
    write(at, one);
  }

  void truncate(long length) throws IOException {
    channel.truncate(length);
  }

  Path file() {
    return file;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /**
   * Puts other documents into the place of a file's own, with right frames behind the queue's own
   * beginning, and lets the queue count the last of them.
   */
  static void replaceAll(Path file, List<byte[]> documents) throws IOException {
    List<Document> old = documents(file);
    byte[] all = Files.readAllBytes(file);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(all, 0, (int) old.get(0).offset());
    long lastAt = 0;
    for (byte[] each : documents) {
      lastAt = out.size();
      byte[] framed = new byte[4 + (each.length + 3) / 4 * 4];
      ByteBuffer.wrap(framed).order(ByteOrder.LITTLE_ENDIAN).putInt(framed.length - 4).put(each);
      out.write(framed);
    }
    out.write(new byte[4096 - out.size() % 4096 + 4096]);
    byte[] now = out.toByteArray();
    byte[] name = "writePosition".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    for (int i = 0; i < 512; i++) {
      if (Arrays.equals(now, i, i + name.length, name, 0, name.length)) {
        int at = ((i + name.length + 8) & ~7) + 16;
        ByteBuffer.wrap(now).order(ByteOrder.LITTLE_ENDIAN).putLong(at, lastAt);
        break;
      }
    }
    Files.write(file, now);
  }

  static List<byte[]> bytes(List<Document> documents) {
    List<byte[]> all = new ArrayList<>();
    for (Document each : documents) {
      all.add(each.bytes().toArray());
    }
    return all;
  }

  /** A record with one byte of its fixed header changed and its checksum made right again. */
  static byte[] forged(byte[] record, int at) {
    byte[] other = record.clone();
    other[at] ^= 1;
    return summed(other);
  }

  static byte[] summed(byte[] document) {
    RecordLayout.INT_LE.set(
        document, RecordLayout.CRC, RecordLayout.crc(new CRC32C(), document, 0, document.length));
    return document;
  }

  /** A small event, {@code stepNs} behind the one before. */
  static EventRecord event(long seq, long stepNs) {
    int minor = (int) (seq % 7);
    DeviceRef device = new DeviceRef(new DevNo(254, minor), 5, minor < 4 ? "" : "dm" + minor, "");
    DmEvent event =
        switch ((int) (seq % 3)) {
          case 0 -> new DmEvent.DeviceSuspended(false);
          case 1 -> new DmEvent.DeviceResumed(true);
          default -> new DmEvent.PathFailed(new DevNo(8, 16), "sdb", 1, (int) seq);
        };
    return EventRecord.of(event)
        .seq(seq)
        .at(T0 + seq * stepNs, 1_000_000_000L + seq * stepNs)
        .source(Source.UEVENT)
        .device(device)
        .build();
  }

  /** Appends events to a journal. */
  static void append(JournalWriter writer, int count, long stepNs) throws JournalException {
    for (int i = 0; i < count; i++) {
      writer.append(event(writer.lastSeq() + 1, stepNs));
    }
  }

  static JournalOptions sealedEvery(int records) {
    return JournalOptions.usual()
        .with(new SealPolicy(records, 0))
        .with(SyncPolicy.OS)
        .withReserve(0);
  }

  static Verification verify(Path folder) throws JournalException {
    return Journal.verify(folder, null, Verification.Progress.NONE);
  }
}
