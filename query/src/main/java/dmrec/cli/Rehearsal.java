package dmrec.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/**
 * Runs what a user often runs, so that the build can archive the classes that needs.
 *
 * <p>Argument: a folder to work in.
 */
final class Rehearsal {
  private Rehearsal() {}

  public static void main(String[] args) {
    for (List<String> command : List.of(List.of("--version"), List.of("--help"))) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      PrintStream err = new PrintStream(out, true, StandardCharsets.UTF_8);
      Host host =
          new Host(
              out,
              err,
              Map.of(),
              Clock.system(ZoneId.systemDefault()),
              false,
              false,
              false,
              0,
              true);
      int code = Main.run(host, command);
      if (code != 0) {
        System.err.println(command + " ended with " + code + ": " + out);
        System.exit(1);
      }
    }
  }
}
