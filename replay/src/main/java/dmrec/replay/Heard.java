package dmrec.replay;

import dmrec.event.KernelText;
import dmrec.handler.DmEventHandler;
import dmrec.handler.HandlerException;
import dmrec.handler.PrintsLater;
import dmrec.handler.ReplayContext;
import dmrec.handler.ReplaySummary;
import dmrec.handler.ReplayedEvent;

/** A handler whose output and exceptions are taken down. */
final class Heard {
  private static final int LONGEST_THROWN = 2000;

  private final DmEventHandler handler;
  private final HandlerOutput systemOut;
  private final OutputLines.Sink sink;
  private final OutputLines lines;
  private boolean opened;
  private boolean ended;

  Heard(DmEventHandler handler, HandlerOutput systemOut, OutputLines.Sink sink) {
    this.handler = handler;
    this.systemOut = systemOut;
    this.sink = sink;
    this.lines = new OutputLines(sink);
  }

  private interface Call {
    void run() throws Exception;
  }

  void open(ReplayContext context) throws InterruptedException {
    ReplayContext own =
        new ReplayContext(
            context.topology().copy(), context.clock(), context.journal(), lines.printStream());
    call(
        () -> {
          handler.open(own);
          opened = true;
        });
  }

  void handle(ReplayedEvent event) throws InterruptedException {
    if (opened && !ended) {
      call(() -> handler.handle(event));
    }
  }

  void close(ReplaySummary summary) throws InterruptedException {
    if (opened) {
      call(() -> handler.close(summary));
    }
    if (handler instanceof PrintsLater later) {
      lines.pause();
      if (!later.ending().isEmpty()) {
        sink.line("!" + KernelText.printable(later.ending()));
      }
    }
  }

  private void call(Call call) throws InterruptedException {
    systemOut.lead(lines);
    try {
      call.run();
    } catch (InterruptedException e) {
      throw e;
    } catch (StackOverflowError e) {
      thrown(e);
    } catch (VirtualMachineError e) {
      throw e;
    } catch (Throwable e) {
      thrown(e);
    } finally {
      systemOut.lead(null);
      if (!(handler instanceof PrintsLater)) {
        lines.pause();
      }
    }
  }

  /** When one that prints later ends shows at any event: only how it ended is compared. */
  private void thrown(Throwable e) {
    if (handler instanceof PrintsLater && opened) {
      ended = true;
      return;
    }
    lines.pause();
    String text =
        KernelText.printable(
            e instanceof HandlerException ? String.valueOf(e.getMessage()) : e.toString());
    sink.line("!" + (text.length() > LONGEST_THROWN ? text.substring(0, LONGEST_THROWN) : text));
  }
}
