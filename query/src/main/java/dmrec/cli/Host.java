package dmrec.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/**
 * What a command sees of the machine it runs on; tests pass their own.
 *
 * @param out data, in bytes: device names need not be text
 * @param err everything else, in UTF-8
 * @param env environment variables
 * @param clock time and zone
 * @param root whether the effective user is root
 * @param outIsTerminal whether somebody reads {@code out} as it comes
 * @param errIsTerminal whether somebody reads {@code err} as it comes
 */
public record Host(
    OutputStream out,
    PrintStream err,
    Map<String, String> env,
    Clock clock,
    boolean root,
    boolean outIsTerminal,
    boolean errIsTerminal) {

  static Host ofThisProcess() {
    // Java cannot ask which streams are terminals; the launcher has.
    List<String> terminals = List.of(System.getProperty("dmrec.terminal", "").split(","));
    return new Host(
        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        System.getenv(),
        Clock.system(ZoneId.systemDefault()),
        effectiveUserIsRoot(),
        terminals.contains("out"),
        terminals.contains("err"));
  }

  private static boolean effectiveUserIsRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (Exception e) {
      return false;
    }
  }

  /** Whether to colour what goes to {@code out}. */
  public boolean colour() {
    return outIsTerminal && mayColour();
  }

  /** Whether to colour what goes to {@code err}. */
  public boolean colourErr() {
    return errIsTerminal && mayColour();
  }

  private boolean mayColour() {
    return env("NO_COLOR").isEmpty() && !env("TERM").equals("dumb");
  }

  /** An environment variable; empty where it is not set. */
  public String env(String name) {
    return env.getOrDefault(name, "");
  }
}
