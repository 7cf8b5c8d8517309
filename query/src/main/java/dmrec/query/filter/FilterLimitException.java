package dmrec.query.filter;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A filter, query or answer asks for more work or memory than it may have. Leaves the evaluation
 * wrapped in an {@link UncheckedIOException}.
 */
public final class FilterLimitException extends IOException {
  public FilterLimitException(String message) {
    super(message);
  }

  public UncheckedIOException unchecked() {
    return new UncheckedIOException(this);
  }
}
