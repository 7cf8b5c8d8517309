package dmrec.handler;

import dmrec.event.EventJson;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One process for the whole stream, with one JSON object a line on its standard input.
 *
 * <p>An event counts as handled once it is on its way: what the process does with it, and its end,
 * show at a later event. A process that reads slowly slows the replay down as soon as a pipe and a
 * buffer are full, 64 KiB each.
 */
final class ExecHandler implements DmEventHandler, PrintsLater {
  private static final long STATUS_MS = 1000;

  private final String command;
  private final HandlerProcesses processes;
  private final boolean captured;
  private final long patienceNs;
  private final AsciiLine line = new AsciiLine();

  private @Nullable HandlerProcess process;
  private @Nullable EventPipe pipe;
  private String ending = "";

  /**
   * @param captured whether its output goes to the context's rather than where this process's goes
   * @param patienceNs how long it may take for its last events and its end
   */
  ExecHandler(String command, HandlerProcesses processes, boolean captured, long patienceNs) {
    this.command = command;
    this.processes = processes;
    this.captured = captured;
    this.patienceNs = patienceNs;
  }

  @Override
  public boolean wantsTopology() {
    return false;
  }

  @Override
  public String ending() {
    return ending;
  }

  @Override
  public void open(ReplayContext context) throws HandlerException {
    HandlerProcess started;
    try {
      started = processes.start(command, Map.of(), Set.of(), true, captured);
    } catch (IOException e) {
      throw ProcessHandlers.notStarted(e);
    }
    process = started;
    started.passOutputTo(context.out());
    EventPipe input = new EventPipe(started.input());
    pipe = input;
    Thread watch = new Thread(() -> watch(started.shell(), input), "handler's end");
    watch.setDaemon(true);
    watch.start();
  }

  private void watch(Process shell, EventPipe input) {
    try {
      while (!shell.waitFor(1, TimeUnit.SECONDS)) {
        processes.buryEnded();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    input.fail("it has ended");
  }

  @Override
  public void handle(ReplayedEvent event) throws HandlerException, InterruptedException {
    HandlerProcess running = process;
    EventPipe input = pipe;
    if (running == null || input == null) {
      throw new IllegalStateException("not open");
    }
    if (!ending.isEmpty()) {
      throw new HandlerException("it " + ending + " before");
    }
    line.clear();
    try {
      EventJson.write(event.record(), line);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    line.write('\n');
    if (!input.put(line.bytes(), line.length())) {
      boolean ended = running.shell().waitFor(STATUS_MS, TimeUnit.MILLISECONDS);
      ending = ended ? ExitStatus.words(running.shell().exitValue()) : "closed its input";
      throw new HandlerException(
          "it "
              + ending
              + (ended ? "" : " and went on running")
              + " "
              + given(input.written())
              + ".");
    }
  }

  /** Nobody but the process knows how much of a pipe's content it has read. */
  private static String given(long events) {
    if (events == 0) {
      return "before it was given an event";
    }
    return "after it was given "
        + (events == 1 ? "1 event, which it" : events + " events, the last of which it")
        + " may not have read (a pipe holds up to 64 KiB)";
  }

  @Override
  public void close(ReplaySummary summary) throws HandlerException, InterruptedException {
    HandlerProcess running = process;
    EventPipe input = pipe;
    if (running == null || input == null) {
      return;
    }
    String left;
    String unfinished = "";
    try {
      if (ending.isEmpty()) {
        unfinished = finish(running.shell(), input);
      }
    } finally {
      // Whoever waits for a full pipe must not wait for what is no longer read.
      input.fail("it is ended");
      left = running.end();
      process = null;
    }
    if (!left.isEmpty()) {
      throw ProcessHandlers.notEnded(left);
    }
    if (!unfinished.isEmpty()) {
      throw new HandlerException("it " + unfinished);
    }
  }

  /**
   * Lets it read what is on the way, closes its input and waits for its end.
   *
   * @return what it failed in; empty where it did not
   */
  private String finish(Process shell, EventPipe input) throws InterruptedException {
    input.finish();
    long deadlineNs = System.nanoTime() + patienceNs;
    if (!input.awaitFinished(patienceNs)) {
      ending = "did not read";
      return "has not read its last events after " + patience() + "; it was ended.";
    }
    boolean cut = input.broken() != null;
    long leftNs = cut ? TimeUnit.MILLISECONDS.toNanos(STATUS_MS) : deadlineNs - System.nanoTime();
    if (!shell.waitFor(leftNs, TimeUnit.NANOSECONDS)) {
      ending = cut ? "closed its input" : "did not end";
      return cut
          ? "closed its input " + given(input.written()) + "; it was ended."
          : "did not end within " + patience() + " after the last event; it was ended.";
    }
    int status = shell.exitValue();
    boolean tookAll = input.broken() == null || input.isEmpty();
    if (status == 0 && tookAll) {
      return "";
    }
    ending = ExitStatus.words(status);
    return tookAll
        ? ending + " at the end of the stream."
        : ending + " " + given(input.written()) + ".";
  }

  private String patience() {
    return TimeUnit.NANOSECONDS.toMillis(patienceNs) / 1000.0 + " s";
  }
}
