package dmrec.cli;

import dmrec.query.Moment;
import dmrec.query.TimeSpec;
import dmrec.query.TimeSyntaxException;
import org.jspecify.annotations.Nullable;

/** Times in options. */
final class Times {
  private Times() {}

  /** Reads the argument of {@code option}; null stays null. */
  static @Nullable Moment parse(Host host, String option, @Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      return TimeSpec.parse(text, host.clock());
    } catch (TimeSyntaxException e) {
      throw Failure.usage(option + ": " + e.getMessage());
    }
  }
}
