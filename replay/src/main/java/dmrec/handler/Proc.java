package dmrec.handler;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  /**
   * A process at one moment.
   *
   * @param parent its parent
   * @param state a letter, as S for one that sleeps
   * @param startTicks when it began; a number is used again, never with this
   */
  record Stat(long pid, long parent, char state, long startTicks) {
    /** One that ended and was not buried does not run. */
    boolean runs() {
      return "ZXx".indexOf(state) < 0;
    }
  }

  /** Whether the process still runs. */
  static boolean runs(long pid) {
    Stat stat = stat(pid);
    return stat != null && stat.runs();
  }

  /** Null where it is gone. */
  static @Nullable Stat stat(long pid) {
    // 4711 (sh) S 1 ...; the name may hold anything, a parenthesis too.
    String text = new String(read(ROOT.resolve(pid + "/stat"), 4096), StandardCharsets.ISO_8859_1);
    String[] fields = text.substring(text.lastIndexOf(')') + 1).strip().split(" ", -1);
    return fields.length < 20
        ? null
        : new Stat(pid, Long.parseLong(fields[1]), fields[0].charAt(0), Long.parseLong(fields[19]));
  }

  /** These processes and all their descendants, as they are at one moment. */
  static List<Stat> withDescendants(Collection<Long> roots) {
    Map<Long, List<Stat>> byParent = new HashMap<>();
    List<Stat> found = new ArrayList<>();
    for (long pid : all()) {
      Stat stat = stat(pid);
      if (stat != null) {
        byParent.computeIfAbsent(stat.parent(), parent -> new ArrayList<>()).add(stat);
        if (roots.contains(pid)) {
          found.add(stat);
        }
      }
    }
    Set<Long> seen = new HashSet<>(roots);
    for (int i = 0; i < found.size(); i++) {
      for (Stat child : byParent.getOrDefault(found.get(i).pid(), List.of())) {
        if (seen.add(child.pid())) {
          found.add(child);
        }
      }
    }
    return found;
  }

  private static List<Long> all() {
    List<Long> pids = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(ROOT, "[0-9]*")) {
      for (Path process : all) {
        pids.add(Long.parseLong(process.getFileName().toString()));
      }
    } catch (IOException | RuntimeException e) {
      // Without /proc nothing is found, as where nothing is left.
    }
    return pids;
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
    for (long pid : all()) {
      if (pid != self && hasVariable(pid, assignment)) {
        found.add(pid);
      }
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
