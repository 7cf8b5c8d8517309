package dmrec.journal.file;

import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.onoes.ExceptionHandler;

/** Settings of the queue's library that hold for the whole process. */
public final class ChronicleSetup {
  private static boolean done;

  private ChronicleSetup() {}

  /**
   * Keeps the library from writing to the terminal or a log: what matters comes as an exception.
   * Must be called before any of it is used.
   */
  public static synchronized void quiet() {
    if (done) {
      return;
    }
    done = true;
    System.setProperty("jvm.resource.tracing", "false");
    System.setProperty("chronicle.announcer.disable", "true");
    Jvm.setExceptionHandlers(
        ExceptionHandler.ignoresEverything(),
        ExceptionHandler.ignoresEverything(),
        ExceptionHandler.ignoresEverything(),
        ExceptionHandler.ignoresEverything());
  }
}
