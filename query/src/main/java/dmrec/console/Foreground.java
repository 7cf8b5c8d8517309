package dmrec.console;

import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Runs one command at a time on a thread of its own, so that Ctrl-C ends it and not the console.
 *
 * <p>A command that does not listen is left behind: it goes on as long as it must, but nobody sees
 * what it writes.
 */
final class Foreground {
  /** As a shell tells of a command that SIGINT has ended. */
  static final int INTERRUPTED = 130;

  private static final long PATIENCE_NS = 2_000_000_000L;
  private static final long LOOK_MS = 20;

  private volatile @Nullable Job current;

  /** What a command does. */
  interface Body {
    int run(Output output) throws IOException, InterruptedException, ConsoleException;
  }

  /** A command that runs. */
  static final class Job {
    private final CompletableFuture<Integer> done = new CompletableFuture<>();
    private final Thread thread;
    private volatile boolean isInterrupted;
    private volatile long interruptedNs;
    private volatile boolean left;

    private Job(Body body, Output output) {
      thread =
          new Thread(
              () -> {
                try {
                  done.complete(runSafely(body, output));
                } catch (Throwable e) {
                  done.completeExceptionally(e);
                }
              },
              "command");
      thread.setDaemon(true);
    }

    private void interrupt() {
      if (!isInterrupted) {
        interruptedNs = System.nanoTime();
        isInterrupted = true;
      }
      thread.interrupt();
    }

    /** Ends it, as nobody looks any more. */
    void leave() {
      if (!isDone()) {
        left = true;
        interrupt();
      }
    }

    boolean isDone() {
      return done.isDone();
    }

    void whenDone(Runnable then) {
      CompletableFuture<Integer> unused = done.whenComplete((code, error) -> then.run());
    }

    /** Waits for its end; its exit code, or {@link #INTERRUPTED} where it is left behind. */
    int await() {
      while (true) {
        try {
          int code = done.get(LOOK_MS, TimeUnit.MILLISECONDS);
          return left ? 0 : isInterrupted ? INTERRUPTED : code;
        } catch (TimeoutException e) {
          if (isInterrupted && System.nanoTime() - interruptedNs > PATIENCE_NS) {
            return left ? 0 : INTERRUPTED;
          }
        } catch (InterruptedException e) {
          interrupt();
        } catch (ExecutionException e) {
          if (e.getCause() instanceof Error error) {
            throw error;
          }
          throw new IllegalStateException(e.getCause());
        }
      }
    }
  }

  Job start(Body body, Output output) {
    Job job = new Job(body, output);
    current = job;
    job.thread.start();
    return job;
  }

  /** Ends the command that runs, if one does; from any thread. */
  void interrupt() {
    Job job = current;
    if (job != null && !job.isDone()) {
      job.interrupt();
    }
  }

  /** Runs a command; what fails is one line. */
  static int runSafely(Body body, Output output) {
    PrintStream err = output.err();
    int code;
    try {
      code = body.run(output);
      output.out().flush();
    } catch (InterruptedException e) {
      code = INTERRUPTED;
    } catch (ConsoleException e) {
      code = fail(output, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      boolean ended = Thread.interrupted() || "Broken pipe".equals(e.getMessage());
      code = ended ? 0 : fail(output, String.valueOf(e.getMessage()));
    }
    err.flush();
    return code;
  }

  private static int fail(Output output, String message) {
    try {
      output.out().flush();
    } catch (IOException e) {
      // Only the message matters now.
    }
    output.err().println("dmrec: " + Shown.message(message));
    return 1;
  }
}
