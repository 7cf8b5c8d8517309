package dmrec.cli;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.charset.StandardCharsets;

/**
 * What a test takes of the machine beside Java. Where it lacks, the test is left out, unless the
 * lab is required: then everything has to be there.
 */
public final class Needs {
  private Needs() {}

  /** Programs, by name. */
  public static void programs(String... names) throws Exception {
    for (String name : names) {
      said("the program " + name, "command -v " + name);
    }
  }

  /** User and network namespaces of one's own. */
  public static void namespaces() throws Exception {
    said("unshare and user namespaces", "unshare --user --map-root-user --net --mount true");
  }

  private static void said(String need, String command) throws Exception {
    Process probe = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true).start();
    String said = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (probe.waitFor() != 0) {
      String message = "needs " + need + ": " + said;
      if ("required".equals(System.getProperty("lab"))) {
        fail(message);
      }
      abort(message);
    }
  }
}
