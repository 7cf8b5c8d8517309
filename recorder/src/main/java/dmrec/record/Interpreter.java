package dmrec.record;

import dmrec.decode.Cookie;
import dmrec.decode.DecodeException;
import dmrec.decode.DepsReply;
import dmrec.decode.DeviceList;
import dmrec.decode.KernelLogLine;
import dmrec.decode.StatusReply;
import dmrec.decode.Uevent;
import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Mark;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.target.Target;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import dmrec.topology.Topology;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns observations into events: decodes each, holds it against the topology so far, and says what
 * must have happened.
 *
 * <p>It asks nothing and reads no clock: what it wants to be looked at next it only names ({@link
 * #takeWanted}), and every time it writes comes from an observation. So a capture gives the same
 * events as the kernel it was taken from. One thread.
 */
final class Interpreter {
  /**
   * A path's uevent is sent from a work queue right after its state changes; one that has not come
   * by then will not come.
   */
  private static final long PATH_UEVENT_PATIENCE_NS = 5_000_000_000L;

  /** As much of a message that cannot be decoded is kept. */
  private static final int EVIDENCE_BYTES = 1 << 20;

  private final Topology topology;
  private final EventSink sink;
  private final SnapshotReasons reasons = new SnapshotReasons();
  private final Map<DevNo, Memory> memories = new HashMap<>();
  private final Map<DevNo, Hint> added = new HashMap<>();
  private final Map<DevNo, DeviceList.Entry> listed = new HashMap<>();
  private final Map<DevNo, ShortLife> shortLives = new LinkedHashMap<>();
  private final Map<DevNo, Long> absentNs = new HashMap<>();
  private final LinkedHashSet<DevNo> wanted = new LinkedHashSet<>();
  private final LinkedHashSet<DevNo> wantedDisks = new LinkedHashSet<>();
  private final Set<DevNo> toBaseline = new HashSet<>();
  private final Set<DevNo> awaiting = new LinkedHashSet<>();
  private boolean baselineDue;
  private boolean afterLoss;
  private boolean ueventsLost;
  private boolean pathUeventSeen;
  private boolean pathUeventMissed;
  private long listBeganNs;
  private long sampleBeganNs;
  private long generation;
  private Observation now = new Observation.Sampled(new Stamp(0, 0), new Stamp(0, 0));

  /** What is remembered of a device besides its state. */
  private static final class Memory {
    long lookBeganNs;
    boolean changeSeen;
    @Nullable List<Target> doubted;
    boolean doubtsClear;
    boolean usagePending;
    final UsageBudget usage = new UsageBudget();

    /** Changes of paths that the status showed before their uevents were read, in order. */
    final ArrayDeque<AwaitedPath> awaited = new ArrayDeque<>();

    /** The path events that were told without a uevent: its state, until a uevent of it comes. */
    final Map<DevNo, Boolean> toldFailed = new HashMap<>();

    /** Whether the topology is knowingly behind the last look. */
    boolean isUnsettled() {
      return doubted != null || doubtsClear || usagePending;
    }
  }

  /** A path whose status changed before its uevent was read. */
  private record AwaitedPath(StatusDiff.PathChange change, long sinceMonoNs, long notBeforeNs) {}

  /** An {@code add} uevent of a device that no look has shown yet. */
  private record Hint(long diskSeq, Bytes message) {}

  /**
   * A device that was listed and gone at the look. Its uevents may not have been read yet; where it
   * never had a table there are none.
   */
  private record ShortLife(DeviceList.Entry entry, long absentSinceNs, Stamp goneAt) {}

  Interpreter(Topology topology, EventSink sink) {
    this.topology = topology;
    this.sink = sink;
  }

  Topology topology() {
    return topology;
  }

  /** Moves the devices that should be looked at soon into {@code to}. */
  void takeWanted(Set<DevNo> to) {
    to.addAll(wanted);
    wanted.clear();
  }

  /** Whether the next round must tell of the device even where it is as it was. */
  boolean wantsAgain(DevNo dev) {
    Memory memory = memories.get(dev);
    return memory != null && memory.isUnsettled();
  }

  /** Moves the disks that should be looked at soon into {@code to}. */
  void takeWantedDisks(Set<DevNo> to) {
    to.addAll(wantedDisks);
    wantedDisks.clear();
  }

  /** The events of one observation go to the sink before this returns. */
  void accept(Observation observation) throws IOException {
    now = observation;
    try {
      if (observation instanceof Observation.UeventSeen o) {
        uevent(o);
      } else if (observation instanceof Observation.Looked o) {
        looked(o.dev(), DeviceLook.of(o), o, Source.DM);
      } else if (observation instanceof Observation.SysfsLooked o) {
        looked(o.dev(), sysfsLook(o), o, Source.SYSFS);
      } else if (observation instanceof Observation.Listed o) {
        listed(o);
      } else if (observation instanceof Observation.Vanished o) {
        vanished(o);
      } else if (observation instanceof Observation.Sampled o) {
        sampled(o);
      } else if (observation instanceof Observation.DiskLooked o) {
        diskLooked(o);
      } else if (observation instanceof Observation.LogRead o) {
        logRead(o);
      } else if (observation instanceof Observation.Lost o) {
        lost(o);
      } else if (observation instanceof Observation.Started o) {
        started(o);
      } else if (observation instanceof Observation.Stopped) {
        // The recorder itself ends the recording: it knows what was written.
        giveUpWaiting(true);
      }
    } catch (DecodeException e) {
      undecoded(observation, e);
    }
  }

  // The recording.

  private void started(Observation.Started o) throws IOException {
    memories.clear();
    added.clear();
    shortLives.clear();
    listed.clear();
    absentNs.clear();
    wanted.clear();
    wantedDisks.clear();
    toBaseline.clear();
    awaiting.clear();
    reasons.clear();
    baselineDue = true;
    afterLoss = false;
    ueventsLost = false;
    pathUeventSeen = false;
    pathUeventMissed = false;
    listBeganNs = 0;
    sampleBeganNs = 0;
    emit(Source.RECORDER, Certainty.REPORTED, 0, DeviceRef.NONE, o.facts(), Bytes.NONE);
  }

  private void lost(Observation.Lost o) throws IOException {
    emit(
        Source.RECORDER,
        Certainty.REPORTED,
        0,
        DeviceRef.NONE,
        new DmEvent.Gap(
            o.source().word(), o.count(), o.began().wallNs(), o.at().wallNs(), o.reason()),
        Bytes.NONE);
    if (o.source() != Source.DM && o.source() != Source.SYSFS) {
      // A look that failed is made again, and shows then whatever it missed.
      baselineDue = true;
      afterLoss = true;
      ueventsLost |= o.source() == Source.UEVENT;
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
    } else if (o instanceof Observation.LogRead l) {
      source = Source.KMSG;
      evidence = l.record();
    } else if (o instanceof Observation.Listed l) {
      evidence = l.reply();
    } else if (o instanceof Observation.Looked l) {
      evidence = damaged(l);
      ref = refOf(l.dev(), l.diskSeq());
    }
    emit(
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

  /** The reply of a look that cannot be decoded. */
  private static Bytes damaged(Observation.Looked look) {
    for (Bytes reply : List.of(look.status(), look.table())) {
      try {
        StatusReply.decode(reply.buffer());
      } catch (DecodeException e) {
        return reply;
      }
    }
    try {
      DepsReply.decode(look.deps().buffer());
    } catch (DecodeException e) {
      return look.deps();
    }
    return look.inactive() == null ? look.status() : look.inactive();
  }

  // Uevents.

  private void uevent(Observation.UeventSeen o) throws IOException, DecodeException {
    Uevent u = Uevent.decode(o.message().buffer());
    DevNo dev = u.devNo();
    if (!u.isBlock()) {
      return;
    }
    if (dev == null || dev.equals(DevNo.NONE)) {
      if (u.isDm()) {
        trace(u, DevNo.NONE, o);
      }
      return;
    }
    if (!u.isDm()) {
      if (!o.udev()) {
        diskUevent(u, dev, o);
      }
      return;
    }
    boolean injected = o.senderPid() > 0;
    String action = u.dmAction();
    DevNo path = u.dmPath();
    Uevent.VerityError corruption = u.verityError();
    if (!o.udev() && action != null && path != null && isPathAction(action)) {
      pathUevent(u, dev, path, action, o);
    } else if (!o.udev() && corruption != null) {
      fromUevent(
          o,
          u,
          refOf(dev, u.diskSeq()),
          new DmEvent.VerityCorrupted(
              verityTarget(dev),
              corruption.type() == 0 ? "data" : "metadata",
              corruption.block(),
              ""));
    } else if (!o.udev() && !injected && !u.synthetic() && u.action().equals("remove")) {
      removeUevent(u, dev, o);
    } else {
      trace(u, dev, o);
      if (!o.udev() && !injected) {
        hint(u, dev, o);
      }
    }
    if (!injected && (u.synthetic() || !u.action().equals("remove"))) {
      wanted.add(dev);
    }
  }

  private static boolean isPathAction(String action) {
    return action.equals("PATH_FAILED") || action.equals("PATH_REINSTATED");
  }

  private int verityTarget(DevNo dev) {
    Device device = topology.device(dev);
    List<Target> targets = device == null ? List.of() : device.targets();
    for (int i = 0; i < targets.size(); i++) {
      if (targets.get(i).type().equals("verity")) {
        return i;
      }
    }
    return 0;
  }

  private void pathUevent(Uevent u, DevNo dev, DevNo path, String action, Observation.UeventSeen o)
      throws IOException {
    boolean failed = action.equals("PATH_FAILED");
    if (o.senderPid() <= 0) {
      pathUeventSeen = true;
      pathUeventMissed = false;
      Memory memory = memories.get(dev);
      if (memory != null) {
        stopWaiting(memory, path, failed);
        // A path's two events alternate: a second one of a kind is the one already told.
        Boolean told = memory.toldFailed.remove(path);
        if (told != null && told == failed) {
          trace(u, dev, o);
          return;
        }
      }
    }
    String name = u.dmName();
    String uuid = u.dmUuid();
    DeviceRef ref =
        new DeviceRef(
            dev,
            u.diskSeq() > 0 ? u.diskSeq() : refOf(dev, 0).diskSeq(),
            name == null ? "" : name,
            uuid == null ? "" : uuid);
    String disk = diskName(path);
    fromUevent(
        o,
        u,
        ref,
        failed
            ? new DmEvent.PathFailed(path, disk, u.validPaths(), u.dmSeqNum())
            : new DmEvent.PathReinstated(path, disk, u.validPaths(), u.dmSeqNum()));
  }

  private static void stopWaiting(Memory memory, DevNo path, boolean failed) {
    for (Iterator<AwaitedPath> each = memory.awaited.iterator(); each.hasNext(); ) {
      AwaitedPath awaited = each.next();
      if (awaited.change().path().equals(path)) {
        if (awaited.change().failed() == failed) {
          each.remove();
        }
        return;
      }
    }
  }

  private String diskName(DevNo dev) {
    Disk disk = topology.disk(dev);
    return disk == null ? "" : disk.name();
  }

  private void removeUevent(Uevent u, DevNo dev, Observation.UeventSeen o) throws IOException {
    Device known = topology.device(dev);
    Hint hint = added.get(dev);
    if (known != null && isSameLife(known.ref().diskSeq(), u.diskSeq())) {
      fromUevent(o, u, completed(known.ref(), u.diskSeq()), new DmEvent.DeviceRemoved());
      forget(dev);
    } else if (known == null && hint != null && isSameLife(hint.diskSeq(), u.diskSeq())) {
      // It came and went between two looks: only a list may have shown its name.
      DeviceRef ref = new DeviceRef(dev, u.diskSeq(), nameListed(dev), "");
      emit(
          Source.UEVENT,
          Certainty.REPORTED,
          absentSince(dev),
          ref,
          new DmEvent.DeviceCreated(false, false),
          hint.message());
      fromUevent(o, u, ref, new DmEvent.DeviceRemoved());
      forget(dev);
    } else {
      trace(u, dev, o);
    }
  }

  private String nameListed(DevNo dev) {
    ShortLife gone = shortLives.get(dev);
    DeviceList.Entry entry = gone == null ? listed.get(dev) : gone.entry();
    return entry == null ? "" : entry.name();
  }

  private void hint(Uevent u, DevNo dev, Observation.UeventSeen o) {
    if (u.synthetic()) {
      return;
    }
    if (u.action().equals("add")) {
      added.put(dev, new Hint(u.diskSeq(), o.message()));
    } else if (u.action().equals("change")) {
      memory(dev).changeSeen = true;
    }
  }

  private void trace(Uevent u, DevNo dev, Observation.UeventSeen o) throws IOException {
    Cookie cookie = u.cookie();
    List<String> flags = new ArrayList<>();
    if (cookie != null) {
      cookie.flags().forEach(flag -> flags.add(flag.name()));
    }
    fromUevent(
        o,
        u,
        dev.equals(DevNo.NONE) ? DeviceRef.NONE : refOf(dev, u.diskSeq()),
        new DmEvent.Uevent(
            u.action(),
            cookie == null ? 0 : cookie.value(),
            List.copyOf(flags),
            u.seqNum(),
            u.resize()));
  }

  private void diskUevent(Uevent u, DevNo dev, Observation.UeventSeen o) throws IOException {
    if (u.synthetic()) {
      // Asked for by somebody, as udev's coldplug does: the disk was there before.
      if (u.action().equals("add") && topology.disk(dev) == null) {
        wantedDisks.add(dev);
      }
      return;
    }
    String name = u.get("DEVNAME");
    if (u.action().equals("add")) {
      fromUevent(
          o, u, DeviceRef.NONE, new DmEvent.DiskAdded(dev, name == null ? "" : name, "", "", -1));
      if (o.senderPid() <= 0) {
        wantedDisks.add(dev);
      }
    } else if (u.action().equals("remove")) {
      fromUevent(o, u, DeviceRef.NONE, new DmEvent.DiskRemoved(dev, name == null ? "" : name));
    }
  }

  // Looks.

  private void listed(Observation.Listed o) throws IOException, DecodeException {
    DeviceList list = DeviceList.decode(o.reply().buffer());
    endShortLives(o.began());
    listed.clear();
    for (DeviceList.Entry entry : list.devices()) {
      listed.put(entry.dev(), entry);
      Device known = topology.device(entry.dev());
      if (known == null) {
        // The list before this one did not show it, unless that one's device is not looked at yet.
        absentNs.putIfAbsent(entry.dev(), listBeganNs);
      }
      if (known == null || differs(known, entry)) {
        wanted.add(entry.dev());
      }
    }
    for (Device device : List.copyOf(topology.devices())) {
      if (!listed.containsKey(device.dev())) {
        derived(device.ref(), lastSeen(device.dev()), new DmEvent.DeviceRemoved(), Bytes.NONE);
        forget(device.dev());
      }
    }
    absentNs.keySet().retainAll(listed.keySet());
    if (baselineDue) {
      baselineDue = false;
      toBaseline.clear();
      toBaseline.addAll(listed.keySet());
      wanted.addAll(listed.keySet());
    }
    listBeganNs = o.began().wallNs();
  }

  private static boolean differs(Device known, DeviceList.Entry entry) {
    return !known.name().equals(entry.name())
        || (entry.eventNr() != null && known.eventNr() != entry.eventNr())
        || (entry.uuid() != null && !known.uuid().equals(entry.uuid()));
  }

  private void sampled(Observation.Sampled o) throws IOException {
    endShortLives(o.began());
    sampleBeganNs = o.began().wallNs();
    listBeganNs = o.began().wallNs();
    baselineDue = false;
    afterLoss = false;
    ueventsLost = false;
    giveUpWaiting(false);
  }

  private void vanished(Observation.Vanished o) throws IOException {
    Device known = topology.device(o.dev());
    DeviceList.Entry entry = listed.get(o.dev());
    toBaseline.remove(o.dev());
    if (known != null) {
      derived(known.ref(), lastSeen(o.dev()), new DmEvent.DeviceRemoved(), Bytes.NONE);
      forget(o.dev());
      absentNs.put(o.dev(), o.began().wallNs());
    } else if (entry != null && !added.containsKey(o.dev())) {
      shortLives.putIfAbsent(o.dev(), new ShortLife(entry, absentSince(o.dev()), o.at()));
    }
  }

  /**
   * Tells of the lives that had no uevents: whatever the kernel sent before {@code began} has been
   * read by now.
   */
  private void endShortLives(Stamp began) throws IOException {
    for (ShortLife life : List.copyOf(shortLives.values())) {
      DeviceList.Entry entry = life.entry();
      if (life.goneAt().monoNs() < began.monoNs() && !added.containsKey(entry.dev())) {
        endShortLife(life);
      }
    }
  }

  private void endShortLife(ShortLife life) throws IOException {
    DeviceList.Entry entry = life.entry();
    shortLives.remove(entry.dev());
    DeviceRef ref =
        new DeviceRef(entry.dev(), 0, entry.name(), entry.uuid() == null ? "" : entry.uuid());
    derived(
        ref, life.absentSinceNs(), new DmEvent.DeviceCreated(false, false), listEvidence(entry));
    derived(ref, life.absentSinceNs(), new DmEvent.DeviceRemoved(), Bytes.NONE);
  }

  private static Bytes listEvidence(DeviceList.Entry entry) {
    return Bytes.of(entry.name() + " (" + entry.dev() + ")");
  }

  /** A look through sysfs; what it cannot show is as it was in the same life of the device. */
  private DeviceLook sysfsLook(Observation.SysfsLooked o) throws DecodeException {
    if (o.dev().equals(DevNo.NONE)) {
      throw new DecodeException("sysfs device", 0, "a device number", o.dev().toString());
    }
    Device known = topology.device(o.dev());
    DeviceLook look = DeviceLook.of(o, known);
    return known == null || isSameLife(known, look) ? look : DeviceLook.of(o, null);
  }

  private void looked(DevNo dev, DeviceLook look, Observation.Answer o, Source source)
      throws IOException {
    Device known = topology.device(dev);
    if (known != null && !isSameLife(known, look)) {
      derived(known.ref(), lastSeen(dev), new DmEvent.DeviceRemoved(), Bytes.NONE);
      forget(dev);
      known = null;
    }
    ShortLife before = shortLives.get(dev);
    if (before != null) {
      // The number is in use again, so that life is over whatever its uevents may still say.
      endShortLife(before);
    }
    Memory memory = memory(dev);
    boolean wantsBaseline = toBaseline.remove(dev) || (source == Source.SYSFS && baselineDue);
    if (wantsBaseline && known == null && !afterLoss) {
      DeviceRef ref = identified(look.ref());
      emit(source, Certainty.REPORTED, 0, ref, look.baseline(), Bytes.NONE);
    } else {
      long since = known == null ? absentSince(dev) : lastSeen(dev);
      if (known == null) {
        known = created(look, since, source);
      }
      memory.usagePending = false;
      changes(known, look, memory, since, source);
      Device after = topology.device(dev);
      boolean drifted = !memory.isUnsettled() && (after == null || !look.shows(after));
      if (wantsBaseline || drifted) {
        emit(source, Certainty.REPORTED, 0, currentRef(dev), look.baseline(), Bytes.NONE);
      }
    }
    added.remove(dev);
    absentNs.remove(dev);
    memory.changeSeen = false;
    memory.lookBeganNs = o.began().wallNs();
    for (DevNo below : look.dependencies()) {
      if (topology.device(below) == null && topology.disk(below) == null) {
        if (listed.containsKey(below)) {
          wanted.add(below);
        } else {
          wantedDisks.add(below);
        }
      }
    }
    if (afterLoss && toBaseline.isEmpty() && !baselineDue) {
      afterLoss = false;
      ueventsLost = false;
    }
    giveUpWaiting(false);
  }

  private static boolean isSameLife(Device known, DeviceLook look) {
    DeviceRef before = known.ref();
    DeviceRef seen = look.ref();
    if (known.live() != null && look.live() == null) {
      return false; // Nothing but its end takes a device's live table away.
    }
    if (before.diskSeq() > 0 && seen.diskSeq() > 0) {
      return before.diskSeq() == seen.diskSeq();
    }
    return before.uuid().isEmpty()
        || seen.uuid().equals(before.uuid())
        || seen.name().equals(before.name());
  }

  /** The look's identity, with a generation number where the kernel has none. */
  private DeviceRef identified(DeviceRef ref) {
    return ref.diskSeq() > 0 ? ref : new DeviceRef(ref.dev(), --generation, ref.name(), ref.uuid());
  }

  private Device created(DeviceLook look, long since, Source source) throws IOException {
    DeviceRef ref = identified(look.ref());
    emit(
        source,
        Certainty.DERIVED,
        since,
        ref,
        new DmEvent.DeviceCreated(look.suspended(), look.readOnly()),
        Bytes.NONE);
    return deviceAt(ref.dev());
  }

  private Device deviceAt(DevNo dev) {
    Device device = topology.device(dev);
    if (device == null) {
      throw new IllegalStateException("the topology lost device " + dev);
    }
    return device;
  }

  /** Everything that changed between the device as known and as it was just seen. */
  private void changes(Device known, DeviceLook look, Memory memory, long since, Source source)
      throws IOException {
    DevNo dev = known.dev();
    if (known.ref().diskSeq() <= 0 && look.ref().diskSeq() > 0) {
      // The first table gives a device its place in sysfs, and with it its number.
      added.remove(dev);
    }
    DeviceRef ref = completed(known.ref(), look.ref().diskSeq());
    if (!known.name().equals(look.ref().name())) {
      DmEvent renamed = new DmEvent.DeviceRenamed(known.name(), look.ref().name());
      ref = new DeviceRef(dev, ref.diskSeq(), look.ref().name(), ref.uuid());
      emit(source, Certainty.DERIVED, since, ref, renamed, Bytes.NONE);
    }
    if (!known.uuid().equals(look.ref().uuid())) {
      ref = new DeviceRef(dev, ref.diskSeq(), ref.name(), look.ref().uuid());
      DmEvent set = new DmEvent.UuidSet(look.ref().uuid());
      emit(source, Certainty.DERIVED, since, ref, set, Bytes.NONE);
    }
    tables(known, look, memory, ref, since, source);
    flags(known, look, ref, since, source);
    Device after = deviceAt(dev);
    if (after.eventNr() != look.eventNr()
        || after.openCount() != look.openCount()
        || after.readAheadKib() != look.readAheadKib()) {
      emit(source, Certainty.DERIVED, since, ref, look.counters(), Bytes.NONE);
    }
  }

  private void flags(Device known, DeviceLook look, DeviceRef ref, long since, Source source)
      throws IOException {
    boolean firstTable = known.live() == null && look.live() != null;
    if (known.readOnly() != look.readOnly() && !firstTable) {
      emit(
          source,
          Certainty.DERIVED,
          since,
          ref,
          new DmEvent.ReadOnlyChanged(look.readOnly()),
          Bytes.NONE);
    }
    if (known.suspended() != look.suspended()) {
      emit(source, Certainty.DERIVED, since, ref, suspended(look.suspended(), false), Bytes.NONE);
    }
    if (known.internalSuspend() != look.internalSuspend()) {
      emit(
          source,
          Certainty.DERIVED,
          since,
          ref,
          suspended(look.internalSuspend(), true),
          Bytes.NONE);
    }
    if (known.deferredRemove() != look.deferredRemove()) {
      emit(
          source,
          Certainty.DERIVED,
          since,
          ref,
          new DmEvent.RemoveDeferred(look.deferredRemove()),
          Bytes.NONE);
    }
  }

  private static DmEvent suspended(boolean now, boolean internal) {
    return now ? new DmEvent.DeviceSuspended(internal) : new DmEvent.DeviceResumed(internal);
  }

  // Tables.

  private void tables(
      Device known, DeviceLook look, Memory memory, DeviceRef ref, long since, Source source)
      throws IOException {
    Slots.Verdict verdict =
        Slots.compare(known, look, memory.changeSeen, memory.doubted, memory.doubtsClear);
    memory.doubted = verdict == Slots.Verdict.DOUBTED ? look.live() : null;
    memory.doubtsClear = verdict == Slots.Verdict.CLEARING_DOUBTED;
    if (verdict == Slots.Verdict.NEW_TABLE) {
      DmEvent live = new DmEvent.TableLive(look.targets(), look.dependencies(), look.readOnly());
      emit(source, Certainty.DERIVED, since, ref, live, Bytes.NONE);
      memory.awaited.clear();
      memory.toldFailed.clear();
      awaiting.remove(ref.dev());
      boolean counted = look.eventNr() != known.eventNr();
      for (int i = 0; i < look.targets().size(); i++) {
        found(
            StatusDiff.acrossTables(known.targets(), look.targets(), i, counted, reasons, since),
            look,
            i,
            ref,
            memory,
            since,
            source);
      }
    } else if (verdict == Slots.Verdict.CHANGED_TEXT) {
      emit(
          source,
          Certainty.DERIVED,
          since,
          ref,
          new DmEvent.TableChanged(look.targets()),
          Bytes.NONE);
    }
    if (verdict != Slots.Verdict.NEW_TABLE) {
      statuses(known, look, memory, ref, since, source);
    }
    if (memory.doubtsClear) {
      return;
    }
    Device after = deviceAt(ref.dev());
    if (!DeviceLook.sameMapping(after.inactive(), look.inactive())) {
      emit(
          source,
          Certainty.DERIVED,
          since,
          ref,
          look.inactive() == null
              ? new DmEvent.TableCleared()
              : new DmEvent.TableLoaded(look.inactive()),
          Bytes.NONE);
    }
  }

  private void statuses(
      Device known, DeviceLook look, Memory memory, DeviceRef ref, long since, Source source)
      throws IOException {
    List<Target> before = known.targets();
    List<Target> after = look.targets();
    if (before.size() != after.size()) {
      return;
    }
    for (int i = 0; i < after.size(); i++) {
      if (before.get(i).type().equals(after.get(i).type())
          && !before.get(i).status().equals(after.get(i).status())) {
        found(
            StatusDiff.between(before.get(i), after.get(i), i, reasons, since),
            look,
            i,
            ref,
            memory,
            since,
            source);
      }
    }
  }

  private void found(
      StatusDiff.Result result,
      DeviceLook look,
      int index,
      DeviceRef ref,
      Memory memory,
      long since,
      Source source)
      throws IOException {
    Target target = look.targets().get(index);
    Bytes evidence = Bytes.of(line(target));
    for (StatusDiff.PathChange change : result.paths()) {
      if (ueventsLost || (pathUeventMissed && !pathUeventSeen)) {
        pathFromStatus(change, ref, memory, since, evidence, source);
      } else {
        memory.awaited.addLast(new AwaitedPath(change, now.at().monoNs(), since));
        awaiting.add(ref.dev());
      }
    }
    if (result.corrupted() && ueventsLost) {
      emit(
          source,
          Certainty.DERIVED,
          since,
          ref,
          new DmEvent.VerityCorrupted(index, "", -1, target.status()),
          evidence);
    }
    for (StatusDiff.Found each : result.found()) {
      emit(source, each.certainty(), since, ref, each.event(), evidence);
    }
    List<Target> shown = deviceAt(ref.dev()).targets();
    if (index >= shown.size() || shown.get(index).status().equals(target.status())) {
      return;
    }
    if (UsageBudget.onlyNumbersMoved(shown.get(index).status(), target.status())) {
      if (memory.usage.grants(now.at().monoNs())) {
        emit(
            source,
            Certainty.DERIVED,
            since,
            ref,
            new DmEvent.UsageChanged(index, target.type(), target.status()),
            evidence);
      } else {
        memory.usagePending = true;
      }
    } else {
      emit(
          source,
          Certainty.DERIVED,
          since,
          ref,
          new DmEvent.StatusChanged(
              index, target.type(), shown.get(index).status(), target.status()),
          evidence);
    }
  }

  private static String line(Target target) {
    return target.startSector()
        + " "
        + target.lengthSectors()
        + " "
        + target.type()
        + " "
        + target.status();
  }

  private void pathFromStatus(
      StatusDiff.PathChange change,
      DeviceRef ref,
      Memory memory,
      long since,
      Bytes evidence,
      Source source)
      throws IOException {
    memory.toldFailed.put(change.path(), change.failed());
    String disk = diskName(change.path());
    emit(
        source,
        Certainty.DERIVED,
        since,
        ref,
        change.failed()
            ? new DmEvent.PathFailed(change.path(), disk, change.validPaths(), 0)
            : new DmEvent.PathReinstated(change.path(), disk, change.validPaths(), 0),
        evidence);
  }

  /** Says what a path's status said where no uevent says it: after some time, or at the end. */
  private void giveUpWaiting(boolean all) throws IOException {
    for (Iterator<DevNo> each = awaiting.iterator(); each.hasNext(); ) {
      DevNo dev = each.next();
      Memory memory = memories.get(dev);
      Device device = topology.device(dev);
      if (memory == null || device == null) {
        each.remove();
        continue;
      }
      boolean told = false;
      for (AwaitedPath awaited = memory.awaited.peekFirst();
          awaited != null
              && (all || now.at().monoNs() - awaited.sinceMonoNs() > PATH_UEVENT_PATIENCE_NS);
          awaited = memory.awaited.peekFirst()) {
        memory.awaited.removeFirst();
        told = true;
        pathUeventMissed = true;
        pathFromStatus(
            awaited.change(), device.ref(), memory, awaited.notBeforeNs(), Bytes.NONE, Source.DM);
      }
      if (memory.awaited.isEmpty()) {
        each.remove();
      }
      if (told) {
        restoreStatus(device);
      }
    }
  }

  /** The status was seen already: path events told late must not change it again. */
  private void restoreStatus(Device seen) throws IOException {
    for (int i = 0; i < seen.targets().size(); i++) {
      String was = deviceAt(seen.dev()).targets().get(i).status();
      Target target = seen.targets().get(i);
      if (!was.equals(target.status())) {
        derived(
            seen.ref(),
            lastSeen(seen.dev()),
            UsageBudget.onlyNumbersMoved(was, target.status())
                ? new DmEvent.UsageChanged(i, target.type(), target.status())
                : new DmEvent.StatusChanged(i, target.type(), was, target.status()),
            Bytes.NONE);
      }
    }
  }

  // Disks and the kernel log.

  private void diskLooked(Observation.DiskLooked o) throws IOException {
    Disk known = topology.disk(o.dev());
    Disk seen = new Disk(o.dev(), o.name(), o.wwid(), o.serial(), o.sizeSectors(), true);
    if (!seen.equals(known)) {
      emit(
          Source.SYSFS,
          Certainty.REPORTED,
          0,
          DeviceRef.NONE,
          new DmEvent.DiskBaseline(o.dev(), o.name(), o.wwid(), o.serial(), o.sizeSectors()),
          Bytes.NONE);
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
    append(
        new EventRecord(
            0,
            o.at().wallNs(),
            o.at().monoNs(),
            0,
            line.monoUs() * 1000,
            Source.KMSG,
            Certainty.REPORTED,
            0,
            null,
            deviceOf(line),
            event,
            o.record(),
            Bytes.NONE));
  }

  private DeviceRef deviceOf(KernelLogLine line) {
    DevNo dev = line.device();
    if (dev != null) {
      return refOf(dev, 0);
    }
    String name = line.deviceName();
    if (name != null && name.startsWith("dm-")) {
      for (Device device : topology.devices()) {
        if (name.equals("dm-" + device.dev().minor())) {
          return device.ref();
        }
      }
    }
    return DeviceRef.NONE;
  }

  // Identities and times.

  private Memory memory(DevNo dev) {
    return memories.computeIfAbsent(dev, d -> new Memory());
  }

  private void forget(DevNo dev) {
    Memory memory = memories.remove(dev);
    if (memory != null && memory.lookBeganNs > 0) {
      // The last look showed this life, so another was not there yet.
      absentNs.put(dev, memory.lookBeganNs);
    }
    awaiting.remove(dev);

    added.remove(dev);
    shortLives.remove(dev);
    listed.remove(dev);
    wanted.remove(dev);
  }

  /** Wall clock of the last look that showed the device as it is known. */
  private long lastSeen(DevNo dev) {
    Memory memory = memories.get(dev);
    return Math.max(memory == null ? 0 : memory.lookBeganNs, sampleBeganNs);
  }

  /** Wall clock of the last moment at which this life of the device was not there. */
  private long absentSince(DevNo dev) {
    return absentNs.getOrDefault(dev, listBeganNs);
  }

  private DeviceRef currentRef(DevNo dev) {
    return deviceAt(dev).ref();
  }

  /** A device's identity as far as it is known. */
  private DeviceRef refOf(DevNo dev, long diskSeq) {
    Device known = topology.device(dev);
    return known != null && isSameLife(known.ref().diskSeq(), diskSeq)
        ? completed(known.ref(), diskSeq)
        : new DeviceRef(dev, diskSeq, "", "");
  }

  private static DeviceRef completed(DeviceRef ref, long diskSeq) {
    return ref.diskSeq() > 0 || diskSeq <= 0
        ? ref
        : new DeviceRef(ref.dev(), diskSeq, ref.name(), ref.uuid());
  }

  private static boolean isSameLife(long known, long told) {
    return known <= 0 || told <= 0 || known == told;
  }

  // Events.

  private void derived(DeviceRef ref, long notBeforeNs, DmEvent event, Bytes evidence)
      throws IOException {
    emit(Source.DM, Certainty.DERIVED, notBeforeNs, ref, event, evidence);
  }

  private void fromUevent(Observation.UeventSeen o, Uevent u, DeviceRef ref, DmEvent event)
      throws IOException {
    int marks = u.synthetic() ? Mark.SYNTHETIC.bit() : 0;
    boolean injected = o.senderPid() > 0 && !o.udev();
    append(
        new EventRecord(
            0,
            o.at().wallNs(),
            o.at().monoNs(),
            0,
            0,
            o.udev() ? Source.UDEV : Source.UEVENT,
            Certainty.REPORTED,
            injected ? marks | Mark.INJECTED.bit() : marks,
            injected ? new Actor(o.senderPid(), o.senderUid(), o.senderCommand()) : null,
            ref,
            event,
            o.message(),
            Bytes.NONE));
  }

  private void emit(
      Source source,
      Certainty certainty,
      long notBeforeNs,
      DeviceRef ref,
      DmEvent event,
      Bytes evidence)
      throws IOException {
    Stamp at = now.at();
    append(
        new EventRecord(
            0,
            at.wallNs(),
            at.monoNs(),
            notBeforeNs,
            0,
            source,
            certainty,
            0,
            null,
            ref,
            event,
            evidence,
            Bytes.NONE));
  }

  private void append(EventRecord record) throws IOException {
    EventRecord kept = EventSize.bounded(record);
    topology.apply(kept.withSeq(sink.append(kept)));
  }
}
