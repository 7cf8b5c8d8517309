package dmrec.handler;

import java.io.IOException;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/**
 * One process for each event, which tells it in its environment, as udev does for RUN. What the
 * process leaves behind is ended with it, as udev does too.
 */
final class EachHandler implements DmEventHandler {
  private final String command;
  private final HandlerProcesses processes;
  private final boolean captured;
  private @Nullable PrintStream out;

  EachHandler(String command, HandlerProcesses processes, boolean captured) {
    this.command = command;
    this.processes = processes;
    this.captured = captured;
  }

  @Override
  public boolean wantsTopology() {
    return false;
  }

  @Override
  public void open(ReplayContext context) {
    out = context.out();
  }

  @Override
  public void handle(ReplayedEvent event) throws HandlerException, InterruptedException {
    PrintStream to = out;
    if (to == null) {
      throw new IllegalStateException("not open");
    }
    HandlerProcess process;
    try {
      process =
          processes.start(
              command,
              EventEnvironment.of(event.record()),
              EventEnvironment.NAMES,
              false,
              captured);
    } catch (IOException e) {
      throw ProcessHandlers.notStarted(e);
    }
    process.passOutputTo(to);
    String left;
    int status;
    try {
      status = process.shell().waitFor();
    } finally {
      left = process.end();
    }
    if (!left.isEmpty()) {
      throw ProcessHandlers.notEnded(left);
    }
    if (status != 0) {
      throw new HandlerException("it " + ExitStatus.words(status) + ".");
    }
  }
}
