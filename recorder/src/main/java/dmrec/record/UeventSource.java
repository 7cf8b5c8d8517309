package dmrec.record;

import dmrec.decode.Uevent;
import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.PathEvent;
import dmrec.event.Source;
import dmrec.kernel.KernelException;
import dmrec.kernel.UeventReceiver;
import dmrec.kernel.UeventSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The uevents of block devices, as the kernel sends them and, where asked for, as udev repeats
 * them. One thread, but for what is said of the filter.
 */
final class UeventSource implements UeventReceiver.Handler, AutoCloseable {
  /** A flood of uevents must not keep the polls from happening at all. */
  private static final int MESSAGES_A_TURN = 8192;

  /** Nor must a flood of messages that the filter drops: those are not counted here. */
  private static final long MOST_NS = 1_000_000_000L;

  /** Messages a read; the ring has their room back after each. */
  private static final int BATCH = 256;

  /** How long a name that was read is used again: a pid is hardly reused so soon. */
  private static final long SENDER_NS = 10_000_000L;

  /** Time for the receiving thread to hand over what it has. */
  private static final long HANDOVER_NS = 20_000L;

  private final UeventSocket socket;
  private final UeventReceiver receiver;
  private final Origin origin;

  /** Where what is read goes. */
  private @Nullable Intake to;

  // One is read, the other was told last.
  private PathEvent next = new PathEvent();
  private PathEvent last = new PathEvent();

  /** The process whose name was read last. */
  private @Nullable Actor sender;

  private long senderMonoNs;

  private UeventSource(UeventSocket socket, UeventReceiver receiver, Origin origin) {
    this.socket = socket;
    this.receiver = receiver;
    this.origin = origin;
  }

  /** Receives from here on; the socket is its own, and closed where this fails. */
  static UeventSource of(UeventSocket socket, int ringBytes) throws KernelException {
    Origin origin = new Origin();
    try {
      return new UeventSource(socket, UeventReceiver.start(socket, origin, ringBytes), origin);
    } catch (KernelException | RuntimeException | Error e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Keeps what the kernel says of block devices. Whoever else sends is refused, and counted; asked
   * by the receiving thread.
   */
  private static final class Origin implements UeventReceiver.Filter {
    private volatile long refused;

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes it.
    public boolean keeps(UeventSocket socket) {
      boolean fromUdev = isOfUdev(socket.groups());
      if (fromUdev ? socket.senderUid() != 0 : socket.senderPort() != 0) {
        refused++;
        return false;
      }
      return socket.truncated() || fromUdev || Uevent.concernsBlockDevices(socket.message());
    }
  }

  private static boolean isOfUdev(int groups) {
    return (groups & 2) != 0;
  }

  /** Messages refused so far because their sender was not the kernel. */
  long refused() {
    return origin.refused;
  }

  UeventReceiver receiver() {
    return receiver;
  }

  UeventSocket socket() {
    return socket;
  }

  /**
   * Reads what the kernel has sent so far; of a flood, of whatever kind, a part.
   *
   * @return whether that was all
   */
  boolean read(Intake intake) throws IOException {
    to = intake;
    long beganNs = System.nanoTime();
    int left = MESSAGES_A_TURN;
    while (left > 0 && System.nanoTime() - beganNs < MOST_NS) {
      int count = receiver.read(this, Math.min(left, BATCH));
      left -= count;
      if (count == 0) {
        if (receiver.isDrained()) {
          return true;
        }
        LockSupport.parkNanos(HANDOVER_NS);
      }
    }
    return false;
  }

  @Override
  public void uevent(long wallNs, long monoNs, int groups, int pid, int uid, ByteBuffer message)
      throws IOException {
    boolean fromUdev = isOfUdev(groups);
    Intake intake = Objects.requireNonNull(to);
    intake.catchUp(monoNs);
    Actor injector = pid > 0 && !fromUdev ? senderOf(pid, uid, monoNs) : null;
    if (!fromUdev && next.read(message)) {
      long lateNs = intake.lateNs(monoNs);
      next.received(wallNs + lateNs, monoNs + lateNs, injector);
      if (intake.accept(next)) {
        PathEvent accepted = next; // The last event that was told stays as it is.
        next = last;
        last = accepted;
        return;
      }
    }
    intake.accept(
        new Observation.UeventSeen(
            intake.notBeforeLatest(wallNs, monoNs),
            fromUdev,
            pid,
            uid,
            injector == null ? "" : injector.command(),
            Bytes.of(message)));
  }

  /** Who sent something; of a process that sends a burst the name is not read for each message. */
  private Actor senderOf(int pid, int uid, long monoNs) {
    Actor known = sender;
    if (known == null
        || pid != known.pid()
        || uid != known.uid()
        || monoNs - senderMonoNs > SENDER_NS) {
      known = Actor.asked(pid, uid, commandOf(pid));
      sender = known;
      senderMonoNs = monoNs;
    }
    return known;
  }

  private static String commandOf(int pid) {
    try {
      return Files.readString(
              Path.of("/proc", Integer.toString(pid), "comm"), StandardCharsets.ISO_8859_1)
          .strip();
    } catch (IOException e) {
      return ""; // It has ended.
    }
  }

  @Override
  public void lost(
      long wallNs, long monoNs, long sinceWallNs, long sinceMonoNs, long count, boolean isCut)
      throws IOException {
    Intake intake = Objects.requireNonNull(to);
    intake.acceptLoss(
        new Observation.Lost(
            intake.notBeforeLatest(wallNs, monoNs),
            new Stamp(sinceWallNs, sinceMonoNs),
            Source.UEVENT,
            count,
            isCut
                ? "a uevent was too long to be read whole"
                : "the uevent socket's buffer was full"));
  }

  @Override
  public void close() {
    receiver.close();
  }
}
