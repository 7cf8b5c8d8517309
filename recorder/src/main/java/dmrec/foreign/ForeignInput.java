package dmrec.foreign;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * One file to be imported.
 *
 * @param name as it is called in what is said of it
 * @param format what it is
 * @param bytes gives its bytes from the beginning
 * @param isReadTwice whether {@code bytes} does so more than once; else it is a pipe
 * @param writtenNs when it was written last, wall clock; {@link When#UNKNOWN} where nobody knows
 */
public record ForeignInput(
    String name, ForeignFormat format, Opener bytes, boolean isReadTwice, long writtenNs) {

  /** Opens the bytes of a file. */
  @FunctionalInterface
  public interface Opener {
    InputStream open() throws IOException;
  }

  /** A file, whose format {@link #head} may have told. */
  public static ForeignInput of(Path file, String name, ForeignFormat format) throws IOException {
    boolean regular = Files.isRegularFile(file);
    return new ForeignInput(
        name,
        format,
        () -> Files.newInputStream(file),
        regular,
        regular ? Files.getLastModifiedTime(file).to(TimeUnit.NANOSECONDS) : When.UNKNOWN);
  }

  /** The beginning of a stream, for {@link ForeignFormat#of}. */
  public static ByteBuffer head(InputStream in) throws IOException {
    return ByteBuffer.wrap(in.readNBytes(ForeignFormat.HEAD_BYTES));
  }

  /** Its name without the folder that it lies in, which says more of its owner than of it. */
  String label() {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  boolean isText() {
    return format != ForeignFormat.PCAP && format != ForeignFormat.JOURNAL;
  }
}
