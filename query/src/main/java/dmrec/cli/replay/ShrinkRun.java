package dmrec.cli.replay;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.handler.HandlerException;
import dmrec.handler.HandlerFactory;
import dmrec.journal.Journal;
import dmrec.query.EventText;
import dmrec.query.StackTree;
import dmrec.replay.Finding;
import dmrec.replay.Recording;
import dmrec.replay.ShrinkException;
import dmrec.replay.Shrinker;
import dmrec.replay.Shrunk;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Locale;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/** One run of {@code replay --shrink}. */
final class ShrinkRun {
  private static final long REDRAW_NS = 250_000_000L;
  private static final String CLEAR = "\r\033[K";
  private static final int INTERRUPTED = 130;
  private static final int TERMINATED = 143;

  private final Host host;
  private final ZoneId zone;
  private final HandlerFactory factory;
  private final Programs programs;
  private final Path out;
  private final String again;
  private final long beganNs = System.nanoTime();
  private long shownAtNs = beganNs;
  private boolean visible;
  private volatile @Nullable String signal;

  /**
   * A run that writes into {@code out}.
   *
   * @param again the command that replays what was written
   */
  ShrinkRun(
      Host host, ZoneId zone, HandlerFactory factory, Programs programs, Path out, String again) {
    this.host = host;
    this.zone = zone;
    this.factory = factory;
    this.programs = programs;
    this.out = out;
    this.again = again;
  }

  /** Shrinks; the result is the exit code. */
  int run(Recording recording, long timeoutNs, boolean isFiltered)
      throws IOException, InterruptedException {
    Shrinker shrinker =
        new Shrinker(recording, factory, new Shrinker.Options(timeoutNs), this::show);
    Shrunk shrunk;
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    PrintStream systemOut = System.out;
    PrintStream systemErr = System.err;
    ExitWatch exits = ExitWatch.begin(host, shrinker::running, factory.name(), programs::endAll);
    Signals.register("INT", () -> stop(shrinker, "SIGINT"));
    Signals.register("TERM", () -> stop(shrinker, "SIGTERM"));
    // What it prints a hundred times over is of no use to anybody.
    System.setOut(nowhere);
    System.setErr(nowhere);
    try {
      shrunk = shrinker.run(out);
    } catch (ShrinkException e) {
      throw Failure.of(
          e.getMessage()
              + (isFiltered
                  ? "; what --where leaves out is left out of the stack too: try without it"
                  : ""),
          e);
    } catch (HandlerException e) {
      throw Failure.of(String.valueOf(e.getMessage()), e);
    } finally {
      System.setOut(systemOut);
      System.setErr(systemErr);
      exits.end();
      clear();
    }
    tell(shrunk);
    if (signal != null) {
      return "SIGTERM".equals(signal) ? TERMINATED : INTERRUPTED;
    }
    return Math.max(host.report(shrunk.damage()), shrunk.proof() == null ? 1 : 0);
  }

  private void stop(Shrinker shrinker, String name) {
    signal = name;
    shrinker.stop(name);
  }

  private void show(long trials, long events) {
    long nowNs = System.nanoTime();
    if (!host.errIsTerminal() || nowNs - shownAtNs < REDRAW_NS) {
      return;
    }
    shownAtNs = nowNs;
    host.err()
        .print(
            CLEAR
                + String.format(Locale.ROOT, "%,d %s", trials, trials == 1 ? "replay" : "replays")
                + (events == 0
                    ? ""
                    : String.format(Locale.ROOT, ", %,d %s left", events, events(events))));
    host.err().flush();
    visible = true;
  }

  private void clear() {
    if (visible) {
      host.err().print(CLEAR);
      host.err().flush();
      visible = false;
    }
  }

  private static String events(long count) {
    return count == 1 ? "event" : "events";
  }

  /** The events that are left, with their numbers in the recording; then how they fail. */
  private void tell(Shrunk shrunk) throws IOException {
    EventText text = new EventText(zone, host.colour(), false);
    for (EventRecord record : shrunk.smallest()) {
      host.out().write(KernelText.encode(text.print(record) + "\n"));
    }
    host.out().flush();
    Finding proof = shrunk.proof();
    if (proof != null) {
      try (Journal journal = Journal.open(out)) {
        new ReplayFindings(
                host,
                journal,
                new EventText(zone, host.colourErr(), false),
                new StackTree.Options(host.utf8() || !host.errIsTerminal(), host.colourErr()),
                factory.name(),
                seq -> again)
            .show(proof);
      }
    }
    StringBuilder note = new StringBuilder();
    note.append(String.format(Locale.ROOT, "%,d of %,d ", shrunk.events(), shrunk.of()))
        .append(events(shrunk.of()))
        .append(shrunk.events() == 1 ? " is" : " are")
        .append(" enough to make it fail");
    if (shrunk.isMinimal()) {
      note.append(shrunk.events() == 1 ? "" : ", and none of them can be left out");
    } else {
      note.append("; more may be left out: ").append(shrunk.ended());
    }
    note.append(String.format(Locale.ROOT, " (%,d replays in ", shrunk.trials()))
        .append(EventText.duration(System.nanoTime() - beganNs))
        .append("); ")
        .append(KernelText.printable(out.toString()))
        .append(shrunk.events() == 1 ? " holds it" : " holds them");
    host.note(note.toString());
    if (proof == null) {
      host.note(
          "but replayed from there it did not fail the same way: what it does depends on more than"
              + " the events");
    }
  }
}
