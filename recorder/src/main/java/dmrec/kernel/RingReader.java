package dmrec.kernel;

import dmrec.kernel.Native.Block;
import dmrec.kernel.Native.LibC;
import dmrec.kernel.ProbeInstance.Handler;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the ring buffers of an instance of tracefs, one for each CPU, and merges them by time.
 *
 * <p>Why not blocking reads: on some kernels they return nothing at once, again and again. The
 * descriptors are non-blocking, behind one epoll descriptor. While they are open the instance
 * cannot be removed.
 *
 * <p>Thread contract: one thread at a time.
 */
final class RingReader implements AutoCloseable {
  private static final class Cpu {
    final int number;
    final int fd;
    long lastNs;
    long toldLost;

    /** Time that never steps back, as the kernel's may between two events. */
    long orderNs;

    Cpu(int number, int fd, long startNs) {
      this.number = number;
      this.fd = fd;
      this.lastNs = startNs;
    }
  }

  private record Placed(long orderNs, ProbeHit hit) {}

  /** Pages of all CPUs a read: some 20,000 hits. */
  private static final int MOST_PAGES = 256;

  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLLIN = 1;

  private final LibC libc;
  private final Path folder;
  private final TraceFormat.Page layout;
  private final Block page;
  private final long startNs;
  private final Map<Integer, Cpu> cpus = new LinkedHashMap<>();
  private final Map<Integer, TraceFormat> formats = new HashMap<>();
  private int epollFd = -1;

  private RingReader(LibC libc, Path folder, TraceFormat.Page layout) throws KernelException {
    this.libc = libc;
    this.folder = folder;
    this.layout = layout;
    this.page = Block.allocate(layout.sizeBytes());
    this.startNs = Clocks.open().bootTimeNs();
  }

  /**
   * Opens the buffers.
   *
   * @param folder of the instance
   */
  static RingReader open(LibC libc, TraceFiles files, Path folder) throws KernelException {
    // Before the first poll, which else waits for a buffer half full. Linux 4.18 has no such file,
    // and tells of the first event.
    Path percent = folder.resolve("buffer_percent");
    if (Files.exists(percent)) {
      files.require(percent, "0");
    }
    TraceFormat.Page layout =
        TraceFormat.page(TraceFiles.read(folder.resolve("events/header_page")));
    RingReader reader = new RingReader(libc, folder, layout);
    try {
      reader.epollFd = libc.epoll_create1(Native.O_CLOEXEC);
      if (reader.epollFd < 0) {
        throw TraceFiles.refused("Cannot make an epoll descriptor", Native.errno());
      }
      reader.watchCpus();
      return reader;
    } catch (KernelException | RuntimeException | Error e) {
      reader.close();
      throw e;
    }
  }

  int fd() {
    return epollFd;
  }

  /** Events of this format are read from now on, others passed over. */
  void add(TraceFormat format) {
    formats.put(format.id(), format);
  }

  /**
   * Opens the buffers of CPUs that are online and not yet open. The kernel has folders also of CPUs
   * that never were: to wait for those ends at once, with an error.
   */
  void watchCpus() throws KernelException {
    String online = TraceFiles.text(Path.of("/sys/devices/system/cpu/online")).strip();
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(folder.resolve("per_cpu"), "cpu[0-9]*")) {
      for (Path each : all) {
        int number = Integer.parseInt(String.valueOf(each.getFileName()).substring(3));
        if (!cpus.containsKey(number) && (online.isEmpty() || isIn(number, online))) {
          watch(number, each.resolve("trace_pipe_raw"));
        }
      }
    } catch (IOException | DirectoryIteratorException | NumberFormatException e) {
      if (e instanceof KernelException known) {
        throw known;
      }
      throw new KernelException(
          "Cannot list " + folder.resolve("per_cpu"), "cpu0, ...", e.toString(), "Report it.", e);
    }
  }

  /** Whether a list such as {@code 0-3,5} has a number. */
  static boolean isIn(int number, String list) {
    for (String range : list.split(",", -1)) {
      String[] ends = range.split("-", 2);
      int first = Integer.parseInt(ends[0]);
      if (number >= first && number <= Integer.parseInt(ends[ends.length - 1])) {
        return true;
      }
    }
    return false;
  }

  /** How many numbers a list such as {@code 0-3,5} has; 0 where it is none. */
  static int count(String list) {
    int count = 0;
    try {
      for (String range : list.split(",", -1)) {
        String[] ends = range.split("-", 2);
        count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
      }
    } catch (NumberFormatException e) {
      return 0;
    }
    return count;
  }

  private void watch(int number, Path pipe) throws KernelException {
    int flags = Native.O_RDONLY | Native.O_NONBLOCK | Native.O_CLOEXEC;
    int fd = libc.open(pipe.toString(), flags, 0);
    if (fd < 0) {
      throw TraceFiles.refused("Cannot open " + pipe, Native.errno());
    }
    cpus.put(number, new Cpu(number, fd, startNs));
    // struct epoll_event: the events come first, whatever the padding behind.
    Block event = Block.allocate(16);
    event.bytes().putInt(0, EPOLLIN);
    int rc;
    int errno;
    try {
      rc = libc.epoll_ctl(epollFd, EPOLL_CTL_ADD, fd, event.address());
      errno = rc < 0 ? Native.errno() : 0;
    } finally {
      Reference.reachabilityFence(event);
    }
    if (errno != 0) {
      throw TraceFiles.refused("Cannot wait for " + pipe, errno);
    }
  }

  /**
   * Reads what all CPUs have now, without waiting, but not more than fits into memory.
   *
   * @return the boot clock until which all is handed over; {@link Long#MAX_VALUE} where nothing is
   *     left
   * @throws KernelException of the first page that is broken or cannot be read; what could be read
   *     was handed over before
   */
  long read(Handler handler) throws KernelException {
    List<Placed> hits = new ArrayList<>();
    KernelException failure = null;
    int pages = Math.max(2, MOST_PAGES / Math.max(1, cpus.size()));
    long untilNs = Long.MAX_VALUE;
    // A second time, for what was written meanwhile: it may be older than what was read.
    for (int pass = 0, before = -1; pass < 2 && hits.size() > before; pass++) {
      before = hits.size();
      for (Cpu cpu : cpus.values()) {
        try {
          if (!drain(cpu, pages, hits, handler)) {
            untilNs = Math.min(untilNs, cpu.lastNs);
          }
        } catch (KernelException e) {
          failure = failure == null ? e : failure;
        }
      }
    }
    hits.sort(Comparator.comparingLong(Placed::orderNs));
    for (Placed placed : hits) {
      handler.hit(placed.hit);
    }
    if (failure != null) {
      throw failure;
    }
    return untilNs;
  }

  /** Whether nothing is left. */
  private boolean drain(Cpu cpu, int pages, List<Placed> hits, Handler handler)
      throws KernelException {
    List<ProbeHit> found = new ArrayList<>();
    int left = pages;
    for (; left > 0 && fill(cpu); left--) {
      KernelException failure = null;
      try {
        RingPage ring = new RingPage(page.bytes(), layout.dataAt());
        if (ring.isLossy()) {
          tell(cpu, ring.lost(), handler);
        }
        ring.decode(formats, cpu.number, found);
      } catch (KernelException e) {
        failure = e;
      }
      for (ProbeHit hit : found) {
        cpu.lastNs = hit.bootNs();
        cpu.orderNs = Math.max(cpu.orderNs, hit.bootNs());
        hits.add(new Placed(cpu.orderNs, hit));
      }
      found.clear();
      if (failure != null) {
        handler.lost(cpu.number, 1, cpu.lastNs);
        throw failure;
      }
    }
    return left > 0;
  }

  /** Whether there was a page. No bytes at all is neither an end nor an error. */
  private boolean fill(Cpu cpu) throws KernelException {
    long rc;
    int errno;
    try {
      do {
        rc = libc.read(cpu.fd, page.address(), layout.sizeBytes());
        errno = rc < 0 ? Native.errno() : 0;
      } while (errno == Errno.EINTR);
    } finally {
      Reference.reachabilityFence(page);
    }
    if (errno != 0 && errno != Errno.EAGAIN) {
      throw TraceFiles.refused("Cannot read the trace buffer of CPU " + cpu.number, errno);
    }
    page.bytes().clear().limit((int) Math.max(0, Math.min(rc, layout.sizeBytes())));
    return rc > 0;
  }

  /**
   * Tells a loss. The page's number, and where it has none what the kernel counted and was not told
   * yet: that may hold later losses, whose pages then have nothing left to tell.
   */
  private void tell(Cpu cpu, long stored, Handler handler) {
    long total = 0;
    String stats =
        TraceFiles.text(folder.resolve("per_cpu").resolve("cpu" + cpu.number).resolve("stats"));
    for (String line : (Iterable<String>) stats.lines()::iterator) {
      if (line.startsWith("overrun: ") || line.startsWith("dropped events: ")) {
        total += number(line.substring(line.indexOf(':') + 1));
      }
    }
    if (stats.isEmpty()) {
      handler.lost(cpu.number, Math.max(1, stored), cpu.lastNs);
      return;
    }
    // Counters start anew where somebody empties the buffer.
    long open = total - (cpu.toldLost > total ? 0 : cpu.toldLost);
    long count = stored < 0 ? open : Math.min(stored, open);
    cpu.toldLost = total - open + count;
    if (count > 0) {
      handler.lost(cpu.number, count, cpu.lastNs);
    }
  }

  static long number(String text) {
    try {
      return Math.max(0, Long.parseLong(text.strip()));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Closes the descriptors; a second call does nothing. */
  @Override
  public void close() {
    cpus.values().forEach(cpu -> Native.close(libc, cpu.fd));
    cpus.clear();
    Native.close(libc, epollFd);
    epollFd = -1;
  }
}
