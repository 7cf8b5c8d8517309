package dmrec.cli.replay;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.event.KernelText;
import dmrec.handler.HandlerException;
import dmrec.handler.UeventWay;
import dmrec.kernel.KernelException;
import dmrec.kernel.SocketOwners;
import dmrec.kernel.UeventListeners;
import java.io.File;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * The program of {@code --run}, in the namespace that was made for it: started, awaited until it
 * listens, and ended with all that it started, however the replay ends.
 */
final class ListeningProgram implements AutoCloseable {
  private static final long PATIENCE_NS = 30_000_000_000L;

  /** It may open several sockets, or start several programs that each open one. */
  private static final long STEADY_NS = 200_000_000L;

  /** It has read all, and may still have to print it. */
  private static final long LAST_MOMENT_MS = 300;

  /** For what is left to be done by those who do not listen. */
  private static final long END_PATIENCE_NS = 2_000_000_000L;

  private static final long TERM_PATIENCE_NS = 3_000_000_000L;
  private static final long TURN_MS = 10;
  private static final long PARENT_TURN_MS = 200;
  private static final int KILLED = 137;

  private final UeventWay way;
  private final String command;
  private final Process process;
  private final Thread hook;

  private ListeningProgram(UeventWay way, String command, Process process) {
    this.way = way;
    this.command = command;
    this.process = process;
    this.hook = new Thread(() -> ProcessTree.kill(process.toHandle()), "end-program");
  }

  /**
   * Starts it.
   *
   * @param quiet whether its standard input is empty, as somebody else reads the terminal
   */
  static ListeningProgram start(Host host, UeventWay way, String command, boolean quiet)
      throws IOException, InterruptedException {
    NamespaceMounts.protectDev(host);
    if (way == UeventWay.UDEV) {
      NamespaceMounts.showUdev();
    }
    ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", command).inheritIO();
    if (quiet) {
      builder.redirectInput(new File("/dev/null"));
    }
    ListeningProgram program = new ListeningProgram(way, command, builder.start());
    Runtime.getRuntime().addShutdownHook(program.hook);
    Thread watch = new Thread(program::endWithParent, "parent-watch");
    watch.setDaemon(true);
    watch.start();
    return program;
  }

  /** Where the dmrec that made this namespace is killed, nothing in it may stay. */
  private void endWithParent() {
    long parent = CleanNamespace.parentPid();
    while (parent > 0) {
      long now = ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
      if (now != parent) {
        ProcessTree.kill(process.toHandle());
        Runtime.getRuntime().halt(KILLED);
      }
      try {
        Thread.sleep(PARENT_TURN_MS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Returns once it listens. */
  void awaitListening() throws IOException, InterruptedException {
    long beganNs = System.nanoTime();
    try (UeventListeners listeners = listeners(way)) {
      int count = 0;
      long sinceNs = beganNs;
      while (count == 0 || System.nanoTime() - sinceNs < STEADY_NS) {
        if (!process.isAlive()) {
          throw Failure.of(
              shown() + " " + ending() + " before it listened to " + group(way) + hint());
        }
        if (System.nanoTime() - beganNs > PATIENCE_NS) {
          throw Failure.of(
              shown()
                  + " did not listen to "
                  + group(way)
                  + " within "
                  + PATIENCE_NS / 1_000_000_000L
                  + " s"
                  + hint());
        }
        Thread.sleep(TURN_MS);
        listeners.look();
        if (listeners.count() != count) {
          count = listeners.count();
          sinceNs = System.nanoTime();
        }
      }
    }
  }

  private static void endListeners(UeventWay way) {
    try (UeventListeners listening = listeners(way)) {
      for (UeventListeners.Listener each : listening.all()) {
        SocketOwners.Owner owner = SocketOwners.of(each.inode());
        if (owner != null && owner.pid() != ProcessHandle.current().pid()) {
          ProcessHandle.of(owner.pid()).ifPresent(ProcessHandle::destroy);
        }
      }
    } catch (KernelException e) {
      // Then they end with all the others.
    }
  }

  private static UeventListeners listeners(UeventWay way) throws KernelException {
    return way == UeventWay.KERNEL ? UeventListeners.ofKernel() : UeventListeners.ofUdev();
  }

  private static String group(UeventWay way) {
    return way == UeventWay.KERNEL ? "the kernel's uevents" : "udev's events";
  }

  private String hint() throws KernelException {
    UeventWay other = way == UeventWay.KERNEL ? UeventWay.UDEV : UeventWay.KERNEL;
    try (UeventListeners listeners = listeners(other)) {
      return listeners.count() == 0
          ? ""
          : "; it listens to "
              + group(other)
              + ": replay --into "
              + (other == UeventWay.KERNEL ? "uevent" : "udev");
    }
  }

  private String shown() {
    return "'" + KernelText.printable(command) + "'";
  }

  /** How it ended. */
  private String ending() {
    int code = process.exitValue();
    return code > 128 && code < 128 + 65
        ? "was ended by signal " + (code - 128)
        : "ended with exit code " + code;
  }

  /**
   * Fails where it ended.
   *
   * @param fedAll whether it got all: then it may end, but not by failing
   * @throws HandlerException with how it did, for the user
   */
  void check(boolean fedAll) throws HandlerException, InterruptedException {
    if (process.isAlive() || (fedAll && process.exitValue() == 0)) {
      return;
    }
    // Ctrl-C ends both: then it is no finding, and this thread is about to be interrupted.
    Thread.sleep(LAST_MOMENT_MS);
    throw new HandlerException(
        shown() + " " + ending() + (fedAll ? " once it was fed all" : " while it was fed"));
  }

  /** Gives it a moment for what it read last; how it failed in that, or nothing where not. */
  String lastMoment() throws InterruptedException {
    return process.waitFor(LAST_MOMENT_MS, TimeUnit.MILLISECONDS) && process.exitValue() != 0
        ? shown() + " " + ending() + " once it was fed all"
        : "";
  }

  /**
   * Ends who listens first, so that whoever reads from that, as in a pipe, sees its end and prints
   * what it holds; then all.
   */
  @Override
  public void close() {
    try {
      endListeners(UeventWay.KERNEL);
      endListeners(UeventWay.UDEV);
      ProcessTree.await(process.toHandle(), END_PATIENCE_NS);
      ProcessTree.end(process.toHandle(), TERM_PATIENCE_NS);
    } catch (InterruptedException e) {
      ProcessTree.kill(process.toHandle());
      Thread.currentThread().interrupt();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It runs already.
    }
  }
}
