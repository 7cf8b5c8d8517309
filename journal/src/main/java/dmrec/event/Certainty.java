package dmrec.event;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How an event is known. Codes are part of the journal's format. */
public enum Certainty {
  /** The kernel said so. */
  REPORTED(0),
  /** Proved by the difference of two states; the event tells the time of the look before. */
  DERIVED(1),
  /** Correlated, as a snapshot's reason is with the kernel log. */
  INFERRED(2),
  /** What a program said: kept and shown, but it changes nothing in the topology. */
  CLAIMED(3);

  private static final Certainty[] ALL = values();

  private final int code;
  private final String word = name().toLowerCase(Locale.ROOT);

  Certainty(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /** The one of that code; null where this version has none. */
  public static @Nullable Certainty ofCode(int code) {
    for (Certainty each : ALL) {
      if (each.code == code) {
        return each;
      }
    }
    return null;
  }

  /** The name in JSON, in filters and on screen. */
  public String word() {
    return word;
  }
}
