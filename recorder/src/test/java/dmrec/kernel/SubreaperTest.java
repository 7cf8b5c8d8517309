package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SubreaperTest {
  @Test
  void adoptsAndBuriesWhatAChildLeft() throws Exception {
    Subreaper.become();
    Process shell =
        new ProcessBuilder("sh", "-c", "setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo $!")
            .start();
    String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int pid = Integer.parseInt(said.strip());
    assertEquals(0, shell.waitFor());

    ProcessHandle orphan = ProcessHandle.of(pid).orElseThrow();
    assertEquals(ProcessHandle.current(), orphan.parent().orElseThrow());
    assertFalse(Subreaper.bury(pid));
    orphan.destroyForcibly();
    while (!Subreaper.bury(pid)) {
      Thread.sleep(2);
    }
    assertFalse(Files.exists(Path.of("/proc/" + pid)));
    assertTrue(Subreaper.bury(pid));
  }

  @Test
  void refusesToBuryWhomeverThereIs() {
    assertThrows(IllegalArgumentException.class, () -> Subreaper.bury(-1));
    assertThrows(IllegalArgumentException.class, () -> Subreaper.bury(0));
  }
}
