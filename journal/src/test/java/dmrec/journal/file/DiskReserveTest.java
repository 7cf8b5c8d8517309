package dmrec.journal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.event.FullTmpfs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskReserveTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  /** Prints what a write says that finds no room, with room left for others and without. */
  static final class Cause {
    private Cause() {}

    public static void main(String[] args) throws Exception {
      Path tmpfs = Path.of(args[0]).resolve("tmpfs0");
      DiskReserve reserve = DiskReserve.in(tmpfs, 0);
      IOException full = new IOException("No space left on device");
      System.out.println(reserve.cause(full).getMessage());
      try (FullTmpfs.Filler filler = new FullTmpfs.Filler(tmpfs.resolve("other"))) {
        filler.fill();
        Path file = Files.createFile(tmpfs.resolve("file"));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.write(ByteBuffer.allocate(1));
        } catch (IOException e) {
          System.out.println(reserve.cause(e).getMessage());
        }
        System.out.println(reserve.cause(new IOException("Input/output error")).getMessage());
      }
    }
  }

  @Test
  void aWriteThatFindsNoRoomSaysWhatTheCheckBeforeItSays() throws Exception {
    String told = FullTmpfs.run(folder, "1m", Cause.class);

    assertEquals(
        """
        No space left on device
        AT/tmpfs0: no room for more: 0 KiB are free, of which 0 are left to others. Make room, \
        or let old files go (--max-size)
        Input/output error
        """,
        told.replace(folder.toString(), "AT"));
  }
}
