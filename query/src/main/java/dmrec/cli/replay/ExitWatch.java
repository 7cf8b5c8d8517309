package dmrec.cli.replay;

import dmrec.cli.host.Host;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.replay.Replay;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells when a handler ends the whole program, as {@code System.exit} does. */
final class ExitWatch {
  private static final int FAILED = 1;

  private final Thread hook;

  private ExitWatch(Thread hook) {
    this.hook = hook;
  }

  static ExitWatch begin(
      Host host, Supplier<@Nullable Replay> running, String name, Runnable cleanUp) {
    Thread hook = new Thread(() -> tell(host, running.get(), name, cleanUp), "exit");
    java.lang.Runtime.getRuntime().addShutdownHook(hook);
    return new ExitWatch(hook);
  }

  private static void tell(Host host, @Nullable Replay replay, String name, Runnable cleanUp) {
    EventRecord at = replay == null ? null : replay.current();
    host.err()
        .println(
            "dmrec: "
                + KernelText.printable(name)
                + " ended dmrec itself (System.exit)"
                + (at == null ? " before any event" : " at #" + at.seq() + " " + at.kind().word())
                + "; a handler throws to end a replay");
    host.err().flush();
    try {
      host.out().flush();
    } catch (java.io.IOException e) {
      host.err().flush();
    }
    cleanUp.run();
    java.lang.Runtime.getRuntime().halt(FAILED);
  }

  void end() {
    try {
      java.lang.Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      hook.interrupt(); // It is running already.
    }
  }
}
