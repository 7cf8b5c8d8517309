package dmrec.handler;

import dmrec.event.EventRecord;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How many events a second go into a program. To be run by hand. */
final class ExecBench {
  private static final int EVENTS = 1_000_000;

  private ExecBench() {}

  public static void main(String[] args) throws Exception {
    List<EventRecord> records = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      records.add(Samples.pathFailed(i));
    }
    PrintStream out = System.out;
    for (int round = 0; round < 3; round++) {
      DmEventHandler handler =
          ProcessHandlers.exec(
                  args.length > 0 ? args[0] : "cat >/dev/null",
                  new HandlerProcesses(Orphans.LEFT_TO_INIT, null),
                  false,
                  Duration.ofSeconds(30))
              .make();
      handler.open(Samples.context(out));
      long beginNs = System.nanoTime();
      for (int i = 0; i < EVENTS; i++) {
        handler.handle(new ReplayedEvent(records.get(i % records.size())));
      }
      handler.close(Samples.summary(EVENTS, 0));
      double seconds = (System.nanoTime() - beginNs) / 1e9;
      out.printf("%,.0f events/s%n", EVENTS / seconds);
    }
  }
}
