package dmrec.cli.record;

import dmrec.cli.host.Host;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.query.EventText;
import dmrec.record.Recorder;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/** The live line of a recording, on a terminal only; redrawn at most four times a second. */
final class StatusLine {
  private static final long REDRAW_NS = 250_000_000L;
  private static final String CLEAR = "\r\033[K";

  private final Host host;
  private final Recorder recorder;
  private final BooleanSupplier keyTrouble;
  private long shownAtNs;
  private long shownEvents;
  private double rate;
  private boolean visible;

  /**
   * @param keyTrouble whether the key that signs the journal cannot be changed
   */
  StatusLine(Host host, Recorder recorder, BooleanSupplier keyTrouble) {
    this.host = host;
    this.recorder = recorder;
    this.keyTrouble = keyTrouble;
    this.shownAtNs = System.nanoTime();
  }

  void show() {
    long nowNs = System.nanoTime();
    if (!host.errIsTerminal() || nowNs - shownAtNs < REDRAW_NS) {
      return;
    }
    long events = recorder.summary().events();
    double current = (events - shownEvents) * 1e9 / (nowNs - shownAtNs);
    rate = rate * 0.7 + current * 0.3;
    shownAtNs = nowNs;
    shownEvents = events;
    String line =
        String.format(
            Locale.ROOT,
            "%d events, %.1f/s, %d devices, lost %d%s%s",
            events,
            rate,
            recorder.topology().devices().size(),
            recorder.summary().lost(),
            keyTrouble.getAsBoolean() ? ", KEY NOT CHANGED" : "",
            last());
    int width = host.columns() > 0 ? host.columns() - 1 : 79;
    host.err().print(CLEAR + (line.length() > width ? line.substring(0, width) : line));
    host.err().flush();
    visible = true;
  }

  private String last() {
    EventRecord last = recorder.last();
    return last == null
        ? ""
        : ", last: " + KernelText.printable(EventText.subject(last)) + " " + last.kind().word();
  }

  /** Takes the line away before something else is printed. */
  void clear() {
    if (visible) {
      host.err().print(CLEAR);
      host.err().flush();
    }
  }
}
