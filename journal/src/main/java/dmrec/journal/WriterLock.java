package dmrec.journal;

import dmrec.event.KernelText;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Holds a journal for one writer.
 *
 * <p>The queue has a lock of its own, but a second writer would spin on it for many seconds and
 * then break it. This one is the kernel's: it is refused at once, and ends with the process however
 * that ends. The file names the holder for the message only.
 */
final class WriterLock implements AutoCloseable {
  static final String FILE = "writer.lock";
  private static final int MAX_NAME_BYTES = 256;

  private final FileChannel channel;

  private WriterLock(FileChannel channel) {
    this.channel = channel;
  }

  static WriterLock take(Path folder) throws JournalException {
    Path path = folder.resolve(FILE);
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      FileLock lock = tryLock(channel);
      if (lock == null) {
        String holder = holder(channel);
        channel.close();
        throw new JournalException(
            Reasons.shown(folder)
                + ": another writer holds this journal: "
                + holder
                + ". Stop that one first, or record into another folder");
      }
      String me = "pid " + ProcessHandle.current().pid() + " on " + host() + "\n";
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(me.getBytes(StandardCharsets.UTF_8)), 0);
      return new WriterLock(channel);
    } catch (JournalException e) {
      throw e;
    } catch (IOException e) {
      closeQuietly(channel);
      throw new JournalException(Reasons.cannot("lock", path, e), e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // Held by this process.
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer name = ByteBuffer.allocate(MAX_NAME_BYTES);
    channel.read(name, 0);
    String text = KernelText.decode(name.flip()).strip();
    return text.isEmpty()
        ? "a process that has not said who it is yet"
        : KernelText.printable(text);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "this host";
    }
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // The first failure is the one to tell.
      return;
    }
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }
}
