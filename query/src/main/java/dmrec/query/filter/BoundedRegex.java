package dmrec.query.filter;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression that cannot hang: neither the pattern nor the text is trusted.
 *
 * <p>Each look at a character is a step, and steps are limited; repeat counts, which can cost time
 * without one, are limited when it is made; too deep a recursion is caught. Then it ends with a
 * {@link FilterLimitException} rather than with an answer that may be wrong.
 */
final class BoundedRegex {
  private static final int LONGEST = 1000;
  private static final long REPEATS = 10_000;
  private static final long STEPS = 2_000_000;
  private static final int STEPS_PER_CHARACTER = 100;

  private final String regex;
  private final Pattern pattern;

  private BoundedRegex(String regex, Pattern pattern) {
    this.regex = regex;
    this.pattern = pattern;
  }

  /**
   * Reads a pattern.
   *
   * @throws PatternSyntaxException where it is none, or could cost too much
   */
  static BoundedRegex of(String regex, boolean ignoreCase) {
    if (regex.length() > LONGEST) {
      throw new PatternSyntaxException("longer than " + LONGEST + " characters", regex, LONGEST);
    }
    checkRepeats(regex);
    try {
      return new BoundedRegex(
          regex,
          Pattern.compile(
              regex,
              Pattern.DOTALL | (ignoreCase ? Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE : 0)));
    } catch (StackOverflowError e) {
      throw new PatternSyntaxException("too deeply nested", regex, 0);
    }
  }

  private static void checkRepeats(String regex) {
    long product = 1;
    for (int i = regex.indexOf('{'); i >= 0; i = regex.indexOf('{', i + 1)) {
      long count = 0;
      for (int k = i + 1; k < regex.length() && count <= REPEATS; k++) {
        char c = regex.charAt(k);
        if (c == ',') {
          product = Math.min(product * Math.max(1, count), REPEATS + 1);
          count = 0;
        } else if (c >= '0' && c <= '9') {
          count = count * 10 + (c - '0');
        } else {
          break;
        }
      }
      product = Math.min(product * Math.max(1, count), REPEATS + 1);
      if (product > REPEATS) {
        throw new PatternSyntaxException("repeat counts too large in all", regex, i);
      }
    }
  }

  /** Whether it matches anywhere in the text. */
  boolean find(String text) {
    try {
      return pattern.matcher(new Counted(text)).find();
    } catch (StackOverflowError | TooManySteps e) {
      throw new FilterLimitException(
              "the regular expression /"
                  + regex
                  + "/ needs too many steps on a text of "
                  + text.length()
                  + " characters; expected a simpler one, or a glob such as *word*")
          .unchecked();
    }
  }

  private static final class TooManySteps extends RuntimeException {
    TooManySteps() {
      super("too many steps", null, false, false);
    }
  }

  private static final class Counted implements CharSequence {
    private final String text;
    private long left;

    Counted(String text) {
      this.text = text;
      left = STEPS + (long) STEPS_PER_CHARACTER * text.length();
    }

    @Override
    public char charAt(int index) {
      if (--left < 0) {
        throw new TooManySteps();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
