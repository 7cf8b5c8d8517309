package dmrec.replay;

import dmrec.event.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one event made a handler print and throw: the beginning as it was, the rest as a number, so
 * that a gigabyte needs no more room than a line.
 */
final class EventOutput {
  private static final int KEPT_CHARS = 1 << 16;

  private final List<String> head = new ArrayList<>();
  private int keptChars;
  private long lines;
  private @Nullable MessageDigest rest;
  private byte[] restSum = {};

  void line(String text) {
    lines++;
    if (rest == null && keptChars + text.length() <= KEPT_CHARS) {
      keptChars += text.length() + 1;
      head.add(text);
      return;
    }
    MessageDigest sum = rest;
    if (sum == null) {
      sum = Sha256.digest();
      rest = sum;
    }
    sum.update(text.getBytes(StandardCharsets.UTF_8));
    sum.update((byte) '\n');
  }

  boolean isEmpty() {
    return lines == 0;
  }

  /** The first lines. */
  List<String> head() {
    return head;
  }

  /** How many there were. */
  long lines() {
    return lines;
  }

  boolean isSameAs(EventOutput other) {
    return lines == other.lines
        && head.equals(other.head)
        && MessageDigest.isEqual(restSum(), other.restSum());
  }

  private byte[] restSum() {
    if (rest != null) {
      restSum = rest.digest();
      rest = null;
    }
    return restSum;
  }
}
