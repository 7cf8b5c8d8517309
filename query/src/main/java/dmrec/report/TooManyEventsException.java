package dmrec.report;

import java.io.IOException;
import java.util.Locale;

/** There are more events than a page shows. */
public final class TooManyEventsException extends IOException {
  private static final long serialVersionUID = 1L;

  TooManyEventsException(int most) {
    super(
        String.format(
            Locale.ROOT,
            "expected at most %,d events for a page, found more; choose a stretch with --since and"
                + " --until",
            most));
  }
}
