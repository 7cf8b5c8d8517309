package dmrec.record;

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
  private Stamp latest = new Stamp(0, 0);
  private boolean isLossPending;

  /** What is read behind a snapshot; null where what is read is accepted at once. */
  private @Nullable List<Observation> held;

  Intake(Recorder recorder, Clocks clocks) {
    this.recorder = recorder;
    this.clocks = clocks;
  }

  Recorder recorder() {
    return recorder;
  }

  /** Now. */
  Stamp stamp() {
    return new Stamp(clocks.wallNs(), clocks.monotonicNs());
  }

  /**
   * When another thread received something; moved up to the latest accepted observation if it is
   * older. Both clocks move by the same amount, so that this does not look like a clock that was
   * set.
   */
  Stamp notBeforeLatest(long wallNs, long monoNs) {
    long laterNs = Math.max(0, latest.monoNs() - monoNs);
    return new Stamp(wallNs + laterNs, monoNs + laterNs);
  }

  void accept(Observation observation) throws IOException {
    latest = observation.at();
    if (held == null) {
      recorder.accept(observation);
    } else {
      held.add(observation);
    }
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
    latest = before.at();
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
