package dmrec.record;

import dmrec.event.DmEvent;
import dmrec.event.UeventBacklog;
import dmrec.kernel.Clocks;
import dmrec.kernel.DmControl;
import dmrec.kernel.HostFacts;
import dmrec.kernel.KernelException;
import dmrec.kernel.KernelLog;
import dmrec.kernel.MachineId;
import dmrec.kernel.MemoryLock;
import dmrec.kernel.Poller;
import dmrec.kernel.Sysfs;
import dmrec.kernel.UeventReceiver;
import dmrec.kernel.UeventSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the kernel's sources, one after the other, and hands what they say to a {@link Recorder}.
 *
 * <p>Subscribe first, then poll everything, then wait: nothing falls between. A turn after each
 * wake:
 *
 * <ol>
 *   <li>read the uevents: the kernel sends one before it counts the event of a device;
 *   <li>read the kernel log;
 *   <li>where something was lost, poll everything; where it is time, poll everything for changes;
 *       else arm, list, and poll what changed;
 *   <li>read the disks that this made interesting.
 * </ol>
 *
 * <p>What raises no event is found by a round of polls every {@link RecordingOptions#sampleNs}. One
 * thread runs it; {@link #stop} and {@link #wake} may come from any.
 */
public final class RecordingLoop implements AutoCloseable {
  /** Time between two questions to a source that fails; its descriptor may poll readable. */
  private static final long FAILED_REST_NS = 100_000_000L;

  /** Until a device is polled to which something happened, as more may happen to it at once. */
  private static final long AGAIN_NS = 2_000_000L;

  /** Rounds of polls are never given more than a third of the time. */
  private static final int REST_FACTOR = 2;

  /** A stack that is never quiet must not keep the recording from ending. */
  private static final int LAST_TURNS = 8;

  private static final long SECOND_NS = 1_000_000_000L;

  private final RecordingOptions options;
  private final Clocks clocks;
  private final UeventSource uevents;
  private final @Nullable KernelLogSource log;
  private final @Nullable ProbeSource probes;
  private final @Nullable DmControl control;
  private final @Nullable DevicePoller devices;
  private final @Nullable DiskPoller disks;
  private final Poller poller;
  private long nextPartMonoNs;
  private volatile @Nullable String stopReason;

  private RecordingLoop(
      RecordingOptions options,
      Clocks clocks,
      UeventSource uevents,
      @Nullable KernelLog log,
      @Nullable DmControl control,
      @Nullable ProbeSource probes)
      throws KernelException {
    this.options = options;
    this.clocks = clocks;
    this.uevents = uevents;
    this.log =
        log == null
            ? null
            : new KernelLogSource(log, new Stamp(clocks.wallNs(), clocks.monotonicNs()));
    this.control = control;
    this.probes = probes;
    this.poller =
        Poller.open(
            log == null ? -1 : log.fd(),
            control == null ? -1 : control.fd(),
            probes == null ? -1 : probes.fd());
    Sysfs sysfs = new Sysfs();
    this.devices =
        control != null
            ? new DmPoller(control, sysfs, clocks, uevents, poller)
            : options.ueventsOnly() ? null : new SysfsPoller(sysfs);
    this.disks = options.ueventsOnly() ? null : new DiskPoller(sysfs);
    uevents.receiver().wakeBy(poller::wake);
  }

  /**
   * Opens every source that can be had; {@code warning} gets one line that names the others.
   *
   * @throws KernelException where not even uevents can be had, or the kernel has no device-mapper
   */
  public static RecordingLoop open(RecordingOptions options, Consumer<String> warning)
      throws KernelException {
    if (options.lockMemory()) {
      MemoryLock.lockAll();
      WarmUp.run();
    }
    List<String> lacking = new ArrayList<>();
    UeventSocket socket =
        UeventSocket.open(
            options.udev() ? UeventSocket.Groups.KERNEL_AND_UDEV : UeventSocket.Groups.KERNEL,
            options.receiveBufferBytes());
    UeventSource uevents = UeventSource.of(socket, options.ringBytes());
    DmControl control = null;
    KernelLog log = null;
    ProbeSource probes = null;
    Clocks clocks = Clocks.open();
    try {
      control = options.ueventsOnly() ? null : openControl(lacking);
      log = options.kernelLog() ? openLog(lacking) : null;
      probes = options.probes() && control != null ? openProbes(clocks, control, lacking) : null;
      if (socket.receiveBufferBytes() < options.receiveBufferBytes()) {
        lacking.add(
            "a uevent buffer of "
                + options.receiveBufferBytes() / 1024
                + " KiB (it has "
                + socket.receiveBufferBytes() / 1024
                + "; what a burst loses is counted)");
      }
      if (!lacking.isEmpty()) {
        warning.accept(
            "recording without "
                + String.join(", without ", lacking)
                + "; 'dmrec doctor' says what that takes");
      }
      return new RecordingLoop(options, clocks, uevents, log, control, probes);
    } catch (KernelException | RuntimeException | Error e) {
      if (probes != null) {
        probes.close();
      }
      if (log != null) {
        log.close();
      }
      if (control != null) {
        control.close();
      }
      uevents.close();
      throw e;
    }
  }

  private static @Nullable ProbeSource openProbes(
      Clocks clocks, DmControl control, List<String> lacking) {
    try {
      ProbeSource probes = ProbeSource.open(clocks, control::arms);
      if (!probes.refused().isEmpty()) {
        lacking.add("the kernel probes " + probes.refused());
      }
      return probes;
    } catch (KernelException e) {
      lacking.add("exact moments and actors (kernel probes: " + e.getMessage() + ")");
      return null;
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

  // What others ask of it.

  /** Messages refused so far because their sender was not the kernel. */
  public long refused() {
    return uevents.refused();
  }

  /** Uevents lost so far as the kernel counts them. */
  public long queueDrops() throws KernelException {
    return uevents.socket().drops();
  }

  /** What waits in the uevent socket, in the kernel's bytes. */
  public long queuedBytes() throws KernelException {
    return uevents.socket().queuedBytes();
  }

  /** What of the ring behind the socket is taken, in bytes; by the loop's thread. */
  public long ringBytes() {
    return uevents.receiver().ringBytes();
  }

  /** What of socket and ring was taken at most so far. */
  public UeventBacklog backlog() {
    UeventReceiver receiver = uevents.receiver();
    return new UeventBacklog(
        receiver.highestQueuedBytes(),
        uevents.socket().receiveBufferBytes(),
        receiver.highestRingBytes(),
        receiver.ringSizeBytes());
  }

  /** How the kernel's probes fare; by the loop's thread. */
  public ProbeCounts probeCounts() {
    return probes == null ? ProbeCounts.NONE : probes.counts();
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

  // The loop.

  /**
   * Records until {@link #stop}.
   *
   * @param ready called once, when the first baseline is recorded
   * @param turn called after each turn of the loop, at least once a second
   */
  public void run(Recorder recorder, Runnable ready, Runnable turn) throws IOException {
    Intake intake = new Intake(recorder, clocks, probes);
    intake.accept(new Observation.Started(intake.stamp(), facts()));
    pollAll(intake, true);
    if (options.lockMemory()) {
      MemoryLock.faultIn();
    }
    ready.run();
    while (stopReason == null) {
      await(intake);
      turn(intake);
      turn.run();
    }
    lastTurn(intake);
    intake.accept(new Observation.Stopped(intake.stamp(), stopReason, refused(), backlog()));
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
    if (probes != null) {
      sources.add("probe");
    }
    return new DmEvent.RecordingStarted(
        host.bootId(),
        host.kernelRelease(),
        control == null ? "" : control.version().toString(),
        options.version(),
        host.hostName(),
        List.copyOf(sources),
        options.sampleNs(),
        "receive time",
        "",
        MachineId.read(),
        clocks.wallErrorNs());
  }

  private void await(Intake intake) throws IOException {
    long waitNs = waitNs(intake);
    poller.await(uevents.receiver().sleeps() ? waitNs : 0);
    uevents.receiver().wakesUp();
    if ((devices != null && devices.isFailing())
        || (log != null && log.isFailing())
        || (probes != null && probes.isFailing())) {
      LockSupport.parkNanos(FAILED_REST_NS);
    }
  }

  private long waitNs(Intake intake) {
    if (intake.isLossPending()) {
      return 0; // It was found within a poll, and the round that makes up for it is due.
    }
    if (intake.recorder().takeAgain()) {
      return AGAIN_NS;
    }
    return hasRounds()
        ? Math.max(0, Math.min(SECOND_NS, nextPartMonoNs - clocks.monotonicNs()))
        : SECOND_NS;
  }

  private boolean hasRounds() {
    return options.sampleNs() > 0 && !options.ueventsOnly();
  }

  private void turn(Intake intake) throws IOException {
    readMessages(intake);
    if (intake.takeLoss()) {
      pollAll(intake, true);
    } else if (hasRounds() && clocks.monotonicNs() >= nextPartMonoNs) {
      pollPart(intake);
    } else if (devices != null) {
      devices.pollChanged(intake);
    }
    pollDisks(intake);
  }

  private void readMessages(Intake intake) throws IOException {
    intake.catchUp(clocks.monotonicNs());
    uevents.read(intake);
    if (log != null) {
      log.read(intake);
    }
  }

  /** Polls everything; {@code always} tells also of what is as it was. */
  private void pollAll(Intake intake, boolean always) throws IOException {
    Stamp began = intake.stamp();
    boolean complete = devices != null && devices.pollAll(intake, always);
    polled(intake, began, complete ? began : null);
  }

  private void pollPart(Intake intake) throws IOException {
    Stamp began = intake.stamp();
    Stamp round = devices == null ? null : devices.pollPart(intake);
    if (devices != null && round != null) {
      boolean isAll = uevents.read(intake);
      devices.pollChanged(intake);
      round = isAll && !devices.isFailing() ? round : null;
    }
    polled(intake, began, round);
  }

  /**
   * @param round when the round of polls began that has ended; null where it goes on
   */
  private void polled(Intake intake, Stamp began, @Nullable Stamp round) throws IOException {
    pollDisks(intake);
    if (round != null && !intake.isLossPending()) {
      intake.accept(new Observation.Sampled(intake.stamp(), round));
    }
    long nowNs = clocks.monotonicNs();
    long tookNs = Math.max(1, nowNs - began.monoNs());
    nextPartMonoNs = nowNs + Math.max(options.sampleNs() - tookNs, tookNs * REST_FACTOR);
  }

  private void pollDisks(Intake intake) throws IOException {
    if (disks == null) {
      intake.recorder().forgetRequests();
    } else {
      disks.poll(intake);
    }
  }

  /**
   * Polls everything, until no uevent came meanwhile. Then the event numbers in the journal count
   * the events in it, and the next recording can tell how many it missed.
   */
  private void lastTurn(Intake intake) throws IOException {
    readMessages(intake);
    pollAll(intake, intake.takeLoss()); // It reads uevents too, and so may find another loss.
    for (int i = 0; i < LAST_TURNS && (intake.recorder().takeAgain() || hasMore()); i++) {
      readMessages(intake);
      if (devices != null) {
        devices.pollChanged(intake);
      }
      pollDisks(intake);
    }
    if (intake.takeLoss()) {
      pollAll(intake, true);
    }
  }

  private boolean hasMore() throws IOException {
    return poller.await(0) > 0 || !uevents.receiver().isDrained();
  }

  @Override
  public void close() {
    poller.close();
    if (probes != null) {
      probes.close();
    }
    if (control != null) {
      control.close();
    }
    if (log != null) {
      log.close();
    }
    uevents.close();
  }
}
