package dmrec.handler;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the proc file system tells of processes; see proc(5). A process that ended meanwhile has
 * nothing to tell, which is no error. No state.
 */
final class Proc {
  private static final Path ROOT = Path.of("/proc");
  private static final int LONGEST_ENVIRONMENT_BYTES = 4 << 20;

  private Proc() {}

  /**
   * The children of this process that no thread of it started, or whose thread has ended: those
   * adopted are given to the first thread (kernel/exit.c, find_new_reaper), which in a JVM starts
   * nothing and lives as long as the JVM.
   *
   * @return null where the kernel keeps no such list (CONFIG_PROC_CHILDREN)
   */
  static @Nullable List<Long> childrenOfFirstThread() {
    long self = ProcessHandle.current().pid();
    String list;
    try {
      list = Files.readString(ROOT.resolve(self + "/task/" + self + "/children"));
    } catch (IOException e) {
      return null;
    }
    List<Long> children = new ArrayList<>();
    for (String pid : list.split(" ", -1)) {
      if (!pid.isBlank()) {
        children.add(Long.parseLong(pid.strip()));
      }
    }
    return children;
  }

  /** Whether the process still runs: one that ended and was not buried does not. */
  static boolean runs(long pid) {
    // 4711 (sh) S 1 ...; the name may hold anything, a parenthesis too.
    byte[] stat = read(ROOT.resolve(pid + "/stat"), 4096);
    String text = new String(stat, StandardCharsets.ISO_8859_1);
    int state = text.lastIndexOf(')') + 2;
    return state > 1 && state < text.length() && "ZXx".indexOf(text.charAt(state)) < 0;
  }

  /** The name of its program, at most 15 bytes; empty where it is gone. */
  static String command(long pid) {
    return new String(read(ROOT.resolve(pid + "/comm"), 64), StandardCharsets.ISO_8859_1).strip();
  }

  /** Whether it was started with this variable; false where that may not be read. */
  static boolean hasVariable(long pid, String assignment) {
    String all =
        '\0'
            + new String(
                read(ROOT.resolve(pid + "/environ"), LONGEST_ENVIRONMENT_BYTES),
                StandardCharsets.ISO_8859_1);
    return all.contains('\0' + assignment + '\0');
  }

  /** All processes that were started with this variable, this one excepted. */
  static List<Long> withVariable(String assignment) {
    List<Long> found = new ArrayList<>();
    long self = ProcessHandle.current().pid();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(ROOT, "[0-9]*")) {
      for (Path process : all) {
        long pid = Long.parseLong(process.getFileName().toString());
        if (pid != self && hasVariable(pid, assignment)) {
          found.add(pid);
        }
      }
    } catch (IOException | RuntimeException e) {
      // Without /proc nothing is found, as where nothing is left.
    }
    return found;
  }

  private static byte[] read(Path file, int limitBytes) {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(limitBytes);
    } catch (IOException e) {
      return new byte[0];
    }
  }
}
