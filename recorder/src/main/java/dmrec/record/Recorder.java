package dmrec.record;

import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.topology.Topology;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes observations in, puts events out: the one way from every source to the journal.
 *
 * <p>An observation is written to the capture, if there is one, before it is interpreted, so that
 * what could not be understood can be studied later. One thread.
 */
public final class Recorder {
  private final EventSink journal;
  private final @Nullable CaptureWriter capture;
  private final Interpreter interpreter;
  private final RecordingSummary summary = new RecordingSummary();
  private @Nullable EventRecord last;

  /**
   * A recorder that begins with an empty picture of the stack.
   *
   * @param journal where the events go
   * @param capture where the observations go too; null for nowhere
   */
  public Recorder(EventSink journal, @Nullable CaptureWriter capture) {
    this(journal, capture, new Topology());
  }

  /**
   * A recorder that goes on from what an earlier one knew.
   *
   * @param journal where the events go
   * @param capture where the observations go too; null for nowhere
   * @param topology the fold of all records that are in the journal already; every further one
   *     changes it
   */
  public Recorder(EventSink journal, @Nullable CaptureWriter capture, Topology topology) {
    this.journal = journal;
    this.capture = capture;
    this.interpreter = new Interpreter(topology, this::append);
  }

  /** What an observation proves is in the journal when this returns. */
  public void accept(Observation observation) throws IOException {
    if (capture != null) {
      capture.write(observation);
    }
    long before = summary.events();
    interpreter.accept(observation);
    if (capture != null && summary.events() != before) {
      capture.keep();
    }
    if (observation instanceof Observation.Stopped stopped) {
      summary.dropped(stopped.dropped());
      append(
          new EventRecord(
              0,
              stopped.at().wallNs(),
              stopped.at().monoNs(),
              0,
              0,
              Source.RECORDER,
              Certainty.REPORTED,
              0,
              null,
              DeviceRef.NONE,
              new DmEvent.RecordingStopped(
                  stopped.reason(), summary.events() + 1, summary.lost(), stopped.dropped()),
              Bytes.NONE,
              Bytes.NONE));
    }
  }

  private long append(EventRecord record) throws IOException {
    long seq = journal.append(record);
    last = record;
    summary.count(record);
    return seq;
  }

  /** The stack as the events so far say it is. */
  public Topology topology() {
    return interpreter.topology();
  }

  public RecordingSummary summary() {
    return summary;
  }

  /** The event written last, without its number; null before the first. */
  public @Nullable EventRecord last() {
    return last;
  }

  /** Moves the devices that should be looked at soon into {@code to}. */
  void takeWanted(Set<DevNo> to) {
    interpreter.takeWanted(to);
  }

  /** Whether the next round must tell of the device even where it is as it was. */
  boolean wantsAgain(DevNo dev) {
    return interpreter.wantsAgain(dev);
  }

  /** Moves the disks that should be looked at soon into {@code to}. */
  void takeWantedDisks(Set<DevNo> to) {
    interpreter.takeWantedDisks(to);
  }
}
