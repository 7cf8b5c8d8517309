package dmrec.cli;

import dmrec.event.KernelText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The arguments as they were typed.
 *
 * <p>Java decodes them by the locale and puts a replacement character for what does not fit, but a
 * device's name may hold any bytes; the kernel still has them.
 */
final class RawArguments {
  private RawArguments() {}

  static List<String> of(String[] decoded) {
    for (String argument : decoded) {
      if (!argument.chars().allMatch(c -> c < 0x7f)) {
        return fromKernel(decoded);
      }
    }
    return List.of(decoded);
  }

  private static List<String> fromKernel(String[] decoded) {
    try {
      return last(decoded, Files.readAllBytes(Path.of("/proc/self/cmdline")));
    } catch (IOException e) {
      return List.of(decoded);
    }
  }

  /** The last arguments of {@code commandLine}, as many as {@code decoded} has. */
  static List<String> last(String[] decoded, byte[] commandLine) {
    List<String> all = new ArrayList<>(List.of(KernelText.decode(commandLine).split("\0", -1)));
    // Each argument ends in a NUL, so the split leaves one empty text behind the last.
    all.remove(all.size() - 1);
    return all.size() < decoded.length
        ? List.of(decoded)
        : List.copyOf(all.subList(all.size() - decoded.length, all.size()));
  }
}
