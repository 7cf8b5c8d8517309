package dmrec.handler;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One process that a handler runs, with all that it starts.
 *
 * <p>Thread contract: one thread, but for {@link #shell}, which any may ask.
 */
final class HandlerProcess {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final long RELAY_MS = TimeUnit.SECONDS.toMillis(10);

  private final HandlerProcesses family;
  private final Process shell;
  private final @Nullable Process relay;
  private final String marker;
  private @Nullable Thread pump;

  HandlerProcess(HandlerProcesses family, Process shell, @Nullable Process relay, String marker) {
    this.family = family;
    this.shell = shell;
    this.relay = relay;
    this.marker = marker;
  }

  /** The shell that runs the command. */
  Process shell() {
    return shell;
  }

  /** The variable that all it starts inherit, NAME=VALUE. */
  String marker() {
    return marker;
  }

  OutputStream input() {
    return shell.getOutputStream();
  }

  /**
   * Passes on what it prints, where that is captured: as it comes, and no faster than {@code out}
   * takes it.
   */
  void passOutputTo(PrintStream out) {
    if (relay != null) {
      InputStream in = relay.getInputStream();
      Thread thread = new Thread(() -> pass(in, out), "handler's output");
      thread.setDaemon(true);
      thread.start();
      pump = thread;
    }
  }

  private static void pass(InputStream in, PrintStream out) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        out.write(buffer, 0, length);
        out.flush();
      }
    } catch (IOException e) {
      // It was closed when nothing was to come any more.
    }
  }

  /**
   * Ends it where it runs, and all that it started; its output is passed on to the last byte.
   *
   * @return those that could not be ended; empty where none is left
   */
  String end() {
    String left = family.end(this);
    boolean interrupted = false;
    if (pump != null && relay != null) {
      try {
        pump.join(RELAY_MS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
      relay.destroyForcibly();
    }
    family.forget(this);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return left;
  }
}
