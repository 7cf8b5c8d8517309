package dmrec.journal.file;

import static dmrec.journal.file.Format1.FIELD_HEADER_BYTES;
import static dmrec.journal.file.RecordLayout.INT_LE;
import static dmrec.journal.file.RecordLayout.LONG_LE;
import static dmrec.journal.file.RecordLayout.SHORT_LE;

import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.event.Fields;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.CRC32C;

/** Writes one record of version 1 at a time, as the writers of that version did. One thread. */
final class Format1Encoder {
  private final CRC32C crc = new CRC32C();
  private final RecordBuffer out = new RecordBuffer(64 << 10);
  private int lastTag;

  /** What was written last; valid up to {@link #length} and until the next call. */
  byte[] bytes() {
    return out.bytes();
  }

  int length() {
    return out.length();
  }

  /**
   * @throws MalformedException where the record is larger than the format allows, or holds what it
   *     cannot say
   */
  void encode(EventRecord record, long seq) throws MalformedException {
    out.begin(Format1.HEADER_BYTES);
    DmEvent event = record.event();
    Bytes extra = record.extra();
    ByteBuffer newer = extra.isEmpty() ? null : extra.buffer().order(ByteOrder.LITTLE_ENDIAN);
    int kindCode = RecordEncoder.kindCode(event);
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
      copyBelow(newer, Format1.TAG_NAME);
    }
    text(Format1.TAG_NAME, record.device().name());
    text(Format1.TAG_UUID, record.device().uuid());
    Actor actor = record.actor();
    if (actor != null) {
      int field = begin(Format1.TAG_ACTOR);
      out.putInt(actor.pid());
      out.putInt(actor.uid());
      out.putText(actor.command());
      end(field);
    }
    if (newer != null) {
      lastTag = Math.max(lastTag, Format1.TAG_ACTOR);
      copyBelow(newer, Format1.TAG_EVIDENCE);
      if (newer.hasRemaining()) {
        throw new MalformedException("extra: holds a tag that is not a newer format's");
      }
    }
    bytesField(Format1.TAG_EVIDENCE, record.evidence());
    if (out.length() > RecordLayout.MAX_WRITTEN_BYTES) {
      throw RecordBuffer.tooLarge();
    }
    header(record, kindCode, seq);
  }

  private void header(EventRecord record, int kindCode, long seq) {
    byte[] b = out.bytes();
    int length = out.length();
    b[RecordLayout.VERSION] = Format1.VERSION;
    b[RecordLayout.FLAGS] = 0;
    b[RecordLayout.HEADER_LENGTH] = Format1.HEADER_BYTES;
    b[RecordLayout.MARKS] = (byte) record.marks();
    SHORT_LE.set(b, RecordLayout.KIND, (short) kindCode);
    b[RecordLayout.SOURCE] = (byte) record.source().code();
    b[RecordLayout.CERTAINTY] = (byte) record.certainty().code();
    INT_LE.set(b, RecordLayout.TOTAL_LENGTH, length);
    LONG_LE.set(b, RecordLayout.SEQ, seq);
    LONG_LE.set(b, RecordLayout.WALL_NS, record.wallNs());
    LONG_LE.set(b, Format1.MONO_NS, record.monoNs());
    LONG_LE.set(b, Format1.NOT_BEFORE_NS, record.notBeforeNs());
    LONG_LE.set(b, Format1.KERNEL_NS, record.kernelNs());
    LONG_LE.set(b, Format1.DEV, record.device().dev().encoded());
    LONG_LE.set(b, Format1.DISK_SEQ, record.device().diskSeq());
    INT_LE.set(b, RecordLayout.CRC, RecordLayout.crc(crc, b, 0, length));
  }

  private void payload(Field field, DmEvent event) throws MalformedException {
    switch (field.type()) {
      case INT -> {
        int value = field.getInt(event);
        if (value != 0) {
          int at = begin(field.tag());
          out.putInt(value);
          end(at);
        }
      }
      case LONG -> {
        long value = field.getLong(event);
        if (value != 0) {
          int at = begin(field.tag());
          out.putLong(value);
          end(at);
        }
      }
      case BOOLEAN -> {
        if (field.getBoolean(event)) {
          int at = begin(field.tag());
          out.putByte(1);
          end(at);
        }
      }
      case TEXT -> text(field.tag(), field.getText(event));
      case DEV -> {
        long value = field.getDev(event).encoded();
        if (value != 0) {
          int at = begin(field.tag());
          out.putLong(value);
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
      out.putLong(target.startSector());
      out.putLong(target.lengthSectors());
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
      out.putLong(devs.get(i).encoded());
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
    out.putText(text);
    end(at);
  }

  private void bytesField(int tag, Bytes value) throws MalformedException {
    if (value.isEmpty()) {
      return;
    }
    int at = begin(tag);
    out.putBytes(value);
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
      byte[] field = new byte[whole];
      newer.get(field);
      out.putBytes(field, 0, whole);
    }
  }

  /** A tag of 16 bits, and a length of 32 that {@link #end} fills in. */
  private int begin(int tag) throws MalformedException {
    out.putByte(tag);
    out.putByte(tag >> 8);
    out.putInt(0);
    return out.length();
  }

  private void end(int valueAt) {
    INT_LE.set(out.bytes(), valueAt - 4, out.length() - valueAt);
  }

  private void putCountedText(String text) throws MalformedException {
    out.putInt(0);
    int at = out.length();
    out.putText(text);
    end(at);
  }
}
