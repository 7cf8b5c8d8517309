package dmrec.record;

import dmrec.decode.Cookie;
import dmrec.decode.DecodeException;
import dmrec.decode.DeviceList;
import dmrec.decode.KernelLogLine;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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

  private final Topology topology;
  private final EventSink sink;
  private final SnapshotReasons reasons = new SnapshotReasons();
  private final Map<DevNo, Memory> memories = new HashMap<>();
  private final Map<DevNo, Hint> added = new HashMap<>();
  private final Map<DevNo, DeviceList.Entry> listed = new HashMap<>();
  private final Map<DevNo, ShortLife> shortLives = new LinkedHashMap<>();
  private final LinkedHashSet<DevNo> wanted = new LinkedHashSet<>();
  private final LinkedHashSet<DevNo> wantedDisks = new LinkedHashSet<>();
  private final Set<DevNo> toBaseline = new HashSet<>();
  private boolean baselineDue;
  private boolean afterLoss;
  private boolean pathUeventsCome = true;
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
    final Map<DevNo, AwaitedPath> awaited = new HashMap<>();

    /** Whether the topology is knowingly behind the last look. */
    boolean isUnsettled() {
      return doubted != null || doubtsClear || usagePending;
    }
  }

  /** A path whose status changed before its uevent was read. */
  private record AwaitedPath(StatusDiff.PathChange change, long sinceMonoNs, long notBeforeNs) {}

  /** An {@code add} uevent of a device that no look has shown yet. */
  private record Hint(long diskSeq, Stamp at, Bytes message) {}

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
        Device known = topology.device(o.dev());
        looked(o.dev(), DeviceLook.of(o, known), o, Source.SYSFS);
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
        giveUpWaiting();
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
    wanted.clear();
    baselineDue = true;
    afterLoss = false;
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
    baselineDue = true;
    afterLoss = true;
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
      evidence = l.status();
      ref = refOf(l.dev(), l.diskSeq());
    }
    emit(
        source,
        Certainty.REPORTED,
        0,
        ref,
        new DmEvent.Gap(
            source.word(), 1, o.at().wallNs(), o.at().wallNs(), String.valueOf(e.getMessage())),
        evidence);
  }

  // Uevents.

  private void uevent(Observation.UeventSeen o) throws IOException, DecodeException {
    Uevent u = Uevent.decode(o.message().buffer());
    DevNo dev = u.devNo();
    if (!u.isBlock() || dev == null) {
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
    } else if (!o.udev() && !injected && u.action().equals("remove")) {
      removeUevent(u, dev, o);
    } else {
      trace(u, dev, o);
      if (!o.udev() && !injected) {
        hint(u, dev, o);
      }
    }
    if (!injected && !u.action().equals("remove")) {
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
    Memory memory = memories.get(dev);
    if (memory != null && o.senderPid() <= 0) {
      pathUeventsCome = true;
      AwaitedPath awaited = memory.awaited.get(path);
      if (awaited != null && awaited.change().failed() == failed) {
        memory.awaited.remove(path);
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
          hint.at().wallNs(),
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
      added.put(dev, new Hint(u.diskSeq(), o.at(), o.message()));
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
        refOf(dev, u.diskSeq()),
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
    giveUpWaiting();
  }

  private void vanished(Observation.Vanished o) throws IOException {
    Device known = topology.device(o.dev());
    DeviceList.Entry entry = listed.get(o.dev());
    toBaseline.remove(o.dev());
    if (known != null) {
      derived(known.ref(), lastSeen(o.dev()), new DmEvent.DeviceRemoved(), Bytes.NONE);
      forget(o.dev());
    } else if (entry != null && !added.containsKey(o.dev())) {
      shortLives.putIfAbsent(o.dev(), new ShortLife(entry, listBeganNs, o.at()));
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
        shortLives.remove(entry.dev());
        DeviceRef ref =
            new DeviceRef(entry.dev(), 0, entry.name(), entry.uuid() == null ? "" : entry.uuid());
        derived(
            ref,
            life.absentSinceNs(),
            new DmEvent.DeviceCreated(false, false),
            listEvidence(entry));
        derived(ref, life.absentSinceNs(), new DmEvent.DeviceRemoved(), Bytes.NONE);
      }
    }
  }

  private static Bytes listEvidence(DeviceList.Entry entry) {
    return Bytes.of(entry.name() + " (" + entry.dev() + ")");
  }

  private void looked(DevNo dev, DeviceLook look, Observation.Answer o, Source source)
      throws IOException {
    Device known = topology.device(dev);
    if (known != null && isAnotherLife(known.ref(), look.ref())) {
      derived(known.ref(), lastSeen(dev), new DmEvent.DeviceRemoved(), Bytes.NONE);
      forget(dev);
      known = null;
    }
    Memory memory = memory(dev);
    boolean wantsBaseline = toBaseline.remove(dev) || (source == Source.SYSFS && baselineDue);
    if (wantsBaseline && !afterLoss) {
      DeviceRef ref = identified(look.ref());
      emit(source, Certainty.REPORTED, 0, ref, look.baseline(), Bytes.NONE);
    } else {
      long since = known == null ? absentSince() : lastSeen(dev);
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
    }
    giveUpWaiting();
  }

  private static boolean isAnotherLife(DeviceRef known, DeviceRef seen) {
    if (known.diskSeq() > 0) {
      return known.diskSeq() != seen.diskSeq();
    }
    return !known.uuid().isEmpty()
        && !seen.uuid().equals(known.uuid())
        && !seen.name().equals(known.name());
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
      if (afterLoss || !pathUeventsCome) {
        pathFromStatus(change, ref, since, evidence, source);
      } else {
        memory.awaited.putIfAbsent(
            change.path(), new AwaitedPath(change, now.at().monoNs(), since));
      }
    }
    if (result.corrupted() && afterLoss) {
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
      StatusDiff.PathChange change, DeviceRef ref, long since, Bytes evidence, Source source)
      throws IOException {
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

  /** Says what a path's status said where the kernel sends no uevents for paths. */
  private void giveUpWaiting() throws IOException {
    for (Map.Entry<DevNo, Memory> each : memories.entrySet()) {
      if (each.getValue().awaited.isEmpty()) {
        continue;
      }
      Device device = topology.device(each.getKey());
      for (AwaitedPath awaited : List.copyOf(each.getValue().awaited.values())) {
        boolean late = now.at().monoNs() - awaited.sinceMonoNs() > PATH_UEVENT_PATIENCE_NS;
        if (device == null || late) {
          each.getValue().awaited.remove(awaited.change().path());
        }
        if (device != null && late) {
          pathUeventsCome = false;
          pathFromStatus(
              awaited.change(), device.ref(), awaited.notBeforeNs(), Bytes.NONE, Source.DM);
        }
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
    memories.remove(dev);
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

  /** Wall clock of the last list before the device was first seen. */
  private long absentSince() {
    return listBeganNs;
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
    topology.apply(record.withSeq(sink.append(record)));
  }
}
