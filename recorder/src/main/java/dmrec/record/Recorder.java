package dmrec.record;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.PathEvent;
import dmrec.target.DevNo;
import dmrec.topology.TopologyView;
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
  private final @Nullable CaptureWriter capture;
  private final RecordingSummary summary = new RecordingSummary();
  private final EventWriter events;
  private final Interpreter interpreter;

  /**
   * A recorder that goes on from the stack that the journal knows.
   *
   * @param journal where the events go
   * @param capture where the observations go too; null for nowhere
   */
  public Recorder(EventSink journal, @Nullable CaptureWriter capture) {
    this.capture = capture;
    this.events = new EventWriter(journal, summary);
    this.interpreter = new Interpreter(events);
  }

  /**
   * What an observation proves is in the journal when this returns, or, where a probe told
   * something that only a snapshot shows whole, with that snapshot.
   *
   * @return false where an answer of the kernel cannot be used and is asked for again
   */
  public boolean accept(Observation observation) throws IOException {
    if (capture != null) {
      capture.write(observation);
    }
    long before = summary.events();
    boolean isUsed = interpreter.accept(observation);
    if (capture != null && summary.events() != before) {
      capture.keep();
    }
    if (observation instanceof Observation.Stopped stopped) {
      summary.dropped(stopped.dropped());
      events.append(
          EventRecord.of(
                  new DmEvent.RecordingStopped(
                      stopped.reason(),
                      summary.events() + 1,
                      summary.lost(),
                      stopped.dropped(),
                      stopped.backlog()))
              .at(stopped.at().wallNs(), stopped.at().monoNs())
              .build());
    }
    return isUsed;
  }

  /**
   * As {@link #accept(Observation)} of a path's event, without an object.
   *
   * @return false where it has to be accepted as an observation: then nothing was done
   */
  public boolean accept(PathEvent event) throws IOException {
    return capture == null && interpreter.accept(event);
  }

  /** The stack as the events so far say it is; only to be read. */
  public TopologyView topology() {
    return events.topology();
  }

  public RecordingSummary summary() {
    return summary;
  }

  /** The event written last, without its number; null before the first. */
  public @Nullable EventRecord last() {
    return events.last();
  }

  /** Moves the devices that should be polled soon into {@code to}. */
  void takeRequests(Set<DevNo> to) {
    interpreter.takeRequests(to);
  }

  /** Whether the list of devices is to be asked for again; resets it. */
  boolean takeListRequest() {
    return interpreter.takeListRequest();
  }

  /** A turn begins: whether something happened to devices that are polled for it now. */
  boolean takeAgain() {
    return interpreter.takeAgain();
  }

  /** Nobody polls anything. */
  void forgetRequests() {
    interpreter.forgetRequests();
  }

  /** Whether a snapshot shows a device of which no event tells yet. */
  boolean isNew(@Nullable Observation seen) {
    if (!(seen instanceof Observation.Polled snapshot)) {
      return false;
    }
    DeviceRef known = events.topology().ref(snapshot.dev());
    return known == null || !DeviceTracker.isSameLife(known.diskSeq(), snapshot.diskSeq());
  }

  /** Whether the next round must tell of the device even where it is as it was. */
  boolean wantsAgain(DevNo dev) {
    return interpreter.wantsAgain(dev);
  }

  /** Moves the disks that should be polled soon into {@code to}. */
  void takeDiskRequests(Set<DevNo> to) {
    interpreter.takeDiskRequests(to);
  }
}
