package dmrec.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.jline.builtins.Less;
import org.jline.builtins.Source;
import org.jline.terminal.Terminal;
import org.jspecify.annotations.Nullable;

/**
 * A terminal: long output goes through a pager, {@code PAGER} or our own; what is not text is shown
 * as such.
 */
final class TerminalScreen implements Screen {
  private final Terminal terminal;
  private final Foreground foreground;
  private final String pager;

  /**
   * A screen.
   *
   * @param pager a command of the shell; empty for our own pager
   */
  TerminalScreen(Terminal terminal, Foreground foreground, String pager) {
    this.terminal = terminal;
    this.foreground = foreground;
    this.pager = pager;
  }

  @Override
  public Output output() {
    return over(terminal.output());
  }

  /** What is not data goes the same way, in the order in which it was said. */
  private Output over(OutputStream to) {
    OutputStream safe = new SafeOutput(to);
    return new Output(
        safe, new PrintStream(safe, true, StandardCharsets.UTF_8), true, terminal.getWidth());
  }

  @Override
  public @Nullable OutputStream forProcesses() {
    terminal.flush();
    return null;
  }

  @Override
  public int run(Foreground.Body body, boolean streams) throws IOException {
    boolean canPage = terminal.getHeight() > 1 && !terminal.getType().startsWith("dumb");
    int code = streams || !canPage ? stream(body) : page(body);
    terminal.flush();
    return code;
  }

  private int stream(Foreground.Body body) throws IOException {
    PagedOutput paged = new PagedOutput(Integer.MAX_VALUE, 0, () -> {});
    paged.attach(terminal.output());
    Foreground.Job job = foreground.start(body, over(paged));
    int code = job.await();
    paged.cut();
    return code;
  }

  private int page(Foreground.Body body) throws IOException {
    Semaphore news = new Semaphore(0);
    // The prompt takes the last row.
    int rows = Math.max(1, terminal.getHeight() - 1);
    PagedOutput paged = new PagedOutput(rows, terminal.getWidth(), news::release);
    Foreground.Job job = foreground.start(body, over(paged));
    job.whenDone(news::release);
    news.acquireUninterruptibly();
    if (!job.isDone()) {
      throughPager(job, paged);
    } else {
      paged.attach(terminal.output());
    }
    int code = job.await();
    paged.cut();
    return code;
  }

  private void throughPager(Foreground.Job job, PagedOutput paged) throws IOException {
    if (pager.isEmpty()) {
      Conduit conduit = new Conduit();
      job.whenDone(conduit::end);
      paged.attach(conduit.writer());
      try {
        less(conduit.reader());
      } finally {
        conduit.abandon();
      }
    } else {
      terminal.flush();
      Shell shell = Shell.start(pager, Map.of("LESS", "-R"), null);
      job.whenDone(shell::endInput);
      try {
        paged.attach(shell.input());
      } catch (IOException e) {
        // It was left before all was shown.
      }
      shell.await();
    }
    paged.cut();
    job.leave();
  }

  private void less(InputStream text) throws IOException {
    Less less = new Less(terminal, Path.of("").toAbsolutePath());
    less.quiet = true;
    less.chopLongLines = false;
    try {
      less.run(
          new Source() {
            @Override
            public String getName() {
              return "q leaves, h helps"; // It stands in the last row.
            }

            @Override
            public InputStream read() {
              return text;
            }

            @Override
            public @Nullable Long lines() {
              return null;
            }
          });
    } catch (InterruptedException e) {
      // Ctrl-C leaves the pager, too.
    }
  }
}
