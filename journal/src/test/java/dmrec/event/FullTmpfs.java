package dmrec.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.journal.ForkedJava;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a program on a small file system of its own, which really gets full: a tmpfs in a mount
 * namespace of a user namespace, as any user can have it.
 */
public final class FullTmpfs {
  private FullTmpfs() {}

  /** Another file on a file system; it takes what is free, to the last byte. */
  public static final class Filler implements AutoCloseable {
    private final FileChannel file;
    private long bytes;

    public Filler(Path path) throws IOException {
      file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    public void fill() throws IOException {
      ByteBuffer block = ByteBuffer.allocate(64 << 10);
      while (block.limit() > 0) {
        block.rewind();
        try {
          bytes += file.write(block, bytes);
        } catch (IOException e) {
          if (!String.valueOf(e.getMessage()).contains("No space left")) {
            throw e;
          }
          block.limit(block.limit() / 2);
        }
      }
    }

    public long bytes() {
      return bytes;
    }

    /** Gives back all but so many bytes. */
    public void free(long leave) throws IOException {
      bytes = Math.max(0, Math.min(bytes, leave));
      file.truncate(bytes);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /**
   * Runs {@code main} in another JVM.
   *
   * @param at an existing folder, its first argument; in it stand {@code tmpfs0} and so on, one for
   *     each size, for that JVM alone
   * @return what it printed
   */
  public static String run(Path at, String sizes, Class<?> main, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("unshare", "-rm", "sh", "-ec"));
    StringBuilder mounts = new StringBuilder();
    int count = 0;
    for (String size : sizes.split(" ", -1)) {
      Path folder = Files.createDirectories(at.resolve("tmpfs" + count++));
      mounts.append("mount -t tmpfs -o size=").append(size).append(" tmpfs '");
      mounts.append(folder).append("'; ");
    }
    command.add(mounts + "exec \"$@\"");
    command.add("sh");
    command.addAll(java(main));
    command.add(at.toString());
    command.addAll(List.of(args));
    Path errors = at.resolve("errors");
    Process child = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = child.waitFor();
    assertEquals("", Files.readString(errors), out);
    assertEquals(0, status, out);
    return out;
  }

  /** What begins another JVM like this one; its crash is told where its errors are. */
  public static List<String> java(Class<?> main) {
    return ForkedJava.command(
        List.of("-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/dev/stderr"), main);
  }
}
