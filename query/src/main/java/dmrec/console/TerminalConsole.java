package dmrec.console;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** The console on a terminal: JLine reads the lines. */
final class TerminalConsole {
  private final Console console;
  private final Terminal terminal;
  private final LineReader reader;

  private TerminalConsole(Console console, Terminal terminal) {
    this.console = console;
    this.terminal = terminal;
    reader = reader(console, terminal);
  }

  static int run(Console console) throws IOException {
    try (Terminal terminal = TerminalBuilder.builder().system(true).nativeSignals(true).build()) {
      return run(console, terminal);
    }
  }

  static int run(Console console, Terminal terminal) throws IOException {
    new TerminalConsole(console, terminal).loop();
    return 0;
  }

  private void loop() throws IOException {
    terminal.handle(Terminal.Signal.INT, signal -> console.foreground().interrupt());
    Screen screen =
        new TerminalScreen(terminal, console.foreground(), console.settings().env("PAGER"));
    for (String line : console.open()) {
      screen.output().line(line);
    }
    screen.output().out().flush();
    while (!console.hasEnded()) {
      String line;
      try {
        line = reader.readLine(prompt());
      } catch (UserInterruptException e) {
        continue; // Ctrl-C throws the line away.
      } catch (EndOfFileException e) {
        return;
      }
      Thread.interrupted(); // A Ctrl-C that came late was for the line before.
      if (console.execute(line, screen) == Foreground.INTERRUPTED) {
        terminal.writer().println(); // The terminal has left its ^C there.
      }
      terminal.flush();
    }
  }

  private String prompt() {
    Console.Prompt prompt = console.prompt();
    if (!console.settings().colour()) {
      return prompt.text();
    }
    AttributedStringBuilder text = new AttributedStringBuilder();
    if (!prompt.time().isEmpty()) {
      text.styled(AttributedStyle.DEFAULT.faint(), prompt.time()).append(' ');
    }
    text.styled(AttributedStyle.BOLD, prompt.number()).append("> ");
    return text.toAnsi(terminal);
  }

  private static LineReader reader(Console console, Terminal terminal) {
    JournalNames names = new JournalNames(console.settings().journal());
    Completion completion = new Completion(console.commands(), console.navigator(), names);
    LineReaderBuilder builder =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("dmrec")
            .parser(new LineParser())
            .completionMatcher(new LineParser.AllOfThem())
            .completer(
                (reader, line, candidates) ->
                    candidates.addAll(
                        candidates(completion, line.line().substring(0, line.cursor()))))
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .option(LineReader.Option.HISTORY_IGNORE_SPACE, true)
            .option(LineReader.Option.HISTORY_TIMESTAMPED, false)
            .option(LineReader.Option.AUTO_FRESH_LINE, true)
            .option(LineReader.Option.LIST_PACKED, true)
            .variable(LineReader.LIST_MAX, 200)
            .variable(LineReader.HISTORY_SIZE, 5_000)
            .variable(LineReader.HISTORY_FILE_SIZE, 10_000);
    if (console.settings().colour()) {
      builder.highlighter(new LineColours(console.allCommands()));
    } else {
      builder.option(LineReader.Option.DISABLE_HIGHLIGHTER, true);
    }
    Path history = HistoryFile.of(console.settings());
    if (history != null) {
      builder.variable(LineReader.HISTORY_FILE, history);
    }
    return builder.build();
  }

  private static List<Candidate> candidates(Completion completion, String line) {
    List<Candidate> candidates = new ArrayList<>();
    int order = 0;
    for (Completion.Proposal each : completion.of(line)) {
      candidates.add(
          new Candidate(
              each.text(),
              each.text(),
              null,
              each.about().isEmpty() ? null : each.about(),
              null,
              null,
              each.whole(),
              order++));
    }
    return candidates;
  }
}
