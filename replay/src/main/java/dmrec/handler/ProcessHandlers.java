package dmrec.handler;

import dmrec.event.KernelText;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The handlers that are programs: {@code exec:COMMAND} and {@code each:COMMAND}. */
public final class ProcessHandlers {
  private ProcessHandlers() {}

  /**
   * One process for the whole stream.
   *
   * @param captured whether its output goes to the context's rather than where this process's goes
   * @param patience how long it may take for its last events and its end
   */
  public static HandlerFactory exec(
      String command, HandlerProcesses processes, boolean captured, Duration patience) {
    return factory(
        "exec:" + command, () -> new ExecHandler(command, processes, captured, patience.toNanos()));
  }

  /** One process for each event; parameters as above. */
  public static HandlerFactory each(String command, HandlerProcesses processes, boolean captured) {
    return factory("each:" + command, () -> new EachHandler(command, processes, captured));
  }

  private interface Maker {
    DmEventHandler make();
  }

  private static HandlerFactory factory(String name, Maker maker) {
    return new HandlerFactory() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public DmEventHandler make() {
        return maker.make();
      }
    };
  }

  /** What a call of one of these handlers waits for, by its stack; null where it is of another. */
  public static @Nullable String waitsFor(StackTraceElement[] frames) {
    for (StackTraceElement frame : frames) {
      if (frame.getClassName().equals(EachHandler.class.getName())) {
        return "its process went on running";
      }
      if (frame.getClassName().equals(ExecHandler.class.getName())) {
        return frame.getMethodName().equals("handle")
            ? "its process does not read: the pipe to it is full"
            : "its process does not read its last events, or does not end";
      }
    }
    return null;
  }

  static HandlerException notStarted(IOException e) {
    return new HandlerException(
        "it cannot be started: " + KernelText.printable(String.valueOf(e.getMessage())), e);
  }

  static HandlerException notEnded(String left) {
    return new HandlerException("it left what cannot be ended: " + left + "; end it by hand.");
  }
}
