package dmrec.cli.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.CommandTest;
import org.junit.jupiter.api.Test;

class SelfTestCommandTest extends CommandTest {
  @Test
  void whoIsNotRootMakesNothing() {
    assertEquals(1, run("selftest"));

    assertEquals("dmrec: selftest: expected root, as it makes devices; run it with sudo\n", err());
    assertEquals("", out());
  }

  @Test
  void itsHelpSaysWhatItMakesAndThatAllOfItGoes() {
    assertEquals(0, run("selftest", "--help"));

    String help = out().replaceAll("\\s+", " ");
    assertTrue(help.contains("all are removed at its end, also after Ctrl-C or SIGTERM"), help);
    assertTrue(help.contains("--clean-up"), help);
  }
}
