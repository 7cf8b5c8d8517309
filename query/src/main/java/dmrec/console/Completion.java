package dmrec.console;

import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.query.Names;
import dmrec.query.TimeSpec;
import dmrec.query.filter.FilterField;
import dmrec.query.filter.FilterFields;
import dmrec.query.filter.Relation;
import dmrec.query.filter.ValueType;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What the word at the end of a line may become.
 *
 * <p>Words are offered as they are to stand in the line, in quotes where they need some and with
 * everything escaped that a terminal may act on; {@link Words} reads them back. One thread at a
 * time.
 */
final class Completion {
  private static final int MOST_FILES = 500;
  private static final List<String> OPERATORS = List.of("=", "!=", "<", "<=", ">", ">=", "~", "in");

  private final Commands commands;
  private final Navigator navigator;
  private final JournalNames names;
  private final List<Proposal> proposals = new ArrayList<>();

  /** What stands before the value of the word, and must stay there. */
  private String lead = "";

  private String prefix = "";

  Completion(Commands commands, Navigator navigator, JournalNames names) {
    this.commands = commands;
    this.navigator = navigator;
    this.names = names;
  }

  /**
   * One word.
   *
   * @param text as it stands in the line
   * @param about what it is, in few words; empty for nothing to say
   * @param whole whether a space may follow
   */
  record Proposal(String text, String about, boolean whole) {}

  /** The words that the last one of a line, which may be empty, can become. */
  List<Proposal> of(String line) {
    proposals.clear();
    lead = "";
    List<Token> tokens = Words.of(line);
    boolean inWord =
        !tokens.isEmpty() && last(tokens).isWord() && last(tokens).end() == line.length();
    if (inWord && last(tokens).quoted() && !last(tokens).open()) {
      return List.of();
    }
    prefix = inWord ? last(tokens).value() : "";
    List<Token> before = inWord ? tokens.subList(0, tokens.size() - 1) : tokens;
    complete(before);
    return List.copyOf(proposals);
  }

  private static Token last(List<Token> tokens) {
    return tokens.get(tokens.size() - 1);
  }

  private void complete(List<Token> before) {
    if (before.isEmpty()) {
      offerCommands(true);
      return;
    }
    List<String> words = new ArrayList<>();
    for (Token token : before) {
      if (token.type() == Token.Type.PIPE) {
        return; // The shell's business.
      }
      words.add(token.value());
    }
    if (!last(before).isWord() && !isExpression(words)) {
      offerFiles();
      return;
    }
    Own own = Own.of(words.get(0));
    if (own != null && own.takes() == Own.Takes.COMMAND) {
      if (words.size() > 1 && own == Own.WATCH) {
        complete(before.subList(1, before.size()));
      } else if (words.size() == 1) {
        offerCommands(own == Own.HELP);
        if (own == Own.WATCH) {
          offer("off", "run nothing");
        }
      }
    } else if (own != null) {
      completeOwn(own, words);
    } else {
      CommandSpec spec = commands.specs().get(words.get(0));
      if (spec != null) {
        completeCommand(spec, words.subList(1, words.size()));
      }
    }
  }

  private static boolean isExpression(List<String> words) {
    Own own = Own.of(words.get(0));
    return words.get(0).equals("query") || (own != null && own.takes() == Own.Takes.FILTER);
  }

  private void offerCommands(boolean ownToo) {
    if (ownToo) {
      for (Own own : Own.values()) {
        offer(own.word(), own.about());
      }
    } else {
      offer(Own.SHOW.word(), Own.SHOW.about());
    }
    commands
        .specs()
        .forEach((name, spec) -> offer(name, firstOf(spec.usageMessage().description())));
  }

  private void completeOwn(Own own, List<String> words) {
    if (prefix.startsWith("-")) {
      own.options().forEach(this::offer);
      return;
    }
    switch (own.takes()) {
      case MOMENT -> {
        if (words.size() == 1) {
          offerMoments();
        }
      }
      case FILTER -> offerExpression(words.subList(1, words.size()));
      default -> {}
    }
  }

  private void completeCommand(CommandSpec top, List<String> arguments) {
    CommandSpec spec = top;
    OptionSpec open = null;
    int due = 0;
    int positionals = 0;
    for (String argument : arguments) {
      if (due > 0) {
        due--;
        open = due == 0 ? null : open;
      } else if (argument.startsWith("-") && spec.findOption(nameOf(argument)) != null) {
        open = spec.findOption(nameOf(argument));
        due = argument.indexOf('=') >= 0 || open == null ? 0 : open.arity().min();
        open = due == 0 ? null : open;
      } else if (spec.subcommands().containsKey(argument)) {
        spec = spec.subcommands().get(argument).getCommandSpec();
        positionals = 0;
      } else {
        positionals++;
      }
    }
    if (open != null) {
      offerValues(open);
      return;
    }
    int equals = prefix.indexOf('=');
    OptionSpec option = equals > 0 ? spec.findOption(prefix.substring(0, equals)) : null;
    if (option != null) {
      lead = prefix.substring(0, equals + 1);
      prefix = prefix.substring(equals + 1);
      offerValues(option);
      return;
    }
    if (prefix.startsWith("-")) {
      offerOptions(spec);
      return;
    }
    spec.subcommands()
        .forEach(
            (name, each) ->
                offer(name, firstOf(each.getCommandSpec().usageMessage().description())));
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      if (parameter.index().contains(positionals)) {
        if (top.name().equals("query")) {
          offerExpression(arguments);
        } else {
          offerValues(parameter);
        }
        return;
      }
    }
  }

  private static String nameOf(String argument) {
    int equals = argument.indexOf('=');
    return equals < 0 ? argument : argument.substring(0, equals);
  }

  private void offerOptions(CommandSpec spec) {
    for (OptionSpec option : spec.options()) {
      if (!option.hidden()) {
        String name = option.longestName();
        for (String each : option.names()) {
          name = prefix.startsWith("--") || !each.startsWith(prefix) ? name : each;
        }
        offer(prefix.equals("-") ? option.longestName() : name, firstOf(option.description()));
      }
    }
  }

  private void offerValues(ArgSpec argument) {
    String label = argument.paramLabel().toUpperCase(Locale.ROOT).replaceAll("[^A-Z].*", "");
    if (argument.splitRegex().equals(",") && prefix.indexOf(',') >= 0) {
      int comma = prefix.lastIndexOf(',');
      lead += prefix.substring(0, comma + 1);
      prefix = prefix.substring(comma + 1);
    }
    Class<?> type = argument.type();
    if (type.isEnum()) {
      for (Object value : type.getEnumConstants()) {
        offer(value.toString().toLowerCase(Locale.ROOT), "");
      }
      return;
    }
    if (argument.completionCandidates() != null) {
      argument.completionCandidates().forEach(value -> offer(value, ""));
      return;
    }
    switch (label) {
      case "TIME", "FROM", "TO", "T" -> offerMoments();
      case "KIND" -> offerKinds();
      case "DEVICE" -> offerDevices();
      case "UUID" -> offerNames(names().uuids(), "uuid");
      case "PATH", "FILE", "JOURNAL" -> offerFiles();
      case "FILTER", "QUERY" -> {
        if (prefix.isEmpty() || prefix.matches("[a-z_.]+")) {
          offerFields();
        }
      }
      default -> {}
    }
  }

  private JournalNames names() {
    names.look(navigator.record());
    return names;
  }

  private void offerMoments() {
    EventRecord here = navigator.record();
    if (here != null) {
      offer("#" + here.seq(), "the moment");
      offerText(TimeSpec.format(here.wallNs(), navigator.zone()), "the moment");
    }
    offer("last", "the journal's end");
    for (Map.Entry<String, Long> each : navigator.bookmarks().entrySet()) {
      offer(each.getKey(), "bookmark of #" + each.getValue());
    }
    for (String word : List.of("now", "yesterday")) {
      offer(word, "as seen from the moment");
    }
  }

  private void offerKinds() {
    for (Kind kind : Kind.values()) {
      if (kind != Kind.UNKNOWN) {
        offer(kind.word(), "kind");
      }
    }
  }

  private void offerDevices() {
    offerNames(names().devices(), "device");
    offerNames(names().disks(), "disk");
    if (proposals.isEmpty()) {
      offerNames(names().numbers(), "number");
      offerNames(names().uuids(), "uuid");
    }
  }

  private void offerNames(Collection<String> all, String about) {
    all.forEach(name -> offerText(name, about));
  }

  private void offerExpression(List<String> before) {
    String previous = before.isEmpty() ? "" : before.get(before.size() - 1);
    String field = before.size() < 2 ? "" : before.get(before.size() - 2);
    boolean begins =
        before.isEmpty() || List.of("and", "or", "not", "(", "where").contains(previous);
    if (begins || previous.startsWith("-")) {
      offerFields();
      offerKinds();
    } else if (OPERATORS.contains(previous)) {
      offerFieldValues(field);
    } else if (isRelation(previous)) {
      offerDevices();
    } else if (FilterFields.named(previous) != null && !OPERATORS.contains(field)) {
      offerOperators();
    } else {
      offer("and", "");
      offer("or", "");
    }
  }

  private static boolean isRelation(String word) {
    for (Relation relation : Relation.values()) {
      if (relation.word().equals(word)) {
        return true;
      }
    }
    return false;
  }

  private void offerOperators() {
    OPERATORS.forEach(operator -> offer(operator, ""));
  }

  private void offerFields() {
    FilterFields.names().forEach(name -> offer(name, "field"));
    for (Relation relation : Relation.values()) {
      offer(relation.word(), "relation");
    }
    offer("not", "");
  }

  private void offerFieldValues(String name) {
    FilterField field = FilterFields.named(name);
    switch (field == null ? "" : field.name()) {
      case "kind" -> offerKinds();
      case "device" -> offerDevices();
      case "uuid" -> offerNames(names().uuids(), "uuid");
      case "dev", "path" -> offerNames(names().numbers(), "number");
      case "disk" -> offerNames(names().disks(), "disk");
      case "time" -> offerMoments();
      case "actor.comm", "actor.parent" -> offerNames(names().commands(), "command");
      case "actor.exe" -> offerNames(names().executables(), "file");
      case "actor.unit" -> offerNames(names().units(), "unit");
      default -> {
        for (ValueType type : field == null ? List.<ValueType>of() : field.types()) {
          type.words().forEach(word -> offer(word, name));
        }
      }
    }
  }

  private void offerFiles() {
    int slash = prefix.lastIndexOf('/');
    String folder = prefix.substring(0, slash + 1);
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(Path.of(folder.isEmpty() ? "." : folder))) {
      int count = 0;
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        boolean hidden = name.startsWith(".") && slash + 1 == prefix.length();
        if (!hidden && count++ < MOST_FILES) {
          boolean isFolder = Files.isDirectory(file);
          offerText(folder + name + (isFolder ? "/" : ""), "", !isFolder);
        }
      }
    } catch (IOException | InvalidPathException e) {
      // No such folder: nothing to offer.
    }
  }

  /** A word of ours. */
  private void offer(String word, String about) {
    if (word.startsWith(prefix)) {
      proposals.add(new Proposal(lead + word, about, true));
    }
  }

  /** A text from the journal or a file system. */
  private void offerText(String text, String about) {
    offerText(text, about, true);
  }

  private void offerText(String text, String about, boolean whole) {
    if (text.startsWith(prefix)) {
      String word = Names.quoted(text);
      String shown = lead.isEmpty() || !word.startsWith("\"") ? lead + word : inQuotes(word);
      if (KernelText.printable(shown.replace("\\", "")).equals(shown.replace("\\", ""))) {
        proposals.add(new Proposal(shown, about, whole));
      }
    }
  }

  /** With what leads it in the same quotes. */
  private String inQuotes(String word) {
    return "\"" + KernelText.printable(lead).replace("\"", "\\x22") + word.substring(1);
  }

  private static String firstOf(String @Nullable [] description) {
    String first = description == null || description.length == 0 ? "" : description[0];
    String plain = first.replace("%n", " ").replace("${DEFAULT-VALUE}", "");
    int end = plain.indexOf(". ");
    return end > 0 ? plain.substring(0, end) : plain;
  }
}
