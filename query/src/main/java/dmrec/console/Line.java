package dmrec.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A line as it is to be run: a command, and where its output goes.
 *
 * <p>Some commands take an expression, in which quotes, {@code >} and the like are the
 * expression's: {@code next valid_paths > 2}. There the words behind the options are kept as they
 * were typed, up to a pipe; who wants the shell's rules, and {@code > file}, puts the expression in
 * quotes.
 *
 * @param args the command and its arguments; empty for an empty line
 * @param pipe what a shell is to do with the output, as it was typed; null for nothing
 * @param file the file the output goes to; null for none
 * @param append whether it goes behind what that file holds
 */
record Line(List<String> args, @Nullable String pipe, @Nullable String file, boolean append) {
  /** Behind a pipe these words belong to the query, not to a shell. */
  private static final Set<String> AGGREGATES =
      Set.of("count", "first", "last", "min", "max", "avg", "sum");

  private static final Pattern REGEX = Pattern.compile("~\\s*(/(?:[^/\\\\]|\\\\.)*/)");

  /** What is an option of a command. */
  interface Options {
    /** How many words a word takes as an option; 0 where it is none. */
    int length(String word);

    /** Whether the words that are no options are an expression. */
    boolean takesExpression();

    /** Whether the expression may go on behind a pipe, with an aggregate. */
    boolean aggregates();
  }

  /** What a command's options are; asked with its name. */
  interface Syntax {
    Options of(String command);
  }

  String command() {
    return args.isEmpty() ? "" : args.get(0);
  }

  static Line parse(String text, Syntax syntax) throws ConsoleException {
    List<Token> tokens = Words.of(text);
    if (tokens.isEmpty() || isComment(text)) {
      return new Line(List.of(), null, null, false);
    }
    Token first = tokens.get(0);
    if (!first.isWord()) {
      throw new ConsoleException("expected a command, found '" + first.value() + "'");
    }
    Options options = syntax.of(first.value());
    return options.takesExpression() && !isQuoted(tokens, options)
        ? expression(text, Words.of(withoutRegexes(text)), options)
        : plain(text, tokens);
  }

  /** The line with other characters in place of {@code /a|b/}, whose signs are its own. */
  private static String withoutRegexes(String text) {
    StringBuilder masked = new StringBuilder(text);
    Matcher regexes = REGEX.matcher(text);
    while (regexes.find()) {
      for (int i = regexes.start(1); i < regexes.end(1); i++) {
        masked.setCharAt(i, '_');
      }
    }
    return masked.toString();
  }

  /** A number sign begins a comment, but before a number it is a moment. */
  private static boolean isComment(String text) {
    String line = text.strip();
    return line.startsWith("#") && (line.length() == 1 || !Character.isDigit(line.charAt(1)));
  }

  /** Whether the expression is one quoted word, or missing. */
  private static boolean isQuoted(List<Token> tokens, Options options) {
    int i = 1;
    while (i < tokens.size() && tokens.get(i).isWord() && !tokens.get(i).quoted()) {
      int length = options.length(tokens.get(i).value());
      if (length == 0) {
        return false;
      }
      i += length;
    }
    if (i >= tokens.size() || !tokens.get(i).isWord()) {
      return true;
    }
    if (!tokens.get(i).quoted()) {
      return false;
    }
    return i + 1 >= tokens.size()
        || !tokens.get(i + 1).isWord()
        || options.length(tokens.get(i + 1).value()) > 0;
  }

  private static Line plain(String text, List<Token> tokens) throws ConsoleException {
    List<String> args = new ArrayList<>();
    String file = null;
    boolean append = false;
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      refuseOpen(token);
      switch (token.type()) {
        case WORD -> args.add(token.value());
        case PIPE -> {
          return new Line(List.copyOf(args), shell(text, token, file), null, false);
        }
        case REDIRECT, APPEND -> {
          i++;
          if (i >= tokens.size() || !tokens.get(i).isWord()) {
            throw new ConsoleException("expected a file behind '" + token.value() + "'");
          }
          if (file != null) {
            throw new ConsoleException("expected one '>' only, found another");
          }
          refuseOpen(tokens.get(i));
          file = tokens.get(i).value();
          append = token.type() == Token.Type.APPEND;
        }
      }
    }
    return new Line(List.copyOf(args), null, file, append);
  }

  private static void refuseOpen(Token token) throws ConsoleException {
    if (token.open()) {
      throw new ConsoleException("a quote is not closed");
    }
  }

  private static String shell(String text, Token pipe, @Nullable String file)
      throws ConsoleException {
    String command = text.substring(pipe.end()).strip();
    if (command.isEmpty()) {
      throw new ConsoleException("expected a command of the shell behind '|'");
    }
    if (file != null) {
      throw new ConsoleException("expected '|' or '>', found both; try '| tee FILE | ...'");
    }
    return command;
  }

  private static Line expression(String text, List<Token> tokens, Options options)
      throws ConsoleException {
    List<String> args = new ArrayList<>();
    args.add(tokens.get(0).value());
    StringBuilder expression = new StringBuilder();
    String pipe = null;
    int taken = tokens.get(0).end();
    for (int i = 1; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      refuseOpen(token);
      if (token.type() == Token.Type.PIPE && !isAggregate(tokens, i, options)) {
        expression.append(text, taken, token.start());
        taken = text.length();
        pipe = shell(text, token, null);
        break;
      }
      int length = token.isWord() && !token.quoted() ? options.length(token.value()) : 0;
      for (int k = 0; k < length && i < tokens.size(); k++) {
        if (k == 0) {
          expression.append(text, taken, token.start());
        } else {
          i++;
        }
        if (i < tokens.size()) {
          refuseOpen(tokens.get(i));
          args.add(tokens.get(i).value());
          taken = tokens.get(i).end();
        }
      }
    }
    expression.append(text.substring(taken));
    String rest = expression.toString().strip();
    if (!rest.isEmpty()) {
      args.add(rest);
    }
    return new Line(List.copyOf(args), pipe, null, false);
  }

  private static boolean isAggregate(List<Token> tokens, int pipe, Options options) {
    return options.aggregates()
        && pipe + 1 < tokens.size()
        && tokens.get(pipe + 1).isWord()
        && AGGREGATES.contains(tokens.get(pipe + 1).value());
  }
}
