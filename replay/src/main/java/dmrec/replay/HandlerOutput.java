package dmrec.replay;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Leads {@code System.out} to whichever handler prints: that whose call it is, and that which a
 * thread was begun by.
 */
final class HandlerOutput extends OutputStream {
  private static final ThreadLocal<@Nullable OutputStream> TARGET = new InheritableThreadLocal<>();

  private final PrintStream before;

  private HandlerOutput(PrintStream before) {
    this.before = before;
  }

  /** From now on, until {@link #end}. */
  static HandlerOutput begin() {
    HandlerOutput output = new HandlerOutput(System.out);
    System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
    return output;
  }

  void end() {
    System.setOut(before);
  }

  /** This thread, and those it begins, print there; null is where they did before. */
  void lead(@Nullable OutputStream to) {
    if (to == null) {
      TARGET.remove();
    } else {
      TARGET.set(to);
    }
  }

  private OutputStream target() {
    OutputStream to = TARGET.get();
    return to == null ? before : to;
  }

  @Override
  public void write(int b) throws IOException {
    target().write(b);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    target().write(bytes, from, length);
  }

  @Override
  public void flush() throws IOException {
    target().flush();
  }
}
