package dmrec.query.filter;

import dmrec.event.KernelText;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Cuts a filter into words, texts and signs. */
final class Lexer {
  static final Set<String> KEYWORDS = Set.of("and", "or", "not", "in", "under", "over", "uses");

  /** What ends a word, besides blanks. */
  private static final String SIGNS = "()=!<>~,|&;'\"";

  /** What ends a word that is a value. */
  private static final String VALUE_ENDS = "(),|&;'\"";

  private static final int LONGEST = 1 << 16;

  private final String text;
  private int at;
  private @Nullable Token ahead;

  Lexer(String text) throws FilterSyntaxException {
    this.text = text;
    if (text.length() > LONGEST) {
      throw error(LONGEST, "expected at most " + LONGEST + " characters, found " + text.length());
    }
  }

  /** Whether a text is a word without quotes around it. */
  static boolean isBare(String text) {
    if (text.isEmpty() || KEYWORDS.contains(text.toLowerCase(java.util.Locale.ROOT))) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (!isBare(text.charAt(i))) {
        return false;
      }
    }
    String plain = text.replace("\\", "");
    return KernelText.printable(plain).equals(plain);
  }

  private static boolean isBare(char c) {
    return !isBlank(c) && SIGNS.indexOf(c) < 0;
  }

  /** Whether a character can be shown as it is. */
  private static boolean isSafe(int point) {
    String character = Character.toString(point);
    return point == '\\' || KernelText.printable(character).equals(character);
  }

  private static boolean isBlank(char c) {
    return "\t\n\f\r".indexOf(c) >= 0 || Character.isSpaceChar(c);
  }

  Token peek() throws FilterSyntaxException {
    if (ahead == null) {
      ahead = read();
    }
    return ahead;
  }

  Token next() throws FilterSyntaxException {
    Token token = peek();
    ahead = null;
    return token;
  }

  /** The next token where a value is due: signs of comparison within a word belong to it. */
  Token nextValue() throws FilterSyntaxException {
    goBack();
    skipBlanks();
    int start = at;
    if (at == text.length() || SIGNS.indexOf(text.charAt(at)) >= 0) {
      return next();
    }
    while (at < text.length()
        && !isBlank(text.charAt(at))
        && VALUE_ENDS.indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return new Token(Token.Type.WORD, kernelText(text.substring(start, at)), start, at);
  }

  private void goBack() {
    if (ahead != null) {
      at = ahead.start();
      ahead = null;
    }
  }

  /** The next token where a pattern is due: a slash begins a regular expression there. */
  Token nextPattern() throws FilterSyntaxException {
    goBack();
    skipBlanks();
    if (at < text.length() && text.charAt(at) == '/') {
      Token token = regex();
      return token;
    }
    return nextValue();
  }

  private void skipBlanks() {
    while (at < text.length() && isBlank(text.charAt(at))) {
      at++;
    }
  }

  private Token read() throws FilterSyntaxException {
    skipBlanks();
    int start = at;
    if (at == text.length()) {
      return new Token(Token.Type.END, "", start, start);
    }
    char c = text.charAt(at);
    if (c == '\'' || c == '"') {
      return quoted(c);
    }
    if (SIGNS.indexOf(c) >= 0) {
      at++;
      boolean joins = "=!<>".indexOf(c) >= 0 && at < text.length();
      if (joins
          && (text.charAt(at) == '='
              || (c == '!' && text.charAt(at) == '~')
              || (c == '<' && text.charAt(at) == '>'))) {
        at++;
      }
      return new Token(Token.Type.SYMBOL, text.substring(start, at), start, at);
    }
    while (at < text.length() && isBare(text.charAt(at))) {
      at++;
    }
    return new Token(Token.Type.WORD, kernelText(text.substring(start, at)), start, at);
  }

  private Token quoted(char quote) throws FilterSyntaxException {
    int start = at++;
    StringBuilder out = new StringBuilder();
    while (at < text.length() && text.charAt(at) != quote) {
      if (text.charAt(at) == '\\') {
        escape(out);
      } else {
        out.append(text.charAt(at++));
      }
    }
    if (at == text.length()) {
      throw error(start, "this quote is never closed");
    }
    at++;
    return new Token(Token.Type.QUOTED, kernelText(out.toString()), start, at);
  }

  private void escape(StringBuilder out) throws FilterSyntaxException {
    int start = at++;
    char c = at < text.length() ? text.charAt(at++) : ' ';
    switch (c) {
      case '\\', '\'', '"' -> out.append(c);
      case 'n' -> out.append('\n');
      case 't' -> out.append('\t');
      case 'x' -> {
        int value = hex(start, 2, 2);
        out.append((char) (value < 0x80 ? value : 0xdc00 | value));
      }
      case 'u' -> {
        boolean braced = at < text.length() && text.charAt(at) == '{';
        at += braced ? 1 : 0;
        int value = hex(start, braced ? 1 : 4, braced ? 6 : 4);
        if (value > Character.MAX_CODE_POINT || (braced && !isNext('}'))) {
          throw error(start, "expected a character as \\u00e4 or \\u{1f4be}");
        }
        at += braced ? 1 : 0;
        out.appendCodePoint(value);
      }
      default ->
          throw error(
              start, "expected one of \\\\ \\' \\\" \\n \\t \\xNN \\uNNNN behind a backslash");
    }
  }

  private boolean isNext(char c) {
    return at < text.length() && text.charAt(at) == c;
  }

  private int hex(int start, int min, int max) throws FilterSyntaxException {
    int value = 0;
    int count = 0;
    while (count < max && at < text.length() && Character.digit(text.charAt(at), 16) >= 0) {
      value = value * 16 + Character.digit(text.charAt(at), 16);
      at++;
      count++;
    }
    if (count < min) {
      throw error(start, "expected " + min + " hexadecimal digits in this escape");
    }
    return value;
  }

  private Token regex() throws FilterSyntaxException {
    int start = at++;
    StringBuilder out = new StringBuilder();
    while (at < text.length() && text.charAt(at) != '/') {
      int point = text.codePointAt(at);
      at += Character.charCount(point);
      if (point == '\\' && at < text.length()) {
        point = text.codePointAt(at);
        at += Character.charCount(point);
        out.append(point == '/' || !isSafe(point) ? "" : "\\");
      }
      if (isSafe(point)) {
        out.appendCodePoint(point);
      } else {
        out.append(String.format("\\x{%x}", point));
      }
    }
    if (at == text.length()) {
      throw error(start, "this regular expression is never closed by a '/'; quote a glob");
    }
    at++;
    boolean anyCase = isNext('i');
    at += anyCase ? 1 : 0;
    if (at < text.length() && isBare(text.charAt(at))) {
      throw error(
          at,
          "expected a blank behind the regular expression; in one a slash is written \\/,"
              + " and a glob that begins with a slash in quotes");
    }
    return new Token(Token.Type.REGEX, (anyCase ? "i" : "-") + out, start, at);
  }

  /** The text with every byte that is no text in the one form that kernel text has for it. */
  private static String kernelText(String text) {
    return KernelText.decode(KernelText.encode(text));
  }

  FilterSyntaxException error(int position, String reason) {
    return error(position, reason, null);
  }

  FilterSyntaxException error(int position, String reason, @Nullable String suggestion) {
    return new FilterSyntaxException(text, position, reason, suggestion);
  }

  /** An error at a token: what was expected there. */
  FilterSyntaxException unexpected(Token token, String expected, @Nullable String suggestion) {
    String found = token.text().length() > 40 ? token.text().substring(0, 40) + "…" : token.text();
    return error(
        token.start(),
        "expected " + expected + ", found " + (token.isEnd() ? "the end" : "'" + found + "'"),
        suggestion);
  }
}
