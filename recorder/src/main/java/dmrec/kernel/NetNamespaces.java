package dmrec.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whose network namespace this is: uevents reach everybody in it. */
public final class NetNamespaces {
  /**
   * The user namespace that the kernel begins with: PROC_USER_INIT_INO, include/linux/proc_ns.h.
   */
  private static final String FIRST_USER_NAMESPACE = "user:[4026531837]";

  private NetNamespaces() {}

  /**
   * Whether this process is where the machine's own listeners are.
   *
   * <p>In a user namespace that is not the first, the kernel itself refuses to inject into the
   * machine's: its owner is the first. In the first, the machine's is that of process 1; where that
   * cannot be read, it is taken for the machine's.
   */
  public static boolean isHosts() {
    return isHosts(Path.of("/proc"));
  }

  static boolean isHosts(Path proc) {
    String user = link(proc.resolve("self/ns/user"));
    if (!user.isEmpty() && !user.equals(FIRST_USER_NAMESPACE)) {
      return false;
    }
    String own = link(proc.resolve("self/ns/net"));
    String first = link(proc.resolve("1/ns/net"));
    return own.isEmpty() || first.isEmpty() || own.equals(first);
  }

  /** The kernel's name for a process's network namespace; empty where it cannot be read. */
  public static String of(long pid) {
    return link(Path.of("/proc", Long.toString(pid), "ns/net"));
  }

  private static String link(Path path) {
    try {
      return Files.readSymbolicLink(path).toString();
    } catch (IOException e) {
      return "";
    }
  }
}
