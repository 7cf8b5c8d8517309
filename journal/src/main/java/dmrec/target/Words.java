package dmrec.target;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads a status or table line word by word, one blank between words, as the kernel prints them.
 *
 * <p>Whatever is not of the expected form ends in {@link NotThisForm}. Nothing is allocated from a
 * count in the text: a list grows by the words that are really there.
 */
final class Words {
  private final String text;
  private int at;

  Words(String text) {
    this.text = text;
  }

  /** The line is not of the form that was tried; never leaves this package. */
  static final class NotThisForm extends RuntimeException {
    private static final long serialVersionUID = 1;

    private NotThisForm() {
      super("not of this form", null, false, false);
    }
  }

  static NotThisForm notThisForm() {
    return new NotThisForm();
  }

  /** Whether another word follows. */
  boolean hasNext() {
    int from = at == 0 ? 0 : at + 1;
    return from < text.length() && (at == 0 || text.charAt(at) == ' ') && text.charAt(from) != ' ';
  }

  /** The next word without taking it; empty where none follows. */
  String peek() {
    int before = at;
    String word = hasNext() ? next() : "";
    at = before;
    return word;
  }

  String next() {
    if (!hasNext()) {
      throw notThisForm();
    }
    int from = at == 0 ? 0 : at + 1;
    int end = text.indexOf(' ', from);
    at = end < 0 ? text.length() : end;
    return text.substring(from, at);
  }

  void expect(String word) {
    if (!next().equals(word)) {
      throw notThisForm();
    }
  }

  /** A number from 0 to 2^63 - 1. */
  long number() {
    return numberOf(next());
  }

  /** A number of things, 0 to 2^31 - 1. */
  int count() {
    long value = number();
    if (value > Integer.MAX_VALUE) {
      throw notThisForm();
    }
    return (int) value;
  }

  DevNo device() {
    String word = next();
    if (!DevNo.isDevNo(word)) {
      throw notThisForm();
    }
    return DevNo.parse(word);
  }

  /** Two numbers, {@code part/whole}. */
  Ratio ratio() {
    String word = next();
    int slash = word.indexOf('/');
    if (slash < 0) {
      throw notThisForm();
    }
    return new Ratio(numberOf(word.substring(0, slash)), numberOf(word.substring(slash + 1)));
  }

  List<String> list(int count) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      words.add(next());
    }
    return List.copyOf(words);
  }

  List<DevNo> devices(int count) {
    List<DevNo> devices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      devices.add(device());
    }
    return List.copyOf(devices);
  }

  /** What has not been read, its leading blank included; nothing is left afterwards. */
  String rest() {
    String rest = text.substring(at);
    at = text.length();
    return rest;
  }

  static long numberOf(String word) {
    int length = word.length();
    if (length == 0 || length > 19) {
      throw notThisForm();
    }
    long value = 0;
    for (int i = 0; i < length; i++) {
      char c = word.charAt(i);
      if (c < '0' || c > '9') {
        throw notThisForm();
      }
      value = value * 10 + (c - '0');
    }
    if (value < 0) {
      throw notThisForm();
    }
    return value;
  }
}
