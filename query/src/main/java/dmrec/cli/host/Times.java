package dmrec.cli.host;

import dmrec.console.Standpoint;
import dmrec.journal.Position;
import dmrec.query.TimeSpec;
import dmrec.query.TimeSyntaxException;
import org.jspecify.annotations.Nullable;

/** Times in options. */
public final class Times {
  private Times() {}

  /** Reads the argument of {@code option}; null stays null. */
  public static @Nullable Position parse(Host host, String option, @Nullable String text) {
    if (text == null) {
      return null;
    }
    Standpoint here = host.standpoint();
    Long named = here == null ? null : here.named(text);
    if (named != null) {
      return new Position.AtSeq(named);
    }
    try {
      return TimeSpec.parse(text, host.clock());
    } catch (TimeSyntaxException e) {
      throw Failure.usage(option + ": " + e.getMessage());
    }
  }
}
