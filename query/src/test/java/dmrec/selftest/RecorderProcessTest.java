package dmrec.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecorderProcessTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private RecorderProcess start(boolean probes, String text) throws Exception {
    Path launcher = folder.resolve("dmrec");
    Files.writeString(launcher, "#!/bin/sh\ncd " + folder + "\necho \"$*\" >arguments\n" + text);
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    return RecorderProcess.start(
        launcher, folder, folder.resolve("journal"), probes, System::nanoTime);
  }

  private String arguments() throws IOException {
    return Files.readString(folder.resolve("arguments"));
  }

  private static final String GOOD =
      """
      trap 'exit 0' TERM
      echo 'dmrec: recording without the kernel log; root has all of it' >&2
      echo 'dmrec: recording 1 device to there' >&2
      while :; do sleep 0.05; done
      """;

  @Test
  void startsTheLaunchersRecorderAndEndsIt() throws Exception {
    RecorderProcess recorder = start(true, GOOD);

    assertTrue(arguments().startsWith("record "), arguments());
    assertTrue(arguments().endsWith("-j " + folder.resolve("journal") + "\n"), arguments());
    assertEquals("recording without the kernel log; root has all of it", recorder.lacks());
    recorder.stop();
  }

  @Test
  void asksForProbesOrForNone() throws Exception {
    start(true, GOOD).stop();
    String with = arguments();
    start(false, GOOD).stop();

    assertFalse(with.contains("--no-probes"), with);
    assertTrue(arguments().contains("--no-probes"), arguments());
  }

  @Test
  void quotesARecorderThatDoesNotStart() {
    SelfTestException e =
        assertThrows(
            SelfTestException.class,
            () -> start(false, "echo 'dmrec: no device-mapper' >&2\nexit 1\n"));

    assertEquals(
        "selftest: expected 'dmrec record' to record, found that it ended with status 1: dmrec: no"
            + " device-mapper",
        e.getMessage());
  }

  @Test
  void quotesARecorderThatEndsBadly() throws Exception {
    RecorderProcess recorder =
        start(false, GOOD.replace("exit 0", "echo dmrec: disk full >&2; exit 1"));

    SelfTestException e = assertThrows(SelfTestException.class, recorder::stop);

    assertTrue(String.valueOf(e.getMessage()).endsWith("dmrec: disk full"), e.getMessage());
  }
}
