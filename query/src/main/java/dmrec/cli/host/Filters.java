package dmrec.cli.host;

import dmrec.journal.Journal;
import dmrec.query.SelectedEvents;
import dmrec.query.filter.Explanation;
import dmrec.query.filter.Filter;
import dmrec.query.filter.FilterSyntaxException;
import java.io.IOException;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** Filters in options. */
public final class Filters {
  private Filters() {}

  /** Reads the argument of {@code option}; null stays null. */
  public static @Nullable Filter parse(Host host, String option, @Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      return Filter.parse(text, host.clock());
    } catch (FilterSyntaxException e) {
      throw Failure.usage(option + ": " + e.getMessage());
    }
  }

  /** Tells on stderr how a filter was evaluated, after it was. */
  public static void explain(
      Host host, Journal journal, @Nullable Filter filter, SelectedEvents events, ZoneId zone)
      throws IOException {
    if (filter != null) {
      for (Explanation.Line line : filter.explain(zone)) {
        tell(host, line.label(), line.text());
      }
    }
    tell(
        host,
        "read",
        events.read()
            + " of "
            + journal.extent().events()
            + " records; "
            + events.matched()
            + " matched");
  }

  /** What a filter prints can be shown as it is. */
  private static void tell(Host host, String label, String text) throws IOException {
    host.note(label + " ".repeat(Math.max(1, 13 - label.length())) + text);
  }
}
