package dmrec.replay;

import dmrec.event.EventRecord;
import dmrec.replay.ExpectedOutput.Line;
import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Compares lines as they are said.
 *
 * <p>Thread contract: lines come from any thread; the rest from that which feeds.
 */
interface Judge {
  /** One line of the first or the second. */
  void line(boolean isFirst, String text) throws IOException;

  /**
   * All was said that an event made them say; null: before the first event.
   *
   * @throws IOException where a file cannot be read
   */
  void after(@Nullable EventRecord record) throws IOException;

  /** Nothing more is said of the event at hand, which one of them did not get to its end. */
  void skip();

  /** All was said. */
  void end() throws IOException;

  /** Two handlers that print while they handle. */
  final class ByEvent implements Judge {
    private final Tally tally;
    private final Function<EventRecord, String> renderer;
    private EventOutput first = new EventOutput();
    private EventOutput second = new EventOutput();

    ByEvent(Tally tally, Function<EventRecord, String> renderer) {
      this.tally = tally;
      this.renderer = renderer;
    }

    @Override
    public synchronized void line(boolean isFirst, String text) {
      (isFirst ? first : second).line(text);
    }

    @Override
    public synchronized void after(@Nullable EventRecord record) {
      if (record != null) {
        compare("#" + record.seq(), renderer.apply(record));
      } else if (!first.isEmpty() || !second.isEmpty()) {
        compare("its beginning, before any event", "");
      }
    }

    @Override
    public synchronized void end() {
      if (!first.isEmpty() || !second.isEmpty()) {
        compare("its end, after the last event", "");
      }
    }

    private void compare(String where, String event) {
      if (first.isSameAs(second)) {
        tally.same();
      } else {
        tally.differs(Difference.of(where, event, first, second));
      }
      skip();
    }

    @Override
    public synchronized void skip() {
      first = new EventOutput();
      second = new EventOutput();
    }
  }

  /** One such handler, the second, and what was stored, the first. */
  final class ByEventOfFile implements Judge {
    private final Tally tally;
    private final Function<EventRecord, String> renderer;
    private final ExpectedOutput expected;
    private EventOutput said = new EventOutput();

    ByEventOfFile(Tally tally, Function<EventRecord, String> renderer, ExpectedOutput expected) {
      this.tally = tally;
      this.renderer = renderer;
      this.expected = expected;
    }

    @Override
    public synchronized void line(boolean isFirst, String text) {
      said.line(text);
    }

    @Override
    public synchronized void after(@Nullable EventRecord record) throws IOException {
      if (record == null) {
        compare("its beginning, before any event", "", 0);
        return;
      }
      missedBefore(record.seq());
      compare("#" + record.seq(), renderer.apply(record), record.seq());
    }

    /** Expected of events that were not fed. */
    private void missedBefore(long seq) throws IOException {
      for (Line next = expected.peek();
          next != null && next.seq() != 0 && next.seq() < seq;
          next = expected.peek()) {
        tally.differs(
            Difference.of(
                "#" + next.seq() + ", which was not fed",
                "",
                expected.takeOf(next.seq()),
                new EventOutput()));
      }
    }

    @Override
    public synchronized void end() throws IOException {
      missedBefore(Long.MAX_VALUE);
      compare("its end, after the last event", "", 0);
      for (Line next = expected.peek(); next != null; next = expected.peek()) {
        tally.differs(
            Difference.of(
                "its end, after the last event",
                "",
                expected.takeOf(next.seq()),
                new EventOutput()));
      }
    }

    private void compare(String where, String event, long seq) throws IOException {
      EventOutput stored = expected.takeOf(seq);
      if (!stored.isSameAs(said)) {
        tally.differs(Difference.of(where, event, stored, said));
      } else if (seq != 0 || !said.isEmpty()) {
        tally.same();
      }
      said = new EventOutput();
    }

    @Override
    public synchronized void skip() {
      said = new EventOutput();
    }
  }

  /** Two handlers of which at least one prints when it likes. */
  final class ByLine implements Judge {
    private final LineMatch match;

    ByLine(LineMatch match) {
      this.match = match;
    }

    @Override
    public void line(boolean isFirst, String text) {
      if (isFirst) {
        match.first(text);
      } else {
        match.second(text);
      }
    }

    @Override
    public void after(@Nullable EventRecord record) {}

    @Override
    public void skip() {}

    @Override
    public void end() {
      match.end();
    }
  }

  /** One handler, the second, and stored lines, the first; in order, whatever event they are of. */
  final class ByLineOfFile implements Judge {
    private final LineMatch match;
    private final ExpectedOutput expected;

    ByLineOfFile(LineMatch match, ExpectedOutput expected) {
      this.match = match;
      this.expected = expected;
    }

    @Override
    public synchronized void line(boolean isFirst, String text) throws IOException {
      Line stored = expected.take();
      if (stored == null) {
        match.alone(false, text);
      } else {
        match.first(stored.text());
        match.second(text);
      }
    }

    @Override
    public void after(@Nullable EventRecord record) {}

    @Override
    public void skip() {}

    @Override
    public synchronized void end() throws IOException {
      for (Line stored = expected.take(); stored != null; stored = expected.take()) {
        match.alone(true, stored.text());
      }
    }
  }

  /** Compares nothing: writes down what the only handler, the second, says. */
  final class Recorder implements Judge {
    private final ExpectedWriter writer;
    private final boolean byEvent;
    private volatile long seq;

    Recorder(ExpectedWriter writer, boolean byEvent) {
      this.writer = writer;
      this.byEvent = byEvent;
    }

    /** What comes next is about this event. */
    void about(long eventSeq) {
      seq = byEvent ? eventSeq : 0;
    }

    @Override
    public void line(boolean isFirst, String text) {
      writer.line(seq, text);
    }

    @Override
    public void after(@Nullable EventRecord record) {
      seq = 0;
    }

    @Override
    public void skip() {}

    @Override
    public void end() throws IOException {
      writer.flush();
    }
  }
}
