package dmrec.record;

import dmrec.decode.DeviceList;
import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of devices besides their state: which life of a device number is meant, when it was
 * last seen and last not there, and what waits for its next snapshot.
 *
 * <p>The kernel gives a number to a new device as soon as the old one is gone. Everything kept by
 * number belongs to one life, so it is kept in one place and forgotten at once.
 */
final class DeviceTracker {
  /** The {@code add} uevents of devices that no snapshot has shown yet. */
  private final Map<DevNo, Hint> added = new HashMap<>();

  /** The devices of the last list. */
  private final Map<DevNo, DeviceList.Entry> listed = new HashMap<>();

  /** The devices whose end was seen before their beginning was told, in order. */
  private final Map<DevNo, ShortLife> shortLives = new LinkedHashMap<>();

  /** The devices with paths that wait for their uevents, in order. */
  private final Set<DevNo> awaiting = new LinkedHashSet<>();

  /** When the last uevent of each device was read whose event number no round has confirmed. */
  private final Map<DevNo, Raised> raised = new LinkedHashMap<>();

  /** The last life of each number whose end a probe told. */
  private final Map<DevNo, DeviceRef> ended = new HashMap<>();

  private final EventWriter events;
  private final PollRequests requests;
  private final Map<DevNo, Memory> memories = new HashMap<>();
  private final Map<DevNo, Long> absentNs = new HashMap<>();
  private long listBeganNs;
  private long sampleBeganNs;
  private long generation;
  private long wentOnNs;

  /** What is remembered of a device besides its state. */
  static final class Memory {
    long lookBeganNs;
    boolean changeSeen;
    @Nullable List<Target> doubted;
    boolean doubtsClear;
    boolean usagePending;

    /** The group of paths that I/O left when none became current; 0 where one is. */
    int groupLeft;

    /** Whether the mirrors of the live table were told to be in sync. */
    boolean inSyncTold;

    final UsageBudget usage = new UsageBudget();

    final PathEventDeduplicator.Paths paths = new PathEventDeduplicator.Paths();

    /** A new table is live. */
    void startOver() {
      groupLeft = 0;
      inSyncTold = false;
    }

    /** Whether the topology is knowingly behind the last snapshot. */
    boolean isUnsettled() {
      return doubted != null || doubtsClear || usagePending;
    }
  }

  /** When a device's last event was read, on the boot's clock. */
  private static final class Raised {
    private long monoNs;
  }

  /** An {@code add} uevent of a device that no snapshot has shown yet. */
  record Hint(long diskSeq, Bytes message) {}

  /**
   * A device that was listed and gone at the snapshot. Its uevents may not have been read yet;
   * where it never had a table there are none.
   */
  record ShortLife(DeviceList.Entry entry, long absentSinceNs, Stamp goneAt) {}

  DeviceTracker(EventWriter events, PollRequests requests) {
    this.events = events;
    this.requests = requests;
  }

  /** A recording begins: nothing is remembered but the generation numbers that were given. */
  void clear() {
    memories.clear();
    added.clear();
    shortLives.clear();
    listed.clear();
    absentNs.clear();
    awaiting.clear();
    raised.clear();
    ended.clear();
    listBeganNs = 0;
    sampleBeganNs = 0;
    wentOnNs = 0;
  }

  /**
   * The recording goes on where another one ended.
   *
   * @param endNs wall clock of that end: what was known is how it was then
   * @param seq the number of the last record; so many generation numbers may be given at most, as
   *     each stands in a record of its own
   */
  void goOn(long endNs, long seq) {
    wentOnNs = endNs;
    listBeganNs = endNs;
    sampleBeganNs = endNs;
    generation = Math.min(generation, -seq);
  }

  /** The wall clock was set: every time remembered moves with it. */
  void shift(long byNs) {
    listBeganNs = shifted(listBeganNs, byNs);
    sampleBeganNs = shifted(sampleBeganNs, byNs);
    absentNs.replaceAll((dev, ns) -> shifted(ns, byNs));
    for (Memory memory : memories.values()) {
      memory.lookBeganNs = shifted(memory.lookBeganNs, byNs);
    }
  }

  /** 0 is none. */
  private static long shifted(long ns, long byNs) {
    return ns == 0 ? 0 : Math.max(1, ns + byNs);
  }

  Memory memory(DevNo dev) {
    return memories.computeIfAbsent(dev, d -> new Memory());
  }

  /** What is remembered of the device; null where that is nothing. */
  @Nullable Memory remembered(DevNo dev) {
    return memories.get(dev);
  }

  void forget(DevNo dev) {
    Memory memory = memories.remove(dev);
    if (memory != null && memory.lookBeganNs > 0) {
      // The last snapshot showed this life, so another was not there yet.
      absentNs.put(dev, memory.lookBeganNs);
    } else if (wentOnNs > 0) {
      absentNs.putIfAbsent(dev, wentOnNs);
    }
    awaiting.remove(dev);
    raised.remove(dev);
    added.remove(dev);
    shortLives.remove(dev);
    listed.remove(dev);
    requests.forget(dev);
  }

  /** A probe told the end of this life, whose uevents may still come. */
  void ended(DeviceRef ref) {
    ended.put(ref.dev(), ref);
  }

  /** Whether the end of that life was told: DISKSEQ only grows. */
  boolean isEnded(DevNo dev, long diskSeq) {
    DeviceRef last = ended.get(dev);
    return last != null && diskSeq > 0 && diskSeq <= last.diskSeq();
  }

  // Uevents.

  /** The device's {@code add} uevent was read, and no snapshot has shown it yet. */
  void added(DevNo dev, Hint hint) {
    added.put(dev, hint);
  }

  /** That uevent; null where none waits for a snapshot. */
  @Nullable Hint added(DevNo dev) {
    return added.get(dev);
  }

  void forgetAdded(DevNo dev) {
    added.remove(dev);
  }

  /** The device has raised an event, which its event number will count. */
  void raised(DevNo dev, long monoNs) {
    raised.computeIfAbsent(dev, each -> new Raised()).monoNs = monoNs;
  }

  /** The devices whose last event was read by then; each is told once. */
  List<DevNo> takeRaised(long untilMonoNs) {
    List<DevNo> taken = new ArrayList<>();
    raised.forEach(
        (dev, last) -> {
          if (last.monoNs <= untilMonoNs) {
            taken.add(dev);
          }
        });
    taken.forEach(raised::remove);
    return taken;
  }

  /** Paths of the device wait for their uevents. */
  void await(DevNo dev) {
    awaiting.add(dev);
  }

  void stopAwaiting(DevNo dev) {
    awaiting.remove(dev);
  }

  /** The devices with paths that wait, in order. */
  List<DevNo> awaiting() {
    return List.copyOf(awaiting);
  }

  // Lists and snapshots.

  /** These devices are all there are. */
  void listed(List<DeviceList.Entry> entries) {
    listed.clear();
    entries.forEach(entry -> listed.put(entry.dev(), entry));
  }

  Set<DevNo> listed() {
    return Collections.unmodifiableSet(listed.keySet());
  }

  boolean isListed(DevNo dev) {
    return listed.containsKey(dev);
  }

  /** What the last list says of the device; null where it is not on it. */
  DeviceList.@Nullable Entry entry(DevNo dev) {
    return listed.get(dev);
  }

  /** The device was listed, and gone at its snapshot; of several such lives the first is kept. */
  void livedShortly(ShortLife life) {
    shortLives.putIfAbsent(life.entry().dev(), life);
  }

  /** Those lives, in order. */
  List<ShortLife> shortLives() {
    return List.copyOf(shortLives.values());
  }

  @Nullable ShortLife shortLife(DevNo dev) {
    return shortLives.get(dev);
  }

  void forgetShortLife(DevNo dev) {
    shortLives.remove(dev);
  }

  void listBegan(long wallNs) {
    listBeganNs = wallNs;
  }

  void sampleBegan(long wallNs) {
    sampleBeganNs = wallNs;
    listBeganNs = Math.max(listBeganNs, wallNs);
  }

  /** An unknown device is on the list. */
  void appeared(DevNo dev) {
    // The list before this one did not show it, unless that one's device is not polled yet.
    absentNs.putIfAbsent(dev, listBeganNs);
  }

  /** At {@code wallNs} no life of the device was there. */
  void wasAbsent(DevNo dev, long wallNs) {
    absentNs.put(dev, wallNs);
  }

  /** What is not on the list has no life whose beginning is still to be told. */
  void keepListed() {
    absentNs.keySet().retainAll(listed.keySet());
  }

  /** A snapshot has shown the device, and its beginning is told. */
  void shown(DevNo dev) {
    added.remove(dev);
    absentNs.remove(dev);
  }

  /** Wall clock of the last snapshot that showed the device as it is known. */
  long lastSeen(DevNo dev) {
    Memory memory = memories.get(dev);
    return Math.max(memory == null ? 0 : memory.lookBeganNs, sampleBeganNs);
  }

  /** Wall clock of the last moment at which this life of the device was not there. */
  long absentSince(DevNo dev) {
    return absentNs.getOrDefault(dev, listBeganNs);
  }

  /** A device's identity as far as it is known. */
  DeviceRef refOf(DevNo dev, long diskSeq) {
    DeviceRef known = events.topology().ref(dev);
    if (known == null) {
      DeviceRef last = ended.get(dev);
      known = last != null && diskSeq > 0 && diskSeq == last.diskSeq() ? last : null;
    }
    return known != null && isSameLife(known.diskSeq(), diskSeq)
        ? completed(known, diskSeq)
        : new DeviceRef(dev, diskSeq, "", "");
  }

  static DeviceRef completed(DeviceRef ref, long diskSeq) {
    return ref.diskSeq() > 0 || diskSeq <= 0
        ? ref
        : new DeviceRef(ref.dev(), diskSeq, ref.name(), ref.uuid());
  }

  /** Tells of the birth of a device that no snapshot has shown; a list may have shown its name. */
  DeviceRef bornUnseen(DevNo dev, long diskSeq, Hint hint) throws IOException {
    ShortLife gone = shortLives.get(dev);
    DeviceList.Entry entry = gone == null ? listed.get(dev) : gone.entry();
    DeviceRef ref = new DeviceRef(dev, diskSeq, entry == null ? "" : entry.name(), "");
    events.emit(
        Source.UEVENT,
        Certainty.REPORTED,
        absentSince(dev),
        ref,
        new DmEvent.DeviceCreated(false, false),
        hint.message());
    return ref;
  }

  /** The snapshot's identity, with a generation number where the kernel has none. */
  DeviceRef identified(DeviceRef ref) {
    return ref.diskSeq() > 0 ? ref : new DeviceRef(ref.dev(), --generation, ref.name(), ref.uuid());
  }

  static boolean isSameLife(long known, long told) {
    return known <= 0 || told <= 0 || known == told;
  }
}
