package dmrec.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Holds a command's output until it is known whether the screen has room for it: then the command
 * waits, until what shows the rest is attached.
 */
final class PagedOutput extends OutputStream {
  private final int rows;
  private final int columns;
  private final Runnable tooLong;
  private final ByteArrayOutputStream held = new ByteArrayOutputStream();
  private int row;
  private int column;
  private boolean inEscape;
  private boolean told;
  private boolean cut;
  private @Nullable OutputStream attached;

  /**
   * For a screen.
   *
   * @param rows how many rows are shown without a pager
   * @param tooLong told once, from the thread that writes, where there are more
   */
  PagedOutput(int rows, int columns, Runnable tooLong) {
    this.rows = rows;
    this.columns = columns;
    this.tooLong = tooLong;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    OutputStream to = hold(bytes, offset, length);
    if (to != null) {
      to.write(bytes, offset, length);
    }
  }

  /** Holds the bytes, or returns where they are to go. */
  private synchronized @Nullable OutputStream hold(byte[] bytes, int offset, int length)
      throws IOException {
    if (!cut && attached == null) {
      held.write(bytes, offset, length);
      count(bytes, offset, length);
      if (row < rows || (row == rows && column == 0)) {
        return null;
      }
      if (!told) {
        told = true;
        tooLong.run();
      }
      try {
        while (!cut && attached == null) {
          wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted");
      }
      if (!cut) {
        return null; // What attached was given has these bytes.
      }
    }
    if (cut) {
      throw new IOException("Broken pipe");
    }
    return attached;
  }

  /** Counts rows as a terminal fills them; each character takes one column at least. */
  private void count(byte[] bytes, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      byte b = bytes[i];
      if (b == '\n') {
        row++;
        column = 0;
      } else if (inEscape) {
        inEscape = b != 'm';
      } else if (b == 0x1b) {
        inEscape = true;
      } else if ((b & 0xc0) != 0x80) {
        if (columns > 0 && column == columns) {
          row++;
          column = 0;
        }
        column++;
      }
    }
  }

  /** Sends what is held, and all that follows, to a stream. */
  synchronized void attach(OutputStream to) throws IOException {
    to.write(held.toByteArray());
    held.reset();
    attached = to;
    notifyAll();
  }

  /** Ends the command with the next byte it writes. */
  synchronized void cut() {
    cut = true;
    notifyAll();
  }

  @Override
  public void flush() throws IOException {
    OutputStream to;
    synchronized (this) {
      to = attached;
    }
    if (to != null) {
      to.flush();
    }
  }
}
