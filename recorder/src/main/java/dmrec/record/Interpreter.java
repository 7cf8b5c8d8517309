package dmrec.record;

import dmrec.decode.DecodeException;
import dmrec.decode.DepsReply;
import dmrec.decode.KernelLogLine;
import dmrec.decode.ProbeLine;
import dmrec.decode.StatusReply;
import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.PathEvent;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns observations into events: decodes each, holds it against the topology so far, and says what
 * must have happened.
 *
 * <p>It asks nothing and reads no clock: what it wants to be polled next it only names ({@link
 * #takeRequests}), and every time it writes comes from an observation. So a capture gives the same
 * events as the kernel it was taken from. One thread.
 *
 * <p>The rules are apart, by what they judge from: {@link UeventRules}, {@link SnapshotRules} and
 * {@link DeviceChanges}. What stays here is the recording itself, the disks and the kernel log.
 */
final class Interpreter {
  /** As much of a message that cannot be decoded is kept. */
  private static final int EVIDENCE_BYTES = 1 << 20;

  private final EventWriter events;
  private final SnapshotReasons reasons = new SnapshotReasons();
  private final PollRequests requests = new PollRequests();
  private final ClockSteps clock = new ClockSteps();
  private final DeviceTracker tracker;
  private final PathEventDeduplicator paths;
  private final UeventRules uevents;
  private final SnapshotRules snapshots;
  private final Restart restart;
  private final ProbeRules probes;
  private final HeldObservations held = new HeldObservations();
  private final HeldObservations.Interpreting interpreting =
      new HeldObservations.Interpreting() {
        @Override
        public void happened(Happening happening, HeldObservations.Tables tables)
            throws IOException {
          begin(happening.hit().at().wallNs(), happening.hit().at().monoNs());
          probes.tell(happening, tables);
        }

        @Override
        public void observed(Observation observation) throws IOException {
          interpret(observation);
        }
      };

  Interpreter(EventWriter events) {
    this.events = events;
    this.tracker = new DeviceTracker(events, requests);
    this.paths = new PathEventDeduplicator(events, tracker);
    this.restart = new Restart(events);
    this.probes = new ProbeRules(events, tracker, paths, requests, reasons);
    this.uevents = new UeventRules(events, tracker, paths, requests, probes);
    this.snapshots =
        new SnapshotRules(
            events,
            tracker,
            paths,
            new DeviceChanges(events, tracker, paths, reasons),
            requests,
            restart);
  }

  /** Moves the devices that should be polled soon into {@code to}. */
  void takeRequests(Set<DevNo> to) {
    requests.takeDevices(to);
  }

  /** Whether the next round must tell of the device even where it is as it was. */
  boolean wantsAgain(DevNo dev) {
    DeviceTracker.Memory memory = tracker.remembered(dev);
    return memory != null && memory.isUnsettled();
  }

  /** Moves the disks that should be polled soon into {@code to}. */
  void takeDiskRequests(Set<DevNo> to) {
    requests.takeDisks(to);
  }

  /** Nobody polls anything. */
  void forgetRequests() {
    requests.clear();
  }

  /** Whether the list of devices is to be asked for again. */
  boolean takeListRequest() {
    return requests.takeList();
  }

  /** A turn begins: whether something happened to devices that are polled for it now. */
  boolean takeAgain() {
    return requests.takeAgain();
  }

  /**
   * The events of one observation go to the sink before this returns, or, where a probe told
   * something that only a snapshot shows whole, with that snapshot.
   *
   * @return false where an answer cannot be used, as something happened while it was read: it is
   *     asked for again
   */
  boolean accept(Observation observation) throws IOException {
    boolean isTorn = observation instanceof Observation.Answer answer && probes.isTorn(answer);
    if (isTorn) {
      // Nothing is learned from it.
    } else if (observation instanceof Observation.ProbeSeen seen) {
      hit(seen);
    } else if (held.isEmpty()) {
      interpret(observation);
    } else {
      held.add(observation);
    }
    boolean isLast = observation instanceof Observation.Stopped;
    held.read(observation);
    if (!held.isEmpty() && (isLast || held.isReady())) {
      held.release(interpreting);
      probes.released();
    }
    return !isTorn;
  }

  private void hit(Observation.ProbeSeen seen) throws IOException {
    try {
      Happening happening = probes.hit(seen);
      if (happening != null) {
        held.add(happening, events.isPolled());
      }
    } catch (DecodeException e) {
      held.add(seen);
    }
  }

  private void interpret(Observation observation) throws IOException {
    begin(observation.at().wallNs(), observation.at().monoNs());
    try {
      if (observation instanceof Observation.UeventSeen o) {
        uevents.uevent(o);
      } else if (observation instanceof Observation.Polled o) {
        snapshots.polled(o);
      } else if (observation instanceof Observation.SysfsPolled o) {
        snapshots.polled(o);
      } else if (observation instanceof Observation.Listed o) {
        snapshots.listed(o);
      } else if (observation instanceof Observation.Vanished o) {
        snapshots.vanished(o);
        restart.vanished(o);
      } else if (observation instanceof Observation.Sampled o) {
        snapshots.sampled(o);
      } else if (observation instanceof Observation.DiskPolled o) {
        diskPolled(o);
      } else if (observation instanceof Observation.ProbeSeen o) {
        ProbeLine.decode(o.record()); // One that can be decoded is told as what happened.
      } else if (observation instanceof Observation.LogRead o) {
        logRead(o);
      } else if (observation instanceof Observation.Lost o) {
        lost(o);
      } else if (observation instanceof Observation.Started o) {
        started(o);
      } else if (observation instanceof Observation.Stopped) {
        // The recorder itself ends the recording: it knows what was written.
        paths.giveUpWaiting(true);
      }
    } catch (DecodeException e) {
      undecoded(observation, e);
    }
  }

  /**
   * As {@link #accept(Observation)} of the same message, without an object.
   *
   * @return false where it has to be accepted as that: then nothing was done
   */
  boolean accept(PathEvent event) throws IOException {
    if (!held.isEmpty()
        || tracker.isEnded(event.dev(), event.diskSeq())
        || !event.isOf(tracker.refOf(event.dev(), event.diskSeq()))) {
      return false;
    }
    begin(event.wallNs(), event.monoNs());
    uevents.path(event);
    return true;
  }

  /** An observation was made at that time. */
  private void begin(long wallNs, long monoNs) throws IOException {
    events.begin(wallNs, monoNs);
    DmEvent.ClockStepped step = clock.at(wallNs, monoNs);
    if (step != null) {
      // What is remembered by the clock as it was goes on by the clock as it is.
      tracker.shift(step.byNs());
      events.emit(Source.RECORDER, Certainty.REPORTED, 0, DeviceRef.NONE, step, Bytes.NONE);
    }
  }

  // The recording.

  private void started(Observation.Started o) throws IOException {
    DmEvent.RecordingStarted facts = behind(o.facts(), events.topology().recording());
    restart.begin(facts, o.at());
    clock.clear();
    tracker.clear();
    paths.clear();
    probes.clear();
    snapshots.begin();
    requests.clear();
    reasons.clear();
    events.emit(Source.RECORDER, Certainty.REPORTED, 0, DeviceRef.NONE, facts, Bytes.NONE);
    if (restart.isOn()) {
      tracker.goOn(restart.endNs(), events.topology().seq());
      paths.loseUevents();
      requests.disks(restart.disks());
    }
  }

  private static DmEvent.RecordingStarted behind(
      DmEvent.RecordingStarted facts, DmEvent.@Nullable RecordingStarted before) {
    return new DmEvent.RecordingStarted(
        facts.bootId(),
        facts.kernel(),
        facts.driver(),
        facts.version(),
        facts.host(),
        facts.sources(),
        facts.sampleNs(),
        facts.clock(),
        before == null ? "" : before.bootId(),
        facts.machine(),
        facts.clockErrorNs());
  }

  private void lost(Observation.Lost o) throws IOException {
    events.emit(
        Source.RECORDER,
        Certainty.REPORTED,
        0,
        DeviceRef.NONE,
        new DmEvent.Gap(
            o.source().word(), o.count(), o.began().wallNs(), o.at().wallNs(), o.reason()),
        Bytes.NONE);
    if (o.source() != Source.DM && o.source() != Source.SYSFS) {
      // A snapshot that failed is made again, and shows then whatever it missed.
      snapshots.beginAgain();
      if (o.source() == Source.PROBE) {
        probes.lose();
      }
      if (o.source() == Source.UEVENT) {
        paths.loseUevents();
      }
    }
  }

  /** What cannot be decoded is kept as it came: one message of that source is as good as lost. */
  private void undecoded(Observation o, DecodeException e) throws IOException {
    Source source = Source.DM;
    Bytes evidence = Bytes.NONE;
    DeviceRef ref = DeviceRef.NONE;
    if (o instanceof Observation.UeventSeen u) {
      source = u.udev() ? Source.UDEV : Source.UEVENT;
      evidence = u.message();
    } else if (o instanceof Observation.ProbeSeen p) {
      source = Source.PROBE;
      evidence = p.record();
    } else if (o instanceof Observation.LogRead l) {
      source = Source.KMSG;
      evidence = l.record();
    } else if (o instanceof Observation.Listed l) {
      evidence = l.reply();
    } else if (o instanceof Observation.Polled l) {
      evidence = damaged(l);
      ref = tracker.refOf(l.dev(), l.diskSeq());
    }
    events.emit(
        source,
        Certainty.REPORTED,
        0,
        ref,
        new DmEvent.Gap(
            source.word(), 1, o.at().wallNs(), o.at().wallNs(), String.valueOf(e.getMessage())),
        evidence.length() <= EVIDENCE_BYTES
            ? evidence
            : Bytes.of(evidence.buffer().limit(EVIDENCE_BYTES)));
  }

  /** The reply of a snapshot that cannot be decoded. */
  private static Bytes damaged(Observation.Polled snapshot) {
    for (Bytes reply : List.of(snapshot.status(), snapshot.table())) {
      try {
        StatusReply.decode(reply.buffer());
      } catch (DecodeException e) {
        return reply;
      }
    }
    try {
      DepsReply.decode(snapshot.deps().buffer());
    } catch (DecodeException e) {
      return snapshot.deps();
    }
    return snapshot.inactive() == null ? snapshot.status() : snapshot.inactive();
  }

  // Disks and the kernel log.

  private void diskPolled(Observation.DiskPolled o) throws IOException {
    Disk known = events.topology().disk(o.dev());
    Disk seen = new Disk(o.dev(), o.name(), o.wwid(), o.serial(), o.sizeSectors(), o.port(), true);
    restart.seen(seen);
    if (!seen.equals(known)) {
      events.emit(Source.SYSFS, Certainty.REPORTED, 0, DeviceRef.NONE, seen.baseline(), Bytes.NONE);
    }
  }

  private void logRead(Observation.LogRead o) throws IOException, DecodeException {
    KernelLogLine line = KernelLogLine.decode(o.record().buffer());
    if (!line.isDeviceMapper()) {
      return;
    }
    reasons.hear(line, o.at());
    DmEvent event =
        switch (line.fault()) {
          case CRYPT_INTEGRITY_ERROR ->
              new DmEvent.CryptFault("integrity_error", line.sector(), line.text());
          case INTEGRITY_CHECKSUM_FAILED ->
              new DmEvent.IntegrityFault("checksum_failed", line.sector(), line.text());
          case INTEGRITY_JOURNAL_CHECKSUM_FAILED ->
              new DmEvent.IntegrityFault("journal_checksum_failed", line.sector(), line.text());
          case INTEGRITY_ERROR -> new DmEvent.IntegrityFault("error", line.sector(), line.text());
          default -> new DmEvent.KernelMessage(line.text(), line.seq(), line.priority());
        };
    if (event instanceof DmEvent.IntegrityFault && probes.hasTold(DevNo.NONE, event)) {
      event = new DmEvent.KernelMessage(line.text(), line.seq(), line.priority());
    }
    events.append(
        EventRecord.of(event)
            .at(o.at().wallNs(), o.at().monoNs())
            .kernelNs(line.monoUs() * 1000)
            .source(Source.KMSG)
            .device(deviceOf(line))
            .evidence(o.record())
            .build());
  }

  private DeviceRef deviceOf(KernelLogLine line) {
    DevNo dev = line.device();
    if (dev != null) {
      return tracker.refOf(dev, 0);
    }
    String name = line.deviceName();
    if (name != null && name.startsWith("dm-")) {
      for (Device device : events.topology().devices()) {
        if (name.equals("dm-" + device.dev().minor())) {
          return device.ref();
        }
      }
    }
    return DeviceRef.NONE;
  }
}
