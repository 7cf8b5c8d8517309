package dmrec.handler;

import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import java.io.PrintStream;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes each event as one or more lines. */
public final class LineHandler implements DmEventHandler {
  private final Function<EventRecord, String> text;
  private @Nullable PrintStream out;

  /**
   * A handler that writes to {@link ReplayContext#out}.
   *
   * @param text what is written for an event, without the last line feed, as it may be shown there
   */
  public LineHandler(Function<EventRecord, String> text) {
    this.text = text;
  }

  @Override
  public void open(ReplayContext context) {
    out = context.out();
  }

  @Override
  public void handle(ReplayedEvent event) {
    if (out != null) {
      byte[] line = KernelText.encode(text.apply(event.record()) + "\n");
      out.write(line, 0, line.length);
    }
  }

  @Override
  public boolean wantsTopology() {
    return false;
  }

  @Override
  public boolean mayStartOver() {
    return true;
  }
}
