package dmrec.query;

import dmrec.bundle.FolderTree;
import dmrec.event.Actor;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.journal.Journal;
import dmrec.journal.JournalWriter;
import dmrec.journal.Journals;
import dmrec.target.DevNo;
import dmrec.target.Target;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happened to a stack, event by event, as a list, a journal and a topology. */
public final class Story {
  /** 2026-03-01T03:12:05Z. */
  public static final long T0 = 1_772_334_725_000_000_000L;

  public static final DevNo SDA = new DevNo(8, 0);
  public static final DevNo SDB = new DevNo(8, 16);

  private static final long SECOND_NS = 1_000_000_000L;

  private final List<EventRecord> records = new ArrayList<>();
  private long wallNs = T0;
  private Certainty certainty = Certainty.REPORTED;
  private long lookNs;
  private @Nullable Actor actor;

  /** The recording from the lab: LVM on a multipath device whose paths fail. */
  public static Story failover() throws Exception {
    Story story = new Story();
    story.records.addAll(Journals.storedEvents("failover"));
    return story;
  }

  public static DeviceRef mapped(int minor, long diskSeq, String name) {
    return new DeviceRef(new DevNo(254, minor), diskSeq, name, "");
  }

  /** A recording begins in a boot. */
  public Story boot(String bootId, String before) {
    return add(
        DeviceRef.NONE,
        new DmEvent.RecordingStarted(
            bootId,
            "6.1",
            "4.47.0",
            "0.1",
            "host",
            List.of("dm"),
            SECOND_NS,
            "receive",
            before,
            "",
            0));
  }

  public Story pass(long seconds) {
    wallNs += seconds * SECOND_NS;
    return this;
  }

  /** The next event is proved by two looks, so far apart. */
  public Story derived(long withinNs) {
    certainty = Certainty.DERIVED;
    lookNs = withinNs;
    return this;
  }

  /** A process is behind what follows, as probes tell; null for what nobody tells. */
  public Story by(@Nullable Actor process) {
    actor = process;
    return this;
  }

  public Story disk(DevNo dev, String name) {
    return add(DeviceRef.NONE, new DmEvent.DiskBaseline(dev, name, "naa." + name, "", 2048, ""));
  }

  public Story removed(DevNo dev, String name) {
    return add(DeviceRef.NONE, new DmEvent.DiskRemoved(dev, name));
  }

  /** A device is created and a table of one line is live. */
  public Story create(DeviceRef ref, String type, String params, String status, List<DevNo> uses) {
    add(ref, new DmEvent.DeviceCreated(false, false));
    return live(ref, type, params, status, uses);
  }

  public Story live(DeviceRef ref, String type, String params, String status, List<DevNo> uses) {
    return add(
        ref,
        new DmEvent.TableLive(List.of(new Target(0, 2048, type, params, status)), uses, false));
  }

  /** A multipath device with one group of these paths, all of which work. */
  public Story multipath(DeviceRef ref, boolean queues, List<DevNo> paths) {
    return create(
        ref, "multipath", multipathTable(queues, paths), multipathStatus(paths, ""), paths);
  }

  public static String multipathTable(boolean queues, List<DevNo> paths) {
    StringBuilder table = new StringBuilder(queues ? "1 queue_if_no_path" : "0");
    table.append(" 0 1 1 service-time 0 ").append(paths.size()).append(" 1");
    paths.forEach(path -> table.append(' ').append(path).append(" 1"));
    return table + " ";
  }

  /** A status in which the paths whose numbers are in {@code failed} are failed. */
  public static String multipathStatus(List<DevNo> paths, String failed) {
    StringBuilder status = new StringBuilder("2 0 0 0 1 1 A 0 ").append(paths.size()).append(" 0");
    paths.forEach(
        path ->
            status.append(' ').append(path).append(failed.contains(path + ",") ? " F 1" : " A 0"));
    return status + " ";
  }

  public Story fail(DeviceRef ref, DevNo path, String disk, int left) {
    return add(ref, new DmEvent.PathFailed(path, disk, left, 0));
  }

  public Story reinstate(DeviceRef ref, DevNo path, String disk, int valid) {
    return add(ref, new DmEvent.PathReinstated(path, disk, valid, 0));
  }

  public Story add(DeviceRef ref, DmEvent event) {
    return add(ref, event, 0);
  }

  public Story add(DeviceRef ref, DmEvent event, int marks) {
    wallNs += SECOND_NS;
    long seq = records.size() + 1L;
    records.add(
        EventRecord.of(event)
            .seq(seq)
            .at(wallNs, wallNs - T0)
            .notBeforeNs(lookNs == 0 ? 0 : wallNs - lookNs)
            .source(actor == null ? Source.DM : Source.PROBE)
            .actor(actor)
            .certainty(certainty)
            .marks(marks)
            .device(ref)
            .build());
    certainty = Certainty.REPORTED;
    lookNs = 0;
    return this;
  }

  public List<EventRecord> records() {
    return List.copyOf(records);
  }

  public long last() {
    return records.size();
  }

  /** The stack behind record {@code seq}. */
  public Topology at(long seq) {
    Topology stack = new Topology();
    for (EventRecord record : records) {
      if (record.seq() <= seq) {
        stack.apply(record);
      }
    }
    return stack;
  }

  public void write(Path folder) throws IOException {
    try (JournalWriter writer = JournalWriter.open(folder)) {
      for (EventRecord record : records) {
        writer.append(record);
      }
    }
  }

  /** What {@code why} prints at the end. */
  public String why(String device) throws Exception {
    return why(device, last());
  }

  public String why(String device, long seq) throws Exception {
    Topology stack = at(seq);
    StringBuilder text = new StringBuilder();
    ask(
        past -> {
          for (Explanation explanation : Explanation.of(stack, stack.wallNs(), past, device)) {
            text.append(
                ExplanationText.draw(
                    explanation, ZoneOffset.UTC, new StackTree.Options(false, false)));
          }
        });
    return text.toString();
  }

  /** Asks a journal of all events. */
  interface Question {
    void ask(EventSearch past) throws Exception;
  }

  void ask(Question question) throws Exception {
    Path folder = Files.createTempDirectory("dmrec-story");
    try {
      write(folder);
      try (Journal journal = Journal.open(folder)) {
        question.ask(new EventSearch(journal));
      }
    } finally {
      FolderTree.delete(folder);
    }
  }
}
