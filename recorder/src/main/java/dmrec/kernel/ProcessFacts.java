package dmrec.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * What /proc says of a process: names and numbers. Its arguments and its environment are never
 * read, as they hold keys.
 *
 * @param pid its process id (Tgid) in the first namespace
 * @param startNs when it began, on the boot's clock, to a tick of 10 ms; 0 unknown
 * @param uid its effective user; -1 unknown
 * @param loginUid who logged in; -1 unknown or nobody
 * @param command its name; empty unknown
 * @param executable the file it runs; empty for a kernel thread, or unknown
 * @param parentPid 0 unknown
 * @param parentCommand empty unknown
 * @param unit the systemd unit or container scope of its control group; empty where it has none
 */
public record ProcessFacts(
    int pid,
    long startNs,
    int uid,
    int loginUid,
    String command,
    String executable,
    int parentPid,
    String parentCommand,
    String unit) {
  private static final int MOST_BYTES = 16 << 10;

  /** USER_HZ, in which /proc counts: 100 on every architecture that this reads. */
  private static final long TICK_NS = 10_000_000L;

  /** Reads them by a thread's id. Of a process that has ended all but {@code tid} is unknown. */
  public static ProcessFacts read(int tid) {
    return read(Path.of("/proc"), tid);
  }

  /** Of a thread that is gone, whose number another may have by now. */
  public static ProcessFacts unknown(int tid) {
    return new ProcessFacts(tid, 0, -1, -1, "", "", 0, "", "");
  }

  static ProcessFacts read(Path proc, int tid) {
    Path folder = proc.resolve(Integer.toString(tid));
    String status = text(folder.resolve("status"));
    int pid = (int) number(field(status, "Tgid"), tid);
    int parent = (int) number(field(status, "PPid"), 0);
    String stat = text(folder.resolve("stat"));
    // The name in it may hold anything, a bracket too.
    String[] numbers = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    return new ProcessFacts(
        pid,
        numbers.length > 19 ? number(numbers[19], 0) * TICK_NS : 0,
        (int) number(second(field(status, "Uid")), -1),
        (int) number(text(folder.resolve("loginuid")).strip(), -1),
        text(folder.resolve("comm")).strip(),
        link(folder.resolve("exe")),
        parent,
        parent == 0 ? "" : text(proc.resolve(Integer.toString(parent)).resolve("comm")).strip(),
        unit(text(folder.resolve("cgroup"))));
  }

  private static String text(Path file) {
    try (var in = Files.newInputStream(file)) {
      return new String(in.readNBytes(MOST_BYTES), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // It has ended.
    }
  }

  private static String link(Path file) {
    try {
      return Files.readSymbolicLink(file).toString();
    } catch (IOException | InvalidPathException e) {
      return ""; // A kernel thread has none.
    }
  }

  private static String field(String status, String key) {
    for (String line : status.lines().toList()) {
      if (line.startsWith(key + ":")) {
        return line.substring(key.length() + 1).strip();
      }
    }
    return "";
  }

  /** The effective one of the four that a line of users has. */
  private static String second(String four) {
    String[] parts = four.split("\\s+", -1);
    return parts.length > 1 ? parts[1] : "";
  }

  private static long number(String text, long otherwise) {
    if (text.isEmpty() || text.length() > 18 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return otherwise;
    }
    return Long.parseLong(text);
  }

  /**
   * The unit in the control groups' lines: the innermost service, but a scope before it, which is
   * that of a container or a session.
   */
  static String unit(String cgroups) {
    String unit = "";
    for (String line : cgroups.lines().toList()) {
      for (String part : line.substring(line.lastIndexOf(':') + 1).split("/", -1)) {
        if (part.endsWith(".scope")) {
          return part;
        }
        unit = part.endsWith(".service") ? part : unit;
      }
    }
    return unit;
  }
}
