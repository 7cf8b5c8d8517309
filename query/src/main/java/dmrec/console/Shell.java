package dmrec.console;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A command of the user's shell that reads what a command of ours writes. */
final class Shell {
  /** The exit code of who ended by Ctrl-C: 128 and the signal's number. */
  private static final int ENDED_BY_INT = 130;

  private static final long INT_ON_ITS_WAY_MS = 2_000;

  private final Process process;
  private final @Nullable Thread pump;

  private Shell(Process process, @Nullable Thread pump) {
    this.process = process;
    this.pump = pump;
  }

  /**
   * Starts it.
   *
   * @param command as the user typed it; nothing else is ever part of it
   * @param env variables to set where the user has not
   * @param to where its output goes; null for where ours goes
   */
  static Shell start(String command, Map<String, String> env, @Nullable OutputStream to)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", command);
    env.forEach(builder.environment()::putIfAbsent);
    builder.redirectErrorStream(false).redirectError(ProcessBuilder.Redirect.INHERIT);
    if (to == null) {
      builder.redirectOutput(ProcessBuilder.Redirect.INHERIT);
    }
    Process process = builder.start();
    Thread pump = null;
    if (to != null) {
      pump =
          new Thread(
              () -> {
                try {
                  process.getInputStream().transferTo(to);
                } catch (IOException e) {
                  // Its reader has gone; it will notice.
                }
              },
              "pipe");
      pump.setDaemon(true);
      pump.start();
    }
    return new Shell(process, pump);
  }

  /** What it reads; each write reaches it at once. */
  OutputStream input() {
    OutputStream in = process.getOutputStream();
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
          in.write(bytes, offset, length);
          in.flush();
        } catch (IOException e) {
          // Java has other words for it once the process has ended.
          throw new IOException("Broken pipe", e);
        }
      }
    };
  }

  /** Tells it that nothing follows. */
  void endInput() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It has ended already.
    }
  }

  /** Waits for its end. */
  int await() {
    boolean wasInterrupted = false;
    while (true) {
      try {
        int code = process.waitFor();
        if (pump != null) {
          pump.join();
        }
        if (code == ENDED_BY_INT && !wasInterrupted) {
          // The same Ctrl-C is on its way to us; it must not meet the next line.
          Thread.sleep(INT_ON_ITS_WAY_MS);
        }
        if (wasInterrupted) {
          Thread.currentThread().interrupt();
        }
        return code;
      } catch (InterruptedException e) {
        wasInterrupted = true;
        process.destroy();
      }
    }
  }
}
