package dmrec.bundle;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A bundle cannot be written, or is not what it should be. The message is for a person: which file,
 * what was expected, what was found.
 */
public final class BundleException extends IOException {
  private static final long serialVersionUID = 1L;

  BundleException(String message) {
    super(message);
  }

  BundleException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
