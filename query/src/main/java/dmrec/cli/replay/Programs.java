package dmrec.cli.replay;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.handler.HandlerFactory;
import dmrec.handler.HandlerProcesses;
import dmrec.handler.ProcessHandlers;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The handlers that are programs, and what has to be cleaned up behind them. */
final class Programs implements AutoCloseable {
  private static final String EXEC = "exec:";
  private static final String EACH = "each:";
  private static final Duration FOR_EVER = Duration.ofDays(10_000);
  private static final long ENDING_NS = 1_500_000_000L;

  private final HandlerProcesses processes =
      new HandlerProcesses(new AdoptedOrphans(), System.getProperty("dmrec.lc_all"));
  private final boolean captured;
  private final Duration patience;

  /**
   * Programs whose output comes out where this one's does, or is captured.
   *
   * @param timeoutNs how long one may take to end, in nanoseconds; 0 for ever
   */
  Programs(boolean captured, long timeoutNs) {
    this.captured = captured;
    // Before the watch that ends any call, with time to end what is deaf: what is said here says
    // more.
    this.patience =
        timeoutNs == 0
            ? FOR_EVER
            : Duration.ofNanos(timeoutNs - Math.min(timeoutNs / 2, ENDING_NS));
  }

  /** The one that is named so; null where none is. */
  @Nullable HandlerFactory find(String into) {
    boolean isExec = into.startsWith(EXEC);
    if (!isExec && !into.startsWith(EACH)) {
      return null;
    }
    String command = into.substring(EXEC.length());
    if (command.isBlank()) {
      throw Failure.usage(into + ": expected a command behind it, as exec:'./handler --verbose'");
    }
    return isExec
        ? ProcessHandlers.exec(command, processes, captured, patience)
        : ProcessHandlers.each(command, processes, captured);
  }

  /** Ends in the end whatever this process starts from now on, whoever does. */
  void watchAll() {
    processes.watchAll();
  }

  /** Ends what still runs. */
  void endAll() {
    processes.endAll();
  }

  /** Says what had to be ended that nobody expected. */
  void tell(Host host) throws IOException {
    long left = processes.leftBehind();
    if (left > 0) {
      host.note(
          "the handler left "
              + (left == 1 ? "a process" : left + " processes")
              + " behind, which "
              + (left == 1 ? "was" : "were")
              + " ended: "
              + processes.firstLeftBehind()
              + (left == 1 ? "" : ", ..."));
    }
  }

  @Override
  public void close() {
    processes.close();
  }
}
