package dmrec.target;

import java.util.List;

/** Prints words with one blank between them, the inverse of {@link Words}. */
final class Line {
  private final StringBuilder text = new StringBuilder(96);

  Line word(String word) {
    if (!text.isEmpty()) {
      text.append(' ');
    }
    text.append(word);
    return this;
  }

  Line word(char letter) {
    return word(String.valueOf(letter));
  }

  Line word(long number) {
    return word(Long.toString(number));
  }

  Line word(DevNo device) {
    return word(device.toString());
  }

  Line word(Ratio ratio) {
    return word(ratio.toString());
  }

  Line words(List<?> words) {
    for (Object word : words) {
      word(word.toString());
    }
    return this;
  }

  /** The number of words, then the words. */
  Line counted(List<?> words) {
    return word(words.size()).words(words);
  }

  /** The line with {@code rest}, which brings its own blanks, behind it. */
  String end(String rest) {
    return text.append(rest).toString();
  }
}
