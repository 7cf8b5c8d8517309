package dmrec.journal.file;

import dmrec.event.Bytes;

/**
 * The fields of a record that this version does not know, as {@link
 * dmrec.event.EventRecord#extra()} keeps them.
 *
 * <p>Those of version 2 stand behind two zero bytes, as no field of version 1 begins. Those of
 * version 1 stand as they were: only their writer knew their types, so they cannot be spelled anew.
 * A record of version 2 carries these in one field ({@link RecordLayout#TAG_FORMAT_1}).
 */
final class ExtraFields {
  /** How fields of version 2 begin in {@code extra}. */
  static final int PREFIX_BYTES = 2;

  private final byte[] bytes;
  private final boolean isFormat1;
  private int at = PREFIX_BYTES;

  /**
   * @throws MalformedException where they are no fields
   */
  ExtraFields(Bytes extra) throws MalformedException {
    bytes = extra.toArray();
    isFormat1 = bytes.length < PREFIX_BYTES || bytes[0] != 0 || bytes[1] != 0;
    if (isFormat1 && !Format1.areFields(bytes, 0, bytes.length)) {
      throw new MalformedException("extra: expected whole fields of version 1 with ascending tags");
    }
    if (!isFormat1 && onlyFormat1()) {
      throw new MalformedException("extra: fields of version 1 alone stand without two zero bytes");
    }
  }

  /** Whether nothing but the one field for those of version 1 is there. */
  private boolean onlyFormat1() throws MalformedException {
    if (bytes.length <= PREFIX_BYTES) {
      throw new MalformedException("extra: expected a field behind two zero bytes, found none");
    }
    FieldCursor first = new FieldCursor(bytes, 0, PREFIX_BYTES, bytes.length);
    return first.nextField() == RecordLayout.TAG_FORMAT_1 && first.valueEnd() == bytes.length;
  }

  /** Copies those of the payload, all of whose known fields are written. */
  void copyPayload(RecordBuffer out, int knownFields) throws MalformedException {
    if (!isFormat1) {
      copy(out, knownFields, RecordLayout.TAG_COMMON);
    }
  }

  /** Copies the common ones; behind them there may be none. */
  void copyCommon(RecordBuffer out) throws MalformedException {
    if (isFormat1) {
      int field = out.field(RecordLayout.TAG_FORMAT_1);
      out.putBytes(bytes, 0, bytes.length);
      out.end(field);
      return;
    }
    copy(out, RecordLayout.TAG_FORMAT_1 - 1, RecordLayout.TAG_EVIDENCE);
    if (at < bytes.length) {
      throw new MalformedException("extra: holds a tag that is not a newer version's");
    }
  }

  private void copy(RecordBuffer out, int above, int below) throws MalformedException {
    int lastTag = above;
    while (at < bytes.length && (bytes[at] & 0xff) < below) {
      FieldCursor field = new FieldCursor(bytes, 0, at, bytes.length);
      int tag = field.nextField();
      if (tag <= lastTag) {
        throw new MalformedException(
            "extra: tag " + tag + " is known, or not above the tag before it");
      }
      if (tag == RecordLayout.TAG_FORMAT_1) {
        checkFormat1(bytes, field.valueAt(), field.valueEnd());
      }
      out.putBytes(bytes, at, field.valueEnd() - at);
      lastTag = tag;
      at = field.valueEnd();
    }
  }

  private static void checkFormat1(byte[] bytes, int from, int to) throws MalformedException {
    if (!Format1.areFields(bytes, from, to)) {
      throw new MalformedException(
          "field " + RecordLayout.TAG_FORMAT_1 + ": expected whole fields of version 1");
    }
  }

  /** Collects such fields from a record of version 2. */
  static final class Reader {
    private final RecordBuffer found = new RecordBuffer(256);
    private int format1At;
    private int count;

    Reader() throws MalformedException {
      found.begin(0);
      found.putByte(0);
      found.putByte(0);
    }

    /** Keeps the field at hand. */
    void add(byte[] bytes, int fieldAt, FieldCursor field, int tag) throws MalformedException {
      if (tag == RecordLayout.TAG_FORMAT_1) {
        checkFormat1(bytes, field.valueAt(), field.valueEnd());
        format1At = found.length() + field.valueAt() - fieldAt;
      }
      found.putBytes(bytes, fieldAt, field.valueEnd() - fieldAt);
      count++;
    }

    Bytes extra() {
      int from = format1At > 0 && count == 1 ? format1At : 0;
      return Bytes.of(found.bytes(), from, found.length() - from);
    }
  }
}
