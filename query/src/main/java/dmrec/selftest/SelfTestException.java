package dmrec.selftest;

import java.io.IOException;

/** A self-test cannot be made, or cannot go on. Says what was expected, found, and what to do. */
public final class SelfTestException extends IOException {
  SelfTestException(String message) {
    super(message);
  }

  SelfTestException(String message, Throwable cause) {
    super(message, cause);
  }
}
