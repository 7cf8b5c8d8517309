package dmrec.cli;

import dmrec.cli.host.Host;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;

/** Machines for tests: an ordinary user's, in UTF-8. */
public final class Hosts {
  private Hosts() {}

  /** Where nobody reads what comes, as in a pipe. */
  public static Host piped(
      OutputStream out, OutputStream err, Map<String, String> env, Clock clock) {
    return of(out, err, env, clock, false);
  }

  /**
   * A machine.
   *
   * @param terminal whether somebody reads {@code out} as it comes
   */
  public static Host of(
      OutputStream out, OutputStream err, Map<String, String> env, Clock clock, boolean terminal) {
    PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
    return new Host(out, errors, env, clock, false, terminal, false, 0, true);
  }
}
