package dmrec.journal.file;

/** Where what stands in a record of version 1, which is read for ever and no longer written. */
final class Format1 {
  static final int VERSION = 1;

  static final int MONO_NS = 32;
  static final int NOT_BEFORE_NS = 40;
  static final int KERNEL_NS = 48;
  static final int DEV = 56;
  static final int DISK_SEQ = 64;

  /** Length of the header; the tagged fields follow. */
  static final int HEADER_BYTES = 72;

  /** A tag of 16 bits and a length of 32 before each field's value. */
  static final int FIELD_HEADER_BYTES = 6;

  static final int TAG_NAME = 0x8001;
  static final int TAG_UUID = 0x8002;
  static final int TAG_ACTOR = 0x8003;

  /** Always the last. */
  static final int TAG_EVIDENCE = 0xffff;

  private Format1() {}

  /** Whether these are whole fields of version 1, at least one, with tags that go up from 1. */
  static boolean areFields(byte[] bytes, int from, int to) {
    int lastTag = 0;
    int at = from;
    while (to - at >= FIELD_HEADER_BYTES) {
      int tag = RecordLayout.shortAt(bytes, at);
      int size = RecordLayout.intAt(bytes, at + 2);
      if (tag <= lastTag || size < 0 || size > to - at - FIELD_HEADER_BYTES) {
        return false;
      }
      lastTag = tag;
      at += FIELD_HEADER_BYTES + size;
    }
    return at == to && to > from;
  }
}
