package dmrec.cli.host;

import dmrec.console.Standpoint;
import dmrec.event.KernelText;
import dmrec.journal.Damage;
import dmrec.query.Csv;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
 * @param columns width of the terminal that {@code out} is; 0 where it is none
 * @param utf8 whether the user's locale shows UTF-8
 * @param standpoint where the console stands that runs the command; null outside of one
 */
public record Host(
    OutputStream out,
    PrintStream err,
    Map<String, String> env,
    Clock clock,
    boolean root,
    boolean outIsTerminal,
    boolean errIsTerminal,
    int columns,
    boolean utf8,
    @Nullable Standpoint standpoint) {

  /** Outside of a console. */
  public Host(
      OutputStream out,
      PrintStream err,
      Map<String, String> env,
      Clock clock,
      boolean root,
      boolean outIsTerminal,
      boolean errIsTerminal,
      int columns,
      boolean utf8) {
    this(out, err, env, clock, root, outIsTerminal, errIsTerminal, columns, utf8, null);
  }

  private static final OutputStream STANDARD_OUT =
      new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16);

  /** The machine and user of this process. */
  public static Host ofThisProcess() {
    // Java cannot ask which streams are terminals; the launcher has.
    List<String> terminals = List.of(System.getProperty("dmrec.terminal", "").split(","));
    return new Host(
        STANDARD_OUT,
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        System.getenv(),
        Clock.system(ZoneId.systemDefault()),
        effectiveUserIsRoot(),
        terminals.contains("out"),
        terminals.contains("err"),
        Integer.getInteger("dmrec.columns", 0),
        Boolean.getBoolean("dmrec.utf8"));
  }

  /** Whether {@code out} is this process's own, which processes that it starts inherit. */
  public boolean isThisProcess() {
    return out == STANDARD_OUT;
  }

  private static boolean effectiveUserIsRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (Exception e) {
      return false;
    }
  }

  /** Writes text to {@code out}, as the bytes it was decoded from. */
  public void print(String text) throws IOException {
    out.write(KernelText.encode(text));
  }

  /** Writes what was asked for in that form; where somebody reads it as it comes, it is escaped. */
  public void print(String answer, AnswerForm form) throws IOException {
    print(form == AnswerForm.CSV && outIsTerminal ? Csv.shown(answer) : answer);
  }

  /** A line on {@code err}, for the user and not for what reads the data. */
  public void note(String text) throws IOException {
    // In the order in which they were said, where both go to one terminal.
    out.flush();
    err.println("dmrec: " + text);
  }

  /** Lines on {@code err}, from wherever they come: they are escaped. */
  public void say(String text) {
    StringBuilder shown = new StringBuilder("dmrec: ");
    for (String line : text.split("\n", -1)) {
      shown.append(shown.length() > 7 ? "\n" : "").append(KernelText.printable(line));
    }
    err.println(shown);
    err.flush();
  }

  /** Tells what could not be read; the result is the exit code. */
  public int report(Damage damage) throws IOException {
    for (String message : damage.messages()) {
      note(KernelText.printable(message));
    }
    long more = damage.count() - damage.messages().size();
    if (more > 0) {
      note("and " + more + " more places that are damaged");
    }
    return damage.count() > 0 ? 1 : 0;
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
