package dmrec.journal.seal;

import static dmrec.journal.file.RecordLayout.INT_LE;

import dmrec.journal.file.Chain;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Hashes documents into a chain behind whoever appends them: they are copied into a batch, and a
 * full batch is hashed by a thread of its own while the next one fills. What is in a batch that is
 * not full is hashed when the chain is asked for, as at each seal.
 *
 * <p>Where there can be no such thread, or it has ended, all is hashed by who appends. One thread.
 */
final class ChainHasher implements AutoCloseable {
  /** Some hundred small documents: worth waking a thread. */
  private static final int BATCH_BYTES = 32 << 10;

  /** Time until it is seen whether the other batch is hashed. */
  private static final long REST_NS = 20_000L;

  private final Thread thread = new Thread(this::run, "dmrec-hash");
  private Chain chain;
  private byte[] filling = new byte[BATCH_BYTES];
  private int filledBytes;
  private int count;

  /** The thread's, as is the chain, as long as {@link #handedBytes} is not 0. */
  private byte[] handed = new byte[BATCH_BYTES];

  private volatile int handedBytes;
  private volatile @Nullable Throwable failure;
  private volatile boolean isClosed;

  ChainHasher(Chain chain) {
    this.chain = chain;
    thread.setDaemon(true);
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      isClosed = true; // No more threads are allowed.
    }
  }

  void add(byte[] document, int length) {
    int taken = Integer.BYTES + length;
    if (taken > BATCH_BYTES) {
      chain().add(document, 0, length);
    } else {
      if (taken > BATCH_BYTES - filledBytes) {
        handOver();
      }
      INT_LE.set(filling, filledBytes, length);
      System.arraycopy(document, 0, filling, filledBytes + Integer.BYTES, length);
      filledBytes += taken;
    }
    count++;
  }

  /** How many documents were added since the chain's last value. */
  int count() {
    return count;
  }

  /** The chain over all that was added. Who changes it says so by {@link #resume}. */
  Chain chain() {
    awaitHashed();
    hash(filling, filledBytes);
    filledBytes = 0;
    return chain;
  }

  /** Goes on with this chain, as it is. */
  void resume(Chain next) {
    awaitHashed();
    chain = next;
    filledBytes = 0;
    count = next.count();
  }

  private void handOver() {
    awaitHashed();
    byte[] full = filling;
    filling = handed;
    handed = full;
    handedBytes = filledBytes;
    filledBytes = 0;
    LockSupport.unpark(thread);
  }

  private void awaitHashed() {
    while (handedBytes != 0) {
      if (thread.isAlive()) {
        LockSupport.parkNanos(REST_NS);
      } else {
        hashHanded();
      }
    }
    if (failure != null) {
      throw new IllegalStateException("documents could not be hashed", failure);
    }
  }

  private void run() {
    while (!isClosed) {
      if (handedBytes == 0) {
        LockSupport.park(this);
      } else {
        hashHanded();
      }
    }
  }

  private void hashHanded() {
    int bytes = handedBytes;
    try {
      hash(handed, bytes);
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    handedBytes = 0;
  }

  private void hash(byte[] batch, int bytes) {
    for (int at = 0; at < bytes; ) {
      int length = (int) INT_LE.get(batch, at);
      chain.add(batch, at + Integer.BYTES, length);
      at += Integer.BYTES + length;
    }
  }

  /** Ends the thread; the chain is there all the same. */
  @Override
  public void close() {
    isClosed = true;
    LockSupport.unpark(thread);
  }
}
