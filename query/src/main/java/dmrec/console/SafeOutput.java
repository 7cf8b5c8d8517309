package dmrec.console;

import dmrec.event.KernelText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lets through to a terminal what is text, and the colours that our commands use; all else appears
 * as {@code \xNN}.
 *
 * <p>Commands escape what they show, but some print what a program would have printed, byte by
 * byte, as {@code dmsetup status} and JSON: right for a pipe, and not for a terminal.
 */
final class SafeOutput extends OutputStream {
  private static final char ESCAPE = '\u001b';

  /** Bold, dim, the colours but black, and their end: nothing that could hide text. */
  private static final Pattern COLOUR =
      Pattern.compile("\u001b\\[(?:(?:0|1|2|3[1-7]|9[1-7]|39|22)(?:;(?:1|2|3[1-7]|9[1-7]))*)?m");

  private final OutputStream terminal;
  private final ByteArrayOutputStream held = new ByteArrayOutputStream();

  SafeOutput(OutputStream terminal) {
    this.terminal = terminal;
  }

  @Override
  public synchronized void write(int b) throws IOException {
    held.write(b);
    if (b == '\n') {
      release();
    }
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
    int end = offset + length;
    int last = end;
    while (last > offset && bytes[last - 1] != '\n') {
      last--;
    }
    if (last > offset) {
      held.write(bytes, offset, last - offset);
      release();
    }
    held.write(bytes, last, end - last);
  }

  @Override
  public synchronized void flush() throws IOException {
    release();
    terminal.flush();
  }

  private void release() throws IOException {
    if (held.size() > 0) {
      byte[] bytes = held.toByteArray();
      held.reset();
      terminal.write(KernelText.encode(safe(KernelText.decode(bytes))));
    }
  }

  static String safe(String text) {
    StringBuilder out = new StringBuilder(text.length());
    Matcher colour = COLOUR.matcher(text);
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      if (point == ESCAPE && colour.region(i, text.length()).lookingAt()) {
        out.append(colour.group());
        i = colour.end();
        continue;
      }
      if (point == '\n' || point == '\t' || point == '\\') {
        out.append((char) point);
      } else {
        out.append(KernelText.printable(Character.toString(point)));
      }
      i += Character.charCount(point);
    }
    return out.toString();
  }
}
