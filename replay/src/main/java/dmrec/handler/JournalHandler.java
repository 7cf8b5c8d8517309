package dmrec.handler;

import dmrec.event.KernelText;
import dmrec.journal.JournalException;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code journal:DIR}: a copy of what is replayed, as a journal of its own.
 *
 * <p>It begins with the stack before the stream, so that it can be asked and replayed alone. All of
 * an event stays as it was but for its number: a journal's begin with 1 and have no hole. What is
 * left out by {@code --where} is left out of the stack too: the state at an event of the copy is
 * the fold of what the copy holds, and not what it was in the original.
 */
public final class JournalHandler implements DmEventHandler {
  private final Path folder;
  private @Nullable JournalWriter writer;
  private @Nullable PrintStream out;

  /** A copy into a folder that is empty or does not exist yet. */
  public JournalHandler(Path folder) {
    this.folder = folder;
  }

  @Override
  public void open(ReplayContext context) throws HandlerException {
    out = context.out();
    try {
      writer =
          JournalWriter.begin(folder, JournalOptions.usual(), context.topology().copy().withSeq(0));
    } catch (JournalException e) {
      throw failed(e);
    }
  }

  @Override
  public void handle(ReplayedEvent event) throws HandlerException {
    JournalWriter to = writer;
    if (to == null) {
      return;
    }
    try {
      to.append(event.record());
    } catch (JournalException e) {
      throw failed(e);
    }
  }

  @Override
  public void close(ReplaySummary summary) throws HandlerException {
    JournalWriter to = writer;
    if (to == null) {
      return;
    }
    try (to) {
      to.sync();
      if (out != null) {
        out.printf(
            Locale.ROOT,
            "%,d %s in %s%n",
            to.lastSeq(),
            to.lastSeq() == 1 ? "event" : "events",
            KernelText.printable(folder.toString()));
      }
    } catch (JournalException e) {
      throw failed(e);
    }
  }

  private static HandlerException failed(JournalException e) {
    return new HandlerException(String.valueOf(e.getMessage()), e);
  }

  /** The stack that the copy's events add up to is followed by its writer. */
  @Override
  public boolean wantsTopology() {
    return false;
  }
}
