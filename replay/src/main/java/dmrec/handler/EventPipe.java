package dmrec.handler;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lines on their way to a process.
 *
 * <p>Why a thread writes: a write into a full pipe cannot be interrupted, a wait for that thread
 * can. What comes while it writes is written with the next write, so that a line that comes alone
 * goes out at once and many that come fast go out together. No more is held than one buffer.
 *
 * <p>Thread contract: one thread puts and finishes; any may {@link #fail}.
 */
final class EventPipe {
  private static final int BUFFER_BYTES = 1 << 16;

  /** What the JDK writes without taking memory for it; small enough to see a slow reader move. */
  private static final int WRITE_BYTES = 1 << 13;

  /** Enough for many lines where they come fast, nothing to whoever waits for one. */
  private static final long GATHER_NS = 50_000;

  private final OutputStream out;
  private final Thread writer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  private byte[] filling = new byte[BUFFER_BYTES];
  private byte[] writing = new byte[BUFFER_BYTES];
  private int filledBytes;
  private long put;
  private long written;
  private long wholeBytes;
  private long movedBytes;
  private boolean finishing;
  private boolean finished;
  private @Nullable String broken;

  EventPipe(OutputStream out) {
    this.out = out;
    writer = new Thread(this::run, "handler's input");
    writer.setDaemon(true);
    writer.start();
  }

  /**
   * Hands over one line.
   *
   * @return false where the pipe is broken
   */
  boolean put(byte[] line, int lengthBytes) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      int done = 0;
      while (done < lengthBytes) {
        while (filledBytes == BUFFER_BYTES && broken == null) {
          changed.await();
        }
        if (broken != null) {
          return false;
        }
        int part = Math.min(lengthBytes - done, BUFFER_BYTES - filledBytes);
        System.arraycopy(line, done, filling, filledBytes, part);
        if (filledBytes == 0) {
          changed.signalAll();
        }
        filledBytes += part;
        wholeBytes += part;
        done += part;
      }
      put++;
      return broken == null;
    } finally {
      lock.unlock();
    }
  }

  /** How many lines went into the pipe, or are about to. */
  long written() {
    lock.lock();
    try {
      return written;
    } finally {
      lock.unlock();
    }
  }

  /** How many bytes went into it. */
  long movedBytes() {
    lock.lock();
    try {
      return movedBytes;
    } finally {
      lock.unlock();
    }
  }

  /** Whether nothing waits that was put. */
  boolean isEmpty() {
    lock.lock();
    try {
      return put == written && wholeBytes == movedBytes;
    } finally {
      lock.unlock();
    }
  }

  /** Why nothing can be written any more; null as long as it can. */
  @Nullable String broken() {
    lock.lock();
    try {
      return broken;
    } finally {
      lock.unlock();
    }
  }

  /** Nothing more is to be written; whoever waits is told. */
  void fail(String why) {
    lock.lock();
    try {
      if (broken == null && !finished) {
        broken = why;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing more comes: the input is closed behind what is on the way. */
  void finish() {
    lock.lock();
    try {
      finishing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until all is written or the pipe is broken.
   *
   * @return false where it takes longer
   */
  boolean awaitFinished(long timeoutNs) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long leftNs = timeoutNs;
      while (!finished && broken == null && leftNs > 0) {
        leftNs = changed.awaitNanos(leftNs);
      }
      return finished || broken != null;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try (OutputStream end = out) {
      while (true) {
        if (awaitLine()) {
          LockSupport.parkNanos(GATHER_NS);
        }
        int lengthBytes = take();
        if (lengthBytes < 0) {
          break;
        }
        for (int at = 0; at < lengthBytes; at += WRITE_BYTES) {
          int part = Math.min(WRITE_BYTES, lengthBytes - at);
          end.write(writing, at, part);
          end.flush();
          moved(part);
        }
      }
    } catch (IOException e) {
      fail(String.valueOf(e.getMessage()));
    }
    lock.lock();
    try {
      finished = broken == null;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void moved(int bytes) {
    lock.lock();
    try {
      movedBytes += bytes;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for something to write.
   *
   * @return whether it is little, so that more may be about to come
   */
  private boolean awaitLine() {
    lock.lock();
    try {
      while (filledBytes == 0 && !finishing && broken == null) {
        changed.awaitUninterruptibly();
      }
      return filledBytes > 0 && filledBytes < WRITE_BYTES && !finishing && broken == null;
    } finally {
      lock.unlock();
    }
  }

  /** Takes what is to be written; -1 where nothing comes any more. */
  private int take() {
    lock.lock();
    try {
      if (filledBytes == 0 || broken != null) {
        return -1;
      }
      byte[] full = filling;
      int lengthBytes = filledBytes;
      filling = writing;
      writing = full;
      filledBytes = 0;
      written = put;
      changed.signalAll();
      return lengthBytes;
    } finally {
      lock.unlock();
    }
  }
}
