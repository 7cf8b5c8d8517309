package dmrec.bundle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * Looks at the end of a zip before anything believes it: whoever opens one reads its whole
 * directory into memory first, and that may claim millions of entries.
 *
 * <p>No comment is allowed behind the end: Java takes the first end that it finds from behind, and
 * one in a comment could name another directory than the one that was looked at.
 *
 * <p>Source: PKWARE's APPNOTE, 4.3.16, end of central directory record.
 */
final class ZipBounds {
  private static final int END_BYTES = 22;
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int MOST_ENTRIES = 64;
  private static final int MAX_DIRECTORY_BYTES = 64 << 10;

  private ZipBounds() {}

  /**
   * Checks a file's directory.
   *
   * @param name of the file, for the errors
   */
  static void check(String name, FileChannel file) throws IOException {
    long at = file.size() - END_BYTES;
    ByteBuffer end = ByteBuffer.allocate(END_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (at >= 0 && end.hasRemaining() && file.read(end, at + end.position()) > 0) {
      // Read on.
    }
    if (end.hasRemaining() || end.getInt(0) != END_SIGNATURE || end.getShort(20) != 0) {
      throw new BundleException(
          name
              + ": expected a .dmrec bundle, which is a zip without a comment, found no zip's end;"
              + " was it cut off or added to, or is it another file?");
    }
    int entries = Short.toUnsignedInt(end.getShort(10));
    long directoryBytes = Integer.toUnsignedLong(end.getInt(12));
    long directoryAt = Integer.toUnsignedLong(end.getInt(16));
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
    if (directoryAt + directoryBytes != at) {
      throw new BundleException(
          name
              + ": expected the zip's directory right before its end, found it elsewhere; the file"
              + " was damaged or made to mislead");
    }
  }
}
