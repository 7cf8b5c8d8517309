package dmrec.query.filter;

import dmrec.event.KernelText;

/**
 * What a condition compares with, in its one canonical spelling, so that filters that say the same
 * are equal.
 *
 * @param text what was written, without quotes and escapes
 */
record Literal(Form form, String text) {
  enum Form {
    WORD,
    GLOB,
    REGEX,
    REGEX_ANY_CASE
  }

  static Literal word(String text) {
    return new Literal(Form.WORD, text);
  }

  /** As it is written in a filter. */
  @Override
  public String toString() {
    return switch (form) {
      case WORD -> Lexer.isBare(text) ? text : quoted(text);
      case GLOB -> Lexer.isBare(text) && !text.startsWith("/") ? text : quoted(text);
      case REGEX -> "/" + text.replace("/", "\\/") + "/";
      case REGEX_ANY_CASE -> "/" + text.replace("/", "\\/") + "/i";
    };
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("'");
    text.codePoints()
        .forEach(
            point -> {
              String character = Character.toString(point);
              if (point == '\\' || point == '\'') {
                out.append('\\').append(character);
              } else if (KernelText.printable(character).equals(character)) {
                out.append(character);
              } else if (point < 0x80) {
                out.append(String.format("\\x%02x", point));
              } else if (point >= 0xdc80 && point <= 0xdcff) {
                out.append(String.format("\\x%02x", point & 0xff));
              } else {
                out.append(String.format("\\u{%x}", point));
              }
            });
    return out.append('\'').toString();
  }
}
