package dmrec.cli.host;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file that is there when it is whole: it is written beside its place under another name, which
 * an end half way removes, by a signal too. A pipe or a device is written to as it is.
 */
public final class WholeFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path target;
  private final boolean force;
  private final FileChannel channel;
  private final OutputStream out;

  /** What is written to; null where that is the target itself. */
  private final @Nullable Path part;

  private final Thread remover = new Thread(this::remove);

  private WholeFile(Path target, boolean force, @Nullable Path part, FileChannel channel) {
    this.target = target;
    this.force = force;
    this.part = part;
    this.channel = channel;
    this.out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
    Runtime.getRuntime().addShutdownHook(remover);
  }

  /**
   * Begins to write.
   *
   * @param force whether a file of that name is replaced
   * @throws Failure where there is one and is to stay, where the name is a folder's, or where there
   *     is no folder for it
   */
  public static WholeFile begin(Path file, boolean force) throws IOException {
    if (Files.isDirectory(file)) {
      throw Failure.usage(file + " is a folder; name a file in it");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      return new WholeFile(file, true, null, FileChannel.open(file, StandardOpenOption.WRITE));
    }
    // A link stays one, and what it names is replaced.
    Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    refuseToReplace(target, force);
    Path folder = target.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw Failure.usage(file + ": there is no folder " + folder + "; make it first");
    }
    Path part =
        folder.resolve("." + target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
    return new WholeFile(
        target,
        force,
        part,
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE));
  }

  private static void refuseToReplace(Path target, boolean force) {
    if (!force && Files.exists(target)) {
      throw Failure.of(target + " exists; --force replaces it");
    }
  }

  /** Where it is written to, buffered. */
  public OutputStream out() {
    return out;
  }

  /** Puts it in its place. */
  public void keep() throws IOException {
    out.flush();
    if (part != null) {
      channel.force(true);
      refuseToReplace(target, force);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    remove();
    try {
      Runtime.getRuntime().removeShutdownHook(remover);
    } catch (IllegalStateException e) {
      // The program is ending, and the hook does the same.
    }
  }

  private void remove() {
    try {
      if (part != null) {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      // It is hidden, and its name says that it is a part.
    }
  }
}
