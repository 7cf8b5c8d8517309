package dmrec.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.kenai.jffi.Library;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The running kernel's tracefs, mounted for a test; needs root. */
final class TracefsMount implements AutoCloseable {
  private final Path folder;

  private TracefsMount(Path folder) {
    this.folder = folder;
  }

  static TracefsMount at(Path folder) throws IOException {
    assumeTrue(
        run("mount", "-t", "tracefs", "tracefs", folder.toString()), "needs root to mount tracefs");
    return new TracefsMount(folder);
  }

  Path folder() {
    return folder;
  }

  /**
   * Where a function of the C library lies, as uprobe_events takes it: path and offset in the file.
   */
  static String inLibc(String function) throws IOException {
    Library libc = Library.openLibrary("libc.so.6", Library.LAZY);
    long address = libc.getSymbolAddress(function);
    for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
      List<String> columns = List.of(line.split("\\s+", 6));
      String[] range = columns.get(0).split("-", 2);
      long from = Long.parseLong(range[0], 16);
      if (from <= address && address < Long.parseLong(range[1], 16)) {
        long at = address - from + Long.parseLong(columns.get(2), 16);
        return columns.get(5) + ":0x" + Long.toHexString(at);
      }
    }
    throw new AssertionError("no mapping has " + function);
  }

  /** Of the calling thread; the trace has the same where this is the first pid namespace. */
  static int threadId() throws IOException {
    Path self = Files.readSymbolicLink(Path.of("/proc/thread-self"));
    return Integer.parseInt(self.getFileName().toString());
  }

  private static boolean run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    return process.onExit().join().exitValue() == 0;
  }

  @Override
  public void close() throws IOException {
    run("umount", folder.toString());
  }
}
