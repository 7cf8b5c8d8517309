package dmrec.console;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a line into words as a shell does, but for one thing: a backslash is itself, as names of
 * devices hold some ({@code my\x20disk}). Only in double quotes it begins what {@link
 * dmrec.query.Names#quoted} writes there ({@code \x1b}, {@code \}{@code u202e}), so that a name can
 * be copied from the screen, quotes and all.
 */
final class Words {
  private final String line;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  private Words(String line) {
    this.line = line;
  }

  static List<Token> of(String line) {
    Words words = new Words(line);
    words.split();
    return List.copyOf(words.tokens);
  }

  private void split() {
    while (at < line.length()) {
      char c = line.charAt(at);
      if (isSpace(c)) {
        at++;
      } else if (c == '|') {
        sign(Token.Type.PIPE, 1);
      } else if (c == '>') {
        boolean append = line.startsWith(">>", at);
        sign(append ? Token.Type.APPEND : Token.Type.REDIRECT, append ? 2 : 1);
      } else {
        word();
      }
    }
  }

  private void sign(Token.Type type, int length) {
    tokens.add(new Token(type, line.substring(at, at + length), at, at + length, false, false));
    at += length;
  }

  private void word() {
    int start = at;
    StringBuilder value = new StringBuilder();
    boolean quoted = false;
    boolean open = false;
    while (at < line.length() && !open) {
      char c = line.charAt(at);
      if (isSpace(c) || c == '|' || c == '>') {
        break;
      }
      if (c == '\'' || c == '"') {
        quoted = true;
        open = !inQuotes(c, value);
      } else {
        value.append(c);
        at++;
      }
    }
    tokens.add(new Token(Token.Type.WORD, value.toString(), start, at, quoted, open));
  }

  /** Takes what is in quotes; false where they are not closed. */
  private boolean inQuotes(char quote, StringBuilder value) {
    for (at++; at < line.length(); ) {
      char c = line.charAt(at);
      if (c == quote) {
        at++;
        return true;
      }
      if (c == '\\' && quote == '"') {
        at += escape(value);
      } else {
        value.append(c);
        at++;
      }
    }
    return false;
  }

  /** Takes what a backslash begins; its length. */
  private int escape(StringBuilder value) {
    char next = at + 1 < line.length() ? line.charAt(at + 1) : 0;
    int code = next == 'x' ? hex(2) : next == 'u' ? hex(4) : -1;
    if (code >= 0) {
      // A byte that is no text, as KernelText decodes it.
      value.append((char) (next == 'x' && code >= 0x80 ? 0xdc00 | code : code));
      return next == 'x' ? 4 : 6;
    }
    if (next == '"' || next == '\\') {
      value.append(next);
      return 2;
    }
    value.append('\\');
    return 1;
  }

  private int hex(int digits) {
    int from = at + 2;
    if (from + digits > line.length()) {
      return -1;
    }
    int value = 0;
    for (int i = from; i < from + digits; i++) {
      int digit = Character.digit(line.charAt(i), 16);
      if (digit < 0) {
        return -1;
      }
      value = value * 16 + digit;
    }
    return value;
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }
}
