package dmrec.query.filter;

import dmrec.event.Kind;
import dmrec.journal.Position;
import dmrec.query.TimeSpec;
import dmrec.query.TimeSyntaxException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Reads filters. All types are checked here, so that evaluation cannot fail on them.
 *
 * <p>From weakest to strongest: {@code or}, {@code and}, {@code not}, a condition.
 */
final class FilterParser {
  private static final int DEEPEST = 100;
  private static final int LONGEST_PATTERN = 1000;
  private static final String OPERATORS = "=, !=, <, <=, >, >=, ~, in or not in";

  private final Lexer lexer;
  private final Clock clock;

  FilterParser(Lexer lexer, Clock clock) {
    this.lexer = lexer;
    this.clock = clock;
  }

  static Expr parse(String text, Clock clock) throws FilterSyntaxException {
    Lexer lexer = new Lexer(text);
    Expr expr = new FilterParser(lexer, clock).or(0);
    if (!lexer.peek().isEnd()) {
      throw unconnected(lexer, "'and', 'or' or the end");
    }
    return expr;
  }

  /** The error at what stands behind a whole condition and does not go on with it. */
  static FilterSyntaxException unconnected(Lexer lexer, String expected)
      throws FilterSyntaxException {
    Token token = lexer.peek();
    String near =
        token.isSymbol("&")
            ? "and"
            : token.isSymbol("|") ? "or" : Nearest.to(token.text(), List.of("and", "or"));
    boolean mayBeValue = token.type() == Token.Type.WORD && near == null;
    return lexer.unexpected(
        token, expected + (mayBeValue ? " (values with blanks need quotes)" : ""), near);
  }

  Expr or(int depth) throws FilterSyntaxException {
    List<Expr> any = new ArrayList<>();
    do {
      any.add(and(depth));
    } while (takeWord("or"));
    return any.size() == 1 ? any.get(0) : new Expr.Or(List.copyOf(any));
  }

  private Expr and(int depth) throws FilterSyntaxException {
    List<Expr> all = new ArrayList<>();
    do {
      all.add(not(depth));
    } while (takeWord("and"));
    return all.size() == 1 ? all.get(0) : new Expr.And(List.copyOf(all));
  }

  private Expr not(int depth) throws FilterSyntaxException {
    Token token = lexer.peek();
    if (depth > DEEPEST) {
      throw lexer.error(
          token.start(), "expected at most " + DEEPEST + " levels of 'not' and parentheses");
    }
    if (takeWord("not")) {
      return new Expr.Not(not(depth + 1));
    }
    if (token.isSymbol("(")) {
      lexer.next();
      Expr inner = or(depth + 1);
      if (!lexer.peek().isSymbol(")")) {
        throw unconnected(lexer, "'and', 'or' or ')'");
      }
      lexer.next();
      return inner;
    }
    return condition();
  }

  private Expr condition() throws FilterSyntaxException {
    Token subject = lexer.next();
    Relation relation = subject.type() == Token.Type.WORD ? Relation.ofWord(subject.text()) : null;
    if (relation != null) {
      Token device = lexer.nextValue();
      if (!isValue(device) || device.text().isEmpty()) {
        throw lexer.unexpected(device, ValueType.DEVICE.phrase(), null);
      }
      return new Expr.Related(relation, Literal.word(device.text()));
    }
    Token sign = lexer.peek();
    boolean compared =
        (sign.type() == Token.Type.SYMBOL && OP_SIGNS.contains(sign.text()))
            || sign.isWord("in")
            || sign.isWord("not");
    FilterField field =
        subject.type() == Token.Type.WORD ? FilterFields.named(subject.text()) : null;
    if (field == null || !compared) {
      return alone(subject, field, compared);
    }
    return comparison(field);
  }

  private static final Set<String> OP_SIGNS =
      Set.of("=", "==", "!=", "<", "<=", ">", ">=", "~", "!~", "<>");

  /** A word that says all: a kind, a field that is true or false, {@code gap}. */
  private Expr alone(Token subject, @Nullable FilterField field, boolean compared)
      throws FilterSyntaxException {
    if (subject.type() == Token.Type.WORD && !compared) {
      if (field != null && field.isFlag()) {
        return new Expr.Compare(field, Expr.Op.EQUAL, Literal.word("true"));
      }
      Kind kind = kind(subject.text());
      if (kind != null) {
        return new Expr.Compare(FilterFields.get("kind"), Expr.Op.EQUAL, Literal.word(kind.word()));
      }
      if (field != null) {
        throw lexer.unexpected(
            lexer.peek(), "a comparison of " + field.name() + " (" + OPERATORS + ")", null);
      }
    }
    Set<String> words = new TreeSet<>(FilterFields.names());
    if (!compared) {
      words.addAll(ValueType.KIND.words());
      words.addAll(List.of("not", "under", "over", "uses"));
    }
    boolean isWord = subject.type() == Token.Type.WORD;
    throw lexer.unexpected(
        subject,
        compared && isWord ? "a field" : "a field, a kind of event, 'not', 'under', 'over' or '('",
        isWord ? Nearest.to(subject.text().toLowerCase(Locale.ROOT), words) : null);
  }

  private Expr comparison(FilterField field) throws FilterSyntaxException {
    Token sign = lexer.next();
    if (sign.isWord("in")) {
      return new Expr.In(field, false, values(field));
    }
    if (sign.isWord("not")) {
      Token in = lexer.next();
      if (!in.isWord("in")) {
        throw lexer.unexpected(in, "'in' behind 'not'", null);
      }
      return new Expr.In(field, true, values(field));
    }
    Expr.Op op = op(sign);
    if (op.isOrder() && !field.isOrdered()) {
      throw lexer.unexpected(sign, "=, !=, ~ or in, as " + field.name() + " has no order", null);
    }
    if (op.isPattern()) {
      return new Expr.Compare(field, op, pattern(field));
    }
    if (field.name().equals("evidence")) {
      throw lexer.unexpected(sign, "~ and a pattern, as evidence ~ *ACTION=change*", "~");
    }
    return new Expr.Compare(field, op, value(field, op.isOrder()));
  }

  private Expr.Op op(Token sign) throws FilterSyntaxException {
    String text = sign.text();
    if (text.equals("==")) {
      return Expr.Op.EQUAL;
    }
    for (Expr.Op op : Expr.Op.values()) {
      if (op.sign().equals(text)) {
        return op;
      }
    }
    throw lexer.unexpected(sign, OPERATORS, text.equals("<>") ? "!=" : null);
  }

  private List<Literal> values(FilterField field) throws FilterSyntaxException {
    Token open = lexer.next();
    if (!open.isSymbol("(")) {
      throw lexer.unexpected(open, "'(' and values, as in (a, b)", null);
    }
    List<Literal> values = new ArrayList<>();
    while (true) {
      values.add(value(field, false));
      Token behind = lexer.next();
      if (behind.isSymbol(")")) {
        return List.copyOf(values);
      }
      if (!behind.isSymbol(",")) {
        throw lexer.unexpected(behind, "',' or ')'", null);
      }
    }
  }

  /** Reads a value of the field; only an ordered one where it is compared by order. */
  Literal value(FilterField field, boolean ordered) throws FilterSyntaxException {
    Token token = lexer.nextValue();
    List<ValueType> types =
        field.types().stream().filter(type -> !ordered || type.isOrdered()).toList();
    if (!isValue(token)) {
      throw lexer.unexpected(token, ValueType.expected(types), null);
    }
    FilterSyntaxException wrongTime = null;
    for (ValueType type : types) {
      if (type == ValueType.TIME) {
        try {
          return Literal.word(time(token));
        } catch (FilterSyntaxException e) {
          wrongTime = e;
        }
      } else {
        String text = Comparand.canonical(type, token.text());
        if (text != null) {
          return Literal.word(text);
        }
      }
    }
    if (wrongTime != null) {
      throw wrongTime;
    }
    List<String> words = new ArrayList<>();
    types.forEach(type -> words.addAll(type.words()));
    throw lexer.unexpected(
        token, ValueType.expected(types), Nearest.to(token.text().toLowerCase(Locale.ROOT), words));
  }

  private String time(Token token) throws FilterSyntaxException {
    try {
      if (TimeSpec.parse(token.text(), clock) instanceof Position.AtTime time) {
        return TimeSpec.format(time.wallNs(), ZoneOffset.UTC);
      }
      throw lexer.unexpected(token, "a time; record numbers are compared with seq", null);
    } catch (TimeSyntaxException e) {
      boolean asWritten = token.end() - token.start() == token.text().length();
      boolean asQuoted = token.end() - token.start() == token.text().length() + 2;
      int inside = asWritten ? e.position() : asQuoted ? e.position() + 1 : 0;
      throw lexer.error(token.start() + inside, "'" + token.text() + "' is no time: " + e.reason());
    }
  }

  private Literal pattern(FilterField field) throws FilterSyntaxException {
    Token token = lexer.nextPattern();
    if (token.type() == Token.Type.REGEX) {
      boolean anyCase = token.text().startsWith("i");
      String regex = token.text().substring(1);
      try {
        BoundedRegex.of(regex, anyCase);
      } catch (PatternSyntaxException e) {
        throw lexer.error(
            token.start(), "this is no regular expression that dmrec takes: " + e.getDescription());
      }
      return checkWords(
          field,
          token,
          new Literal(anyCase ? Literal.Form.REGEX_ANY_CASE : Literal.Form.REGEX, regex));
    }
    if (!isValue(token)) {
      throw lexer.unexpected(
          token, "a glob as mpath* or a regular expression as /^sd[a-d]$/", null);
    }
    if (token.text().length() > LONGEST_PATTERN) {
      throw lexer.error(
          token.start(), "expected a glob of at most " + LONGEST_PATTERN + " characters");
    }
    return checkWords(field, token, new Literal(Literal.Form.GLOB, token.text()));
  }

  /** A pattern that none of the only possible words matches is a mistake. */
  private Literal checkWords(FilterField field, Token token, Literal pattern)
      throws FilterSyntaxException {
    if (field.types().size() == 1 && !field.types().get(0).words().isEmpty()) {
      ValueType type = field.types().get(0);
      Comparand.TextTest test = Comparand.pattern(pattern);
      if (type.words().stream().noneMatch(test::test)) {
        throw lexer.unexpected(
            token,
            "a pattern of " + type.expected(),
            Nearest.to(token.text().toLowerCase(Locale.ROOT), type.words()));
      }
    }
    return pattern;
  }

  private static boolean isValue(Token token) {
    return token.type() == Token.Type.QUOTED
        || (token.type() == Token.Type.WORD
            && !Lexer.KEYWORDS.contains(token.text().toLowerCase(Locale.ROOT)));
  }

  private boolean takeWord(String word) throws FilterSyntaxException {
    if (!lexer.peek().isWord(word)) {
      return false;
    }
    lexer.next();
    return true;
  }

  /** The kind of that name in any case, with dashes too. */
  static @Nullable Kind kind(String text) {
    return Kind.ofWord(text.toLowerCase(Locale.ROOT).replace('-', '_'));
  }
}
