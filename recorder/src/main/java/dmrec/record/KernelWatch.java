package dmrec.record;

import dmrec.decode.DecodeException;
import dmrec.decode.Uevent;
import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.Source;
import dmrec.kernel.Clocks;
import dmrec.kernel.DmControl;
import dmrec.kernel.HostFacts;
import dmrec.kernel.KernelException;
import dmrec.kernel.KernelLog;
import dmrec.kernel.MachineId;
import dmrec.kernel.MemoryLock;
import dmrec.kernel.Poller;
import dmrec.kernel.Sysfs;
import dmrec.kernel.UeventSocket;
import dmrec.target.DevNo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watches the kernel and hands what it says to a {@link Recorder}.
 *
 * <p>Subscribe first, then look at everything, then wait: nothing falls between. After each wake
 * the uevents are read before the control device is asked, since the kernel sends a uevent before
 * it counts the event; then poll, arm, list, look. What raises no event is found by a round of
 * looks once a second. One thread runs it; {@link #stop} may come from any.
 */
public final class KernelWatch implements AutoCloseable {
  /** A flood of uevents must not keep the looks from happening at all. */
  private static final int MESSAGES_A_TURN = 8192;

  /** What a message takes of a receive buffer at least: no more than this many can be queued. */
  private static final int LEAST_QUEUED_BYTES = 512;

  /** Time between two questions to a source that fails; its descriptor may poll readable. */
  private static final long FAILED_REST_NS = 100_000_000L;

  /** A round of looks is never given more than a third of the time. */
  private static final int REST_FACTOR = 2;

  /** Devices that come and go without a pause must not keep the rest from being looked at. */
  private static final int LOOKS_AT_NEW = 8;

  /** A stack that is never quiet must not keep the recording from ending. */
  private static final int LAST_TURNS = 8;

  private final WatchOptions options;
  private final Clocks clocks;
  private final UeventSocket uevents;
  private final @Nullable KernelLog log;
  private final @Nullable DmControl control;
  private final @Nullable DeviceEyes eyes;
  private final Sysfs sysfs = new Sysfs();
  private final Poller poller;
  private final Set<DevNo> wanted = new LinkedHashSet<>();
  private final Set<DevNo> wantedDisks = new LinkedHashSet<>();
  private final Set<DevNo> failing = new HashSet<>();
  private boolean lossTold;

  /** What is read behind a look; null where what is read is accepted at once. */
  private @Nullable List<Observation> held;

  private Map<DevNo, List<Object>> sysfsSeen = new HashMap<>();
  private long countedDrops;
  private long refused;
  private long logSeq = -1;
  private Stamp ueventsQuiet;
  private Stamp logQuiet;
  private boolean overrun;
  private int readSinceOverrun;
  private boolean controlFails;
  private boolean logFails;
  private long nextSampleMonoNs;
  private volatile @Nullable String stopReason;

  private KernelWatch(
      WatchOptions options,
      Clocks clocks,
      UeventSocket uevents,
      @Nullable KernelLog log,
      @Nullable DmControl control)
      throws KernelException {
    this.options = options;
    this.clocks = clocks;
    this.uevents = uevents;
    this.log = log;
    this.control = control;
    this.eyes = control == null ? null : new DeviceEyes(control, sysfs, clocks);
    this.poller =
        Poller.open(uevents.fd(), log == null ? -1 : log.fd(), control == null ? -1 : control.fd());
    this.countedDrops = uevents.drops();
    this.ueventsQuiet = stamp();
    this.logQuiet = ueventsQuiet;
  }

  /**
   * Opens every source that can be had; {@code warning} gets one line that names the others.
   *
   * @throws KernelException where not even uevents can be had, or the kernel has no device-mapper
   */
  public static KernelWatch open(WatchOptions options, Consumer<String> warning)
      throws KernelException {
    if (options.lockMemory()) {
      MemoryLock.lockAll();
      WarmUp.run();
    }
    List<String> lacking = new ArrayList<>();
    UeventSocket uevents =
        UeventSocket.open(
            options.udev() ? UeventSocket.Groups.KERNEL_AND_UDEV : UeventSocket.Groups.KERNEL,
            options.receiveBufferBytes());
    try {
      DmControl control = options.ueventsOnly() ? null : openControl(lacking);
      KernelLog log = options.kernelLog() ? openLog(lacking) : null;
      if (uevents.receiveBufferBytes() < options.receiveBufferBytes()) {
        lacking.add(
            "a uevent buffer of "
                + options.receiveBufferBytes() / 1024
                + " KiB (it has "
                + uevents.receiveBufferBytes() / 1024
                + "; what a burst loses is counted)");
      }
      if (!lacking.isEmpty()) {
        warning.accept(
            "recording without "
                + String.join(", without ", lacking)
                + "; root has all of it, 'dmrec doctor' says more");
      }
      return new KernelWatch(options, Clocks.open(), uevents, log, control);
    } catch (KernelException e) {
      uevents.close();
      throw e;
    }
  }

  private static @Nullable KernelLog openLog(List<String> lacking) {
    try {
      return KernelLog.open();
    } catch (KernelException e) {
      lacking.add("the kernel log and so reasons of snapshots (/dev/kmsg: " + e.errnoName() + ")");
      return null;
    }
  }

  /** Null where device-mapper is there but may not be asked; sysfs then shows a part. */
  private static @Nullable DmControl openControl(List<String> lacking) throws KernelException {
    try {
      return DmControl.open();
    } catch (KernelException e) {
      boolean forbidden = e.errnoName().equals("EACCES") || e.errnoName().equals("EPERM");
      if (!forbidden && !Files.exists(Path.of("/sys/class/misc/device-mapper"))) {
        throw e;
      }
      lacking.add("tables and status (/dev/mapper/control: " + e.errnoName() + ")");
      return null;
    }
  }

  /** Messages refused so far because their sender was not the kernel. */
  public long refused() {
    return refused;
  }

  /** Uevents lost so far as the kernel counts them; between turns only, by the loop's thread. */
  public long queueDrops() throws KernelException {
    return uevents.drops();
  }

  /** What waits in the uevent socket, in the kernel's bytes; as {@link #queueDrops()}. */
  public long queuedBytes() throws KernelException {
    return uevents.queuedBytes();
  }

  /** Ends {@link #run} soon; from any thread. */
  public void stop(String reason) {
    stopReason = reason;
    poller.wake();
  }

  /** Lets a turn of {@link #run} begin at once; from any thread. */
  public void wake() {
    poller.wake();
  }

  /**
   * Watches until {@link #stop}.
   *
   * @param ready called once, when the first baseline is recorded
   * @param turn called after each turn of the loop, at least once a second
   */
  public void run(Recorder recorder, Runnable ready, Runnable turn) throws IOException {
    recorder.accept(new Observation.Started(stamp(), facts()));
    lookAtAll(recorder, true);
    if (options.lockMemory()) {
      MemoryLock.faultIn();
    }
    ready.run();
    while (stopReason == null) {
      poller.await(waitNs());
      rest();
      turn(recorder);
      turn.run();
    }
    lastTurn(recorder);
    recorder.accept(new Observation.Stopped(stamp(), stopReason, refused));
  }

  private DmEvent.RecordingStarted facts() throws IOException {
    HostFacts host = HostFacts.read();
    List<String> sources = new ArrayList<>(List.of("uevent"));
    if (options.udev()) {
      sources.add("udev");
    }
    if (control != null) {
      sources.add("dm");
    } else if (!options.ueventsOnly()) {
      sources.add("sysfs");
    }
    if (log != null) {
      sources.add("kmsg");
    }
    return new DmEvent.RecordingStarted(
        host.bootId(),
        host.kernelRelease(),
        control == null
            ? ""
            : control.version().major()
                + "."
                + control.version().minor()
                + "."
                + control.version().patch(),
        options.version(),
        host.hostName(),
        List.copyOf(sources),
        options.sampleNs(),
        "receive time",
        "",
        MachineId.read(),
        clocks.wallErrorNs());
  }

  private long waitNs() {
    if (lossTold) {
      return 0; // It was found within a look, and the looks that make up for it are due.
    }
    boolean samples = options.sampleNs() > 0 && !options.ueventsOnly();
    long untilSample = samples ? nextSampleMonoNs - clocks.monotonicNs() : 1_000_000_000L;
    return Math.max(0, Math.min(1_000_000_000L, untilSample));
  }

  private void rest() {
    if (controlFails || logFails) {
      LockSupport.parkNanos(FAILED_REST_NS);
    }
  }

  private void turn(Recorder recorder) throws IOException {
    readUevents(recorder);
    readLog(recorder);
    if (lossTold) {
      lossTold = false;
      lookAtAll(recorder, true);
    } else if (options.sampleNs() > 0 && clocks.monotonicNs() >= nextSampleMonoNs) {
      lookAtAll(recorder, false);
    } else {
      lookAtWhatChanged(recorder);
    }
    lookAtDisks(recorder);
  }

  /**
   * Looks at everything, until no uevent came while it was looked at. Then the event numbers in the
   * journal count the events in it, and the next recording can tell how many it missed.
   */
  private void lastTurn(Recorder recorder) throws IOException {
    readUevents(recorder);
    readLog(recorder);
    boolean again = lossTold;
    lossTold = false;
    lookAtAll(recorder, again); // It reads uevents too, and so may find another loss.
    for (int i = 0; i < LAST_TURNS && poller.await(0) > 0; i++) {
      readUevents(recorder);
      readLog(recorder);
      lookAtWhatChanged(recorder);
      lookAtDisks(recorder);
    }
    if (lossTold) {
      lossTold = false;
      lookAtAll(recorder, true);
    }
  }

  // Messages.

  private void readUevents(Recorder recorder) throws IOException {
    int mostQueued = uevents.receiveBufferBytes() / LEAST_QUEUED_BYTES;
    for (int i = 0; i < MESSAGES_A_TURN; i++) {
      UeventSocket.Received received = uevents.receive();
      if (received == UeventSocket.Received.NONE) {
        Stamp now = stamp();
        settleOverrun(recorder, now);
        ueventsQuiet = now;
        return;
      }
      if (received == UeventSocket.Received.OVERRUN) {
        overrun = true;
        readSinceOverrun = 0;
      } else {
        uevent(recorder);
        // In a flood that never lets the queue run dry, what lay before the hole is read by now.
        if (overrun && ++readSinceOverrun > mostQueued) {
          settleOverrun(recorder, stamp());
        }
      }
    }
  }

  /** Counts what was lost. The hole lies after the messages then queued, so those come first. */
  private void settleOverrun(Recorder recorder, Stamp now) throws IOException {
    if (!overrun) {
      return;
    }
    overrun = false;
    long drops = uevents.drops();
    long lost = (drops - countedDrops) & 0xffffffffL;
    countedDrops = drops;
    if (lost > 0) {
      tellLoss(
          recorder,
          new Observation.Lost(
              now, ueventsQuiet, Source.UEVENT, lost, "the uevent socket's buffer was full"));
    }
  }

  private void uevent(Recorder recorder) throws IOException {
    boolean fromUdev = (uevents.groups() & 2) != 0;
    if (fromUdev ? uevents.senderUid() != 0 : uevents.senderPort() != 0) {
      refused++;
      return;
    }
    if (uevents.truncated()) {
      tellLoss(
          recorder,
          new Observation.Lost(
              stamp(), ueventsQuiet, Source.UEVENT, 1, "a uevent was too long to be read whole"));
      return;
    }
    if (!fromUdev && !Uevent.concernsBlockDevices(uevents.message())) {
      return;
    }
    int pid = uevents.senderPid();
    observe(
        recorder,
        new Observation.UeventSeen(
            stamp(),
            fromUdev,
            pid,
            uevents.senderUid(),
            pid > 0 && !fromUdev ? commandOf(pid) : "",
            Bytes.of(uevents.message())));
  }

  private static String commandOf(int pid) {
    try {
      return Files.readString(
              Path.of("/proc", Integer.toString(pid), "comm"), StandardCharsets.ISO_8859_1)
          .strip();
    } catch (IOException e) {
      return ""; // It has ended.
    }
  }

  private void readLog(Recorder recorder) throws IOException {
    if (log == null) {
      return;
    }
    for (int i = 0; i < MESSAGES_A_TURN; i++) {
      KernelLog.Received received;
      try {
        received = log.receive();
      } catch (KernelException e) {
        if (!logFails) {
          logFails = true;
          lost(recorder, Source.KMSG, logQuiet, e);
        }
        return;
      }
      logFails = false;
      if (received == KernelLog.Received.NONE) {
        logQuiet = stamp();
        return;
      }
      if (received == KernelLog.Received.MESSAGE) {
        logRecord(recorder, Bytes.of(log.message()));
      } else if (logSeq < 0) {
        // No record was read yet from whose number the loss could be counted.
        logLost(recorder, -1);
      }
    }
  }

  private void logRecord(Recorder recorder, Bytes record) throws IOException {
    long seq = LogSequence.of(record);
    if (logSeq >= 0 && seq > logSeq + 1) {
      logLost(recorder, seq - logSeq - 1);
    }
    logSeq = seq >= 0 ? seq : logSeq;
    if (LogSequence.isDeviceMapper(record)) {
      recorder.accept(new Observation.LogRead(stamp(), record));
    }
  }

  private void logLost(Recorder recorder, long count) throws IOException {
    tellLoss(
        recorder,
        new Observation.Lost(
            stamp(),
            logQuiet,
            Source.KMSG,
            count,
            "the kernel log was overwritten before it was read"));
  }

  /** In its place among what is read; the looks that make up for it come when all is read. */
  private void tellLoss(Recorder recorder, Observation.Lost loss) throws IOException {
    lossTold = true;
    observe(recorder, loss);
  }

  private void observe(Recorder recorder, Observation observation) throws IOException {
    if (held == null) {
      recorder.accept(observation);
    } else {
      held.add(observation);
    }
  }

  /** A source could not be asked: said once, when it begins. */
  private void lost(Recorder recorder, Source source, Stamp since, KernelException e)
      throws IOException {
    recorder.accept(
        new Observation.Lost(stamp(), since, source, -1, String.valueOf(e.getMessage())));
  }

  // Looks.

  /** One round of looks at every device; {@code always} tells also of what is as it was. */
  private void lookAtAll(Recorder recorder, boolean always) throws IOException {
    Stamp began = stamp();
    boolean complete = !options.ueventsOnly();
    if (eyes != null) {
      if (always) {
        eyes.forget();
      }
      complete = list(recorder, always);
      takeWanted(recorder);
      for (DevNo dev : controlFails ? List.<DevNo>of() : eyes.devices()) {
        boolean told = wanted.remove(dev) || recorder.wantsAgain(dev) || always;
        complete &= look(recorder, dev, told);
      }
      complete &= lookAtWanted(recorder);
    } else if (!options.ueventsOnly()) {
      takeWanted(recorder);
      lookThroughSysfs(recorder, always);
      wanted.clear();
    }
    lookAtDisks(recorder);
    if (complete && !lossTold) {
      recorder.accept(new Observation.Sampled(stamp(), began));
    }
    long tookNs = clocks.monotonicNs() - began.monoNs();
    nextSampleMonoNs =
        clocks.monotonicNs()
            + Math.max(options.sampleNs() - tookNs, Math.max(1, tookNs) * REST_FACTOR);
  }

  private void lookAtWhatChanged(Recorder recorder) throws IOException {
    if (eyes != null && control != null) {
      if (!controlFails && poller.readable(control.fd())) {
        list(recorder, false);
      }
      lookAtWanted(recorder);
    } else if (!options.ueventsOnly()) {
      takeWanted(recorder);
      if (!wanted.isEmpty()) {
        lookThroughSysfs(recorder, false);
      }
    }
    wanted.clear();
  }

  /** Asks for the list of devices; false where the control device fails. */
  private boolean list(Recorder recorder, boolean always) throws IOException {
    Stamp began = stamp();
    Observation listed;
    try {
      if (control != null) {
        control.arm();
      }
      listed = eyes == null ? null : eyes.list(always);
    } catch (KernelException e) {
      if (!controlFails) {
        controlFails = true;
        lost(recorder, Source.DM, began, e);
      }
      return false;
    }
    controlFails = false;
    accept(recorder, listed);
    return true;
  }

  /** Looks at one device; false where that fails, which ends nothing but this look. */
  private boolean look(Recorder recorder, DevNo dev, boolean always) throws IOException {
    Stamp began = stamp();
    for (int looks = 0; ; looks++) {
      Observation seen;
      try {
        seen = eyes == null ? null : eyes.look(dev, looks > 0 || always || failing.contains(dev));
      } catch (KernelException e) {
        if (failing.add(dev)) {
          lost(recorder, Source.DM, began, e);
        }
        return false;
      }
      failing.remove(dev);
      // Another life may have had a new device's number before: its uevents wait, and come first.
      boolean mayBeOutdated = looks < LOOKS_AT_NEW && recorder.isNew(seen);
      List<Observation> behind = mayBeOutdated ? readBehind(recorder) : List.of();
      boolean isOutdated = behind.stream().anyMatch(each -> isKernelUevent(each, dev));
      if (!isOutdated) {
        accept(recorder, seen);
      }
      acceptAll(recorder, behind);
      if (!isOutdated) {
        return true;
      }
    }
  }

  /** Reads the uevents that wait, as they are to be accepted behind a look. */
  private List<Observation> readBehind(Recorder recorder) throws IOException {
    List<Observation> behind = new ArrayList<>();
    boolean isRead = false;
    held = behind;
    try {
      readUevents(recorder);
      isRead = true;
    } finally {
      held = null;
      if (!isRead) {
        acceptAll(recorder, behind);
      }
    }
    return behind;
  }

  private static void acceptAll(Recorder recorder, List<Observation> observations)
      throws IOException {
    for (Observation each : observations) {
      recorder.accept(each);
    }
  }

  private static boolean isKernelUevent(Observation observation, DevNo dev) {
    try {
      return observation instanceof Observation.UeventSeen uevent
          && !uevent.udev()
          && dev.equals(Uevent.decode(uevent.message().buffer()).devNo());
    } catch (DecodeException e) {
      return false; // Whoever interprets it says so.
    }
  }

  private boolean lookAtWanted(Recorder recorder) throws IOException {
    boolean complete = true;
    // A look may want others: those of the devices below.
    for (takeWanted(recorder); !wanted.isEmpty(); takeWanted(recorder)) {
      List<DevNo> turn = List.copyOf(wanted);
      wanted.clear();
      for (DevNo dev : controlFails ? List.<DevNo>of() : turn) {
        complete &= look(recorder, dev, true);
      }
    }
    return complete;
  }

  private void takeWanted(Recorder recorder) {
    recorder.takeWanted(wanted);
  }

  private void lookThroughSysfs(Recorder recorder, boolean always) throws IOException {
    Map<DevNo, List<Object>> present = new HashMap<>();
    for (long number : sysfs.mappedDevices()) {
      Stamp began = stamp();
      Sysfs.BlockDevice block = sysfs.blockDevice(number);
      if (block != null && block.dmName() != null) {
        Observation.SysfsLooked look = sysfsLook(DevNo.decode(number), block, began);
        List<Object> shown =
            List.of(
                look.diskSeq(),
                look.readAheadKib(),
                look.name(),
                look.uuid(),
                look.suspended(),
                look.readOnly(),
                look.slaves());
        present.put(look.dev(), shown);
        boolean told = wanted.remove(look.dev()) || always;
        if (told || !shown.equals(sysfsSeen.get(look.dev()))) {
          recorder.accept(look);
        }
      }
    }
    for (DevNo gone : sysfsSeen.keySet()) {
      if (!present.containsKey(gone)) {
        Stamp at = stamp();
        recorder.accept(new Observation.Vanished(at, at, gone));
      }
    }
    sysfsSeen = present;
  }

  private Observation.SysfsLooked sysfsLook(DevNo dev, Sysfs.BlockDevice block, Stamp began) {
    byte[] name = block.dmName();
    byte[] uuid = block.dmUuid();
    return new Observation.SysfsLooked(
        stamp(),
        began,
        dev,
        block.diskseq(),
        (int) Math.min(Integer.MAX_VALUE, block.readAheadKib()),
        Bytes.of(name == null ? new byte[0] : name),
        Bytes.of(uuid == null ? new byte[0] : uuid),
        block.dmSuspended(),
        block.readOnly(),
        block.slaves().stream().map(DevNo::decode).toList());
  }

  private void lookAtDisks(Recorder recorder) throws IOException {
    recorder.takeWantedDisks(wantedDisks);
    if (options.ueventsOnly()) {
      wantedDisks.clear();
    }
    for (DevNo dev : wantedDisks) {
      Stamp began = stamp();
      Sysfs.BlockDevice block = sysfs.blockDevice(dev.encoded());
      if (block == null) {
        recorder.accept(new Observation.Vanished(stamp(), began, dev));
      } else if (!block.isMapped()) {
        recorder.accept(
            new Observation.DiskLooked(
                stamp(),
                began,
                dev,
                block.name(),
                block.wwid(),
                block.serial(),
                block.sizeSectors(),
                block.port()));
      }
    }
    wantedDisks.clear();
  }

  private static void accept(Recorder recorder, @Nullable Observation observation)
      throws IOException {
    if (observation != null) {
      recorder.accept(observation);
    }
  }

  private Stamp stamp() {
    return new Stamp(clocks.wallNs(), clocks.monotonicNs());
  }

  @Override
  public void close() {
    poller.close();
    if (control != null) {
      control.close();
    }
    if (log != null) {
      log.close();
    }
    uevents.close();
  }
}
