package dmrec.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes a page of the ring buffer as the kernel does. */
final class PageWriter {
  static final int DATA_AT = 16;

  private final ByteBuffer bytes;
  private long commitFlags;

  PageWriter(int sizeBytes, long timeNs) {
    bytes = ByteBuffer.allocate(sizeBytes).order(ByteOrder.nativeOrder());
    bytes.putLong(0, timeNs).position(DATA_AT);
  }

  /** An event of a multiple of 4 bytes, up to 112. */
  PageWriter event(int deltaNs, byte[] event) {
    bytes.putInt(deltaNs << 5 | event.length / 4).put(event);
    return this;
  }

  /** An event whose length has a word of its own. */
  PageWriter longEvent(int deltaNs, byte[] event) {
    bytes.putInt(deltaNs << 5).putInt(event.length + 4).put(event);
    return this;
  }

  /** A discarded event. */
  PageWriter discarded(int deltaNs, int restBytes) {
    bytes.putInt(deltaNs << 5 | 29).putInt(restBytes + 4).put(new byte[restBytes]);
    return this;
  }

  PageWriter endPadding() {
    bytes.putInt(29);
    return this;
  }

  PageWriter timeExtend(long deltaNs) {
    return time(30, deltaNs);
  }

  PageWriter absoluteTime(long timeNs) {
    return time(31, timeNs);
  }

  private PageWriter time(int type, long ns) {
    bytes.putInt((int) (ns & 0x7ffffff) << 5 | type).putInt((int) (ns >> 27));
    return this;
  }

  PageWriter word(int word) {
    bytes.putInt(word);
    return this;
  }

  /** Events were lost; how many, does not say. */
  PageWriter lossy() {
    commitFlags = 1L << 31;
    return this;
  }

  /** Page of {@code size} bytes. */
  ByteBuffer page() {
    int end = bytes.position();
    return bytes.duplicate().order(bytes.order()).putLong(8, commitFlags | end - DATA_AT).clear();
  }

  ByteBuffer pageThatLost(long count) {
    int end = bytes.position();
    ByteBuffer page = lossy().page();
    page.putLong(end, count);
    return page.putLong(8, page.getLong(8) | 1 << 30);
  }
}
