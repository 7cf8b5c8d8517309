package dmrec.record;

import dmrec.event.JournalEntry;
import dmrec.event.Kind;
import dmrec.event.UeventBacklog;
import dmrec.kernel.Clocks;
import dmrec.kernel.KernelException;
import dmrec.topology.TopologyView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How a recording fares, in numbers that other threads may read while it goes on.
 *
 * <p>Why a copy: the recording loop counts in plain fields and neither locks nor allocates for
 * those who watch it. Once a turn it publishes what it counted; a reader may see one number of this
 * turn beside one of the last, never a torn one.
 *
 * <p>{@link #publish} and {@link #measuring} belong to the loop's thread; everything else is for
 * any.
 */
public final class RecorderMetrics {
  private static final Kind[] KINDS = Kind.values();

  /** Upper bounds of the lag's classes; a further class holds what is above. */
  private static final long[] LAG_BOUNDS_NS = {
    10_000L, 100_000L, 1_000_000L, 10_000_000L, 100_000_000L, 1_000_000_000L, 10_000_000_000L
  };

  private final AtomicLongArray events = new AtomicLongArray(Kind.CODES);
  private final AtomicLongArray lagCounts = new AtomicLongArray(LAG_BOUNDS_NS.length + 1);
  private final AtomicLong lost = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong devices = new AtomicLong();
  private final AtomicLong queueDrops = new AtomicLong();
  private final AtomicLong queuedBytes = new AtomicLong();
  private final AtomicLong ringBytes = new AtomicLong();
  private final AtomicReference<UeventBacklog> backlog =
      new AtomicReference<>(UeventBacklog.UNKNOWN);
  private final AtomicReference<ProbeCounts> probes = new AtomicReference<>(ProbeCounts.NONE);
  private final AtomicLong eventAtNanos;
  private final AtomicLong turnAtNanos;
  private final AtomicLong publishedLagSumNs = new AtomicLong();
  private final AtomicLong publishedLagLastNs = new AtomicLong();
  private final AtomicLong publishedLagMaxNs = new AtomicLong();

  // What the loop counts, and nobody else reads.
  private final long[] lags = new long[LAG_BOUNDS_NS.length + 1];
  private long lagSumNs;
  private long lagLastNs;
  private long lagMaxNs;
  private long eventCount;
  private long drops;
  private long kernelDrops;

  /**
   * Those of a recording that begins now.
   *
   * @param nanoTime now, on the clock of those who read
   */
  public RecorderMetrics(long nanoTime) {
    eventAtNanos = new AtomicLong(nanoTime);
    turnAtNanos = new AtomicLong(nanoTime);
  }

  /** Lets each record's way into {@code sink} be timed. */
  public EventSink measuring(EventSink sink) throws KernelException {
    Clocks clocks = Clocks.open();
    return new EventSink() {
      @Override
      public long append(JournalEntry entry) throws IOException {
        long seq = sink.append(entry);
        lag(clocks.monotonicNs() - entry.monoNs());
        return seq;
      }

      @Override
      public TopologyView topology() {
        return sink.topology();
      }
    };
  }

  private void lag(long ns) {
    int i = 0;
    while (i < LAG_BOUNDS_NS.length && ns > LAG_BOUNDS_NS[i]) {
      i++;
    }
    lags[i]++;
    lagSumNs += ns;
    lagLastNs = ns;
    lagMaxNs = Math.max(lagMaxNs, ns);
  }

  /**
   * Tells what was recorded so far; once a turn.
   *
   * @param nanoTime now, on the clock of those who read
   */
  public void publish(Recorder recorder, RecordingLoop loop, long nanoTime) {
    try {
      // The kernel counts to 2^32 and begins again.
      long now = loop.queueDrops();
      drops += (now - kernelDrops) & 0xffffffffL;
      kernelDrops = now;
      queueDrops.setOpaque(drops);
      queuedBytes.setOpaque(loop.queuedBytes());
    } catch (KernelException e) {
      // The socket said so when it was opened; one that no longer can is no longer open.
      throw new UncheckedIOException(e);
    }
    refused.setOpaque(loop.refused());
    ringBytes.setOpaque(loop.ringBytes());
    backlog.setOpaque(loop.backlog());
    probes.setOpaque(loop.probeCounts());
    publish(recorder, nanoTime);
  }

  /** The part of it that needs no kernel. */
  public void publish(Recorder recorder, long nanoTime) {
    RecordingSummary summary = recorder.summary();
    for (Kind kind : KINDS) {
      events.setOpaque(kind.code(), summary.count(kind));
    }
    for (int i = 0; i < lags.length; i++) {
      lagCounts.setOpaque(i, lags[i]);
    }
    if (eventCount != summary.events()) {
      eventCount = summary.events();
      eventAtNanos.setOpaque(nanoTime);
    }
    turnAtNanos.setOpaque(nanoTime);
    lost.setOpaque(summary.lost());
    devices.setOpaque(recorder.topology().devices().size());
    publishedLagSumNs.setOpaque(lagSumNs);
    publishedLagLastNs.setOpaque(lagLastNs);
    publishedLagMaxNs.setOpaque(lagMaxNs);
  }

  public long events(Kind kind) {
    return events.getOpaque(kind.code());
  }

  /** Messages known to be missed, and events that are not in the journal. */
  public long lost() {
    return lost.getOpaque();
  }

  /** Messages refused because their sender was not the kernel. */
  public long refused() {
    return refused.getOpaque();
  }

  /** Mapped devices there are. */
  public long devices() {
    return devices.getOpaque();
  }

  /** Uevents the kernel dropped because the socket's buffer was full. */
  public long queueDrops() {
    return queueDrops.getOpaque();
  }

  /** What waited in that buffer at the end of the last turn. */
  public long queuedBytes() {
    return queuedBytes.getOpaque();
  }

  /** What of the ring behind it was taken then. */
  public long ringBytes() {
    return ringBytes.getOpaque();
  }

  /** What of both was taken at most, and how much they hold. */
  public UeventBacklog backlog() {
    return backlog.getOpaque();
  }

  /** How the kernel's probes fared at the end of the last turn. */
  public ProbeCounts probes() {
    return probes.getOpaque();
  }

  /** Since the turn that recorded the last event. */
  public long lastEventAgeNs(long nanoTime) {
    return age(nanoTime, eventAtNanos);
  }

  /** Since the loop turned last; it does each second, or it hangs. */
  public long turnAgeNs(long nanoTime) {
    return age(nanoTime, turnAtNanos);
  }

  /** Not below 0 where the loop turned between the reader's clock and this. */
  private static long age(long nanoTime, AtomicLong sinceNanos) {
    return Math.max(0, nanoTime - sinceNanos.getOpaque());
  }

  /** Sum of the times from the reading of an observation to the appending of its event. */
  public long lagSumNs() {
    return publishedLagSumNs.getOpaque();
  }

  public long lagLastNs() {
    return publishedLagLastNs.getOpaque();
  }

  public long lagMaxNs() {
    return publishedLagMaxNs.getOpaque();
  }

  /** Upper bounds of the classes of {@link #lagCounts()}; the last class has none. */
  public static long[] lagBoundsNs() {
    return LAG_BOUNDS_NS.clone();
  }

  /** How many events had a lag of each class. */
  public long[] lagCounts() {
    long[] counts = new long[LAG_BOUNDS_NS.length + 1];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = lagCounts.getOpaque(i);
    }
    return counts;
  }
}
