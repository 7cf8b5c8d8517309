package dmrec.cli.replay;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lines that somebody types, or that come through a pipe. Read by a thread of its own, since a
 * thread that waits for a terminal cannot be interrupted.
 */
final class TypedLines {
  private static final String END = new String("end");
  private static final long LOOK_MS = 50;

  private final InputStream in;
  private final BlockingQueue<String> lines = new SynchronousQueue<>();
  private @Nullable Thread reader;
  private boolean ended;

  TypedLines(InputStream in) {
    this.in = in;
  }

  /** The next line; null where there is none, or {@code givesUp} says so. */
  @SuppressWarnings("ReferenceEquality") // An end is no line that says so.
  @Nullable String next(BooleanSupplier givesUp) {
    if (reader == null) {
      Thread thread = new Thread(this::read, "typed lines");
      thread.setDaemon(true);
      thread.start();
      reader = thread;
    }
    while (!ended && !givesUp.getAsBoolean()) {
      try {
        String line = lines.poll(LOOK_MS, TimeUnit.MILLISECONDS);
        ended = line == END;
        if (line != null && !ended) {
          return line;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      }
    }
    return null;
  }

  private void read() {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.put(line);
      }
      lines.put(END);
    } catch (IOException | InterruptedException e) {
      lines.offer(END);
    }
  }
}
