package dmrec.replay;

import dmrec.event.KernelText;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a handler prints, as lines that a file and a terminal can show.
 *
 * <p>A line is escaped as {@link KernelText#printable} does; so are an exclamation mark at its
 * beginning, which would say that it was thrown, and a blank at its end, which nobody sees. A
 * backslash as such is escaped, so one at the end says that the line goes on: it was printed
 * without an end, or is so long that it was cut. Different output gives different lines.
 *
 * <p>Thread contract: any thread.
 */
final class OutputLines extends OutputStream {
  static final int LONGEST_BYTES = 1 << 12;

  /** Takes lines. */
  interface Sink {
    void line(String text);
  }

  private final Sink sink;
  private final byte[] line = new byte[LONGEST_BYTES];
  private int length;

  OutputLines(Sink sink) {
    this.sink = sink;
  }

  PrintStream printStream() {
    return new PrintStream(this, true, StandardCharsets.UTF_8);
  }

  @Override
  public synchronized void write(int b) {
    if (b == '\n') {
      give("");
      return;
    }
    if (length == LONGEST_BYTES) {
      give("\\");
    }
    line[length++] = (byte) b;
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int count) {
    for (int i = from; i < from + count; i++) {
      write(bytes[i]);
    }
  }

  /** What has been printed is all there is for now. */
  synchronized void pause() {
    if (length > 0) {
      give("\\");
    }
  }

  private void give(String end) {
    String text = escaped(KernelText.decode(ByteBuffer.wrap(line, 0, length)));
    length = 0;
    sink.line(text + end);
  }

  private static String escaped(String plain) {
    String text = KernelText.printable(plain);
    if (text.startsWith("!")) {
      text = "\\x21" + text.substring(1);
    }
    return text.endsWith(" ") ? text.substring(0, text.length() - 1) + "\\x20" : text;
  }

  /** Whether this is a line as it is made here: nothing in it acts on a terminal. */
  static boolean isEscaped(String text) {
    return text.length() <= 8 * LONGEST_BYTES
        && KernelText.printable(text.replace("\\", "")).indexOf('\\') < 0;
  }
}
