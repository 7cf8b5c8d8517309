package dmrec.handler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.KernelText;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class EachHandlerTest {
  private final HandlerProcesses processes = new HandlerProcesses(Orphans.LEFT_TO_INIT, null);
  private final Samples.Output output = new Samples.Output();

  private void run(String command, EventRecord record) throws Exception {
    DmEventHandler handler = ProcessHandlers.each(command, processes, true).make();
    handler.open(output.context());
    handler.handle(new ReplayedEvent(record));
    handler.close(Samples.summary(1, 0));
  }

  @Test
  void tellsTheEventInTheEnvironment() throws Exception {
    run(
        "echo $DMREC_SEQ $DMREC_TIME $DMREC_KIND $DMREC_DEVICE $DMREC_DEV $DMREC_PATH"
            + " $DMREC_VALID_PATHS $ACTION $DM_ACTION $DM_PATH $DM_NAME $SEQNUM",
        Samples.pathFailed(812));

    assertEquals(
        "812 2026-03-01T03:12:05.000000812Z path_failed mpatha 254:0 8:16 3 change PATH_FAILED"
            + " 8:16 mpatha 4711\n",
        output.text());
  }

  @Test
  void tellsATableAsDmsetupPrintsIt() {
    Target linear = new Target(0, 2048, "linear", "8:16 0", "");
    Target error = new Target(2048, 8, "error", "", "");
    EventRecord record =
        Samples.record(
            7,
            Samples.MPATHA,
            new DmEvent.TableLive(
                List.of(linear, error), List.of(new DevNo(8, 16), new DevNo(8, 32)), false),
            Bytes.NONE);

    Map<String, String> environment = EventEnvironment.of(record);
    assertEquals("0 2048 linear 8:16 0\n2048 8 error", environment.get("DMREC_TARGETS"));
    assertEquals("8:16 8:32", environment.get("DMREC_DEPENDENCIES"));
    assertEquals("false", environment.get("DMREC_READ_ONLY"));
  }

  @Test
  void takesNoKeyFromAJournalThatCouldMakeAProgramDoSomethingElse() {
    String hostile =
        "change@/devices/x\0PATH=/tmp\0LD_PRELOAD=/tmp/x.so\0BASH_ENV=/tmp/x\0IFS=x\0ENV=/tmp/x\0"
            + "DM_DEV_DIR=/tmp\0DM_UDEV_COOKIE=1\0DM_x=1\0BASH_FUNC_ls%%=() { :; }\0=x\0novalue\0"
            + "DMREC_SEQ=9\0ACTION=change\0ACTION=again\0DM_NAME=a\0DM_NAME=b";

    Map<String, String> environment = EventEnvironment.of(Samples.pathFailed(8, hostile));
    assertEquals("8", environment.get("DMREC_SEQ"));
    environment.keySet().removeIf(name -> name.startsWith("DMREC_"));
    assertEquals(Map.of("ACTION", "change", "DM_NAME", "a"), environment);
  }

  @Test
  void readsAUeventOfUdev() {
    byte[] header = new byte[40];
    System.arraycopy(Bytes.of("libudev\0").toArray(), 0, header, 0, 8);
    header[8] = (byte) 0xfe;
    header[16] = 40;
    header[39] = 'x';
    String message = KernelText.decode(header) + "ACTION=change\0DM_NAME=mpatha\0ID_X=1\0";

    Map<String, String> environment = EventEnvironment.of(Samples.pathFailed(8, message));
    assertEquals("change", environment.get("ACTION"));
    assertEquals("mpatha", environment.get("DM_NAME"));
  }

  @Test
  void leavesOutWhatNoEnvironmentCanHoldAndSaysSo() throws Exception {
    Target large = new Target(0, 8, "linear", "x".repeat(100_000), "");
    EventRecord record =
        Samples.record(
            7,
            Samples.MPATHA,
            new DmEvent.TableLoaded(List.of(large)),
            Bytes.of("change@/x\0DM_NAME=" + "n".repeat(100_000) + "\0"));
    run("echo $DMREC_LEFT_OUT $DMREC_KIND", record);

    assertEquals("DMREC_TARGETS DM_NAME table_loaded\n", output.text());
  }

  @Test
  void startsAProcessForWhateverAnEventHolds() throws Exception {
    EventRecords records = new EventRecords(11);
    for (EventRecord record : records.oneOfEach()) {
      run("test -n \"$DMREC_SEQ\"", record);
    }
    for (EventRecord record : records.list(100)) {
      EventEnvironment.of(record)
          .forEach(
              (name, value) -> {
                assertTrue(name.matches("[A-Z][A-Z0-9_]*"), name);
                assertTrue(value.indexOf('\0') < 0, name);
              });
    }
  }

  @Test
  void seesNothingOfAnEarlierEvent() throws Exception {
    run("echo \"$DMREC_PATH\"", Samples.pathFailed(1));
    run(
        "echo \"none:$DMREC_PATH$DM_PATH\"",
        Samples.record(2, Samples.MPATHA, new DmEvent.DeviceRemoved(), Bytes.NONE));

    assertEquals("8:16\nnone:\n", output.text());
  }

  @Test
  void readsNothingFromTheTerminal() throws Exception {
    run("cat; echo read", Samples.pathFailed(1));

    assertEquals("read\n", output.text());
  }

  @Test
  void takesAnExitStatusForAFailure() {
    HandlerException e =
        assertThrows(HandlerException.class, () -> run("exit 3", Samples.pathFailed(1)));
    assertEquals("it exited with status 3.", Samples.message(e));

    e = assertThrows(HandlerException.class, () -> run("kill -6 $$", Samples.pathFailed(1)));
    assertEquals("it was killed by SIGABRT (status 134).", Samples.message(e));
  }

  @Test
  void endsWhatAnEventLeftBehind() throws Exception {
    String word = LiveProcesses.word("17320508");
    run("setsid sh -c 'trap \"\" TERM; sleep " + word + "; :' & echo done", Samples.pathFailed(1));

    assertEquals("done\n", output.text());
    assertEquals(List.of(), LiveProcesses.naming(word));
  }

  @Test
  void isInterrupted() throws Exception {
    String word = LiveProcesses.word("22360679");
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> run("sleep " + word, Samples.pathFailed(1)));

    assertEquals(List.of(), LiveProcesses.naming(word));
  }
}
