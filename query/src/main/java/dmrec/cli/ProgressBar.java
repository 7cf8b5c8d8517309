package dmrec.cli;

import dmrec.cli.host.Host;
import java.util.Locale;

/** How far a command is, on a terminal only; redrawn at most four times a second. */
final class ProgressBar {
  private static final long REDRAW_NS = 250_000_000L;
  private static final String CLEAR = "\r\033[K";
  private static final int WIDTH = 30;

  private final Host host;
  private final long beganNs = System.nanoTime();
  private long shownAtNs = beganNs;
  private boolean visible;

  ProgressBar(Host host) {
    this.host = host;
  }

  void show(long doneBytes, long totalBytes) {
    long nowNs = System.nanoTime();
    if (!host.errIsTerminal() || nowNs - shownAtNs < REDRAW_NS || totalBytes <= 0) {
      return;
    }
    shownAtNs = nowNs;
    double part = Math.min(1, (double) doneBytes / totalBytes);
    int full = (int) (part * WIDTH);
    host.err()
        .print(
            CLEAR
                + "["
                + "#".repeat(full)
                + " ".repeat(WIDTH - full)
                + String.format(
                    Locale.ROOT,
                    "] %3.0f%% %.0f MB/s",
                    part * 100,
                    doneBytes * 1e3 / (nowNs - beganNs)));
    host.err().flush();
    visible = true;
  }

  /** Takes the line away before something else is printed. */
  void clear() {
    if (visible) {
      host.err().print(CLEAR);
      host.err().flush();
    }
  }
}
