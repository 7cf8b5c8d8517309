package dmrec.samples;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What the bytes of a journal's files say, read without dmrec: every offset is looked at, as
 * FORMAT.md describes documents.
 *
 * @param events each whole event's number, and the name of the file it stands in
 * @param journals the names (UUIDs) that whole headers of files have, oldest file first
 * @param signed whether the last whole header names a key
 * @param damage what is wrong with a file, behind its name; in the order of the files
 */
record PlainScan(
    SortedMap<Long, String> events,
    List<String> journals,
    boolean signed,
    SortedMap<String, String> damage) {
  private static final byte[] HEADER_START = {
    (byte) 0xd3, 'd', 'm', 'r', 'e', 'c', '\r', '\n',
  };
  private static final byte[] HINT = "writePosition".getBytes(StandardCharsets.US_ASCII);
  private static final int HINT_WITHIN = 512;
  private static final int LEAST_BYTES = 32;
  private static final int LENGTH_AT = 8;
  private static final int CRC_AT = 12;
  private static final int SEQ_AT = 16;
  private static final int META = 0x4000_0000;
  private static final int NOT_COMPLETE = 0x8000_0000;

  static PlainScan of(Path folder) throws IOException {
    PlainScan scan = new PlainScan(new TreeMap<>(), new ArrayList<>(), false, new TreeMap<>());
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.cq4")) {
      found.forEach(files::add);
    }
    files.sort(null);
    boolean signed = false;
    for (Path file : files) {
      Boolean said = scan.file(file);
      signed = said == null ? signed : said;
    }
    return new PlainScan(scan.events, scan.journals, signed, scan.damage);
  }

  /** Whether there is no file at all. */
  boolean isEmpty() {
    return journals.isEmpty() && damage.isEmpty();
  }

  /** Whether a number is missing between the first and the last. */
  boolean hasHole() {
    return !events.isEmpty() && events.lastKey() - events.firstKey() + 1 != events.size();
  }

  /** What is wrong in the last file that holds an event, and behind it. */
  SortedMap<String, String> damageAtTheEnd() {
    return damage.tailMap(events.isEmpty() ? "" : String.valueOf(events.get(last())));
  }

  long last() {
    return events.isEmpty() ? 0 : events.lastKey();
  }

  /** Whether the file is to be signed; null where no header says so. */
  private @Nullable Boolean file(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int firstZeros = endOfDocuments(bytes);
    Boolean signed = null;
    long lastAt = -1;
    int behind = 0;
    int lastByte = 0;
    for (int at = 0; at + 4 <= bytes.limit(); at += 4) {
      if (bytes.getInt(at) == 0) {
        continue;
      }
      lastByte = at;
      if (startsWithHeader(bytes, at) && signed == null) {
        signed = header(bytes, at);
      } else if (isDocument(bytes, at)) {
        lastAt = at - 4L;
        behind += at > firstZeros ? 1 : 0;
        int first = bytes.get(at) & 0xff;
        if (first == 1 || first == 2) {
          events.put(bytes.getLong(at + SEQ_AT), name);
        }
      }
    }
    if (bytes.limit() == 0) {
      damage.put(name, "it is empty");
    } else if (lastByte == 0) {
      damage.put(name, "it is all zeros");
    } else if (signed == null) {
      damage.put(name, "it has no header");
    } else if (behind > 0) {
      damage.put(name, behind + " documents behind zeros at " + firstZeros);
    } else if (lastByte > firstZeros
        && bytes.getInt(firstZeros) == 0
        && lastByte >= endOfUnfinished(bytes, firstZeros)) {
      damage.put(name, "bytes up to " + lastByte + " behind zeros at " + firstZeros);
    } else if (hint(bytes) > lastAt) {
      damage.put(name, "the last document ends before the one at " + hint(bytes));
    }
    return signed;
  }

  /** Where the row of documents ends, read from the beginning, header by header. */
  private static int endOfDocuments(ByteBuffer bytes) {
    long at = 0;
    while (at + 4 <= bytes.limit()) {
      int header = bytes.getInt((int) at);
      boolean isDocument =
          (header & META) != 0
              || isDocument(bytes, (int) at + 4)
              || startsWithHeader(bytes, (int) at + 4);
      if (header == 0 || (header & NOT_COMPLETE) != 0 || !isDocument) {
        return (int) at;
      }
      at = (at + 4 + (header & 0x3fff_ffff) + 3) & ~3L;
    }
    return bytes.limit();
  }

  /** Where the document ends of which its frame alone is not written yet, as it comes last. */
  private static long endOfUnfinished(ByteBuffer bytes, int frameAt) {
    int at = frameAt + 4;
    if (at + LEAST_BYTES > bytes.limit()) {
      return at;
    }
    int first = bytes.get(at) & 0xff;
    boolean isOurs = first == 1 || first == 2 || (first >= 0xd4 && first < 0xe0);
    return isOurs ? at + Math.max(0L, bytes.getInt(at + LENGTH_AT)) : at;
  }

  private static boolean startsWithHeader(ByteBuffer bytes, int at) {
    for (int i = 0; i < HEADER_START.length; i++) {
      if (at + i >= bytes.limit() || bytes.get(at + i) != HEADER_START[i]) {
        return false;
      }
    }
    return true;
  }

  /** Takes the journal's name; whether a public key stands there. */
  private boolean header(ByteBuffer bytes, int at) {
    int n = bytes.getShort(at + 10);
    journals.add(
        String.format(
            Locale.ROOT, "%016x%016x", bytes.getLong(at + 16 + n), bytes.getLong(at + 24 + n)));
    for (int i = 0; i < 32; i++) {
      if (bytes.get(at + 112 + n + i) != 0) {
        return true;
      }
    }
    return false;
  }

  /** Whether an event or a note is here whole: its frame, its length and its checksum say so. */
  private static boolean isDocument(ByteBuffer bytes, int at) {
    if (at < 4 || at + LEAST_BYTES > bytes.limit()) {
      return false;
    }
    int first = bytes.get(at) & 0xff;
    int length = bytes.getInt(at + LENGTH_AT);
    if (!(first == 1 || first == 2 || (first >= 0xd4 && first < 0xe0))
        || length < LEAST_BYTES
        || length > bytes.limit() - at
        || bytes.getInt(at - 4) != ((length + 3) & ~3)) {
      return false;
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(at, CRC_AT));
    crc.update(bytes.slice(at + CRC_AT + 4, length - CRC_AT - 4));
    return (int) crc.getValue() == bytes.getInt(at + CRC_AT);
  }

  /** Where the queue says its last document begins; -1 where it says nothing. */
  private static long hint(ByteBuffer bytes) {
    for (int at = 0; at + HINT_WITHIN / 8 < Math.min(bytes.limit(), HINT_WITHIN); at++) {
      int i = 0;
      while (i < HINT.length && bytes.get(at + i) == HINT[i]) {
        i++;
      }
      if (i == HINT.length) {
        return bytes.getLong(((at + i + 8) & ~7) + 16);
      }
    }
    return -1;
  }
}
