package dmrec.console;

import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.journal.Damage;
import dmrec.journal.Journal;
import dmrec.query.EventText;
import dmrec.query.Likeness;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A conversation about a journal: reads lines and runs them, on a terminal or from a pipe.
 *
 * <p>Lines are read and commands begun by one thread; the current moment is in {@link Navigator}.
 */
public final class Console {
  private static final DateTimeFormatter PROMPT_TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSSSSS", Locale.ROOT);
  private static final DateTimeFormatter SPAN_TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

  private final ConsoleSettings settings;
  private final Commands commands;
  private final Navigator navigator;
  private final OwnCommands own;
  private final Foreground foreground = new Foreground();
  private String watched = "";
  private boolean ended;

  Console(ConsoleSettings settings, Commands commands) {
    this.settings = settings;
    this.commands = commands;
    EventFinder finder = new SelectedEventFinder(settings.journal());
    navigator = new Navigator(settings.journal(), settings.zone(), finder);
    own = new OwnCommands(navigator, finder, commands, settings.colour());
  }

  /**
   * Runs a console on the terminal of this process.
   *
   * @return the exit code
   */
  public static int onTerminal(ConsoleSettings settings, Commands commands) throws IOException {
    return TerminalConsole.run(new Console(settings, commands));
  }

  /**
   * Runs a console on a terminal that can do nothing but print lines.
   *
   * @param in what the user types
   * @param out what is on the screen
   * @return the exit code
   */
  public static int onDumbTerminal(
      ConsoleSettings settings, Commands commands, InputStream in, OutputStream out)
      throws IOException {
    try (Terminal terminal = new DumbTerminal("dumb", "dumb", in, out, StandardCharsets.UTF_8)) {
      return TerminalConsole.run(new Console(settings, commands), terminal);
    }
  }

  /**
   * Runs each line of a stream; goes on behind one that fails.
   *
   * @param inherit whether what the lines pipe to writes where this process does, as {@code out}
   * @return 0 where all went well, 1 where any failed
   */
  public static int onStream(
      ConsoleSettings settings,
      Commands commands,
      InputStream in,
      OutputStream out,
      PrintStream err,
      boolean inherit)
      throws IOException {
    Console console = new Console(settings, commands);
    Screen screen = new PlainScreen(console.foreground, out, err, inherit);
    console.open();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1));
    int code = 0;
    String line = lines.readLine();
    while (line != null && !console.hasEnded()) {
      String text = KernelText.decode(line.getBytes(StandardCharsets.ISO_8859_1));
      code = Math.max(code, console.execute(text, screen) == 0 ? 0 : 1);
      out.flush();
      line = lines.readLine();
    }
    return code;
  }

  ConsoleSettings settings() {
    return settings;
  }

  Commands commands() {
    return commands;
  }

  Navigator navigator() {
    return navigator;
  }

  Foreground foreground() {
    return foreground;
  }

  boolean hasEnded() {
    return ended;
  }

  /** Moves to the end; the lines that tell what there is. */
  List<String> open() throws IOException {
    Journal.Extent extent = settings.journal().extent();
    String journal = KernelText.printable(settings.journal().folder().toString());
    if (extent.isEmpty()) {
      Damage damage = settings.journal().damage();
      if (!damage.isNone()) {
        List<String> lines = new ArrayList<>(damage.messages());
        lines.replaceAll(Shown::message);
        lines.add(journal + ": no event that can be read; 'verify' tells more");
        return lines;
      }
      return List.of(
          journal + ": no event yet; 'follow' waits for some, 'help' lists the commands");
    }
    try {
      navigator.last();
    } catch (ConsoleException e) {
      throw new IOException(e.getMessage(), e);
    }
    return List.of(
        journal
            + ": "
            + extent.events()
            + (extent.events() == 1 ? " event" : " events")
            + " from "
            + span(extent.firstWallNs())
            + " to "
            + span(extent.lastWallNs())
            + " ("
            + EventText.duration(extent.lastWallNs() - extent.firstWallNs())
            + ")",
        "The moment is its end. 'first', 'next', 'at 14:02' move it; 'help' lists the commands.");
  }

  private String span(long wallNs) {
    return SPAN_TIME.format(instant(wallNs).atZone(settings.zone()));
  }

  private static Instant instant(long wallNs) {
    return Instant.ofEpochSecond(
        Math.floorDiv(wallNs, 1_000_000_000L), Math.floorMod(wallNs, 1_000_000_000L));
  }

  /** The prompt's two parts: the time and the number of the moment. */
  record Prompt(String time, String number) {
    String text() {
      return (time.isEmpty() ? "" : time + " ") + number + "> ";
    }
  }

  Prompt prompt() {
    EventRecord here = navigator.record();
    return here == null
        ? new Prompt("", "#0")
        : new Prompt(
            PROMPT_TIME.format(instant(here.wallNs()).atZone(settings.zone())), "#" + here.seq());
  }

  /** Runs one line; the exit code. */
  int execute(String text, Screen screen) throws IOException {
    Output direct = screen.output();
    EventRecord before = navigator.record();
    int code;
    try {
      code = run(text, screen);
    } catch (ConsoleException e) {
      direct.note(Shown.message(String.valueOf(e.getMessage())));
      return 2;
    }
    EventRecord after = navigator.record();
    boolean moved = after != null && (before == null || before.seq() != after.seq());
    if (moved && !watched.isEmpty()) {
      try {
        run(watched, screen);
      } catch (ConsoleException e) {
        direct.note(Shown.message(String.valueOf(e.getMessage())));
      }
    }
    return code;
  }

  private int run(String text, Screen screen) throws IOException, ConsoleException {
    List<Token> tokens = Words.of(text);
    if (!tokens.isEmpty() && tokens.get(0).value().equals(Own.WATCH.word())) {
      return watch(text.substring(tokens.get(0).end()).strip(), screen);
    }
    Line line = Line.parse(text, this::optionsOf);
    if (line.args().isEmpty()) {
      return 0;
    }
    Own word = Own.of(line.command());
    if (word == Own.QUIT) {
      ended = true;
      return 0;
    }
    if (word == null && !commands.specs().containsKey(line.command())) {
      throw new ConsoleException(
          "there is no command '" + line.command() + "'" + likely(line.command()));
    }
    Foreground.Body body =
        word == null
            ? output -> commands.run(line.args(), output, navigator.standpoint())
            : output -> own.run(word, line.args().subList(1, line.args().size()), output);
    if (line.pipe() != null) {
      return intoShell(body, line.pipe(), screen);
    }
    if (line.file() != null) {
      return intoFile(body, line.file(), line.append(), screen);
    }
    return screen.run(body, streams(line, word));
  }

  private String likely(String command) {
    StringBuilder words = new StringBuilder();
    for (String word : allCommands()) {
      boolean isNear = word.startsWith(command) || Likeness.distance(word, command) <= 2;
      if (isNear && !command.isEmpty()) {
        words.append(words.isEmpty() ? "; did you mean " : " or ").append(word);
      }
    }
    return words.isEmpty() ? "; 'help' lists the commands" : words + "?";
  }

  /** The words that a line may begin with. */
  List<String> allCommands() {
    List<String> words = new ArrayList<>(Own.words());
    words.addAll(commands.specs().keySet());
    return words;
  }

  private int watch(String command, Screen screen) throws IOException, ConsoleException {
    if (command.isEmpty()) {
      screen
          .output()
          .note(watched.isEmpty() ? "nothing is watched" : "watched: " + Shown.message(watched));
      return 0;
    }
    if (command.equals("off")) {
      watched = "";
      return 0;
    }
    Line line = Line.parse(command, this::optionsOf);
    Own word = Own.of(line.command());
    boolean known = word == null ? commands.specs().containsKey(line.command()) : word == Own.SHOW;
    if (!known) {
      throw new ConsoleException(
          "watch: expected a command that asks, as 'watch tree', found '" + line.command() + "'");
    }
    watched = command;
    return run(command, screen);
  }

  private int intoShell(Foreground.Body body, String command, Screen screen) throws IOException {
    OutputStream to = screen.forProcesses();
    if (to != null) {
      to.flush();
    }
    Shell shell = Shell.start(command, Map.of(), to);
    OutputStream in = new BufferedOutputStream(shell.input(), 1 << 16);
    Output output = new Output(in, screen.output().err(), false, 0);
    int code = foreground.start(body, output).await();
    shell.endInput();
    return shell.await() == Foreground.INTERRUPTED ? Foreground.INTERRUPTED : code;
  }

  private int intoFile(Foreground.Body body, String file, boolean append, Screen screen)
      throws ConsoleException {
    Path path =
        file.startsWith("~/") ? Path.of(settings.env("HOME"), file.substring(2)) : Path.of(file);
    try (OutputStream out =
        new BufferedOutputStream(
            Files.newOutputStream(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                append ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING))) {
      return foreground.start(body, new Output(out, screen.output().err(), false, 0)).await();
    } catch (IOException e) {
      throw new ConsoleException("cannot write " + path + ": " + reason(e));
    }
  }

  private static String reason(IOException e) {
    return e instanceof java.nio.file.NoSuchFileException
        ? "there is no such folder"
        : e instanceof java.nio.file.AccessDeniedException
            ? "permission denied"
            : String.valueOf(e.getMessage());
  }

  /** Whether the command shows events as they come. */
  private boolean streams(Line line, @Nullable Own word) {
    if (word != null) {
      return word == Own.FOLLOW;
    }
    CommandSpec spec = commands.specs().get(line.command());
    OptionSpec follow = spec == null ? null : spec.findOption("--follow");
    if (follow == null) {
      return false;
    }
    return line.args().stream()
        .anyMatch(
            arg ->
                List.of(follow.names()).contains(arg)
                    || (arg.length() > 3 && "--follow".startsWith(arg))
                    || arg.matches("-[A-Za-z]*f[A-Za-z]*"));
  }

  /** Which words behind a command are its options. */
  Line.Options optionsOf(String command) {
    Own word = Own.of(command);
    CommandSpec spec = word == null ? commands.specs().get(command) : null;
    return new Line.Options() {
      @Override
      public int length(String argument) {
        if (word != null) {
          return word.options().containsKey(argument) ? 1 : 0;
        }
        if (spec == null || !argument.startsWith("-")) {
          return 0;
        }
        int equals = argument.indexOf('=');
        OptionSpec option = spec.findOption(equals < 0 ? argument : argument.substring(0, equals));
        return option == null ? 0 : equals < 0 ? 1 + option.arity().min() : 1;
      }

      @Override
      public boolean takesExpression() {
        return word == null ? command.equals("query") : word.takes() == Own.Takes.FILTER;
      }

      @Override
      public boolean aggregates() {
        return word == null && command.equals("query");
      }
    };
  }
}
