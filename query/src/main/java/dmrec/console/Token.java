package dmrec.console;

/**
 * One word of a line, or a sign between words.
 *
 * @param type what it is
 * @param value what it means: without quotes, with escapes resolved
 * @param start where it begins in the line
 * @param end behind its last character
 * @param quoted whether some of it is in quotes
 * @param open whether a quote in it is not closed
 */
record Token(Type type, String value, int start, int end, boolean quoted, boolean open) {
  enum Type {
    WORD,
    PIPE,
    REDIRECT,
    APPEND
  }

  boolean isWord() {
    return type == Type.WORD;
  }
}
