package dmrec.handler;

import dmrec.event.KernelText;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The processes of the handlers of one command, so that none outlives it.
 *
 * <p>A handler's process may fork, detach what it forked with a session of its own, and end. So
 * this process adopts orphans, which then are found among its own children, and ends them until
 * there is none. It adopts nothing where it has children of another origin (a shell started them
 * and then became dmrec): their orphans would come here too, and could not be told from a
 * handler's. There, and where the kernel refuses, what a handler left is found by a variable that
 * its environment was given, which only a process that cleared its environment escapes.
 *
 * <p>Thread contract: any thread.
 */
public final class HandlerProcesses implements AutoCloseable {
  /** Names the handler's process in the environment of all that it starts. */
  private static final String MARKER = "DMREC_HANDLER";

  private static final long POLITE_NS = TimeUnit.MILLISECONDS.toNanos(300);
  private static final long LONGEST_NS = TimeUnit.SECONDS.toNanos(10);

  /**
   * What the terminal sends to all when somebody presses a key there: dmrec decides what it means.
   */
  private static final String DEAF = "trap '' INT QUIT; ";

  private final Orphans orphans;
  private final @Nullable String locale;
  private final Map<Long, HandlerProcess> live = new LinkedHashMap<>();
  private final String markerStem =
      ProcessHandle.current().pid() + "." + Long.toHexString(System.nanoTime()) + ".";
  private long started;
  private @Nullable Thread hook;
  private Set<Long> strangers = Set.of();
  private boolean adopts;
  private boolean watchesAll;
  private boolean ending;
  private long leftBehind;
  private String firstLeftBehind = "";

  /**
   * None as yet.
   *
   * @param locale what LC_ALL was before dmrec set its own, empty for nothing; null where it did
   *     not
   */
  public HandlerProcesses(Orphans orphans, @Nullable String locale) {
    this.orphans = orphans;
    this.locale = locale;
  }

  /** Also ends what is started from now on by code that is not here: a handler in Java may. */
  public synchronized void watchAll() {
    begin();
    watchesAll = true;
  }

  /** How many processes had to be ended that outlived the one that the handler was. */
  public synchronized long leftBehind() {
    return leftBehind;
  }

  /** The first of them, as "sleep (process 4711)"; empty where there is none. */
  public synchronized String firstLeftBehind() {
    return firstLeftBehind;
  }

  /**
   * Starts a command with the shell.
   *
   * @param set variables to set
   * @param unset variables of this process that the command must not see
   * @param fed whether something will be written to its standard input
   * @param captured whether its output is to be read with {@link HandlerProcess#output} rather than
   *     to go where this process's goes; what it says on standard error always does
   */
  synchronized HandlerProcess start(
      String command, Map<String, String> set, Set<String> unset, boolean fed, boolean captured)
      throws IOException {
    if (ending) {
      throw new IOException("dmrec is about to end");
    }
    begin();
    String marker = MARKER + "=" + markerStem + ++started;
    ProcessBuilder shell = new ProcessBuilder("sh", "-c", DEAF + command);
    if (locale != null) {
      shell.environment().remove("LC_ALL");
      if (!locale.isEmpty()) {
        shell.environment().put("LC_ALL", locale);
      }
    }
    shell.environment().keySet().removeAll(unset);
    shell.environment().putAll(set);
    shell.environment().put(MARKER, markerStem + started);
    shell.redirectError(ProcessBuilder.Redirect.INHERIT);
    if (!fed) {
      shell.redirectInput(new File("/dev/null"));
    }
    List<Process> processes;
    if (captured) {
      // The JDK reads all there is from the pipe of a process that ended, which has no end where a
      // child of it goes on writing. The end of cat is the end of what is written.
      ProcessBuilder relay = new ProcessBuilder("cat");
      relay.redirectError(ProcessBuilder.Redirect.INHERIT);
      processes = ProcessBuilder.startPipeline(List.of(shell, relay));
    } else {
      processes = List.of(shell.redirectOutput(ProcessBuilder.Redirect.INHERIT).start());
    }
    HandlerProcess process =
        new HandlerProcess(this, processes.get(0), captured ? processes.get(1) : null, marker);
    for (Process each : processes) {
      live.put(each.pid(), process);
    }
    return process;
  }

  private void begin() {
    if (hook == null) {
      strangers = Set.copyOf(children());
      adopts = strangers.stream().noneMatch(Proc::runs) && orphans.adopt();
      Thread ender = new Thread(this::endAll, "handlers' processes");
      Runtime.getRuntime().addShutdownHook(ender);
      hook = ender;
    }
  }

  /** Ends all that runs; none is started any more. Also called when this process is told to end. */
  public void endAll() {
    List<HandlerProcess> all;
    synchronized (this) {
      ending = true;
      all = List.copyOf(live.values());
    }
    for (HandlerProcess process : all) {
      end(process);
    }
    synchronized (this) {
      if (watchesAll) {
        end(this::others, true);
      }
    }
  }

  @Override
  public void close() {
    endAll();
    Thread ender = hook;
    if (ender != null) {
      try {
        Runtime.getRuntime().removeShutdownHook(ender);
      } catch (IllegalStateException e) {
        // The program is ending, and the hook does the same.
      }
    }
  }

  /**
   * Ends a handler's process where it still runs, and whatever it started that does: asked to at
   * first, then not.
   *
   * @return those that could not be ended, as "sleep (process 4711)"; empty where none is left
   */
  synchronized String end(HandlerProcess process) {
    return end(() -> roots(process), !process.shell().isAlive());
  }

  private String end(Supplier<Set<Long>> roots, boolean unexpected) {
    boolean interrupted = Thread.interrupted();
    long beginNs = System.nanoTime();
    Map<Long, ProcessHandle> found = new HashMap<>();
    Map<Long, ProcessHandle> left;
    while (true) {
      left = running(roots.get(), found);
      long tookNs = System.nanoTime() - beginNs;
      if (left.isEmpty() || tookNs > LONGEST_NS) {
        break;
      }
      if (unexpected) {
        note(left, found);
      }
      for (ProcessHandle handle : left.values()) {
        if (tookNs >= POLITE_NS) {
          handle.destroyForcibly();
        } else if (!found.containsKey(handle.pid())) {
          handle.destroy();
        }
      }
      found.putAll(left);
      interrupted |= sleep(found.size() < 8 ? 2 : 10);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return left.keySet().stream().map(HandlerProcesses::name).collect(Collectors.joining(", "));
  }

  /** To be called when nothing more is read from it. */
  synchronized void forget(HandlerProcess process) {
    live.values().removeIf(each -> each == process);
  }

  /** Takes adopted processes that ended off the process table: a handler may leave many. */
  synchronized void buryEnded() {
    List<Long> children = adopts ? Proc.childrenOfFirstThread() : null;
    if (children != null) {
      for (long pid : children) {
        if (!live.containsKey(pid) && !Proc.runs(pid)) {
          orphans.bury(pid);
        }
      }
    }
  }

  private void note(Map<Long, ProcessHandle> left, Map<Long, ProcessHandle> found) {
    for (Long pid : left.keySet()) {
      if (!found.containsKey(pid) && leftBehind++ == 0) {
        firstLeftBehind = name(pid);
      }
    }
  }

  private static String name(long pid) {
    return KernelText.printable(Proc.command(pid)) + " (process " + pid + ")";
  }

  private Set<Long> roots(HandlerProcess process) {
    Set<Long> roots = new HashSet<>(orphans(process));
    if (process.shell().isAlive()) {
      roots.add(process.shell().pid());
    }
    return roots;
  }

  /** The children of this process that it had not when it began to watch. */
  private Set<Long> others() {
    Set<Long> others = new HashSet<>();
    for (long pid : children()) {
      if (strangers.contains(pid) || live.containsKey(pid)) {
        continue;
      }
      if (Proc.runs(pid)) {
        others.add(pid);
      } else if (adopts) {
        orphans.bury(pid);
      }
    }
    return others;
  }

  private static List<Long> children() {
    return ProcessHandle.current()
        .children()
        .map(ProcessHandle::pid)
        .collect(Collectors.toCollection(ArrayList::new));
  }

  /**
   * These processes and all their descendants that run. Those found before may have lost their
   * parent.
   */
  private static Map<Long, ProcessHandle> running(Set<Long> begin, Map<Long, ProcessHandle> found) {
    Set<Long> roots = new HashSet<>(begin);
    for (ProcessHandle handle : found.values()) {
      // A number may be another's by now; a handle knows.
      if (handle.isAlive()) {
        roots.add(handle.pid());
      }
    }
    Map<Long, ProcessHandle> all = new LinkedHashMap<>();
    if (!roots.isEmpty()) {
      for (Proc.Stat stat : Proc.withDescendants(roots)) {
        if (stat.runs()) {
          handle(stat, found).ifPresent(handle -> all.put(stat.pid(), handle));
        }
      }
    }
    return all;
  }

  /** A handle of this very process, not of another with its number. */
  private static Optional<ProcessHandle> handle(Proc.Stat stat, Map<Long, ProcessHandle> found) {
    ProcessHandle known = found.get(stat.pid());
    if (known != null && known.isAlive()) {
      return Optional.of(known);
    }
    Optional<ProcessHandle> handle = ProcessHandle.of(stat.pid());
    Proc.Stat now = Proc.stat(stat.pid());
    return now != null && now.startTicks() == stat.startTicks() ? handle : Optional.empty();
  }

  /** Those that ended are buried on the way. */
  private List<Long> orphans(HandlerProcess process) {
    if (!adopts) {
      List<Long> marked = Proc.withVariable(process.marker());
      marked.removeAll(live.keySet());
      return marked;
    }
    List<Long> children = Proc.childrenOfFirstThread();
    if (children == null) {
      children = children();
    }
    List<Long> own = new ArrayList<>();
    for (long pid : children) {
      if (live.containsKey(pid)) {
        continue;
      }
      if (!Proc.runs(pid)) {
        orphans.bury(pid);
      } else if (!isOfAnother(process, pid)) {
        own.add(pid);
      }
    }
    return own;
  }

  /** Whether an orphan is known to come from a handler beside this one, which still runs. */
  private boolean isOfAnother(HandlerProcess process, long pid) {
    for (HandlerProcess other : live.values()) {
      if (other != process && Proc.hasVariable(pid, other.marker())) {
        return true;
      }
    }
    return false;
  }

  private static boolean sleep(long millis) {
    try {
      Thread.sleep(millis);
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }
}
