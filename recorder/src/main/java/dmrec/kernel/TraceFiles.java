package dmrec.kernel;

import dmrec.kernel.Native.Block;
import dmrec.kernel.Native.LibC;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files of tracefs, and how they are asked: a request is one write(2), and its error number
 * tells why it was refused.
 */
final class TraceFiles {
  /** Longer files are cut: a list of 10,000 probes. */
  private static final int MOST_BYTES = 4 << 20;

  private final LibC libc;
  private final Path root;
  private final String kind;

  /**
   * @param kind {@code kprobe}, or what else has a list and a grammar like it
   */
  TraceFiles(LibC libc, Path root, String kind) {
    this.libc = libc;
    this.root = root;
    this.kind = kind;
  }

  /** Where tracefs is, if probes can be made there. */
  static Optional<Path> find(Path sys, String machine) {
    return why(sys, machine).isEmpty()
        ? mounts(sys).filter(each -> Files.exists(each.resolve("kprobe_events"))).findFirst()
        : Optional.empty();
  }

  /** Why probes cannot be made, as a sentence; empty where they can. */
  static String why(Path sys, String machine) {
    String arch = machine.toLowerCase(Locale.ROOT);
    if (!arch.equals("amd64") && !arch.equals("x86_64")) {
      return "Probes are made for x86-64 only, and this is " + machine + ".";
    }
    if (text(sys.resolve("kernel/security/lockdown")).contains("[confidentiality]")) {
      return "The kernel is locked down (lockdown=confidentiality), which forbids probes.";
    }
    Optional<Path> mounted =
        mounts(sys).filter(each -> Files.exists(each.resolve("trace_clock"))).findFirst();
    if (mounted.isEmpty()) {
      Path usual = sys.resolve("kernel/tracing");
      return Files.isDirectory(usual) && !Files.isReadable(usual)
          ? "No permission to read " + usual + ": run as root."
          : "tracefs is not mounted: mount -t tracefs tracefs " + usual;
    }
    Path list = mounted.get().resolve("kprobe_events");
    if (!Files.exists(list)) {
      return "The kernel was built without CONFIG_KPROBE_EVENTS: there is no " + list + ".";
    }
    return Files.isWritable(list)
        ? ""
        : "No permission to write to "
            + list
            + ": run as root; in a systemd unit, add it to ReadWritePaths.";
  }

  private static Stream<Path> mounts(Path sys) {
    return Stream.of(sys.resolve("kernel/tracing"), sys.resolve("kernel/debug/tracing"));
  }

  Path definitions() {
    return root.resolve(kind + "_events");
  }

  Path profile() {
    return root.resolve(kind + "_profile");
  }

  Path instance(String name) {
    return root.resolve("instances").resolve(name);
  }

  /** Appends a line; its error number, 0 if it was accepted. */
  int define(String line) throws KernelException {
    return write(definitions(), line, Native.O_APPEND);
  }

  /** Why the kernel refused {@code line}: the error number, and its own words where it has any. */
  String refusal(int errno, String line) {
    String why = KernelException.found(errno);
    String log = text(root.resolve("error_log"));
    int command = log.lastIndexOf("Command: " + line);
    int error = command < 0 ? -1 : log.lastIndexOf("error: ", command);
    int end = error < 0 ? -1 : log.indexOf('\n', error);
    return end < 0 ? why : why + ": " + log.substring(error + 7, end);
  }

  /** Writes a setting; its error number, 0 if it was accepted. */
  int set(Path file, String value) throws KernelException {
    return write(file, value, Native.O_TRUNC);
  }

  /** As {@link #set}, of what must be accepted. */
  void require(Path file, String value) throws KernelException {
    int errno = set(file, value);
    if (errno != 0) {
      throw new KernelException(
          errno,
          "Cannot write " + value + " to " + file,
          "a value that this kernel takes",
          "Recording goes on without what needs it; see dmrec doctor.");
    }
  }

  private int write(Path file, String text, int flags) throws KernelException {
    int fd = libc.open(file.toString(), Native.O_WRONLY | Native.O_CLOEXEC | flags, 0);
    if (fd < 0) {
      throw refused("Cannot open " + file, Native.errno());
    }
    try {
      byte[] line = (text + "\n").getBytes(StandardCharsets.US_ASCII);
      Block block = Block.allocate(line.length);
      block.bytes().put(0, line);
      long rc;
      int errno;
      try {
        do {
          rc = libc.write(fd, block.address(), line.length);
          errno = rc < 0 ? Native.errno() : 0;
        } while (errno == Errno.EINTR);
      } finally {
        Reference.reachabilityFence(block);
      }
      return errno;
    } finally {
      Native.close(libc, fd);
    }
  }

  /** Makes or removes a folder; its error number, 0 if that was done. */
  int folder(Path path, boolean make) {
    int rc = make ? libc.mkdir(path.toString(), 0700) : libc.rmdir(path.toString());
    return rc < 0 ? Native.errno() : 0;
  }

  static KernelException refused(String what, int errno) {
    return new KernelException(
        errno,
        what,
        "a tracefs that this process may write to",
        "Run as root and see dmrec doctor; recording goes on without probes.");
  }

  /** A file's text, one character a byte; empty where it cannot be read. */
  static String text(Path file) {
    try {
      return read(file);
    } catch (KernelException e) {
      return "";
    }
  }

  static String read(Path file) throws KernelException {
    try (InputStream in = Files.newInputStream(file)) {
      // More than one read: a file of tracefs gives a page at a time.
      byte[] all = in.readNBytes(MOST_BYTES);
      return new String(all, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw refused("Cannot open " + file, Errno.ENOENT);
    } catch (IOException e) {
      throw new KernelException(
          "Cannot read " + file, "a file of tracefs", String.valueOf(e), "Run as root.", e);
    }
  }

  /** Lines of a list. */
  List<String> lines(Path file) throws KernelException {
    return Arrays.asList(read(file).split("\n", -1));
  }
}
