package dmrec.cli.replay;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.handler.DmEventHandler;
import dmrec.handler.HandlerException;
import dmrec.handler.HandlerFactory;
import dmrec.handler.ReplaySummary;
import dmrec.journal.Damage;
import dmrec.journal.Journal;
import dmrec.query.EventText;
import dmrec.query.StackTree;
import dmrec.query.filter.Filter;
import dmrec.replay.Finding;
import dmrec.replay.Guide;
import dmrec.replay.Outcome;
import dmrec.replay.Pace;
import dmrec.replay.Recording;
import dmrec.replay.Replay;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.Locale;
import java.util.function.LongFunction;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/** One run of the command, which may come back to an earlier event again and again. */
final class ReplaySession {
  private static final int INTERRUPTED = 130;
  private static final int TERMINATED = 143;

  /**
   * How to replay.
   *
   * @param timeoutNs how long the handler may take for a call, in nanoseconds; 0 for ever
   * @param step whether to ask before each event
   * @param breaks before which events to ask; null for none
   * @param zone of the times that are shown
   * @param lastSeq number of the last event, as far as there is one yet
   * @param again the command that replays from an event of that number on
   */
  record Settings(
      Pace pace,
      long timeoutNs,
      long loops,
      OnError onError,
      boolean step,
      @Nullable Filter breaks,
      ZoneId zone,
      long lastSeq,
      LongFunction<String> again) {}

  private final Host host;
  private final Recording recording;
  private final Settings settings;
  private final HandlerFactory factory;
  private final Programs programs;
  private final ComparisonOptions compare;
  private final Stepper stepper;
  private final ReplayProgress progress;
  private volatile @Nullable Replay running;

  ReplaySession(
      Host host,
      Journal journal,
      Recording recording,
      Settings settings,
      HandlerFactory factory,
      Programs programs,
      ComparisonOptions compare) {
    this.host = host;
    this.recording = recording;
    this.settings = settings;
    this.factory = factory;
    this.programs = programs;
    this.compare = compare;
    ZoneId zone = settings.zone();
    StackTree.Options drawing =
        new StackTree.Options(host.utf8() || !host.errIsTerminal(), host.colourErr());
    EventText text = new EventText(zone, host.colourErr(), false);
    stepper =
        new Stepper(
            new Stepper.Means(
                host,
                journal,
                text,
                new EventText(zone, host.colourErr(), true),
                drawing,
                new TypedLines(System.in)),
            new ReplayFindings(host, journal, text, drawing, factory.name(), settings.again()),
            settings.onError(),
            settings.breaks(),
            settings.step());
    progress =
        new ReplayProgress(
            host, zone, recording.identity().firstSeq(), settings.lastSeq(), !stepper.asks());
  }

  /** Replays and tells how it went; the result is the exit code. */
  int run() throws IOException, InterruptedException {
    Valve valve = new Valve(host.out());
    PrintStream out = new PrintStream(valve, false, StandardCharsets.UTF_8);
    PrintStream systemOut = System.out;
    ExitWatch exits = ExitWatch.begin(host, () -> running, factory.name(), programs::endAll);
    Object oldInt = Signals.register("INT", () -> stop("SIGINT"));
    Object oldTerm = Signals.register("TERM", () -> stop("SIGTERM"));
    System.setOut(out);
    try {
      Outcome outcome;
      do {
        DmEventHandler handler = make();
        Replay replay =
            new Replay(
                recording,
                handler,
                new Replay.Options(settings.pace(), settings.timeoutNs(), settings.loops(), out),
                guide());
        stepper.begin(replay, handler.mayStartOver(), valve);
        running = replay;
        outcome = replay.run();
      } while (stepper.backTo() > 0);
      return tell(outcome);
    } finally {
      System.setOut(systemOut);
      Signals.unregister("INT", oldInt);
      Signals.unregister("TERM", oldTerm);
      exits.end();
      stepper.end();
      progress.flush();
    }
  }

  private void stop(String reason) {
    Replay replay = running;
    if (replay != null) {
      replay.stop(reason);
    }
  }

  private DmEventHandler make() {
    try {
      return factory.make();
    } catch (HandlerException e) {
      throw Failure.of(String.valueOf(e.getMessage()), e);
    }
  }

  private Guide guide() {
    return new Guide() {
      @Override
      public void before(EventRecord record) {
        stepper.before(record);
      }

      @Override
      public boolean failed(Finding finding) {
        progress.flush();
        return stepper.failed(finding);
      }

      @Override
      public void damaged(Damage damage) {
        progress.flush();
        stepper.damaged(damage);
      }

      @Override
      public void turn() {
        Replay replay = running;
        if (replay != null) {
          progress.turn(replay);
        }
      }
    };
  }

  private int tell(Outcome outcome) throws IOException {
    progress.flush();
    ReplaySummary summary = outcome.summary();
    String reason = outcome.stopReason();
    boolean asked = reason != null && (reason.startsWith("SIG") || reason.equals("quit"));
    StringBuilder text = new StringBuilder();
    text.append("fed ")
        .append(String.format(Locale.ROOT, "%,d", summary.events()))
        .append(summary.events() == 1 ? " event" : " events");
    if (summary.events() > 0) {
      text.append(" (#").append(summary.firstSeq()).append(" to #").append(summary.lastSeq());
      text.append("), ").append(EventText.duration(Math.max(0, summary.recordedNs())));
      text.append(" recorded, in ").append(EventText.duration(summary.tookNs()));
    }
    if (summary.failures() > 0) {
      text.append("; the handler failed ")
          .append(summary.failures() == 1 ? "once" : summary.failures() + " times");
    }
    long damaged = outcome.damage().and(stepper.damage()).count();
    if (damaged > 0) {
      text.append("; ")
          .append(damaged)
          .append(
              damaged == 1
                  ? " place of the journal is damaged"
                  : " places of the journal are damaged");
    }
    if (asked) {
      text.append("; stopped by ").append(reason);
      text.append(", go on with ")
          .append(KernelText.printable(settings.again().apply(Math.max(1, outcome.nextSeq()))));
    }
    programs.endAll();
    programs.tell(host);
    boolean differs = compare.tell(host, reason == null);
    host.note(text.toString());
    if ("SIGINT".equals(reason) || "SIGTERM".equals(reason)) {
      return "SIGINT".equals(reason) ? INTERRUPTED : TERMINATED;
    }
    return summary.failures() > 0 || damaged > 0 || differs ? 1 : 0;
  }
}
