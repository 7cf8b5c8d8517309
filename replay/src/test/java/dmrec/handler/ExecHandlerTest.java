package dmrec.handler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ExecHandlerTest {
  private static final long LAST = 2_000_000;

  @TempDir private Path folder = Path.of("");
  private final HandlerProcesses processes = new HandlerProcesses(Orphans.LEFT_TO_INIT, null);
  private final Samples.Output output = new Samples.Output();

  private DmEventHandler exec(String command) throws Exception {
    return exec(command, Duration.ofSeconds(30));
  }

  private DmEventHandler exec(String command, Duration patience) throws Exception {
    return ProcessHandlers.exec(command, processes, true, patience).make();
  }

  private static void feed(DmEventHandler handler, long from, long to) throws Exception {
    for (long seq = from; seq <= to; seq++) {
      handler.handle(new ReplayedEvent(Samples.pathFailed(seq)));
    }
  }

  @Test
  void givesEachEventAsOneLineOfJson() throws Exception {
    Path got = folder.resolve("got");
    List<EventRecord> records = new EventRecords(5).oneOfEach();
    DmEventHandler handler = exec("cat > " + got);
    handler.open(output.context());
    for (EventRecord record : records) {
      handler.handle(new ReplayedEvent(record));
    }
    handler.close(Samples.summary(records.size(), 0));

    assertEquals(records.stream().map(EventJson::write).toList(), Files.readAllLines(got));
  }

  @Test
  void deliversAnEventAtOnceWhileItWaitsForTheNext() throws Exception {
    DmEventHandler handler = exec("while read -r line; do echo got; done");
    handler.open(output.context());
    for (int seq = 1; seq <= 3; seq++) {
      feed(handler, seq, seq);
      while (!output.text().equals("got\n".repeat(seq))) {
        Thread.sleep(2);
      }
    }
    handler.close(Samples.summary(3, 0));
  }

  @Test
  void letsItFinishItsOutput() throws Exception {
    DmEventHandler handler = exec("cat >/dev/null; sleep 0.3; echo the end");
    handler.open(output.context());
    feed(handler, 1, 10);
    handler.close(Samples.summary(10, 0));

    assertEquals("the end\n", output.text());
  }

  @Test
  void saysThatItExitedAndHowManyEventsItWasGiven() throws Exception {
    DmEventHandler handler = exec("head -n 3 >/dev/null; exit 7");
    handler.open(output.context());
    HandlerException e = assertThrows(HandlerException.class, () -> feed(handler, 1, LAST));

    assertTrue(
        Samples.message(e)
            .matches("it exited with status 7 after it was given \\d+ events,.*64 KiB.*"),
        Samples.message(e));
    handler.close(Samples.summary(10, 1));
  }

  @Test
  void saysThatItWasKilled() throws Exception {
    DmEventHandler handler = exec("read line; kill -9 $$");
    handler.open(output.context());
    HandlerException e = assertThrows(HandlerException.class, () -> feed(handler, 1, LAST));

    assertTrue(
        Samples.message(e).startsWith("it was killed by SIGKILL (status 137)"), Samples.message(e));
    handler.close(Samples.summary(10, 1));
  }

  @Test
  void saysThatItClosedItsInput() throws Exception {
    String word = LiveProcesses.word("31415926");
    DmEventHandler handler = exec("read line; exec <&-; sleep " + word);
    handler.open(output.context());
    HandlerException e = assertThrows(HandlerException.class, () -> feed(handler, 1, LAST));

    assertTrue(Samples.message(e).startsWith("it closed its input"), Samples.message(e));
    handler.close(Samples.summary(10, 1));
    assertEquals(List.of(), LiveProcesses.naming(word));
  }

  @Test
  void saysThatThereIsNoSuchCommand() throws Exception {
    DmEventHandler handler = exec("/nowhere/at-all 2>/dev/null");
    handler.open(output.context());
    HandlerException e = assertThrows(HandlerException.class, () -> feed(handler, 1, LAST));

    assertTrue(
        Samples.message(e).contains("status 127: there is no such command"), Samples.message(e));
    handler.close(Samples.summary(10, 1));
  }

  @Test
  void takesAnExitStatusAtTheEndForAFailure() throws Exception {
    DmEventHandler handler = exec("cat >/dev/null; exit 4");
    handler.open(output.context());
    feed(handler, 1, 10);
    HandlerException e =
        assertThrows(HandlerException.class, () -> handler.close(Samples.summary(10, 0)));

    assertEquals("it exited with status 4 at the end of the stream.", Samples.message(e));
  }

  @Test
  void endsOneThatDoesNotEndWithItsInput() throws Exception {
    String word = LiveProcesses.word("27182818");
    DmEventHandler handler = exec("cat >/dev/null; sleep " + word, Duration.ofMillis(300));
    handler.open(output.context());
    feed(handler, 1, 10);
    HandlerException e =
        assertThrows(HandlerException.class, () -> handler.close(Samples.summary(10, 0)));

    assertTrue(
        Samples.message(e).contains("did not end within 0.3 s after the last event"),
        Samples.message(e));
    assertEquals(List.of(), LiveProcesses.naming(word));
  }

  @Test
  void isInterruptedWhereTheProcessReadsNothing() throws Exception {
    String word = LiveProcesses.word("16180339");
    DmEventHandler handler = exec("sleep " + word);
    handler.open(output.context());
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread feeder =
        new Thread(
            () -> {
              try {
                feed(handler, 1, LAST);
              } catch (Throwable t) {
                thrown.set(t);
              }
            });
    feeder.start();
    while (feeder.getState() != Thread.State.WAITING) {
      Thread.sleep(5);
    }
    feeder.interrupt();
    feeder.join();

    assertTrue(thrown.get() instanceof InterruptedException, String.valueOf(thrown.get()));
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> handler.close(Samples.summary(10, 1)));
    assertEquals(List.of(), LiveProcesses.naming(word));
  }

  @Test
  void endsWhatItLeftBehind() throws Exception {
    String word = LiveProcesses.word("14142135");
    DmEventHandler handler =
        exec("(setsid sh -c 'sleep " + word + " & sleep " + word + "' &); cat >/dev/null");
    handler.open(output.context());
    feed(handler, 1, 10);
    handler.close(Samples.summary(10, 0));

    assertEquals(List.of(), LiveProcesses.naming(word));
    assertTrue(processes.leftBehind() > 0);
    assertTrue(processes.firstLeftBehind().matches("\\w+ \\(process \\d+\\)"));
  }

  @Test
  void passesOnAGigabyteWithoutKeepingIt() throws Exception {
    long[] counted = {0};
    java.io.OutputStream counter =
        new java.io.OutputStream() {
          @Override
          public void write(int b) {
            counted[0]++;
          }

          @Override
          public void write(byte[] bytes, int from, int length) {
            counted[0] += length;
          }
        };
    DmEventHandler handler = exec("yes 0123456789abcdef | head -c 1000000000; cat >/dev/null");
    handler.open(Samples.context(new java.io.PrintStream(counter)));
    feed(handler, 1, 10);
    handler.close(Samples.summary(10, 0));

    assertEquals(1_000_000_000, counted[0]);
  }
}
