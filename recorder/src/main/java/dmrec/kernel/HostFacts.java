package dmrec.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a journal's beginning says of the machine it was recorded on. Read from /proc, so that it
 * needs no native code.
 *
 * @param kernelRelease as {@code uname -r}
 * @param kernelVersion as {@code uname -v}
 * @param machine as {@code uname -m} where the kernel tells (Linux 6.1), else the JVM's
 *     architecture, by the kernel's name for it
 * @param hostName as {@code uname -n}
 * @param bootId names this boot, 36 characters
 */
public record HostFacts(
    String kernelRelease, String kernelVersion, String machine, String hostName, String bootId) {

  /**
   * Of the running kernel.
   *
   * @throws IOException where /proc is not mounted
   */
  public static HostFacts read() throws IOException {
    return read(Path.of("/proc"));
  }

  static HostFacts read(Path proc) throws IOException {
    Path kernel = proc.resolve("sys/kernel");
    Path arch = kernel.resolve("arch");
    return new HostFacts(
        line(kernel.resolve("osrelease")),
        line(kernel.resolve("version")),
        Files.exists(arch) ? line(arch) : machine(System.getProperty("os.arch", "unknown")),
        line(kernel.resolve("hostname")),
        line(kernel.resolve("random/boot_id")));
  }

  private static String machine(String architecture) {
    return architecture.equals("amd64") ? "x86_64" : architecture;
  }

  static String line(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1).strip();
  }
}
