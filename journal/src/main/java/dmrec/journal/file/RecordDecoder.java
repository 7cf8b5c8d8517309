package dmrec.journal.file;

import static dmrec.journal.file.RecordLayout.intAt;

import dmrec.event.Certainty;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.event.Fields;
import dmrec.event.Kind;
import dmrec.event.Source;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bytes of one record of any version. They may come from anybody: every length is checked
 * against what is there before anything is made of it, and nothing but {@link MalformedException}
 * is thrown.
 *
 * <p>What it accepts is exactly what a writer of that version writes (tags ascending, no defaults,
 * no slack), so whatever was read can be written again to the same bytes. One thread.
 */
public final class RecordDecoder {
  private final CRC32C crc = new CRC32C();
  private final Format2Decoder format2 = new Format2Decoder();
  private boolean lacksNames;

  /** Whether a record that its checksum proves begins at {@code at}. */
  public boolean isRecord(byte[] bytes, int at, int length) {
    return looksLikeRecord(bytes, at, length) && isProved(bytes, at);
  }

  /** Whether a record or a control record that its checksum proves begins at {@code at}. */
  public boolean isDocument(byte[] bytes, int at, int length) {
    return isRecord(bytes, at, length)
        || (ControlRecord.looksLikeControl(bytes, at, length) && isProved(bytes, at));
  }

  /** Whether the checksum of what looks like a record or control record is right. */
  public boolean isProved(byte[] bytes, int at) {
    return intAt(bytes, at + RecordLayout.CRC)
        == RecordLayout.crc(crc, bytes, at, intAt(bytes, at + RecordLayout.TOTAL_LENGTH));
  }

  /** What is wrong with a document that is no record and no control record. */
  public String fault(byte[] bytes, int at, int length) {
    if (ControlRecord.looksLikeControl(bytes, at, length)) {
      return "a control record whose checksum is wrong";
    }
    try {
      checkFrame(bytes, at, length);
      return "no record";
    } catch (MalformedException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /**
   * Whether what begins at {@code at} claims to be a record of the length of its document. Looks at
   * no more than the first {@link RecordLayout#HEADER_BYTES}.
   */
  public static boolean looksLikeRecord(byte[] bytes, int at, int length) {
    if (length < RecordLayout.HEADER_BYTES
        || !RecordLayout.isRecordVersion(bytes[at + RecordLayout.VERSION])) {
      return false;
    }
    int header = RecordLayout.headerBytes(bytes[at + RecordLayout.VERSION]);
    int total = intAt(bytes, at + RecordLayout.TOTAL_LENGTH);
    return bytes[at + RecordLayout.HEADER_LENGTH] == header
        && total >= header
        && total <= length
        && length - total < 4;
  }

  /**
   * Reads the record in {@code length} bytes from {@code at}; up to three bytes of padding may
   * follow it.
   *
   * @param names knows the definitions before it
   */
  public EventRecord decode(byte[] bytes, int at, int length, NameResolver names)
      throws MalformedException {
    return decode(bytes, at, length, names, false);
  }

  /** As {@link #decode}, for a record within a checkpoint. */
  EventRecord decodeInline(byte[] bytes, int at, int length) throws MalformedException {
    return decode(bytes, at, length, NameResolver.NONE, true);
  }

  private EventRecord decode(byte[] bytes, int at, int length, NameResolver names, boolean inline)
      throws MalformedException {
    lacksNames = false;
    checkFrame(bytes, at, length);
    if (bytes[at + RecordLayout.VERSION] == Format1.VERSION) {
      return Format1Decoder.decode(bytes, at);
    }
    EventRecord record = format2.decode(bytes, at, names, inline);
    lacksNames = format2.lacksNames();
    return record;
  }

  /**
   * A payload field alone of a record that its checksum proves, without a look at what is behind.
   *
   * @param kind of which the record is known to be
   * @return null where it cannot be told alone
   */
  public static @Nullable Object value(byte[] bytes, int at, Kind kind, Field field) {
    if (bytes[at + RecordLayout.VERSION] == Format1.VERSION
        || RecordLayout.shortAt(bytes, at + RecordLayout.KIND) != kind.code()) {
      return null;
    }
    try {
      return Format2Decoder.value(bytes, at, field);
    } catch (MalformedException e) {
      return null;
    }
  }

  /**
   * Whether the record that was read last has names whose definition was not found. It then has
   * none, and no evidence where that repeats them; all else is there.
   */
  public boolean lacksNames() {
    return lacksNames;
  }

  private void checkFrame(byte[] bytes, int at, int length) throws MalformedException {
    if (length < RecordLayout.HEADER_BYTES) {
      throw bad(0, "a header of " + RecordLayout.HEADER_BYTES + " bytes", length + " bytes");
    }
    int version = bytes[at + RecordLayout.VERSION] & 0xff;
    if (!RecordLayout.isRecordVersion(version)) {
      throw bad(
          RecordLayout.VERSION,
          "format version " + Format1.VERSION + " or " + RecordLayout.FORMAT_VERSION,
          "" + version);
    }
    int headerBytes = RecordLayout.headerBytes(version);
    int header = bytes[at + RecordLayout.HEADER_LENGTH] & 0xff;
    if (header != headerBytes) {
      throw bad(RecordLayout.HEADER_LENGTH, "a header of " + headerBytes + " bytes", "" + header);
    }
    int total = intAt(bytes, at + RecordLayout.TOTAL_LENGTH);
    if (total < headerBytes || total > length || length - total >= 4) {
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

  // What the versions have in common.

  static DmEvent event(Kind kind, int code, Fields fields, @Nullable Object[] values)
      throws MalformedException {
    if (kind == Kind.UNKNOWN) {
      return new DmEvent.Unknown(code);
    }
    try {
      return fields.construct(values);
    } catch (IllegalArgumentException e) {
      throw bad(RecordLayout.KIND, "a payload of " + kind.word(), String.valueOf(e.getMessage()));
    }
  }

  static Source source(byte[] bytes, int at) throws MalformedException {
    int code = bytes[at + RecordLayout.SOURCE] & 0xff;
    Source source = Source.ofCode(code);
    if (source == null) {
      throw bad(RecordLayout.SOURCE, "a source this version knows", "source " + code);
    }
    return source;
  }

  static Certainty certainty(byte[] bytes, int at) throws MalformedException {
    int code = bytes[at + RecordLayout.CERTAINTY] & 0xff;
    Certainty certainty = Certainty.ofCode(code);
    if (certainty == null) {
      throw bad(RecordLayout.CERTAINTY, "a certainty this version knows", "certainty " + code);
    }
    return certainty;
  }

  static MalformedException bad(int offset, String expected, String found) {
    return new MalformedException(
        "at byte " + offset + " of the record: expected " + expected + ", found " + found);
  }
}
