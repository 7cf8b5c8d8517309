package dmrec.cli.replay;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.event.KernelText;
import dmrec.kernel.NetNamespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Runs a command of dmrec in a user, network and mount namespace of its own: the kernel's live
 * uevents do not reach it, and what is injected in it reaches nobody else. Takes no privilege.
 *
 * <p>The other process ends with this one, and nothing that it started outlives it: it sees to that
 * itself as long as it can ({@link ListeningProgram}), and this one where it was killed.
 */
final class CleanNamespace {
  /** The process that made the namespace, told to the one inside of it. */
  private static final String PARENT = "dmrec.namespace.parent";

  private static final int KILLED = 137;

  private static final List<String> UNSHARE =
      List.of("unshare", "--user", "--map-root-user", "--net", "--mount");

  private final Process process;
  private final String outside = NetNamespaces.of(ProcessHandle.current().pid());
  private String inside = "";

  private CleanNamespace(Process process) {
    this.process = process;
  }

  /** Whether this process is the one inside. */
  static boolean isInside() {
    return parentPid() > 0;
  }

  /** Number of the process that made this one's namespace; 0 where none did. */
  static long parentPid() {
    return Long.getLong(PARENT, 0);
  }

  /**
   * Runs the command again in a new one; the result is its exit code.
   *
   * @param journal the journal meant where the command names none: inside, the user is root
   */
  static int run(Host host, CommandSpec command, Path journal)
      throws IOException, InterruptedException {
    probe();
    Process process =
        Relaunch.under(UNSHARE)
            .option("-D" + PARENT + "=" + ProcessHandle.current().pid())
            .variable("DMREC_JOURNAL", journal.toString())
            .start(command);
    return new CleanNamespace(process).await(host);
  }

  private int await(Host host) throws IOException, InterruptedException {
    try {
      int code = Relaunch.await(process, this::look);
      if (code == KILLED) {
        host.note("the dmrec in the namespace was killed (SIGKILL); nothing of it is left");
      }
      return code;
    } finally {
      process.toHandle().destroyForcibly();
      if (!inside.isEmpty()) {
        ProcessTree.inNetNamespace(inside).forEach(ProcessHandle::destroyForcibly);
      }
    }
  }

  /** Which namespace it made can be seen only while it is there. */
  private void look() {
    if (inside.isEmpty()) {
      String now = NetNamespaces.of(process.pid());
      inside = now.equals(outside) ? "" : now;
    }
  }

  /** Whether one can be made; otherwise {@code unshare}'s failure would look like the replay's. */
  private static void probe() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(UNSHARE);
    command.add("true");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Process probe;
    try {
      probe = builder.start();
    } catch (IOException e) {
      throw Failure.of(
          "--run: expected the program unshare, found none; install it (util-linux)", e);
    }
    probe.getOutputStream().close();
    byte[] said = probe.getInputStream().readNBytes(4096);
    if (probe.waitFor() != 0) {
      throw Failure.of(
          "--run: cannot make a namespace of its own: "
              + KernelText.printable(new String(said, StandardCharsets.UTF_8).strip())
              + "; allow users to make some (sysctl user.max_user_namespaces above 0,"
              + " kernel.unprivileged_userns_clone=1,"
              + " kernel.apparmor_restrict_unprivileged_userns=0; a container's sandbox must allow"
              + " unshare(2)), or start both yourself in a network namespace and leave --run out");
    }
  }
}
