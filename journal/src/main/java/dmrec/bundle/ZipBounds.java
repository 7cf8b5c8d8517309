package dmrec.bundle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * Looks at the end of a zip before anything believes it: whoever opens one reads its whole
 * directory into memory first, and that may claim millions of entries.
 *
 * <p>Source: PKWARE's APPNOTE, 4.3.16, end of central directory record.
 */
final class ZipBounds {
  private static final int END_BYTES = 22;
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int MAX_COMMENT_BYTES = 0xffff;
  private static final int MOST_ENTRIES = 64;
  private static final int MAX_DIRECTORY_BYTES = 64 << 10;

  private ZipBounds() {}

  /**
   * Checks a file's directory.
   *
   * @param name of the file, for the errors
   */
  static void check(String name, FileChannel file) throws IOException {
    long size = file.size();
    int length = (int) Math.min(size, END_BYTES + MAX_COMMENT_BYTES);
    ByteBuffer tail = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (tail.hasRemaining() && file.read(tail, size - length + tail.position()) > 0) {
      // Read on.
    }
    tail.flip();
    int at = tail.limit() - END_BYTES;
    while (at >= 0
        && (tail.getInt(at) != END_SIGNATURE
            || Short.toUnsignedInt(tail.getShort(at + 20)) != tail.limit() - at - END_BYTES)) {
      at--;
    }
    if (at < 0) {
      throw new BundleException(
          name
              + ": expected a .dmrec bundle, which is a zip, found no zip's end; was it cut off, or"
              + " is it another file?");
    }
    int entries = Short.toUnsignedInt(tail.getShort(at + 10));
    long directoryBytes = Integer.toUnsignedLong(tail.getInt(at + 12));
    long directoryAt = Integer.toUnsignedLong(tail.getInt(at + 16));
    if (entries > MOST_ENTRIES || directoryBytes > MAX_DIRECTORY_BYTES) {
      throw new BundleException(
          name
              + ": expected a bundle of at most "
              + Part.values().length
              + " files, found a zip of "
              + entries
              + " with a directory of "
              + directoryBytes
              + " bytes");
    }
    if (directoryAt + directoryBytes != size - length + at) {
      throw new BundleException(
          name
              + ": expected the zip's directory right before its end, found it elsewhere; the file"
              + " was damaged or made to mislead");
    }
  }
}
