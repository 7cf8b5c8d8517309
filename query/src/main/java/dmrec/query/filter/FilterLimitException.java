package dmrec.query.filter;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A filter or query asks for more work or memory than it may have. Leaves the evaluation wrapped in
 * an {@link UncheckedIOException}.
 */
public final class FilterLimitException extends IOException {
  FilterLimitException(String message) {
    super(message);
  }

  UncheckedIOException unchecked() {
    return new UncheckedIOException(this);
  }
}
