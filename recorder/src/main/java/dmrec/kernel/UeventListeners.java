package dmrec.kernel;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Who listens to uevents in this network namespace, how much waits for each, and how many each
 * lost: the table of netlink sockets, /proc/net/netlink (net/netlink/af_netlink.c,
 * netlink_native_seq_show).
 *
 * <p>It makes two things possible that the senders' socket cannot: to wait while a listener is
 * behind, where a real kernel would go on and the listener would lose messages; and to say exactly
 * how many each lost.
 *
 * <p>A {@link #look()} takes some 20 us where there are few sockets and, after warm-up, allocates
 * nothing unless a listener is new. The kernel has no lock over the whole table: a socket that
 * closes meanwhile may hide another from one look. So one that is not seen is forgotten by nothing,
 * only known as not {@link Listener#present()}.
 *
 * <p>Thread contract: one thread at a time. Shows the namespace of the thread that opened it.
 */
public final class UeventListeners implements AutoCloseable {
  /**
   * One socket that listens.
   *
   * @param inode of the socket, by which a process's descriptor names it
   * @param port the netlink port, unsigned: often, but not always, the process's number
   * @param queuedBytes what waits for it, in the kernel's accounting: one uevent takes 1,280 or
   *     more
   * @param lost messages lost since it was first seen, exactly
   * @param present whether the last look saw it
   */
  public record Listener(long inode, int port, long queuedBytes, long lost, boolean present) {}

  private static final String TABLE = "/proc/thread-self/net/netlink";
  private static final int NETLINK_KOBJECT_UEVENT = 15;
  private static final long DROPS_MASK = 0xffffffffL;

  // Columns of a line: sk, Eth, Pid, Groups, Rmem, Wmem, Dump, Locks, Drops, Inode.
  private static final int PROTOCOL = 1;
  private static final int PORT = 2;
  private static final int GROUPS = 3;
  private static final int QUEUED = 4;
  private static final int DROPS = 8;
  private static final int INODE = 9;
  private static final int COLUMNS = 10;

  private final RandomAccessFile table;
  private final int groupMask;
  private final byte[] buffer = new byte[16 * 1024];
  private final long[] columns = new long[COLUMNS];
  private long[] inodes = new long[8];
  private int[] ports = new int[8];
  private long[] queued = new long[8];
  private long[] firstDrops = new long[8];
  private long[] drops = new long[8];
  private long[] lastLook = new long[8];
  private int known;
  private long looks;
  private int present;

  private UeventListeners(RandomAccessFile table, int groupMask) {
    this.table = table;
    this.groupMask = groupMask;
  }

  /** Those of the kernel's group. */
  public static UeventListeners ofKernel() throws KernelException {
    return open(TABLE, 1);
  }

  /** Those of udev's group. */
  public static UeventListeners ofUdev() throws KernelException {
    return open(TABLE, 2);
  }

  static UeventListeners open(String table, int groupMask) throws KernelException {
    try {
      UeventListeners listeners = new UeventListeners(new RandomAccessFile(table, "r"), groupMask);
      listeners.look();
      return listeners;
    } catch (IOException e) {
      throw unreadable(table, e);
    }
  }

  private static KernelException unreadable(String table, IOException e) {
    return new KernelException(
        "Cannot see who listens to uevents",
        "the table " + table,
        String.valueOf(e.getMessage()),
        "Mount proc on /proc.",
        e);
  }

  /** Brings everything below up to date. */
  public void look() throws KernelException {
    looks++;
    present = 0;
    try {
      table.seek(0);
      int kept = 0;
      for (int n = table.read(buffer); n > 0; n = table.read(buffer, kept, buffer.length - kept)) {
        kept = lines(kept + n);
      }
    } catch (IOException e) {
      throw unreadable(TABLE, e);
    }
  }

  /** Takes whole lines from the buffer and moves what is left to its beginning. */
  private int lines(int filled) {
    int from = 0;
    for (int at = 0; at < filled; at++) {
      if (buffer[at] == '\n') {
        line(from, at);
        from = at + 1;
      }
    }
    if (from == 0 && filled == buffer.length) {
      return 0; // No line is that long: whatever this is, it says nothing.
    }
    System.arraycopy(buffer, from, buffer, 0, filled - from);
    return filled - from;
  }

  private void line(int from, int to) {
    int column = 0;
    for (int at = from; at < to && column < COLUMNS; ) {
      int end = at;
      while (end < to && buffer[end] != ' ') {
        end++;
      }
      if (end > at) {
        columns[column] = number(at, end, column == GROUPS ? 16 : 10);
        column++;
      }
      at = end + 1;
    }
    if (column == COLUMNS
        && columns[PROTOCOL] == NETLINK_KOBJECT_UEVENT
        && columns[GROUPS] >= 0
        && (columns[GROUPS] & groupMask) != 0
        && columns[INODE] > 0
        && columns[QUEUED] >= 0
        && columns[DROPS] >= 0) {
      seen(columns[INODE], (int) columns[PORT], columns[QUEUED], columns[DROPS]);
    }
  }

  /** The number in these bytes; -1 where they are none. */
  private long number(int from, int to, int radix) {
    long value = 0;
    if (to - from > 18) {
      return -1;
    }
    for (int at = from; at < to; at++) {
      int digit = Character.digit(buffer[at], radix);
      if (digit < 0) {
        return -1;
      }
      value = value * radix + digit;
    }
    return value;
  }

  private void seen(long inode, int port, long queuedBytes, long dropped) {
    int i = 0;
    while (i < known && inodes[i] != inode) {
      i++;
    }
    if (i == known) {
      add();
      inodes[i] = inode;
      ports[i] = port;
      // What came after the first look lost nothing before it was there.
      firstDrops[i] = looks == 1 ? dropped : 0;
    }
    queued[i] = queuedBytes;
    drops[i] = dropped;
    if (lastLook[i] != looks) {
      lastLook[i] = looks;
      present++;
    }
  }

  private void add() {
    known++;
    if (known > inodes.length) {
      int size = 2 * inodes.length;
      inodes = Arrays.copyOf(inodes, size);
      ports = Arrays.copyOf(ports, size);
      queued = Arrays.copyOf(queued, size);
      firstDrops = Arrays.copyOf(firstDrops, size);
      drops = Arrays.copyOf(drops, size);
      lastLook = Arrays.copyOf(lastLook, size);
    }
  }

  /** How many listen. */
  public int count() {
    return present;
  }

  /** How many were ever seen; they keep their place among {@link #all()}. */
  public int known() {
    return known;
  }

  /** What waits for the one at {@code place}; 0 where it does not listen any more. */
  public long queuedBytes(int place) {
    return lastLook[place] == looks ? queued[place] : 0;
  }

  /** Every one that was ever seen, in the order in which they were. */
  public List<Listener> all() {
    List<Listener> all = new ArrayList<>(known);
    for (int i = 0; i < known; i++) {
      long lost = (drops[i] - firstDrops[i]) & DROPS_MASK;
      all.add(new Listener(inodes[i], ports[i], queuedBytes(i), lost, lastLook[i] == looks));
    }
    return all;
  }

  @Override
  public void close() {
    try {
      table.close();
    } catch (IOException e) {
      // It was only read.
    }
  }
}
