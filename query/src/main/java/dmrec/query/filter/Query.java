package dmrec.query.filter;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A question in one line: {@code path_failed | count by device, disk per 1h}.
 *
 * @param filter which events; null for all
 * @param aggregation what is told of them; null for the events themselves
 */
public record Query(@Nullable Filter filter, @Nullable Aggregation aggregation) {
  private static final long LONGEST_BUCKET_NS = 3650L * 86_400_000_000_000L;

  /**
   * Reads a query: {@code FILTER}, {@code FILTER | AGGREGATES}, {@code AGGREGATES} or {@code
   * AGGREGATES where FILTER}. {@code count} begins a filter where a comparison follows, as it is a
   * field too.
   */
  public static Query parse(String text, Clock clock) throws FilterSyntaxException {
    Lexer lexer = new Lexer(text);
    FilterParser parser = new FilterParser(lexer, clock);
    Expr before = null;
    if (!beginsWithMeasure(text)) {
      before = parser.or(0);
      if (lexer.peek().isEnd()) {
        return new Query(Filter.of(before), null);
      }
      if (!lexer.peek().isSymbol("|")) {
        throw FilterParser.unconnected(lexer, "'and', 'or', '|' or the end");
      }
      lexer.next();
    }
    return aggregates(lexer, parser, before);
  }

  private static boolean beginsWithMeasure(String text) throws FilterSyntaxException {
    Lexer look = new Lexer(text);
    Token first = look.next();
    if (first.type() != Token.Type.WORD || Measure.How.ofWord(first.text()) == null) {
      return false;
    }
    Token second = look.next();
    boolean compared =
        (second.type() == Token.Type.SYMBOL && !second.isSymbol(",") && !second.isSymbol("|"))
            || second.isWord("in")
            || second.isWord("not");
    return !compared;
  }

  private static Query aggregates(Lexer lexer, FilterParser parser, @Nullable Expr before)
      throws FilterSyntaxException {
    List<Measure> measures = new ArrayList<>();
    do {
      measures.add(measure(lexer));
    } while (takes(lexer, ","));
    List<FilterField> by = new ArrayList<>();
    long perNs = 0;
    Expr behind = null;
    while (!lexer.peek().isEnd()) {
      Token token = lexer.next();
      if (token.isWord("by") && by.isEmpty()) {
        do {
          by.add(field(lexer));
        } while (takes(lexer, ","));
      } else if (token.isWord("per") && perNs == 0) {
        perNs = bucket(lexer);
      } else if (token.isWord("where")) {
        behind = parser.or(0);
        if (!lexer.peek().isEnd()) {
          throw FilterParser.unconnected(lexer, "'and', 'or' or the end");
        }
      } else {
        throw lexer.unexpected(
            token,
            "',', 'by', 'per', 'where' or the end",
            Nearest.to(token.text().toLowerCase(Locale.ROOT), List.of("by", "per", "where")));
      }
    }
    Expr both =
        before == null ? behind : behind == null ? before : new Expr.And(List.of(before, behind));
    return new Query(both == null ? null : Filter.of(both), new Aggregation(measures, by, perNs));
  }

  private static boolean takes(Lexer lexer, String symbol) throws FilterSyntaxException {
    boolean taken = lexer.peek().isSymbol(symbol);
    if (taken) {
      lexer.next();
    }
    return taken;
  }

  private static Measure measure(Lexer lexer) throws FilterSyntaxException {
    Token token = lexer.next();
    Measure.How how = token.type() == Token.Type.WORD ? Measure.How.ofWord(token.text()) : null;
    if (how == null) {
      List<String> words = Arrays.stream(Measure.How.values()).map(Measure.How::word).toList();
      throw lexer.unexpected(
          token,
          "count, first, last, or min, max, avg or sum of a field",
          Nearest.to(token.text().toLowerCase(Locale.ROOT), words));
    }
    if (!how.takesField()) {
      return new Measure(how, null);
    }
    Token name = lexer.peek();
    Measure measure = new Measure(how, field(lexer));
    FilterField field = measure.field();
    boolean adds = how == Measure.How.SUM || how == Measure.How.AVG;
    if (field != null && (!field.isOrdered() || (adds && measure.type() == ValueType.TIME))) {
      throw lexer.unexpected(
          name, adds ? "a field of numbers or durations" : "a field of numbers or times", null);
    }
    return measure;
  }

  private static FilterField field(Lexer lexer) throws FilterSyntaxException {
    Token token = lexer.next();
    FilterField field = token.type() == Token.Type.WORD ? FilterFields.named(token.text()) : null;
    if (field == null) {
      throw lexer.unexpected(
          token,
          "a field",
          Nearest.to(token.text().toLowerCase(Locale.ROOT), FilterFields.names()));
    }
    return field;
  }

  private static long bucket(Lexer lexer) throws FilterSyntaxException {
    Token token = lexer.next();
    OptionalLong ns =
        token.type() == Token.Type.WORD || token.type() == Token.Type.QUOTED
            ? Durations.parse(token.text())
            : OptionalLong.empty();
    if (ns.isEmpty() || ns.getAsLong() <= 0 || ns.getAsLong() > LONGEST_BUCKET_NS) {
      throw lexer.unexpected(token, "a duration as 10s, 5m, 1h or 1d", null);
    }
    return ns.getAsLong();
  }

  /** The query as {@link #parse} reads it back. */
  @Override
  public String toString() {
    String front = filter == null ? "" : filter.toString();
    if (aggregation == null) {
      return front;
    }
    return front.isEmpty() ? aggregation.toString() : front + " | " + aggregation;
  }
}
