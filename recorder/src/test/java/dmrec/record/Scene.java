package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.JournalEntry;
import dmrec.event.Kind;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.topology.Device;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Plays a kernel: the devices there are, and what the recorder is told of them and when. */
final class Scene {
  /** One thing a second; an answer takes a millisecond. */
  static final long STEP_NS = 1_000_000_000L;

  private static final long ANSWER_NS = 1_000_000L;
  private static final long PROBE_NS = 1_000L;

  static final Actor DMSETUP =
      new Actor(
          Actor.Relation.CONTEXT,
          811,
          5_000_000_000L,
          812,
          0,
          1000,
          "dmsetup",
          "/usr/sbin/dmsetup",
          700,
          "bash",
          "session-4.scope");

  private static final long FIRST_NS = 1_772_334_725_000_000_000L;

  static final String BOOT = "boot";

  private final Journal journal = new Journal();
  final List<EventRecord> records = journal.records;
  Recorder recorder = new Recorder(journal, null);
  final Map<DevNo, State> devices = new TreeMap<>();
  private final Set<DevNo> alive = new HashSet<>();
  private long nowNs = FIRST_NS;
  private long setNs;
  private @Nullable Kind diesBefore;

  /** What a recorder that was killed would have gone on to know; null while it lives. */
  private @Nullable Topology dead;

  /** What a probe tells may hold up what is read behind it. */
  private boolean isProbed;

  private long ueventSeq;
  private final List<EventRecord> captured = new ArrayList<>();
  private @Nullable CaptureWriter capture;

  private final class Journal extends ListSink {
    @Override
    public long append(JournalEntry entry) throws IOException {
      EventRecord record = entry.asRecord();
      if (dead == null && record.kind() == diesBefore) {
        dead = super.topology().copy();
      }
      if (dead != null) {
        dead.apply(record.withSeq(dead.seq() + 1));
        return dead.seq(); // Nothing of it reaches the journal.
      }
      long seq = super.append(record);
      if (capture != null) {
        captured.add(record.withSeq(seq));
      }
      check(record);
      return seq;
    }

    @Override
    public Topology topology() {
      return dead == null ? super.topology() : dead;
    }
  }

  /** What holds for every event. */
  private void check(EventRecord record) {
    if (isProbed) {
      assertTrue(record.wallNs() <= nowNs);
    } else {
      assertEquals(nowNs, record.wallNs());
    }
    assertTrue(record.notBeforeNs() <= record.wallNs());
    DevNo dev = record.device().dev();
    if (record.event() instanceof DmEvent.RecordingStarted started) {
      if (!started.previousBootId().equals(started.bootId())) {
        alive.clear();
      }
    } else if (record.event() instanceof DmEvent.DeviceCreated) {
      assertTrue(alive.add(dev), () -> "a second device_created of " + dev);
    } else if (record.event() instanceof DmEvent.DeviceRemoved) {
      assertTrue(alive.remove(dev), () -> "a device_removed of " + dev + ", which is not there");
    } else if (record.event() instanceof DmEvent.Baseline) {
      alive.add(dev);
    }
  }

  /** Started, with the devices that are there already. */
  static Scene with(State... states) throws IOException {
    return new Scene().begun(states);
  }

  /** The same, and all that the recorder is told goes into a capture. */
  static Scene capturedIn(Path file, State... states) throws IOException {
    Scene scene = new Scene();
    CaptureWriter capture = CaptureWriter.create(file);
    scene.capture = capture;
    scene.recorder = new Recorder(scene.journal, capture);
    return scene.begun(states);
  }

  private Scene begun(State... states) throws IOException {
    started(BOOT);
    lookAtAll(states);
    records.clear();
    return this;
  }

  /** The recording ends, and its capture gives the same events. */
  void assertCaptured(Path file) throws IOException {
    stopped();
    Objects.requireNonNull(capture).close();
    ListSink second = new ListSink();
    Recorder recorderAgain = new Recorder(second, null);
    try (CaptureReader in = CaptureReader.open(file)) {
      for (Observation next = in.next(); next != null; next = in.next()) {
        recorderAgain.accept(next);
      }
    }
    List<EventRecord> again = second.records;
    for (int i = 0; i < Math.min(captured.size(), again.size()); i++) {
      assertEquals(captured.get(i), again.get(i));
    }
    assertEquals(captured.size(), again.size());
  }

  /** The recorder is killed before it writes such an event. */
  void dies(Kind before) {
    diesBefore = before;
  }

  /** Another recorder goes on from the journal; the last one may have ended in any way. */
  void restarted(String boot, State... states) throws IOException {
    if (dead != null) {
      diesBefore = null;
      dead = null;
    }
    later(STEP_NS);
    recorder = new Recorder(journal, null);
    started(boot);
    lookAtAll(states);
  }

  void started(String boot, String... sources) throws IOException {
    recorder.accept(
        new Observation.Started(
            stamp(),
            new DmEvent.RecordingStarted(
                boot,
                "6.1.0",
                "4.47.0",
                "test",
                "lab",
                sources.length == 0 ? List.of("uevent", "dm") : List.of(sources),
                STEP_NS,
                "",
                "",
                "",
                0)));
  }

  /** A first round of looks, at the devices there are. */
  void lookAtAll(State... states) throws IOException {
    devices.clear();
    for (State state : states) {
      devices.put(state.dev(), state);
    }
    list();
    for (State state : states) {
      look(state);
    }
    sampled();
  }

  Stamp stamp() {
    return new Stamp(nowNs, nowNs - setNs - FIRST_NS + 1_000_000_000L);
  }

  long nowNs() {
    return nowNs;
  }

  /** The wall clock is set. */
  void setClock(long byNs) {
    nowNs += byNs;
    setNs += byNs;
  }

  void later(long ns) {
    nowNs += ns;
  }

  /** Time goes on, then an answer is asked for: the moment it was asked. */
  private Stamp began() {
    later(STEP_NS);
    Stamp began = stamp();
    later(ANSWER_NS);
    return began;
  }

  /** The device is so now, and is looked at. */
  void look(State state) throws IOException {
    devices.put(state.dev(), state);
    Stamp began = began();
    recorder.accept(state.polled(began, stamp()));
  }

  /** As {@link #look}, and the recorder's picture must be the same. */
  void lookExactly(State state) throws IOException {
    look(state);
    Device shown = recorder.topology().device(state.dev());
    assertNotNull(shown);
    assertTrue(state.isShownBy(shown), () -> "expected " + state + "\nfound " + shown);
  }

  void vanished(State state) throws IOException {
    devices.remove(state.dev());
    Stamp began = began();
    recorder.accept(new Observation.Vanished(stamp(), began, state.dev()));
  }

  void list() throws IOException {
    Stamp began = began();
    recorder.accept(
        new Observation.Listed(stamp(), began, State.list(List.copyOf(devices.values()))));
  }

  void sampled() throws IOException {
    sampled(began());
  }

  /** A round of looks that began then ends now. */
  void sampled(Stamp began) throws IOException {
    recorder.accept(new Observation.Sampled(stamp(), began));
  }

  void lost(Source source, long count) throws IOException {
    Stamp began = began();
    recorder.accept(new Observation.Lost(stamp(), began, source, count, "test"));
  }

  void stopped() throws IOException {
    later(STEP_NS);
    recorder.accept(new Observation.Stopped(stamp(), "test", 0));
  }

  void kernelLog(long seq, String text) throws IOException {
    later(ANSWER_NS);
    recorder.accept(
        new Observation.LogRead(stamp(), Bytes.of("4," + seq + ",1000,-;device-mapper: " + text)));
  }

  void uevent(State state, String action, String... keys) throws IOException {
    ueventFrom(0, state, action, keys);
  }

  void ueventFrom(int pid, State state, String action, String... keys) throws IOException {
    later(ANSWER_NS);
    String path = "/devices/virtual/block/dm-" + state.dev().minor();
    List<String> message = new ArrayList<>(List.of(action + "@" + path));
    message.addAll(List.of("ACTION=" + action, "DEVPATH=" + path, "SUBSYSTEM=block"));
    message.addAll(List.of(keys));
    message.addAll(
        List.of(
            "MAJOR=" + state.dev().major(),
            "MINOR=" + state.dev().minor(),
            "DEVNAME=dm-" + state.dev().minor(),
            "DEVTYPE=disk"));
    if (state.diskSeq() > 0) {
      message.add("DISKSEQ=" + state.diskSeq());
    }
    message.add("SEQNUM=" + ++ueventSeq);
    recorder.accept(
        new Observation.UeventSeen(
            stamp(),
            false,
            pid,
            0,
            pid > 0 ? "forger" : "",
            Bytes.of(String.join("\0", message) + "\0")));
  }

  void path(State state, String action, String path, int valid, long seq) throws IOException {
    pathFrom(0, state, action, path, valid, seq);
  }

  void pathFrom(int pid, State state, String action, String path, int valid, long seq)
      throws IOException {
    ueventFrom(
        pid,
        state,
        "change",
        "DM_TARGET=multipath",
        "DM_ACTION=" + action,
        "DM_SEQNUM=" + seq,
        "DM_PATH=" + path,
        "DM_NR_VALID_PATHS=" + valid,
        "DM_NAME=" + state.name(),
        "DM_UUID=" + state.uuid());
  }

  /** A probe is hit in thread 812, which is dmsetup's, and read at once. */
  void probe(String line) throws IOException {
    int space = line.indexOf(' ');
    String name = space < 0 ? line : line.substring(0, space);
    hit(
        name + " cpu=0 tid=812 flags=0" + line.substring(name.length()),
        name.endsWith("_ret") ? null : DMSETUP);
  }

  /** A probe is hit and read at once. */
  void hit(String line, @Nullable Actor process) throws IOException {
    isProbed = true;
    later(PROBE_NS);
    recorder.accept(new Observation.ProbeSeen(stamp(), stamp(), Bytes.of(line), process));
  }

  /** The kinds so far, traces left out, and forgets them. */
  String kinds() {
    StringBuilder kinds = new StringBuilder();
    for (EventRecord record : records) {
      if (!record.kind().isTrace()) {
        kinds.append(kinds.length() == 0 ? "" : " ").append(record.kind().word());
      }
    }
    records.clear();
    return kinds.toString();
  }

  EventRecord only(Kind kind) {
    List<EventRecord> found = records.stream().filter(r -> r.kind() == kind).toList();
    assertEquals(1, found.size(), () -> kind + " in " + records);
    return found.get(0);
  }
}
