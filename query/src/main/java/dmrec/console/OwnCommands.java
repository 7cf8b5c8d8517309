package dmrec.console;

import dmrec.event.EventRecord;
import dmrec.journal.Damage;
import dmrec.query.EventText;
import dmrec.query.TimeSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** Does what the console's own commands say. */
final class OwnCommands {
  private static final int NAME_WIDTH = 28;

  private final Navigator navigator;
  private final EventFinder finder;
  private final Commands commands;
  private final boolean mayColour;

  /** With colours and without; kept, so that the columns of step after step stand in line. */
  private final Map<Boolean, EventText> texts = new HashMap<>();

  OwnCommands(Navigator navigator, EventFinder finder, Commands commands, boolean mayColour) {
    this.navigator = navigator;
    this.finder = finder;
    this.commands = commands;
    this.mayColour = mayColour;
  }

  int run(Own own, List<String> arguments, Output output)
      throws IOException, ConsoleException, InterruptedException {
    List<String> words = new ArrayList<>(arguments);
    String option = String.join("", own.options().keySet());
    boolean isGiven = !option.isEmpty() && words.removeIf(option::equals);
    refuseUnknown(own, words);
    EventFinder.Search search =
        new EventFinder.Search(String.join(" ", words), isGiven, navigator.clock());
    switch (own) {
      case AT -> {
        if (words.isEmpty()) {
          throw new ConsoleException(
              "at: which moment? a time as 14:02 or -5m, a number as #812, or a bookmark");
        }
        show(navigator.at(search.filter()), output, false);
      }
      case NEXT -> show(navigator.next(search), output, false);
      case BACK -> show(navigator.back(search), output, false);
      case FIRST ->
          show(
              search.filter().isEmpty() ? navigator.first() : navigator.first(search),
              output,
              false);
      case LAST ->
          show(
              search.filter().isEmpty() ? navigator.last() : navigator.last(search), output, false);
      case FOLLOW -> follow(search, output);
      case SHOW -> show(here(), output, isGiven);
      case BOOKMARK -> {
        String name = words.isEmpty() ? navigator.freeName() : words.get(0);
        navigator.bookmark(name);
        output.line(name + " is #" + here().seq());
      }
      case BOOKMARKS -> bookmarks(output);
      case HELP -> help(words, output);
      case WATCH, QUIT -> throw new IllegalStateException(own.word());
    }
    Damage damage = navigator.takeDamage();
    for (String message : damage.messages()) {
      output.note(Shown.message(message));
    }
    return damage.isNone() ? 0 : 1;
  }

  private static void refuseUnknown(Own own, List<String> words) throws ConsoleException {
    int most =
        switch (own) {
          case SHOW, BOOKMARKS, QUIT -> 0;
          case BOOKMARK, HELP -> 1;
          default -> Integer.MAX_VALUE;
        };
    if (words.size() > most) {
      throw new ConsoleException(
          own.word()
              + ": expected "
              + (own.synopsis().isEmpty() ? "nothing behind it" : own.synopsis())
              + ", found '"
              + words.get(most)
              + "'");
    }
  }

  private EventRecord here() throws ConsoleException {
    EventRecord here = navigator.record();
    if (here == null) {
      throw new ConsoleException("the journal holds no record yet; 'last' looks again");
    }
    return here;
  }

  private void show(EventRecord record, Output output, boolean evidence) throws IOException {
    boolean colour = output.terminal() && mayColour;
    EventText text =
        evidence
            ? new EventText(navigator.zone(), colour, true)
            : texts.computeIfAbsent(colour, c -> new EventText(navigator.zone(), c, false));
    output.line(text.print(record));
  }

  private void follow(EventFinder.Search search, Output output)
      throws IOException, ConsoleException, InterruptedException {
    EventRecord end = navigator.last();
    output.note("from #" + end.seq() + " on; Ctrl-C ends it");
    try {
      finder.follow(
          end.seq(),
          search,
          record -> {
            navigator.moveTo(record);
            try {
              show(record, output, false);
              output.out().flush();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause() == null ? new IOException(e) : e.getCause();
    }
  }

  private void bookmarks(Output output) throws IOException, ConsoleException {
    Map<String, Long> all = navigator.bookmarks();
    if (all.isEmpty()) {
      output.note("there is no bookmark; 'bookmark NAME' makes one");
    }
    for (Map.Entry<String, Long> each : all.entrySet()) {
      EventRecord record =
          finder.next(each.getValue() - 1, new EventFinder.Search("", true, navigator.clock()));
      output.line(
          String.format(Locale.ROOT, "%-12s #%-8d", each.getKey(), each.getValue())
              + (record == null ? "" : TimeSpec.format(record.wallNs(), navigator.zone())));
    }
  }

  private void help(List<String> words, Output output) throws IOException, ConsoleException {
    if (!words.isEmpty()) {
      Own own = Own.of(words.get(0));
      if (own != null) {
        output.line(own.word() + " " + own.synopsis() + "\n" + own.about());
        for (Map.Entry<String, String> option : own.options().entrySet()) {
          output.line("  " + option.getKey() + "  " + option.getValue());
        }
      } else if (commands.specs().containsKey(words.get(0))) {
        commands.run(List.of(words.get(0), "--help"), output, navigator.standpoint());
      } else {
        throw new ConsoleException(
            "there is no command '" + words.get(0) + "'; 'help' lists the commands");
      }
      return;
    }
    output.line("The moment:");
    for (Own own : Own.values()) {
      helpLine(own.word() + " " + own.synopsis(), own.about(), output);
    }
    output.line("\nAsked at the moment, where no --at is given (COMMAND --help tells more):");
    for (Map.Entry<String, CommandSpec> each : commands.specs().entrySet()) {
      String[] about = each.getValue().usageMessage().description();
      helpLine(each.getKey(), about.length == 0 ? "" : about[0], output);
    }
    output.line(
        """

        TIME is read as seen from the moment: 14:02 is of its day, -5m is before it.
        FILTER is as 'log --where' takes it: path_failed and device ~ mpath*; '>' is part of it.
        Behind a command: '| grep sdb' and the like, '> FILE', '>> FILE'.
        Tab completes, Up and Ctrl-R find earlier lines, Ctrl-C ends a command.\
        """);
  }

  private static void helpLine(String name, String about, Output output) throws IOException {
    output.line(
        name.length() < NAME_WIDTH
            ? "  " + name + " ".repeat(NAME_WIDTH - name.length()) + about
            : "  " + name + "\n  " + " ".repeat(NAME_WIDTH) + about);
  }
}
