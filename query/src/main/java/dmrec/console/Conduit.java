package dmrec.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayDeque;

/**
 * Bytes from a command's thread to the pager's, as a pipe of the kernel's: who writes waits while
 * enough is held, and fails once the reader has gone.
 */
final class Conduit {
  private static final int HELD_BYTES = 1 << 18;

  private final ArrayDeque<byte[]> chunks = new ArrayDeque<>();
  private int held;
  private boolean ended;
  private boolean abandoned;

  private synchronized void put(byte[] chunk) throws IOException {
    try {
      while (held > HELD_BYTES && !abandoned) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    if (abandoned) {
      throw new IOException("Broken pipe");
    }
    chunks.add(chunk);
    held += chunk.length;
    notifyAll();
  }

  private synchronized byte[] take() throws IOException {
    try {
      while (chunks.isEmpty() && !ended) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    byte[] chunk = chunks.poll();
    held -= chunk == null ? 0 : chunk.length;
    notifyAll();
    return chunk == null ? new byte[0] : chunk;
  }

  /** Nothing follows. */
  synchronized void end() {
    ended = true;
    notifyAll();
  }

  /** Nobody reads any more. */
  synchronized void abandon() {
    abandoned = true;
    ended = true;
    chunks.clear();
    notifyAll();
  }

  OutputStream writer() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        put(new byte[] {(byte) b});
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        byte[] chunk = new byte[length];
        System.arraycopy(bytes, offset, chunk, 0, length);
        if (length > 0) {
          put(chunk);
        }
      }
    };
  }

  InputStream reader() {
    return new InputStream() {
      private byte[] chunk = new byte[0];
      private int at;

      private boolean fill() throws IOException {
        if (at == chunk.length) {
          chunk = take();
          at = 0;
        }
        return chunk.length > 0;
      }

      @Override
      public int read() throws IOException {
        return fill() ? chunk[at++] & 0xff : -1;
      }

      @Override
      public int read(byte[] to, int offset, int length) throws IOException {
        if (length == 0) {
          return 0;
        }
        if (!fill()) {
          return -1;
        }
        int count = Math.min(length, chunk.length - at);
        System.arraycopy(chunk, at, to, offset, count);
        at += count;
        return count;
      }
    };
  }
}
