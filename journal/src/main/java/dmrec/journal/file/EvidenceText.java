package dmrec.journal.file;

import dmrec.event.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Evidence as a template spells it, piece by piece: either written, or held against what is there.
 * Both go through the same calls, so that they cannot disagree. One thread.
 */
final class EvidenceText {
  /** As many digits fit a number of 63 bits whatever they are. */
  private static final int MOST_DIGITS = 18;

  /** No number that a piece lacks is as large. */
  static final long LIMIT = 1_000_000_000_000_000_000L;

  private final RecordBuffer out = new RecordBuffer(1024);

  /** What is compared; null where it is written. */
  private @Nullable Bytes expected;

  private int at;
  private boolean same;

  /** From here on pieces are written. */
  void write() {
    expected = null;
    out.begin(0);
  }

  /** From here on pieces are held against {@code evidence}. */
  void compare(Bytes evidence) {
    expected = evidence;
    at = 0;
    same = true;
  }

  /** Whether the pieces were the evidence, all of it. */
  boolean isSame() {
    return expected != null && same && at == expected.length();
  }

  /** What was written. */
  Bytes written() {
    return Bytes.of(out.bytes(), 0, out.length());
  }

  void put(Bytes piece) throws MalformedException {
    if (expected == null) {
      out.putBytes(piece);
    } else {
      same = same && expected.hasAt(at, piece);
      at += piece.length();
    }
  }

  void put(Bytes key, long value) throws MalformedException {
    put(key);
    putDecimal(value);
  }

  void put(char ascii) throws MalformedException {
    if (expected == null) {
      out.putByte(ascii);
    } else {
      same = same && at < expected.length() && expected.at(at) == ascii;
      at++;
    }
  }

  void putDecimal(long value) throws MalformedException {
    if (expected == null) {
      out.putDecimal(value);
    } else if (value < 0 || value >= LIMIT) {
      out.begin(0);
      out.putDecimal(value);
      compareWritten();
    } else {
      same = same && number() == value;
    }
  }

  void putText(String text) throws MalformedException {
    Bytes evidence = expected;
    if (evidence == null) {
      out.putText(text);
      return;
    }
    int chars = text.length();
    int from = at;
    if (!same || chars > evidence.length() - from) {
      same = false;
      return;
    }
    for (int i = 0; i < chars; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        out.begin(0);
        out.putText(text);
        compareWritten();
        return;
      }
      if (evidence.at(from + i) != c) {
        same = false;
        return;
      }
    }
    at = from + chars;
  }

  /** Compares what was only written because it is not plain. */
  private void compareWritten() {
    same = same && expected != null && expected.hasAt(at, out.bytes(), 0, out.length());
    at += out.length();
  }

  /**
   * A number that only the evidence has.
   *
   * @param known what to write; of no matter where it is compared
   * @return the number
   */
  long lacking(long known) throws MalformedException {
    if (expected == null) {
      out.putDecimal(known);
      return known;
    }
    return same ? number() : -1;
  }

  /** As {@link #lacking(long)}, where 0 is not spelled. */
  long lackingAboveZero(long known) throws MalformedException {
    long value = lacking(known);
    same = same && value > 0;
    return value;
  }

  /** The number that is there, as it is written; -1 where there is none, which is another text. */
  private long number() {
    Bytes evidence = expected;
    if (evidence == null) {
      return -1;
    }
    int from = at;
    int end = Math.min(evidence.length(), from + MOST_DIGITS + 1);
    int p = from;
    long value = 0;
    for (; p < end; p++) {
      int digit = evidence.at(p) - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      value = value * 10 + digit;
    }
    int digits = p - from;
    at = p;
    if (digits == 0 || digits > MOST_DIGITS || (digits > 1 && evidence.at(from) == '0')) {
      same = false;
      return -1;
    }
    return value;
  }

  /**
   * Which of several pieces is there, and passes it.
   *
   * @param known which to write; of no matter where it is compared
   * @return which, the last that fits; the first has to fit always
   */
  int oneOf(List<Bytes> pieces, int known) throws MalformedException {
    Bytes evidence = expected;
    int which = known;
    if (evidence != null) {
      which = pieces.size() - 1;
      while (which > 0 && !evidence.hasAt(at, pieces.get(which))) {
        which--;
      }
    }
    put(pieces.get(which));
    return which;
  }

  /**
   * Bytes that only the evidence has, up to {@code behind} bytes before its end.
   *
   * @param known what to write; of no matter where it is compared
   * @return how many there are; where they begin is {@link #at} less these
   */
  int lacking(Bytes known, int behind) throws MalformedException {
    if (expected == null) {
      out.putBytes(known, 0, known.length());
      return known.length();
    }
    int count = expected.length() - behind - at;
    same = same && count >= 0;
    at += same ? count : 0;
    return count;
  }

  /** Where in the evidence the next piece is compared. */
  int at() {
    return at;
  }
}
