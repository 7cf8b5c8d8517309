package dmrec.journal;

import static dmrec.journal.RecordLayout.FIELD_HEADER_BYTES;
import static dmrec.journal.RecordLayout.HEADER_BYTES;
import static dmrec.journal.RecordLayout.intAt;
import static dmrec.journal.RecordLayout.longAt;
import static dmrec.journal.RecordLayout.shortAt;

import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.event.FieldType;
import dmrec.event.Fields;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bytes of one record. They may come from anybody: every length is checked against what
 * is there before anything is made of it, and nothing but {@link MalformedException} is thrown.
 *
 * <p>What it accepts is exactly what {@link RecordEncoder} writes (tags ascending, no defaults, no
 * slack), so whatever was read can be written again to the same bytes. One thread.
 */
final class RecordDecoder {
  private static final Source[] SOURCES = Source.values();
  private static final Certainty[] CERTAINTIES = Certainty.values();

  private final CRC32C crc = new CRC32C();

  /** Whether a record that its checksum proves begins at {@code at}. */
  boolean isRecord(byte[] bytes, int at, int length) {
    return looksLikeRecord(bytes, at, length) && isProved(bytes, at);
  }

  /** Whether a record or a note that its checksum proves begins at {@code at}. */
  boolean isDocument(byte[] bytes, int at, int length) {
    return isRecord(bytes, at, length)
        || (Note.looksLikeNote(bytes, at, length) && isProved(bytes, at));
  }

  /** Whether the checksum of what looks like a record or note is right. */
  boolean isProved(byte[] bytes, int at) {
    return intAt(bytes, at + RecordLayout.CRC)
        == RecordLayout.crc(crc, bytes, at, intAt(bytes, at + RecordLayout.TOTAL_LENGTH));
  }

  /** What is wrong with a document that is no record and no note. */
  String fault(byte[] bytes, int at, int length) {
    if (Note.looksLikeNote(bytes, at, length)) {
      return "a note of the journal's own, whose checksum is wrong";
    }
    try {
      checkFrame(bytes, at, length);
      return "no record";
    } catch (MalformedException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Whether what begins at {@code at} claims to be a record of the length of its document. */
  static boolean looksLikeRecord(byte[] bytes, int at, int length) {
    if (length < HEADER_BYTES
        || bytes[at + RecordLayout.VERSION] != RecordLayout.FORMAT_VERSION
        || bytes[at + RecordLayout.HEADER_LENGTH] != HEADER_BYTES) {
      return false;
    }
    int total = intAt(bytes, at + RecordLayout.TOTAL_LENGTH);
    return total >= HEADER_BYTES && total <= length && length - total < 4;
  }

  /**
   * Reads the record in {@code length} bytes from {@code at}; up to three bytes of padding may
   * follow it.
   */
  EventRecord decode(byte[] bytes, int at, int length) throws MalformedException {
    checkFrame(bytes, at, length);
    int end = at + intAt(bytes, at + RecordLayout.TOTAL_LENGTH);
    int code = shortAt(bytes, at + RecordLayout.KIND);
    Kind kind = Kind.ofCode(code);
    Fields fields = Fields.of(kind);
    @Nullable Object[] values = new Object[fields.size()];
    String name = "";
    String uuid = "";
    Actor actor = null;
    Bytes evidence = Bytes.NONE;
    ByteArrayOutputStream extra = null;
    int lastTag = 0;
    int p = at + HEADER_BYTES;
    while (p < end) {
      if (end - p < FIELD_HEADER_BYTES) {
        throw bad(p - at, "a field of at least 6 bytes", end - p + " bytes");
      }
      int tag = shortAt(bytes, p);
      int size = intAt(bytes, p + 2);
      int valueAt = p + FIELD_HEADER_BYTES;
      if (tag <= lastTag) {
        throw bad(p - at, "a tag above " + lastTag, "tag " + tag);
      }
      if (size < 0 || size > end - valueAt) {
        throw bad(p - at, "a field of at most " + (end - valueAt) + " bytes", "length " + size);
      }
      Value value = new Value(bytes, at, valueAt, valueAt + size);
      if (tag <= values.length) {
        values[tag - 1] = value.of(fields.get(tag - 1));
      } else if (tag == RecordLayout.TAG_NAME) {
        name = value.text();
      } else if (tag == RecordLayout.TAG_UUID) {
        uuid = value.text();
      } else if (tag == RecordLayout.TAG_ACTOR) {
        actor = value.actor();
      } else if (tag == RecordLayout.TAG_EVIDENCE) {
        evidence = value.bytes();
      } else {
        extra = extra == null ? new ByteArrayOutputStream() : extra;
        extra.write(bytes, p, FIELD_HEADER_BYTES + size);
      }
      lastTag = tag;
      p = valueAt + size;
    }
    DevNo dev = dev(longAt(bytes, at + RecordLayout.DEV), RecordLayout.DEV);
    return new EventRecord(
        longAt(bytes, at + RecordLayout.SEQ),
        longAt(bytes, at + RecordLayout.WALL_NS),
        longAt(bytes, at + RecordLayout.MONO_NS),
        longAt(bytes, at + RecordLayout.NOT_BEFORE_NS),
        longAt(bytes, at + RecordLayout.KERNEL_NS),
        source(bytes[at + RecordLayout.SOURCE] & 0xff),
        certainty(bytes[at + RecordLayout.CERTAINTY] & 0xff),
        bytes[at + RecordLayout.MARKS] & 0xff,
        actor,
        device(dev, longAt(bytes, at + RecordLayout.DISK_SEQ), name, uuid),
        event(kind, code, fields, values),
        evidence,
        extra == null ? Bytes.NONE : Bytes.of(extra.toByteArray()));
  }

  private void checkFrame(byte[] bytes, int at, int length) throws MalformedException {
    if (length < HEADER_BYTES) {
      throw bad(0, "a header of " + HEADER_BYTES + " bytes", length + " bytes");
    }
    int version = bytes[at + RecordLayout.VERSION] & 0xff;
    if (version != RecordLayout.FORMAT_VERSION) {
      throw bad(
          RecordLayout.VERSION, "format version " + RecordLayout.FORMAT_VERSION, "" + version);
    }
    int header = bytes[at + RecordLayout.HEADER_LENGTH] & 0xff;
    if (header != HEADER_BYTES) {
      throw bad(RecordLayout.HEADER_LENGTH, "a header of " + HEADER_BYTES + " bytes", "" + header);
    }
    int total = intAt(bytes, at + RecordLayout.TOTAL_LENGTH);
    if (total < HEADER_BYTES || total > length || length - total >= 4) {
      throw bad(RecordLayout.TOTAL_LENGTH, "a record of " + length + " bytes", "length " + total);
    }
    int expected = intAt(bytes, at + RecordLayout.CRC);
    int found = RecordLayout.crc(crc, bytes, at, total);
    if (expected != found) {
      throw bad(
          RecordLayout.CRC,
          String.format("checksum %08x", expected),
          String.format("%08x over the bytes", found));
    }
    int flags = bytes[at + RecordLayout.FLAGS] & 0xff;
    if (flags != 0) {
      throw bad(RecordLayout.FLAGS, "no flags", "flags " + flags);
    }
    for (int i = at + total; i < at + length; i++) {
      if (bytes[i] != 0) {
        throw bad(i - at, "padding of zeros", "" + bytes[i]);
      }
    }
  }

  private static DmEvent event(Kind kind, int code, Fields fields, @Nullable Object[] values)
      throws MalformedException {
    if (kind == Kind.UNKNOWN) {
      return new DmEvent.Unknown(code);
    }
    try {
      return fields.construct(values);
    } catch (IllegalArgumentException e) {
      throw bad(HEADER_BYTES, "a payload of " + kind.word(), String.valueOf(e.getMessage()));
    }
  }

  private static DeviceRef device(DevNo dev, long diskSeq, String name, String uuid) {
    boolean none = dev.equals(DevNo.NONE) && diskSeq == 0 && name.isEmpty() && uuid.isEmpty();
    return none ? DeviceRef.NONE : new DeviceRef(dev, diskSeq, name, uuid);
  }

  private static Source source(int code) throws MalformedException {
    for (Source source : SOURCES) {
      if (source.code() == code) {
        return source;
      }
    }
    throw bad(RecordLayout.SOURCE, "a source this version knows", "source " + code);
  }

  private static Certainty certainty(int code) throws MalformedException {
    for (Certainty certainty : CERTAINTIES) {
      if (certainty.code() == code) {
        return certainty;
      }
    }
    throw bad(RecordLayout.CERTAINTY, "a certainty this version knows", "certainty " + code);
  }

  private static DevNo dev(long encoded, int offset) throws MalformedException {
    DevNo dev = DevNo.decode(encoded);
    if (dev.encoded() != encoded) {
      throw bad(offset, "a device number", Long.toHexString(encoded));
    }
    return dev;
  }

  private static MalformedException bad(int offset, String expected, String found) {
    return new MalformedException(
        "at byte " + offset + " of the record: expected " + expected + ", found " + found);
  }

  /** The value of one field: the bytes from {@code from} to {@code end}. */
  private static final class Value {
    private final byte[] bytes;
    private final int recordAt;
    private final int end;
    private int p;

    Value(byte[] bytes, int recordAt, int from, int end) {
      this.bytes = bytes;
      this.recordAt = recordAt;
      this.p = from;
      this.end = end;
    }

    Object of(Field field) throws MalformedException {
      int from = p;
      Object value =
          switch (field.type()) {
            case INT -> fixedInt();
            case LONG -> fixedLong();
            case BOOLEAN -> truth();
            case TEXT -> text();
            case DEV -> {
              need(8, 8);
              yield device();
            }
            case BYTES -> bytes();
            case TARGETS -> targets();
            case DEVS -> devs();
            case TEXTS -> texts();
          };
      if (isDefault(field.type(), value)) {
        throw bad(from - recordAt, "a field that says something", "the default of " + field);
      }
      return value;
    }

    private static boolean isDefault(FieldType type, Object value) {
      return value.equals(type.defaultValue());
    }

    private int fixedInt() throws MalformedException {
      need(4, 4);
      return nextInt();
    }

    private long fixedLong() throws MalformedException {
      need(8, 8);
      return nextLong();
    }

    private boolean truth() throws MalformedException {
      need(1, 1);
      if (bytes[p] != 1) {
        throw bad(p - recordAt, "1 for true", "" + bytes[p]);
      }
      return true;
    }

    String text() throws MalformedException {
      if (p == end) {
        throw bad(p - recordAt, "text", "none");
      }
      return text(end - p);
    }

    Bytes bytes() throws MalformedException {
      if (p == end) {
        throw bad(p - recordAt, "bytes", "none");
      }
      return Bytes.of(ByteBuffer.wrap(bytes, p, end - p));
    }

    Actor actor() throws MalformedException {
      need(8, Integer.MAX_VALUE);
      int pid = nextInt();
      int uid = nextInt();
      return new Actor(pid, uid, text(end - p));
    }

    private List<Target> targets() throws MalformedException {
      List<Target> targets = new ArrayList<>();
      while (p < end) {
        need(16, Integer.MAX_VALUE);
        long start = nextLong();
        long length = nextLong();
        targets.add(new Target(start, length, countedText(), countedText(), countedText()));
      }
      return List.copyOf(targets);
    }

    private List<DevNo> devs() throws MalformedException {
      List<DevNo> devs = new ArrayList<>();
      while (p < end) {
        need(8, Integer.MAX_VALUE);
        devs.add(device());
      }
      return List.copyOf(devs);
    }

    private List<String> texts() throws MalformedException {
      List<String> texts = new ArrayList<>();
      while (p < end) {
        texts.add(countedText());
      }
      return List.copyOf(texts);
    }

    private DevNo device() throws MalformedException {
      int offset = p - recordAt;
      return dev(nextLong(), offset);
    }

    private String countedText() throws MalformedException {
      need(4, Integer.MAX_VALUE);
      int size = nextInt();
      if (size < 0 || size > end - p) {
        throw bad(p - 4 - recordAt, "text of at most " + (end - p) + " bytes", "length " + size);
      }
      return text(size);
    }

    private String text(int size) {
      String text = KernelText.decode(ByteBuffer.wrap(bytes, p, size));
      p += size;
      return text;
    }

    private void need(int atLeast, int atMost) throws MalformedException {
      int size = end - p;
      if (size < atLeast || size > atMost) {
        throw bad(p - recordAt, atLeast + " bytes", size + " bytes");
      }
    }

    private int nextInt() {
      p += 4;
      return intAt(bytes, p - 4);
    }

    private long nextLong() {
      p += 8;
      return longAt(bytes, p - 8);
    }
  }
}
