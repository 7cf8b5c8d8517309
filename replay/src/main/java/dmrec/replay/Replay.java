package dmrec.replay;

import dmrec.event.EventRecord;
import dmrec.handler.DmEventHandler;
import dmrec.handler.HandlerException;
import dmrec.handler.ReplayContext;
import dmrec.handler.ReplaySummary;
import dmrec.handler.ReplayedEvent;
import dmrec.journal.Damage;
import dmrec.topology.Topology;
import java.io.PrintStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a recording to a handler, once.
 *
 * <p>Three threads: one reads ahead, one calls the handler, and the one that called {@link #run}
 * watches that the handler returns in time. The clock, the pace and the stack belong to the
 * handler's thread, so that nothing is shared while events flow.
 */
public final class Replay {
  /**
   * How to replay.
   *
   * @param pace how fast
   * @param timeoutNs how long a call of the handler may take, in nanoseconds; 0 for ever
   * @param loops how often the stream is fed, 1 or more
   * @param out where the handler's output goes
   */
  public record Options(Pace pace, long timeoutNs, long loops, PrintStream out) {}

  private static final long TURN_MS = 20;

  /** How long a handler that was interrupted has to return. */
  private static final long GRACE_NS = 2_000_000_000L;

  private final Recording recording;
  private final DmEventHandler handler;
  private final Options options;
  private final Guide guide;
  private final RecordedClock clock;
  private final CallWatch watch;
  private final boolean follows;
  private volatile @Nullable String stopReason;

  private volatile long events;
  private volatile @Nullable EventRecord current;
  private long fed;
  private volatile long nextSeq;
  private volatile @Nullable Throwable broken;
  private final Reserve reserve = new Reserve();
  private long failures;
  private volatile Damage damage = Damage.NONE;
  private long firstSeq;
  private long firstWallNs;
  private long beganNs;

  public Replay(Recording recording, DmEventHandler handler, Options options, Guide guide) {
    this.recording = recording;
    this.handler = handler;
    this.options = options;
    this.guide = guide;
    this.clock = new RecordedClock(recording.topology().wallNs());
    this.watch = new CallWatch(options.timeoutNs());
    this.follows = handler.wantsTopology();
  }

  /** Ends the replay behind the event at hand; from any thread. */
  public void stop(String reason) {
    stopReason = reason;
  }

  public boolean isStopping() {
    return stopReason != null;
  }

  /** How many events were fed so far. */
  public long events() {
    return events;
  }

  /** The event at hand; null before the first. */
  public @Nullable EventRecord current() {
    return current;
  }

  /**
   * Replays; returns when the handler is closed, or hangs.
   *
   * @throws InterruptedException where the calling thread was interrupted; the replay has ended
   *     then too
   */
  public Outcome run() throws InterruptedException {
    beganNs = System.nanoTime();
    Thread thread =
        new Thread(
            () -> {
              try {
                feed();
              } catch (RuntimeException | Error e) {
                broken = e;
              }
            },
            "handler");
    thread.setDaemon(true);
    thread.setContextClassLoader(handler.getClass().getClassLoader());
    thread.start();
    boolean hangs = false;
    boolean interrupted = false;
    while (thread.isAlive() && !hangs) {
      try {
        thread.join(TURN_MS);
        guide.turn();
        hangs = isStuck(thread);
      } catch (InterruptedException e) {
        interrupted = true;
        stop("interrupted");
      }
    }
    if (interrupted) {
      throw new InterruptedException("the replay was interrupted");
    }
    if (broken instanceof Error error) {
      throw error;
    } else if (broken instanceof RuntimeException e) {
      throw e;
    }
    return new Outcome(summary(), stopReason, nextSeq, damage, hangs);
  }

  /** Interrupts a call that takes too long; whether it does not even return then. */
  private boolean isStuck(Thread thread) throws InterruptedException {
    long limitNs = stopReason != null ? GRACE_NS : options.timeoutNs();
    long call = watch.callLongerThan(limitNs);
    if (call == 0) {
      return false;
    }
    StackTraceElement[] where = thread.getStackTrace();
    watch.overdue(call, where);
    thread.interrupt();
    for (long beginNs = System.nanoTime(); System.nanoTime() - beginNs < GRACE_NS; ) {
      thread.join(TURN_MS);
      if (!watch.isIn(call) || !thread.isAlive()) {
        return false;
      }
    }
    failures++;
    guide.failed(
        new Finding(
            watch.phase(), current, Finding.How.HANGS, CallWatch.at(options.timeoutNs(), where)));
    return true;
  }

  // What follows runs on the handler's thread.

  private void feed() {
    passed(recording.damage());
    if (!call(Finding.Phase.OPEN, null, this::open)) {
      return;
    }
    Pacer pacer = new Pacer(options.pace());
    try {
      for (long loop = 0; loop < options.loops() && stopReason == null; loop++) {
        pacer.startOver();
        feedOnce(pacer);
      }
    } finally {
      call(Finding.Phase.CLOSE, current, () -> handler.close(summary()));
    }
  }

  private void open() throws Exception {
    handler.open(
        new ReplayContext(recording.topology(), clock, recording.identity(), options.out()));
  }

  private void feedOnce(Pacer pacer) {
    Topology before = follows ? recording.topology() : null;
    Topology after = follows ? recording.topology() : null;
    try (ReadAhead ahead = new ReadAhead(recording, follows)) {
      while (stopReason == null) {
        ReadAhead.Batch batch = ahead.next();
        for (int i = 0; i < batch.size() && stopReason == null; i++) {
          EventRecord record = batch.record(i);
          if (!batch.isFed(i)) {
            if (before != null && after != null) {
              after.apply(record);
              before.apply(record);
            }
            continue;
          }
          pacer.await(record, this::isStopping);
          if (stopReason == null) {
            feed(record, before, after);
          }
        }
        passed(batch.damage());
        if (batch.isLast()) {
          return;
        }
      }
    } catch (InterruptedException e) {
      stop("interrupted");
    }
  }

  /** Counts what is damaged, and tells of what was not told before. */
  private void passed(Damage found) {
    Damage all = damage.and(found);
    if (all.count() > damage.count()) {
      damage = all;
      guide.damaged(found);
    }
  }

  private void feed(EventRecord record, @Nullable Topology before, @Nullable Topology after) {
    nextSeq = record.seq();
    guide.before(record);
    if (stopReason != null) {
      return;
    }
    if (firstSeq == 0) {
      firstSeq = record.seq();
      firstWallNs = record.wallNs();
    }
    current = record;
    clock.set(record.wallNs());
    ReplayedEvent event;
    if (before == null || after == null) {
      event = new ReplayedEvent(record);
    } else {
      after.apply(record);
      event = new ReplayedEvent(record, before, after);
    }
    boolean goesOn = call(Finding.Phase.HANDLE, record, () -> handler.handle(event));
    events = ++fed;
    nextSeq = record.seq() + 1;
    if (before != null && after != null) {
      before.apply(record);
    }
    if (!goesOn) {
      stop("the handler failed");
    }
  }

  private interface Call {
    void run() throws Exception;
  }

  /** Calls the handler; whether to go on. */
  private boolean call(Finding.Phase phase, @Nullable EventRecord record, Call call) {
    watch.enter(phase);
    Throwable thrown = null;
    try {
      call.run();
    } catch (OutOfMemoryError e) {
      reserve.release();
      thrown = e;
    } catch (Throwable t) {
      thrown = t;
    }
    StackTraceElement[] where = watch.leave();
    return (thrown == null && where == null) || failed(phase, record, thrown, where);
  }

  private boolean failed(
      Finding.Phase phase,
      @Nullable EventRecord record,
      @Nullable Throwable thrown,
      StackTraceElement @Nullable [] where) {
    // An interrupt was meant for this call alone; Ctrl-C ends also the program behind a handler.
    boolean interrupted = Thread.interrupted() || thrown instanceof InterruptedException;
    if (stopReason != null && (interrupted || thrown instanceof HandlerException)) {
      return false;
    }
    failures++;
    return guide.failed(
        where != null
            ? new Finding(
                phase, record, Finding.How.TOO_LATE, CallWatch.at(options.timeoutNs(), where))
            : new Finding(phase, record, Finding.How.THREW, Objects.requireNonNull(thrown)));
  }

  private ReplaySummary summary() {
    EventRecord last = current;
    return new ReplaySummary(
        events,
        failures,
        firstSeq,
        last == null ? 0 : last.seq(),
        last == null ? 0 : last.wallNs() - firstWallNs,
        System.nanoTime() - beganNs);
  }
}
