package dmrec.cli.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dmrec.kernel.NetNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A program with all that it started: its descendants, and whatever is in the network namespace
 * that was made for it, as daemons leave their parents.
 */
final class ProcessTree {
  private static final long TURN_MS = 10;
  private static final int FORCED_TURNS = 100;

  private ProcessTree() {}

  /** All but this process itself in a network namespace, as {@link NetNamespaces#of} names it. */
  static List<ProcessHandle> inNetNamespace(String namespace) {
    long self = ProcessHandle.current().pid();
    return ProcessHandle.allProcesses()
        .filter(each -> each.pid() != self && NetNamespaces.of(each.pid()).equals(namespace))
        .collect(Collectors.toList());
  }

  /** Ends the program and all of this process's own namespace: by SIGTERM, then by SIGKILL. */
  static void end(ProcessHandle program, long patienceNs) throws InterruptedException {
    long endNs = System.nanoTime() + patienceNs;
    Set<ProcessHandle> all = all(program);
    all.forEach(ProcessHandle::destroy);
    while (all.stream().anyMatch(ProcessTree::lives) && System.nanoTime() < endNs) {
      Thread.sleep(TURN_MS);
    }
    all.addAll(all(program));
    // What forks while it is killed may have to be killed again.
    for (int i = 0; i < FORCED_TURNS && all.stream().anyMatch(ProcessTree::lives); i++) {
      all.forEach(ProcessHandle::destroyForcibly);
      Thread.sleep(TURN_MS);
      all.addAll(all(program));
    }
  }

  /** Returns when the program and all of this process's own namespace ended, or after a while. */
  static void await(ProcessHandle program, long patienceNs) throws InterruptedException {
    long endNs = System.nanoTime() + patienceNs;
    while (all(program).stream().anyMatch(ProcessTree::lives) && System.nanoTime() < endNs) {
      Thread.sleep(TURN_MS);
    }
  }

  /** Ends them at once and waits for nothing. */
  static void kill(ProcessHandle program) {
    all(program).forEach(ProcessHandle::destroyForcibly);
  }

  /** Not where it only waits for somebody to ask how it ended: whoever adopted it may be slow. */
  private static boolean lives(ProcessHandle process) {
    if (!process.isAlive()) {
      return false;
    }
    try {
      String stat = Files.readString(Path.of("/proc", process.pid() + "/stat"), ISO_8859_1);
      return !stat.substring(stat.lastIndexOf(')') + 1).startsWith(" Z");
    } catch (IOException e) {
      return false;
    }
  }

  private static Set<ProcessHandle> all(ProcessHandle program) {
    Set<ProcessHandle> all = new LinkedHashSet<>();
    all.add(program);
    program.descendants().forEach(all::add);
    all.addAll(inNetNamespace(NetNamespaces.of(ProcessHandle.current().pid())));
    return all;
  }
}
