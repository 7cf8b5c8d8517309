package dmrec.journal;

import static dmrec.journal.RecordLayout.FIELD_HEADER_BYTES;
import static dmrec.journal.RecordLayout.INT_LE;
import static dmrec.journal.RecordLayout.LONG_LE;
import static dmrec.journal.RecordLayout.SHORT_LE;

import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.event.Fields;
import dmrec.event.Kind;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes one record at a time into a buffer of its own, which grows up to the limit and is used
 * again: after the first few records it allocates nothing.
 *
 * <p>A field that holds its type's default is left out, so that each event has exactly one
 * spelling, and a field added later changes no older record. One thread.
 */
final class RecordEncoder {
  private final CRC32C crc = new CRC32C();
  private byte[] bytes = new byte[64 << 10];
  private int length;
  private int lastTag;

  /** What was written last; valid up to {@link #length} and until the next call. */
  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  /**
   * @throws MalformedException where the record is larger than the format allows, or holds what it
   *     cannot say
   */
  void encode(EventRecord record, long seq) throws MalformedException {
    length = RecordLayout.HEADER_BYTES;
    DmEvent event = record.event();
    Bytes extra = record.extra();
    ByteBuffer newer = extra.isEmpty() ? null : extra.buffer().order(ByteOrder.LITTLE_ENDIAN);
    int kindCode = record.kind().code();
    if (event instanceof DmEvent.Unknown unknown) {
      kindCode = unknown.code();
      if (kindCode < 0 || kindCode > 0xffff || Kind.ofCode(kindCode) != Kind.UNKNOWN) {
        throw new MalformedException("kind " + kindCode + " is no unknown kind of 16 bits");
      }
    }
    if (record.marks() < 0 || record.marks() > 0xff) {
      throw new MalformedException("marks " + record.marks() + " do not fit 8 bits");
    }
    Fields fields = Fields.of(record.kind());
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      payload(field, event);
    }
    lastTag = fields.size();
    if (newer != null) {
      copyBelow(newer, RecordLayout.TAG_NAME);
    }
    text(RecordLayout.TAG_NAME, record.device().name());
    text(RecordLayout.TAG_UUID, record.device().uuid());
    Actor actor = record.actor();
    if (actor != null) {
      int field = begin(RecordLayout.TAG_ACTOR);
      putInt(actor.pid());
      putInt(actor.uid());
      putText(actor.command());
      end(field);
    }
    if (newer != null) {
      lastTag = Math.max(lastTag, RecordLayout.TAG_ACTOR);
      copyBelow(newer, RecordLayout.TAG_EVIDENCE);
      if (newer.hasRemaining()) {
        throw new MalformedException("extra: holds a tag that is not a newer format's");
      }
    }
    bytesField(RecordLayout.TAG_EVIDENCE, record.evidence());
    if (length > RecordLayout.MAX_WRITTEN_BYTES) {
      throw tooLarge();
    }
    header(record, kindCode, seq);
  }

  private void header(EventRecord record, int kindCode, long seq) {
    byte[] b = bytes;
    b[RecordLayout.VERSION] = RecordLayout.FORMAT_VERSION;
    b[RecordLayout.FLAGS] = 0;
    b[RecordLayout.HEADER_LENGTH] = RecordLayout.HEADER_BYTES;
    b[RecordLayout.MARKS] = (byte) record.marks();
    SHORT_LE.set(b, RecordLayout.KIND, (short) kindCode);
    b[RecordLayout.SOURCE] = (byte) record.source().code();
    b[RecordLayout.CERTAINTY] = (byte) record.certainty().code();
    INT_LE.set(b, RecordLayout.TOTAL_LENGTH, length);
    LONG_LE.set(b, RecordLayout.SEQ, seq);
    LONG_LE.set(b, RecordLayout.WALL_NS, record.wallNs());
    LONG_LE.set(b, RecordLayout.MONO_NS, record.monoNs());
    LONG_LE.set(b, RecordLayout.NOT_BEFORE_NS, record.notBeforeNs());
    LONG_LE.set(b, RecordLayout.KERNEL_NS, record.kernelNs());
    LONG_LE.set(b, RecordLayout.DEV, record.device().dev().encoded());
    LONG_LE.set(b, RecordLayout.DISK_SEQ, record.device().diskSeq());
    INT_LE.set(b, RecordLayout.CRC, RecordLayout.crc(crc, b, 0, length));
  }

  private void payload(Field field, DmEvent event) throws MalformedException {
    switch (field.type()) {
      case INT -> {
        int value = field.getInt(event);
        if (value != 0) {
          int at = begin(field.tag());
          putInt(value);
          end(at);
        }
      }
      case LONG -> {
        long value = field.getLong(event);
        if (value != 0) {
          int at = begin(field.tag());
          putLong(value);
          end(at);
        }
      }
      case BOOLEAN -> {
        if (field.getBoolean(event)) {
          int at = begin(field.tag());
          reserve(1);
          bytes[length++] = 1;
          end(at);
        }
      }
      case TEXT -> text(field.tag(), field.getText(event));
      case DEV -> {
        long value = field.getDev(event).encoded();
        if (value != 0) {
          int at = begin(field.tag());
          putLong(value);
          end(at);
        }
      }
      case BYTES -> bytesField(field.tag(), field.getBytes(event));
      case TARGETS -> targets(field.tag(), field.getTargets(event));
      case DEVS -> devs(field.tag(), field.getDevs(event));
      case TEXTS -> texts(field.tag(), field.getTexts(event));
    }
  }

  private void targets(int tag, List<Target> targets) throws MalformedException {
    if (targets.isEmpty()) {
      return;
    }
    int at = begin(tag);
    for (int i = 0; i < targets.size(); i++) {
      Target target = targets.get(i);
      putLong(target.startSector());
      putLong(target.lengthSectors());
      putCountedText(target.type());
      putCountedText(target.params());
      putCountedText(target.status());
    }
    end(at);
  }

  private void devs(int tag, List<DevNo> devs) throws MalformedException {
    if (devs.isEmpty()) {
      return;
    }
    int at = begin(tag);
    for (int i = 0; i < devs.size(); i++) {
      putLong(devs.get(i).encoded());
    }
    end(at);
  }

  private void texts(int tag, List<String> texts) throws MalformedException {
    if (texts.isEmpty()) {
      return;
    }
    int at = begin(tag);
    for (int i = 0; i < texts.size(); i++) {
      putCountedText(texts.get(i));
    }
    end(at);
  }

  private void text(int tag, String text) throws MalformedException {
    if (text.isEmpty()) {
      return;
    }
    int at = begin(tag);
    putText(text);
    end(at);
  }

  private void bytesField(int tag, Bytes value) throws MalformedException {
    if (value.isEmpty()) {
      return;
    }
    int at = begin(tag);
    reserve(value.length());
    value.copyTo(bytes, length);
    length += value.length();
    end(at);
  }

  /** Copies the fields of a newer format whose tags are below {@code tag}. */
  private void copyBelow(ByteBuffer newer, int tag) throws MalformedException {
    while (newer.hasRemaining()) {
      int at = newer.position();
      if (newer.remaining() < FIELD_HEADER_BYTES) {
        throw new MalformedException("extra: a field is cut off");
      }
      int size = newer.getInt(at + 2);
      if (size < 0 || size > newer.remaining() - FIELD_HEADER_BYTES) {
        throw new MalformedException("extra: a field is longer than what holds it");
      }
      int newerTag = newer.getShort(at) & 0xffff;
      if (newerTag >= tag) {
        return;
      }
      if (newerTag <= lastTag) {
        throw new MalformedException(
            "extra: tag " + newerTag + " is known, or not above the tag before it");
      }
      lastTag = newerTag;
      int whole = FIELD_HEADER_BYTES + size;
      reserve(whole);
      newer.get(bytes, length, whole);
      length += whole;
    }
  }

  private int begin(int tag) throws MalformedException {
    reserve(FIELD_HEADER_BYTES);
    SHORT_LE.set(bytes, length, (short) tag);
    length += FIELD_HEADER_BYTES;
    return length;
  }

  private void end(int valueAt) {
    INT_LE.set(bytes, valueAt - 4, length - valueAt);
  }

  private void putInt(int value) throws MalformedException {
    reserve(4);
    INT_LE.set(bytes, length, value);
    length += 4;
  }

  private void putLong(long value) throws MalformedException {
    reserve(8);
    LONG_LE.set(bytes, length, value);
    length += 8;
  }

  private void putCountedText(String text) throws MalformedException {
    reserve(4);
    length += 4;
    int at = length;
    putText(text);
    INT_LE.set(bytes, at - 4, length - at);
  }

  /** Writes the bytes that {@link dmrec.event.KernelText#encode} gives, without the array. */
  private void putText(String text) throws MalformedException {
    int chars = text.length();
    reserve(3L * chars);
    byte[] b = bytes;
    int to = length;
    for (int i = 0; i < chars; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        b[to++] = (byte) c;
      } else if (c < 0x800) {
        b[to++] = (byte) (0xc0 | c >> 6);
        b[to++] = (byte) (0x80 | (c & 0x3f));
      } else if (!Character.isSurrogate(c)) {
        b[to++] = (byte) (0xe0 | c >> 12);
        b[to++] = (byte) (0x80 | (c >> 6 & 0x3f));
        b[to++] = (byte) (0x80 | (c & 0x3f));
      } else if (Character.isHighSurrogate(c)
          && i + 1 < chars
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        int point = Character.toCodePoint(c, text.charAt(++i));
        b[to++] = (byte) (0xf0 | point >> 18);
        b[to++] = (byte) (0x80 | (point >> 12 & 0x3f));
        b[to++] = (byte) (0x80 | (point >> 6 & 0x3f));
        b[to++] = (byte) (0x80 | (point & 0x3f));
      } else {
        b[to++] = c >= 0xdc80 && c <= 0xdcff ? (byte) c : (byte) '?';
      }
    }
    length = to;
  }

  private void reserve(long more) throws MalformedException {
    long needed = length + more;
    if (needed <= bytes.length) {
      return;
    }
    // A text is reserved at three bytes a character before it is known to need fewer.
    if (needed > 4L * RecordLayout.MAX_WRITTEN_BYTES) {
      throw tooLarge();
    }
    bytes = Arrays.copyOf(bytes, (int) Math.max(needed, 2L * bytes.length));
  }

  private static MalformedException tooLarge() {
    return new MalformedException(
        "larger than the limit of " + RecordLayout.MAX_WRITTEN_BYTES + " bytes");
  }
}
