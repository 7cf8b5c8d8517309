package dmrec.redact;

import dmrec.target.DevNo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One name to be replaced, and its token once it has one. */
final class Secret {
  /** How sure a match in running text is to be this name. */
  enum Strength {
    /** A word of the kernel's, a number, a letter: replaced only where a name is known to stand. */
    FIELD_ONLY,
    /** Short: replaced where it is a word of its own. */
    WEAK,
    /** Replaced wherever it is found. */
    STRONG
  }

  /** A piece of a name that is made of several: text that is kept, or another name as spelled. */
  record Part(String text, @Nullable Secret secret) {
    /** A UUID as it is spelled there, which need not be how it was learned. */
    static Part of(Secret secret, String spelling) {
      return new Part(spelling, secret);
    }

    static Part of(String kept) {
      return new Part(kept, null);
    }

    static Part of(Secret secret) {
      return new Part(secret.text, secret);
    }
  }

  private static final int STRONG_CHARS = 6;

  /** No number of 64 bits has more digits than 20; fewer than 17 are likely to be one. */
  private static final int STRONG_DIGITS = 17;

  private static final int WEAK_DIGITS = 5;

  final String text;
  Strength strength;
  Label label;
  boolean shaped;

  /** Whether a record or uevent named a mapped device so. */
  boolean isDevice;

  /** What it is made of; empty where it is one name. */
  List<Part> parts = List.of();

  /** The name whose number its own token should have, where that is free. */
  @Nullable Secret beside;

  /** The number behind the label; 0 before it is given. */
  int number;

  String token = "";

  /** The tokens of its other spellings. */
  final Map<String, String> variants = new HashMap<>();

  Secret(Label label, String text, boolean shaped) {
    this.label = label;
    this.text = text;
    this.shaped = shaped;
    this.strength = strengthOf(text);
  }

  /**
   * Whether the user asked for this very word, which then is replaced wherever it is a word of its
   * own, whatever else it may mean there.
   */
  boolean isAsked() {
    return label == Label.WORD;
  }

  /** Whether it is also replaced inside longer words. */
  boolean isLong() {
    return text.length() >= STRONG_CHARS;
  }

  /** It is a mapped device's own name: that a disk may be called so too counts no more. */
  void bearsDevice() {
    isDevice = true;
    if (strength == Strength.FIELD_ONLY && Vocabulary.isKernelDisk(text)) {
      strength = isLong() ? Strength.STRONG : Strength.WEAK;
    }
  }

  boolean isComposite() {
    return !parts.isEmpty();
  }

  static Strength strengthOf(String text) {
    if (Vocabulary.isNumber(text)) {
      return text.length() >= STRONG_DIGITS
          ? Strength.STRONG
          : text.length() >= WEAK_DIGITS ? Strength.WEAK : Strength.FIELD_ONLY;
    }
    if (text.length() < 2
        || Vocabulary.has(text)
        || Vocabulary.isKernelDisk(text)
        || DevNo.isDevNo(text)) {
      return Strength.FIELD_ONLY;
    }
    return text.length() < STRONG_CHARS ? Strength.WEAK : Strength.STRONG;
  }
}
