package dmrec.kernel;

import dmrec.kernel.Native.LibC;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Receives uevents on a thread of its own, which does nothing else, into memory that is set aside
 * before: so that a burst is taken from the kernel as fast as it comes, however long the recording
 * of one event takes.
 *
 * <pre>
 *   kernel --> socket --> [receiving thread] --> ring --> [who reads] --> journal
 *              buffer                                      read()
 * </pre>
 *
 * <p>Where the ring is full the thread leaves the rest in the socket, whose buffer then counts what
 * it cannot hold. So there is one account of loss, the kernel's, and a loss stands in the ring in
 * its place among the messages: behind those that were queued when it was noticed.
 *
 * <p>Receiving allocates nothing. All public methods are for the one thread that reads.
 */
public final class UeventReceiver implements AutoCloseable {
  /** Decides about a message before it takes room in the ring; on the receiving thread. */
  public interface Filter {
    /** Whether the socket's last message is to be kept. */
    boolean keeps(UeventSocket socket);
  }

  /** Takes what {@link #read} finds. */
  public interface Handler {
    /**
     * A message.
     *
     * @param wallNs CLOCK_REALTIME at its receipt
     * @param monoNs CLOCK_MONOTONIC at its receipt
     * @param groups {@link UeventSocket#groups}
     * @param pid {@link UeventSocket#senderPid}
     * @param uid {@link UeventSocket#senderUid}
     * @param message valid during the call; position 0, limit its length
     */
    void uevent(long wallNs, long monoNs, int groups, int pid, int uid, ByteBuffer message)
        throws IOException;

    /**
     * Messages were lost between two moments.
     *
     * @param count how many, exactly
     * @param isCut whether it is one that was too long to be received whole
     */
    void lost(
        long wallNs, long monoNs, long sinceWallNs, long sinceMonoNs, long count, boolean isCut)
        throws IOException;
  }

  /** The least ring: a message may take an eighth of it. */
  public static final int LEAST_RING_BYTES = 256 << 10;

  /** The largest one. */
  public static final int MOST_RING_BYTES = 1 << 30;

  /** The least a message takes of the receive buffer: its data and what the kernel adds. */
  private static final int LEAST_QUEUED_BYTES = 512;

  /** Readings of the queue that must agree that it grew. */
  private static final int GROWTH_READINGS = 8;

  /** The socket is read at least this often, so that a loss is dated no further back. */
  private static final long QUIET_NS = 1_000_000_000L;

  private static final String REOPEN = "Start the recorder again.";

  /** Messages taken from the socket until what waits there is measured again. */
  private static final int MEASURED_MESSAGES = 64;

  /** Time until a full ring is tried again. */
  private static final long FULL_REST_NS = 100_000L;

  private static final int UEVENT = 1;
  private static final int LOST = 2;
  private static final int CUT = 3;

  // A record of the ring: a message behind its head, or a loss.
  private static final int WALL_NS = 0;
  private static final int MONO_NS = 8;
  private static final int GROUPS = 16;
  private static final int PID = 20;
  private static final int UID = 24;
  private static final int HEAD_BYTES = 32;
  private static final int SINCE_WALL_NS = 16;
  private static final int SINCE_MONO_NS = 24;
  private static final int COUNT = 32;
  private static final int LOSS_BYTES = 40;

  private final UeventSocket socket;
  private final Filter filter;
  private final Clocks clocks;
  private final LibC libc;
  private final long memory;
  private final RingBuffer ring;
  private final Poller poller;
  private final Thread thread;

  // Of the reader.
  private final ByteBuffer message = ByteBuffer.allocate(UeventSocket.MESSAGE_BYTES);
  private final MessageHandler hand = this::hand;
  private @Nullable Handler reader;

  // Of the receiving thread.
  private long countedDrops;
  private boolean isOverrun;
  private int countsDue;
  private long queuedBeforeHole;
  private long quietWallNs;
  private long quietMonoNs;

  /** Whether a message may be on its way from the socket to the ring. */
  private volatile boolean isBusy;

  private volatile boolean isReaderAsleep;
  private volatile Runnable wakeReader = () -> {};
  private volatile long highestQueuedBytes;
  private volatile int highestRingBytes;
  private volatile boolean isClosed;
  private volatile @Nullable KernelException failure;

  private UeventReceiver(
      UeventSocket socket, Filter filter, Clocks clocks, LibC libc, long memory, int ringBytes)
      throws KernelException {
    this.socket = socket;
    this.filter = filter;
    this.clocks = clocks;
    this.libc = libc;
    this.memory = memory;
    this.ring =
        new OneToOneRingBuffer(
            new UnsafeBuffer(memory, ringBytes + RingBufferDescriptor.TRAILER_LENGTH));
    this.countedDrops = socket.drops();
    this.poller = Poller.open(socket.fd());
    this.quietWallNs = clocks.wallNs();
    this.quietMonoNs = clocks.monotonicNs();
    this.isBusy = true;
    this.thread = new Thread(this::run, "dmrec-receive");
    thread.setDaemon(true);
  }

  /**
   * Begins to receive.
   *
   * @param socket read by this alone from here on, and closed with it
   * @param ringBytes memory for what is received and not read yet; {@link #LEAST_RING_BYTES} to
   *     {@link #MOST_RING_BYTES}, rounded up to a power of two. It takes pages as it is used
   * @throws KernelException where there is no memory or no descriptor
   */
  public static UeventReceiver start(UeventSocket socket, Filter filter, int ringBytes)
      throws KernelException {
    if (ringBytes < LEAST_RING_BYTES || ringBytes > MOST_RING_BYTES) {
      throw new IllegalArgumentException("ringBytes: " + ringBytes);
    }
    int bytes = Integer.highestOneBit(ringBytes - 1) << 1;
    LibC libc = Native.libc();
    // Zeroed by the kernel page by page, where allocateDirect would touch all of it now.
    long memory = libc.calloc(1, bytes + RingBufferDescriptor.TRAILER_LENGTH);
    if (memory == 0) {
      throw new KernelException(
          Native.errno(),
          "Cannot set memory aside for uevents",
          bytes + " bytes",
          "Ask for less with --ring, or free memory.");
    }
    UeventReceiver receiver = null;
    try {
      receiver = new UeventReceiver(socket, filter, Clocks.open(), libc, memory, bytes);
      receiver.thread.start();
      return receiver;
    } catch (KernelException | RuntimeException | Error e) {
      if (receiver != null) {
        receiver.poller.close();
      }
      libc.free(memory);
      throw e;
    }
  }

  // The receiving thread.

  private void run() {
    try {
      while (!isClosed) {
        isBusy = true;
        receiveAll();
        isBusy = false;
        poller.await(QUIET_NS);
      }
    } catch (KernelException e) {
      fail(e);
    } catch (RuntimeException | Error e) {
      fail(
          new KernelException(
              "Cannot receive uevents", "a message, none, or a loss", e.toString(), REOPEN, e));
    }
  }

  private void fail(KernelException e) {
    failure = e;
    isBusy = false;
    wakeReader.run();
  }

  /** Receives until nothing is queued. */
  private void receiveAll() throws KernelException {
    for (int taken = 0; !isClosed; taken++) {
      if (taken % MEASURED_MESSAGES == 0) {
        measureQueue();
      }
      switch (socket.receive()) {
        case MESSAGE -> {
          // Asked before a full ring makes this wait: more may be lost meanwhile, behind it.
          long lost = isOverrun && isHoleReached() ? countLost() : 0;
          message();
          tellLost(lost);
        }
        case OVERRUN -> {
          isOverrun = true;
          countsDue = 2; // The kernel tells of a hole before it counts the last of it.
          queuedBeforeHole = measureQueue(); // As full as when the kernel dropped the first one.
        }
        case NONE -> {
          if (countsDue > 0) {
            countsDue--;
            tellLost(countLost());
          }
          quietWallNs = clocks.wallNs();
          quietMonoNs = clocks.monotonicNs();
          return;
        }
      }
    }
  }

  /**
   * Whether the message just received was the last before the hole. Until then the kernel queues
   * nothing new, so each message leaves less behind it; after it the queue is empty or fills again.
   * Where a smaller message follows at once, this is seen one message later.
   *
   * <p>From 6.16 on the kernel adds a message to the account before it drops it, and takes it off
   * again (netlink_broadcast_deliver). So a queue that grew is measured anew: what really grew
   * stays.
   */
  private boolean isHoleReached() throws KernelException {
    long queued = socket.queuedBytes();
    for (int i = 0; i < GROWTH_READINGS && isGrown(queued); i++) {
      queued = Math.min(queued, socket.queuedBytes());
    }
    boolean isReached = queued == 0 || isGrown(queued);
    queuedBeforeHole = queued;
    return isReached;
  }

  private boolean isGrown(long queuedBytes) {
    return queuedBytes > queuedBeforeHole - LEAST_QUEUED_BYTES;
  }

  private long measureQueue() throws KernelException {
    long queuedBytes = socket.queuedBytes();
    if (queuedBytes > highestQueuedBytes) {
      highestQueuedBytes = queuedBytes;
    }
    return queuedBytes;
  }

  private void message() throws KernelException {
    if (!filter.keeps(socket)) {
      return;
    }
    if (socket.truncated()) {
      loss(CUT, 1);
      return;
    }
    ByteBuffer bytes = socket.message();
    int at = claim(UEVENT, HEAD_BYTES + bytes.limit());
    if (at < 0) {
      return;
    }
    ring.buffer().putLong(at + WALL_NS, clocks.wallNs());
    ring.buffer().putLong(at + MONO_NS, clocks.monotonicNs());
    ring.buffer().putInt(at + GROUPS, socket.groups());
    ring.buffer().putInt(at + PID, socket.senderPid());
    ring.buffer().putInt(at + UID, socket.senderUid());
    ring.buffer().putBytes(at + HEAD_BYTES, bytes, 0, bytes.limit());
    commit(at);
  }

  /** How many were lost since this was last asked. */
  private long countLost() throws KernelException {
    isOverrun = false;
    long drops = socket.drops();
    long lost = (drops - countedDrops) & 0xffffffffL;
    countedDrops = drops;
    return lost;
  }

  private void tellLost(long count) throws KernelException {
    if (count > 0) {
      loss(LOST, count);
    }
  }

  private void loss(int type, long count) throws KernelException {
    int at = claim(type, LOSS_BYTES);
    if (at < 0) {
      return;
    }
    ring.buffer().putLong(at + WALL_NS, clocks.wallNs());
    ring.buffer().putLong(at + MONO_NS, clocks.monotonicNs());
    ring.buffer().putLong(at + SINCE_WALL_NS, quietWallNs);
    ring.buffer().putLong(at + SINCE_MONO_NS, quietMonoNs);
    ring.buffer().putLong(at + COUNT, count);
    commit(at);
  }

  /** Room in the ring, for which this waits; below 0 where it is closed. */
  private int claim(int type, int lengthBytes) throws KernelException {
    int at = ring.tryClaim(type, lengthBytes);
    while (at < 0 && !isClosed) {
      highestRingBytes = ring.capacity();
      measureQueue();
      LockSupport.parkNanos(FULL_REST_NS);
      at = ring.tryClaim(type, lengthBytes);
    }
    return at;
  }

  private void commit(int at) {
    ring.commit(at);
    // The reader says that it sleeps and then looks at the ring; this does it the other way round.
    VarHandle.fullFence();
    int size = ring.size();
    if (size > highestRingBytes) {
      highestRingBytes = size;
    }
    if (isReaderAsleep) {
      isReaderAsleep = false;
      wakeReader.run();
    }
  }

  // Who reads.

  /** Sets what ends the reader's sleep; before the first {@link #sleeps}. */
  public void wakeBy(Runnable wake) {
    wakeReader = wake;
  }

  /**
   * Says that the reader is about to sleep: the next message wakes it.
   *
   * @return false where there is something to read already, and it should not
   */
  public boolean sleeps() {
    isReaderAsleep = true;
    if (ring.size() == 0 && failure == null) {
      return true;
    }
    isReaderAsleep = false;
    return false;
  }

  /** Says that the reader is awake. */
  public void wakesUp() {
    isReaderAsleep = false;
  }

  /**
   * Hands on what was received, oldest first.
   *
   * @return how much it was, at most {@code limit}
   * @throws KernelException where nothing more can be received, once all is read
   * @throws IOException what the handler throws
   */
  public int read(Handler handler, int limit) throws IOException {
    if (isClosed) {
      throw new IllegalStateException("the receiver is closed");
    }
    reader = handler;
    KernelException failed =
        failure; // Read first: what came before the failure is in the ring by then.
    int count;
    try {
      count = ring.read(hand, limit);
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause());
    }
    if (count == 0 && failed != null && ring.size() == 0) {
      throw failed;
    }
    return count;
  }

  private void hand(int type, MutableDirectBuffer buffer, int at, int lengthBytes) {
    try {
      hand(Objects.requireNonNull(reader), type, buffer, at, lengthBytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void hand(Handler handler, int type, MutableDirectBuffer buffer, int at, int lengthBytes)
      throws IOException {
    long wallNs = buffer.getLong(at + WALL_NS);
    long monoNs = buffer.getLong(at + MONO_NS);
    if (type == UEVENT) {
      message.clear().limit(lengthBytes - HEAD_BYTES);
      buffer.getBytes(at + HEAD_BYTES, message, 0, lengthBytes - HEAD_BYTES);
      handler.uevent(
          wallNs,
          monoNs,
          buffer.getInt(at + GROUPS),
          buffer.getInt(at + PID),
          buffer.getInt(at + UID),
          message);
    } else {
      handler.lost(
          wallNs,
          monoNs,
          buffer.getLong(at + SINCE_WALL_NS),
          buffer.getLong(at + SINCE_MONO_NS),
          buffer.getLong(at + COUNT),
          type == CUT);
    }
  }

  /**
   * Whether everything that the kernel had sent when this was called has been read.
   *
   * <p>In this order: what has left the socket by then is in the ring, or the thread is busy with
   * it; and where it is not busy any more, it is in the ring.
   */
  public boolean isDrained() throws KernelException {
    return socket.queuedBytes() == 0 && !isBusy && ring.size() == 0;
  }

  /** How many bytes of the ring are taken. */
  public int ringBytes() {
    return isClosed ? 0 : ring.size();
  }

  /** How many bytes of the ring were taken at most so far. */
  public int highestRingBytes() {
    return highestRingBytes;
  }

  /** How many bytes the ring holds. */
  public int ringSizeBytes() {
    return ring.capacity();
  }

  /** How many bytes waited in the socket at most, of all times that this measured it. */
  public long highestQueuedBytes() {
    return highestQueuedBytes;
  }

  /** Ends the receiving thread and closes the socket. What is not read is gone. */
  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    poller.wake();
    boolean isInterrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
    poller.close();
    socket.close();
    libc.free(memory);
  }
}
