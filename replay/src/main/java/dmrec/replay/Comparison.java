package dmrec.replay;

import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.handler.DmEventHandler;
import dmrec.handler.HandlerException;
import dmrec.handler.PrintsLater;
import dmrec.handler.ReplayContext;
import dmrec.handler.ReplaySummary;
import dmrec.handler.ReplayedEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Feeds two handlers the same stream and tells where what they print or throw differs; or one,
 * whose output is stored, or compared with what was stored.
 *
 * <p>Handlers that print while they handle are compared event by event; where one prints when it
 * likes, as a process does that reads a pipe, both are compared line by line. What a handler throws
 * is part of what it says, and no failure here. Memory stays flat however much they print.
 */
public final class Comparison implements DmEventHandler {
  private final Tally tally = new Tally();
  private final Function<EventRecord, String> renderer;
  private final String firstName;
  private final String secondName;
  private final List<DmEventHandler> handlers;
  private final boolean byEvent;
  private final @Nullable ExpectedOutput expected;
  private final @Nullable OutputStream record;

  private final List<Heard> heard = new ArrayList<>();
  private @Nullable HandlerOutput systemOut;
  private @Nullable Judge judge;
  private volatile @Nullable String trouble;
  private long events;

  private Comparison(
      List<DmEventHandler> handlers,
      String firstName,
      String secondName,
      Function<EventRecord, String> renderer,
      @Nullable ExpectedOutput expected,
      @Nullable OutputStream record) {
    this.handlers = List.copyOf(handlers);
    this.firstName = firstName;
    this.secondName = secondName;
    this.renderer = renderer;
    this.expected = expected;
    this.record = record;
    this.byEvent =
        handlers.stream().noneMatch(PrintsLater.class::isInstance)
            && (expected == null || expected.isByEvent());
  }

  /**
   * Two handlers. Neither may print anywhere but to {@code System.out} and its context.
   *
   * @param renderer an event for people, safe for a terminal
   */
  public static Comparison of(
      DmEventHandler first,
      String firstName,
      DmEventHandler second,
      String secondName,
      Function<EventRecord, String> renderer) {
    return new Comparison(List.of(first, second), firstName, secondName, renderer, null, null);
  }

  /** A handler and what was stored, which is closed with it. */
  public static Comparison expecting(
      ExpectedOutput expected,
      DmEventHandler handler,
      String name,
      Function<EventRecord, String> renderer) {
    return new Comparison(List.of(handler), expected.name(), name, renderer, expected, null);
  }

  /** A handler whose output is stored; {@code to} is flushed at the end, not closed. */
  public static Comparison recording(DmEventHandler handler, String name, OutputStream to) {
    return new Comparison(List.of(handler), name, name, event -> "", null, to);
  }

  @Override
  public boolean wantsTopology() {
    return handlers.stream().anyMatch(DmEventHandler::wantsTopology);
  }

  @Override
  public void open(ReplayContext context) throws Exception {
    HandlerOutput output = HandlerOutput.begin();
    systemOut = output;
    judge = judge();
    for (DmEventHandler handler : handlers) {
      boolean isFirst = handlers.size() == 2 && heard.isEmpty();
      heard.add(new Heard(handler, output, text -> line(isFirst, text)));
    }
    for (Heard each : heard) {
      each.open(context);
    }
    judge().after(null);
    check();
  }

  private Judge judge() throws IOException {
    Judge made = judge;
    if (made == null) {
      LineMatch match = new LineMatch(tally, firstName, secondName);
      if (record != null) {
        made = new Judge.Recorder(new ExpectedWriter(record, byEvent), byEvent);
      } else if (expected != null) {
        made =
            byEvent
                ? new Judge.ByEventOfFile(tally, renderer, expected)
                : new Judge.ByLineOfFile(match, expected);
      } else {
        made = byEvent ? new Judge.ByEvent(tally, renderer) : new Judge.ByLine(match);
      }
    }
    return made;
  }

  private void line(boolean isFirst, String text) {
    Judge by = judge;
    if (by == null || trouble != null) {
      return;
    }
    try {
      by.line(isFirst, text);
    } catch (IOException | UncheckedIOException e) {
      trouble = String.valueOf(e.getMessage());
    }
  }

  /** What befell a file while a handler printed is not the handler's doing. */
  private void check() throws HandlerException {
    String what = trouble;
    if (what != null) {
      throw new HandlerException("nothing is compared any more: " + what);
    }
  }

  @Override
  public void handle(ReplayedEvent event) throws Exception {
    Judge by = judge();
    events++;
    if (by instanceof Judge.Recorder recorder) {
      recorder.about(event.seq());
    }
    try {
      for (Heard each : heard) {
        each.handle(event);
      }
    } catch (InterruptedException e) {
      by.skip();
      throw e;
    }
    check();
    by.after(event.record());
  }

  @Override
  public void close(ReplaySummary summary) throws Exception {
    HandlerOutput output = systemOut;
    Judge by = judge;
    if (output == null || by == null) {
      return;
    }
    InterruptedException interrupted = null;
    try {
      for (Heard each : heard) {
        try {
          each.close(summary);
        } catch (InterruptedException e) {
          interrupted = e;
        }
      }
      by.end();
    } finally {
      output.end();
      if (expected != null) {
        expected.close();
      }
    }
    if (interrupted != null) {
      throw interrupted;
    }
    check();
  }

  /** Whether a difference was found. */
  public boolean differs() {
    return tally.first() != null;
  }

  /** What was found, in lines for people, safe for a terminal. */
  public String report() {
    if (record != null) {
      return "the output for " + count(events, "event") + " is stored\n";
    }
    String what = byEvent ? "event" : "line";
    Difference first = tally.first();
    if (first == null) {
      return shown(secondName)
          + (expected == null
              ? " says what " + shown(firstName) + " says: "
              : " says what is expected: ")
          + (byEvent ? count(events, what) : count(tally.compared(), what) + " of output")
          + " compared\n";
    }
    StringBuilder out = new StringBuilder();
    out.append("first difference at ").append(first.where()).append('\n');
    first.event().lines().forEach(line -> out.append("  ").append(line).append('\n'));
    out.append("  ").append(shown(firstName)).append(expected == null ? " says\n" : " expects\n");
    first.first().forEach(line -> out.append("    ").append(line).append('\n'));
    out.append("  ").append(shown(secondName)).append(" says\n");
    first.second().forEach(line -> out.append("    ").append(line).append('\n'));
    out.append(
            tally.later() == 0 ? "no later difference" : count(tally.later(), "later difference"))
        .append("; ")
        .append(count(byEvent ? Math.max(events, tally.compared()) : tally.compared(), what))
        .append(" compared\n");
    return out.toString();
  }

  private static String shown(String name) {
    return KernelText.printable(name);
  }

  private static String count(long number, String what) {
    return String.format(Locale.ROOT, "%,d %s%s", number, what, number == 1 ? "" : "s");
  }
}
