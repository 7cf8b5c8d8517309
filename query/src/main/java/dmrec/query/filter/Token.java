package dmrec.query.filter;

/**
 * A piece of a filter.
 *
 * @param text a word's text; a quoted text without quotes and escapes; else as it stands there
 * @param start index of its first character
 * @param end index behind its last
 */
record Token(Type type, String text, int start, int end) {
  enum Type {
    WORD,
    QUOTED,
    REGEX,
    SYMBOL,
    END
  }

  boolean isWord(String word) {
    return type == Type.WORD && text.equalsIgnoreCase(word);
  }

  boolean isSymbol(String symbol) {
    return type == Type.SYMBOL && text.equals(symbol);
  }

  boolean isEnd() {
    return type == Type.END;
  }
}
