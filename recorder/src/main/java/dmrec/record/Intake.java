package dmrec.record;

import dmrec.event.PathEvent;
import dmrec.kernel.Clocks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of all observations into the recorder: in the order of their times, and with what is lost
 * in its place among them. One thread.
 */
final class Intake {
  private final Recorder recorder;
  private final Clocks clocks;
  private final @Nullable ProbeSource probes;
  private long latestMonoNs;
  private boolean isLossPending;

  /** What is read behind a snapshot; null where what is read is accepted at once. */
  private @Nullable List<Observation> held;

  /**
   * @param probes read before anything that may show what they tell; null where there are none
   */
  Intake(Recorder recorder, Clocks clocks, @Nullable ProbeSource probes) {
    this.recorder = recorder;
    this.clocks = clocks;
    this.probes = probes;
  }

  Recorder recorder() {
    return recorder;
  }

  /** Now. */
  Stamp stamp() {
    return new Stamp(clocks.wallNs(), clocks.monotonicNs());
  }

  /**
   * How much later than {@code monoNs} the latest accepted observation was made; 0 where it was
   * not. What another thread received then is moved up by that, on both clocks, so that it does not
   * look like a clock that was set.
   */
  long lateNs(long monoNs) {
    return Math.max(0, latestMonoNs - monoNs);
  }

  /** When another thread received something, moved up by {@link #lateNs}. */
  Stamp notBeforeLatest(long wallNs, long monoNs) {
    long lateNs = lateNs(monoNs);
    return new Stamp(wallNs + lateNs, monoNs + lateNs);
  }

  /** Accepts what the probes told until {@code monoNs}. */
  void catchUp(long monoNs) throws IOException {
    if (probes != null) {
      probes.read(this, monoNs);
    }
  }

  /**
   * As {@link #accept(Observation)} of a path's event, without an object.
   *
   * @return false where it has to be accepted as an observation: then nothing was done
   */
  boolean accept(PathEvent event) throws IOException {
    if (held != null || !recorder.accept(event)) {
      return false;
    }
    latestMonoNs = event.monoNs();
    return true;
  }

  /** Returns false where an answer cannot be used and is asked for again. */
  boolean accept(Observation observation) throws IOException {
    if (probes != null && observation instanceof Observation.Started) {
      probes.begin(observation.at().monoNs());
    } else if (!(observation instanceof Observation.ProbeSeen)
        && !(observation instanceof Observation.Lost)) {
      catchUp(observation.at().monoNs());
    }
    latestMonoNs = observation.at().monoNs();
    if (held == null) {
      return recorder.accept(observation);
    }
    held.add(observation);
    return true;
  }

  void acceptAll(List<Observation> observations) throws IOException {
    for (Observation each : observations) {
      accept(each);
    }
  }

  /** Messages were lost: all devices are to be polled again once what is there has been read. */
  void acceptLoss(Observation.Lost loss) throws IOException {
    isLossPending = true;
    accept(loss);
  }

  /** Whether a loss was told that no poll has made up for yet. */
  boolean isLossPending() {
    return isLossPending;
  }

  /** As {@link #isLossPending}; resets it, as the caller now polls everything. */
  boolean takeLoss() {
    boolean was = isLossPending;
    isLossPending = false;
    return was;
  }

  /** Something that is read by this intake. */
  interface Reading {
    void readTo(Intake intake) throws IOException;
  }

  /**
   * Reads without accepting, and returns what was read: the caller accepts it after {@code before}.
   * If reading fails, it is accepted at once.
   */
  List<Observation> readBehind(Observation before, Reading reading) throws IOException {
    List<Observation> behind = new ArrayList<>();
    catchUp(before.at().monoNs());
    latestMonoNs = before.at().monoNs();
    boolean isRead = false;
    held = behind;
    try {
      reading.readTo(this);
      isRead = true;
    } finally {
      held = null;
      if (!isRead) {
        acceptAll(behind);
      }
    }
    return behind;
  }
}
