package dmrec.record;

import dmrec.decode.ProbeLine;
import dmrec.event.Actor;
import dmrec.event.KernelText;
import dmrec.event.Source;
import dmrec.kernel.Clocks;
import dmrec.kernel.DmProbes;
import dmrec.kernel.KernelException;
import dmrec.kernel.KernelSymbols;
import dmrec.kernel.Poller;
import dmrec.kernel.ProbeHit;
import dmrec.kernel.ProbeInstance;
import dmrec.kernel.ProcessFacts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * The hits of the kernel's probes. It is read before anything else that was read at the same time
 * is accepted: what a probe tells had happened before a uevent or a snapshot can show it.
 *
 * <p>One thread.
 */
final class ProbeSource implements ProbeInstance.Handler, AutoCloseable {
  /** Of the instance and of the group of definitions. */
  private static final String NAME = "dmrec";

  /** For all CPUs together: some 300,000 hits. */
  private static final int BUFFERS_KIB = 16 * 1024;

  /** How long what /proc said of a thread is used again: a number is hardly reused so soon. */
  private static final long PROCESS_NS = 100_000_000L;

  /** A hit is stamped before it is written, and can be read so much later at most, as a rule. */
  private static final long WRITTEN_NS = 1_000_000L;

  /** A hit that much older than one that was handed on is of no use any more. */
  private static final long STALE_NS = 5_000_000_000L;

  private static final int MOST_PROCESSES = 256;

  private static final long SECOND_NS = 1_000_000_000L;

  /** A difference of clocks is measured better than this. */
  private static final long MEASURED_NS = 1_000_000L;

  /** A hit, and the how many-th it is of those that were read. */
  private record Arrived(ProbeHit hit, long number) {}

  /** What /proc said of a thread, and when. */
  private record Known(Actor process, long monoNs) {}

  private final DmProbes probes;
  private final Clocks clocks;

  /** What was read, oldest first, also where it was read behind newer hits. */
  private final PriorityQueue<Arrived> hits =
      new PriorityQueue<>(
          Comparator.comparingLong((Arrived each) -> each.hit().bootNs())
              .thenComparingLong(Arrived::number));

  private long arrivals;
  private final Map<Integer, Known> processes = new HashMap<>();
  private final LongSupplier arms;
  private final ProbeInstance instance;
  private final Poller poller;
  private long lost;
  private long lostInAll;
  private long missed;
  private long readMonoNs;
  private long beginsMonoNs;
  private long handedOnMonoNs;
  private boolean isFailing;
  private Stamp began;

  // Whether the probes see: each arming of the control device is seen by one of them.
  private long armsSeen;
  private long beats;
  private boolean isBlind;
  private Stamp lastBeat;

  // What added to the boot's clock makes the others.
  private long toWallNs;
  private long toMonoNs;
  private long measuredMonoNs;

  private ProbeSource(DmProbes probes, ProbeInstance instance, Clocks clocks, LongSupplier arms)
      throws KernelException {
    this.probes = probes;
    this.arms = arms;
    this.instance = instance;
    this.clocks = clocks;
    this.poller = Poller.open(instance.fd());
    measure();
    this.began = new Stamp(clocks.wallNs(), clocks.monotonicNs());
    this.lastBeat = began;
    this.armsSeen = arms.getAsLong();
  }

  /**
   * Places the probes.
   *
   * @param arms how often this thread has armed the control device
   * @throws KernelException where this kernel or these privileges allow none
   */
  static ProbeSource open(Clocks clocks, LongSupplier arms) throws KernelException {
    DmProbes probes = DmProbes.open();
    ProbeInstance instance = probes.place(NAME, BUFFERS_KIB);
    try {
      return new ProbeSource(probes, instance, clocks, arms);
    } catch (KernelException | RuntimeException | Error e) {
      instance.close();
      throw e;
    }
  }

  /** Polls readable while there is something to read. */
  int fd() {
    return instance.fd();
  }

  /** A recording begins: what happened before it is no part of it. */
  void begin(long monoNs) {
    beginsMonoNs = monoNs;
  }

  /** Whether the buffers could not be read last. */
  boolean isFailing() {
    return isFailing;
  }

  /** Hands on what happened until {@code untilMonoNs}, oldest first. */
  void read(Intake intake, long untilMonoNs) throws IOException {
    if (readMonoNs > untilMonoNs + WRITTEN_NS) {
      handOn(intake, untilMonoNs);
      return;
    }
    boolean isCheckDue = clocks.monotonicNs() - measuredMonoNs > SECOND_NS;
    long armsBefore = arms.getAsLong();
    readMonoNs = clocks.monotonicNs();
    long readBootNs;
    do {
      readBootNs = drain(intake);
      handOn(intake, Math.min(untilMonoNs, monoOf(readBootNs)));
    } while (monoOf(readBootNs) < untilMonoNs && !isFailing);
    began = new Stamp(readMonoNs - toMonoNs + toWallNs, readMonoNs);
    if (isCheckDue) {
      measure();
      check(intake, armsBefore);
    }
  }

  private long monoOf(long bootNs) {
    return bootNs == Long.MAX_VALUE ? bootNs : bootNs + toMonoNs;
  }

  private void handOn(Intake intake, long untilMonoNs) throws IOException {
    for (Arrived next = hits.peek();
        next != null && monoOf(next.hit().bootNs()) <= untilMonoNs;
        next = hits.peek()) {
      hits.remove();
      long monoNs = monoOf(next.hit().bootNs());
      if (monoNs < handedOnMonoNs - STALE_NS) {
        lost(next.hit().cpu(), 1, 0); // Nobody read that CPU until now; everything has moved on.
      } else if (monoNs >= beginsMonoNs) {
        handedOnMonoNs = Math.max(handedOnMonoNs, monoNs);
        intake.accept(observation(intake, next.hit()));
      }
    }
  }

  /**
   * Takes what is in the buffers, or a part where they hold much; a page that cannot be read is a
   * loss.
   *
   * @return as {@link ProbeInstance#read}
   */
  private long drain(Intake intake) throws IOException {
    String reason = "the probes' buffer was full";
    long untilNs = Long.MAX_VALUE;
    try {
      if (poller.await(0) > 0) {
        untilNs = instance.read(this);
      }
      isFailing = false;
    } catch (KernelException e) {
      reason = e.getMessage();
      if (!isFailing && lost == 0) {
        tellLoss(intake, began, -1, reason);
      }
      isFailing = true;
    }
    if (lost > 0) {
      long count = lost;
      lost = 0;
      tellLoss(intake, began, count, reason);
    }
    return untilNs;
  }

  @Override
  public void hit(ProbeHit hit) {
    if (hit.name().equals(DmProbes.BEAT)) {
      beats++;
    } else {
      hits.add(new Arrived(hit, arrivals++));
    }
  }

  @Override
  public void lost(int cpu, long count, long afterBootNs) {
    lost += count;
    lostInAll += count;
  }

  private static void tellLoss(Intake intake, Stamp since, long count, String reason)
      throws IOException {
    intake.acceptLoss(new Observation.Lost(intake.stamp(), since, Source.PROBE, count, reason));
  }

  /**
   * Holds what was seen against what must have been. Probes go blind without an error: {@code
   * kernel.ftrace_enabled}, the switch of kprobes in debugfs, {@code trace-cmd reset}.
   */
  private void check(Intake intake, long armsBefore) throws IOException {
    long missedNow = instance.missed();
    if (missedNow > missed) {
      tellLoss(intake, lastBeat, missedNow - missed, "a probe was hit while it had no room");
    }
    missed = missedNow;
    if (armsBefore > armsSeen) {
      boolean sees = beats > 0;
      beats = 0;
      armsSeen = armsBefore;
      if (sees == isBlind) {
        tellLoss(
            intake,
            lastBeat,
            -1,
            sees ? "the kernel's probes see again" : "the kernel's probes were switched off");
        isBlind = !sees;
      }
      if (sees) {
        lastBeat = intake.stamp();
      }
    }
    try {
      place();
    } catch (KernelException e) {
      // Tried again at the next check; until then what they would tell is found by polling.
    }
  }

  /** Places the probes that somebody removed, and those of modules that were loaded since. */
  private void place() throws KernelException {
    if (!instance.isIntact() && isBlind) {
      instance.restore();
    }
    probes.addTo(instance);
  }

  /** How they fare; what was missed and whether they see is as of the last check. */
  ProbeCounts counts() {
    return new ProbeCounts(
        arrivals, lostInAll, missed, isBlind, instance.placed(), instance.missing());
  }

  /** The probes that this kernel refused, and why the first one was; empty where it took all. */
  String refused() {
    List<ProbeInstance.Refused> refused = instance.refused();
    return refused.isEmpty()
        ? ""
        : refused.stream().map(ProbeInstance.Refused::name).collect(Collectors.joining(", "))
            + " ("
            + refused.get(0).why()
            + ")";
  }

  private Observation.ProbeSeen observation(Intake intake, ProbeHit hit) {
    Stamp at = intake.stamp();
    Stamp happened = new Stamp(hit.bootNs() + toWallNs, hit.bootNs() + toMonoNs);
    ProbeLine.Writer line = new ProbeLine.Writer(hit.name());
    line.number("cpu", hit.cpu()).number("tid", hit.tid()).number("flags", hit.flags());
    for (ProbeHit.Field field : hit.fields()) {
      if (field.name().startsWith("__")) {
        continue; // Where the probe itself stands.
      }
      if (field.name().equals("from")) {
        KernelSymbols.Symbol caller = probes.caller(field.number());
        line.text("module", caller.module()).text("function", caller.name());
      } else if (field.name().equals("mode")) {
        line.text("mode", probes.modeName(hit.name(), field.number()));
      } else if (field.text() != null) {
        line.text(field.name(), decoded(field.text()));
      } else {
        line.number(field.name(), withoutAddress(field.number()));
      }
    }
    boolean isProcess =
        !ProbeHit.isInInterrupt(hit.flags()) && !hit.name().endsWith(DmProbes.RETURN);
    return new Observation.ProbeSeen(
        at, happened, line.line(), isProcess ? processOf(hit, at.monoNs()) : null);
  }

  /** A pointer that is no error is written as 0: journals are given to strangers. */
  private static long withoutAddress(long number) {
    return number < 0 && !ProbeHit.isError(number) ? 0 : number;
  }

  /** Who ran; of a process that is gone, what was known of it or what the probe itself saw. */
  private Actor processOf(ProbeHit hit, long monoNs) {
    String command = hit.text("comm");
    String name = command == null ? "" : decoded(command);
    Known known = processes.get(hit.tid());
    if (known != null
        && (command == null || known.process().command().equals(name))
        && monoNs - known.monoNs() < PROCESS_NS) {
      return known.process();
    }
    ProcessFacts facts = ProcessFacts.read(hit.tid());
    boolean isAnother =
        facts.startNs() > hit.bootNs()
            || (command != null && !name.equals(decoded(facts.command())));
    if (isAnother) {
      facts = ProcessFacts.unknown(hit.tid());
    }
    Actor process =
        new Actor(
            Actor.Relation.CONTEXT,
            facts.pid(),
            facts.startNs(),
            hit.tid(),
            hasUid(hit) ? (int) hit.number("uid") : facts.uid(),
            facts.loginUid(),
            command == null ? decoded(facts.command()) : name,
            decoded(facts.executable()),
            facts.parentPid(),
            decoded(facts.parentCommand()),
            decoded(facts.unit()));
    if (processes.size() >= MOST_PROCESSES) {
      processes.clear();
    }
    processes.put(hit.tid(), new Known(process, monoNs));
    return process;
  }

  /** Whether the probe fetched the user who opened the control device. */
  private static boolean hasUid(ProbeHit hit) {
    return hit.fields().stream().anyMatch(field -> field.name().equals("uid"));
  }

  private static String decoded(String bytes) {
    return KernelText.decode(bytes.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Reads the clocks between each other, and believes the reading that took the least time. */
  private void measure() {
    long leastNs = Long.MAX_VALUE;
    long asleepNs = toMonoNs;
    for (int i = 0; i < 5; i++) {
      long monoNs = clocks.monotonicNs();
      long bootNs = clocks.bootTimeNs();
      long wallNs = clocks.wallNs();
      long tookNs = clocks.monotonicNs() - monoNs;
      if (tookNs < leastNs) {
        leastNs = tookNs;
        toMonoNs = monoNs + tookNs / 2 - bootNs;
        toWallNs = wallNs - bootNs;
      }
    }
    // The two differ by the time asleep, so what is less is the measurement's own error.
    if (Math.abs(toMonoNs - asleepNs) < MEASURED_NS) {
      toMonoNs = asleepNs;
    }
    measuredMonoNs = clocks.monotonicNs();
  }

  @Override
  public void close() {
    poller.close();
    instance.close();
  }
}
