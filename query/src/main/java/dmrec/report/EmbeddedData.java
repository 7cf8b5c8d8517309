package dmrec.report;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.GZIPInputStream;

/** What a page holds in compressed form, for those who have to look at every byte of it. */
public final class EmbeddedData {
  /** What stands right before it in {@code page.html}. */
  static final String BEFORE = "<script type=\"application/octet-stream\" id=\"data\">";

  private EmbeddedData() {}

  /**
   * The data of a page as it is when the page has unpacked it; empty where there is none.
   *
   * @param page a whole page; closed with the result
   */
  public static InputStream of(InputStream page) throws IOException {
    byte[] before = BEFORE.getBytes(StandardCharsets.US_ASCII);
    int matched = 0;
    while (matched < before.length) {
      int b = page.read();
      if (b < 0) {
        return page;
      }
      // Only its first byte is a '<', so that whatever does not match begins anew there.
      matched = b == before[matched] ? matched + 1 : b == before[0] ? 1 : 0;
    }
    return new GZIPInputStream(Base64.getDecoder().wrap(new UpToTag(page)), 1 << 16);
  }

  /** Ends where the element does. */
  private static final class UpToTag extends FilterInputStream {
    private boolean ended;

    UpToTag(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int b = ended ? -1 : super.read();
      ended |= b < 0 || b == '<';
      return ended ? -1 : b;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int n = 0;
      for (int b = length == 0 ? -1 : read(); b >= 0; b = n < length ? read() : -1) {
        bytes[from + n++] = (byte) b;
      }
      return n == 0 && length > 0 ? -1 : n;
    }
  }
}
