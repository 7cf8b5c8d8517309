package dmrec.kernel;

import dmrec.kernel.Layouts.Timespec;
import dmrec.kernel.Layouts.Timex;
import dmrec.kernel.Native.Block;
import dmrec.kernel.Native.LibC;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Path;

/**
 * The kernel's clocks, in nanoseconds.
 *
 * <p>Why not java.time: an Instant is an object for each event, and System.nanoTime promises no
 * origin, while a journal compares its monotonic times with the kernel log's.
 *
 * <p>Allocation-free, but for {@link #wallErrorNs}. Thread contract: one thread at a time; make one
 * for each.
 */
public final class Clocks {
  private static final int CLOCK_REALTIME = 0;
  private static final int CLOCK_MONOTONIC = 1;
  private static final int CLOCK_BOOTTIME = 7;

  private final LibC libc;
  private final Block timespec;

  private Clocks(LibC libc) {
    this.libc = libc;
    this.timespec = Block.allocate(Timespec.SIZE);
  }

  /**
   * Makes one, for one thread.
   *
   * @throws KernelException only where the C library cannot be loaded
   */
  public static Clocks open() throws KernelException {
    return new Clocks(Native.libc());
  }

  /** CLOCK_REALTIME: since 1970-01-01T00:00Z without leap seconds; can step either way. */
  public long wallNs() {
    return read(CLOCK_REALTIME);
  }

  /** CLOCK_MONOTONIC: since about boot, never steps, stands still while suspended. */
  public long monotonicNs() {
    return read(CLOCK_MONOTONIC);
  }

  /** CLOCK_BOOTTIME: as {@link #monotonicNs()}, with the time spent suspended. */
  public long bootTimeNs() {
    return read(CLOCK_BOOTTIME);
  }

  /**
   * How far {@link #wallNs} may be off at most, as the kernel keeps account of it (maxerror, which
   * grows until the clock is set again); -1 where it does not say. Nothing is set.
   */
  public long wallErrorNs() {
    Block timex = Block.allocate(Timex.SIZE);
    try {
      return libc.adjtimex(timex.address()) < 0
          ? -1
          : timex.bytes().getLong(Timex.MAX_ERROR) * 1000;
    } finally {
      Reference.reachabilityFence(timex);
    }
  }

  /** Names this boot: monotonic times compare only within one. 36 characters, a UUID. */
  public static String bootId() throws IOException {
    return HostFacts.line(Path.of("/proc/sys/kernel/random/boot_id"));
  }

  private long read(int clock) {
    try {
      int rc = libc.clock_gettime(clock, timespec.address());
      if (rc != 0) {
        throw new IllegalStateException("clock_gettime(" + clock + "): expected 0, found " + rc);
      }
      return timespec.bytes().getLong(Timespec.SECONDS) * 1_000_000_000
          + timespec.bytes().getLong(Timespec.NANOSECONDS);
    } finally {
      Reference.reachabilityFence(this);
    }
  }
}
