package dmrec.replay;

import java.io.Flushable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/**
 * Writes down what a handler said, to be expected later.
 *
 * <p>A line of its output is {@code #812 text}, with the event's number, or {@code # text} where it
 * belongs to no event; what it threw is {@code #812 !text}. See {@link OutputLines} for the text.
 */
final class ExpectedWriter implements Flushable {
  static final String BY_EVENT = "dmrec expected output 1, by event";
  static final String BY_LINE = "dmrec expected output 1, by line";

  private final Writer out;

  ExpectedWriter(OutputStream out, boolean byEvent) throws IOException {
    this.out = new OutputStreamWriter(out, StandardCharsets.UTF_8);
    this.out.write(byEvent ? BY_EVENT : BY_LINE);
    this.out.write('\n');
  }

  /** Writes one line; 0 is no event. */
  synchronized void line(long seq, String text) {
    try {
      out.write('#');
      out.write(seq == 0 ? "" : Long.toString(seq));
      if (!text.isEmpty()) {
        out.write(' ');
        out.write(text);
      }
      out.write('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void flush() throws IOException {
    out.flush();
  }
}
