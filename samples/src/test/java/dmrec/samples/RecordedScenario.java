package dmrec.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.Main;
import dmrec.cli.host.Host;
import dmrec.event.DmEvent;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Mark;
import dmrec.journal.Damage;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.JournalWriter;
import dmrec.topology.Topology;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A scenario that is run once, and what holds for the recording of every scenario. */
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RecordedScenario {
  /** What comes with other events, or tells a state that no cause names. */
  static final Set<Kind> COMPANIONS =
      EnumSet.of(
          Kind.UEVENT,
          Kind.COUNTERS_CHANGED,
          Kind.STATUS_CHANGED,
          Kind.USAGE_CHANGED,
          Kind.TABLE_CHANGED,
          Kind.KERNEL_MESSAGE,
          Kind.DISK_BASELINE,
          Kind.RECORDING_STARTED,
          Kind.RECORDING_STOPPED);

  private static final int SHOWN = 12;

  private final String scenario;
  private final String[] arguments;
  private Path out = Path.of("");
  private List<EventRecord> events = List.of();
  private List<Cause> causes = List.of();

  RecordedScenario(String scenario, String... arguments) {
    this.scenario = scenario;
    this.arguments = arguments;
  }

  @BeforeAll
  void run() throws IOException {
    out = Lab.run(kernel(), scenario, arguments);
    causes = Cause.read(out.resolve("causes.tsv"));
    events = read(journal());
  }

  /** The series of the kernel that it runs on; empty: the lab's own choice. */
  String kernel() {
    return "";
  }

  /** The folder of what the scenario left. */
  Path out() {
    return out;
  }

  Path journal() {
    return out.resolve("journal");
  }

  List<EventRecord> events() {
    return events;
  }

  List<EventRecord> events(Kind kind) {
    return events.stream().filter(record -> record.kind() == kind).toList();
  }

  List<Cause> causes() {
    return causes;
  }

  static List<EventRecord> read(Path journal) throws JournalException {
    List<EventRecord> events = new ArrayList<>();
    try (Journal opened = Journal.open(journal);
        EventCursor cursor = opened.events(EventQuery.ALL)) {
      for (EventRecord next = cursor.next(); next != null; next = cursor.next()) {
        events.add(next);
      }
      assertEquals(Damage.NONE, cursor.damage());
    }
    return events;
  }

  // What holds for every scenario.

  @Test
  void recordingIsWholeAndEndsAsItShould() throws IOException {
    assertEquals("0", Files.readString(out.resolve("record.status")).strip());
    for (int i = 0; i < events.size(); i++) {
      assertEquals(i + 1, events.get(i).seq());
    }
    assertEquals(Kind.RECORDING_STARTED, events.get(0).kind());
    DmEvent.RecordingStopped end = (DmEvent.RecordingStopped) events.get(events.size() - 1).event();
    assertEquals("SIGINT", end.reason());
    List<EventRecord> starts = events(Kind.RECORDING_STARTED);
    int began = events.indexOf(starts.get(starts.size() - 1));
    assertEquals(events.size() - began, end.events());
  }

  @Test
  void eventsComeInTheOrderOfTime() {
    EventRecord before = events.get(0);
    for (EventRecord after : events) {
      boolean isLate = Mark.LATE.isIn(after.marks());
      assertTrue(isLate || before.monoNs() <= after.monoNs(), before + "\n" + after);
      assertTrue(after.notBeforeNs() <= after.wallNs(), after.toString());
      before = isLate ? before : after;
    }
  }

  @Test
  void dmsetupSaysWhatTheRealOneSaid() throws IOException {
    List<String> differences = new ArrayList<>();
    int compared = 0;
    for (RealMoment moment : moments()) {
      compared += compare(moment, journal(), differences);
    }
    assertTrue(compared > 0);
    assertEquals("", String.join("\n", differences), differences.size() + " of " + compared);
    System.err.printf("dmrec: %s: %d answers of dmsetup, all alike%n", scenario, compared);
  }

  /**
   * The same of a journal that grows: each moment is asked for as soon as it has passed, again when
   * all is written, and again when the writer has closed.
   */
  void assertAlikeWhileItIsWritten(Path journal) throws IOException {
    List<RealMoment> moments = moments();
    List<String> differences = new ArrayList<>();
    int compared = 0;
    int passed = 0;
    try (JournalWriter writer = JournalWriter.open(journal)) {
      for (EventRecord record : events) {
        while (passed < moments.size() && moments.get(passed).endNs() < record.wallNs()) {
          compared += compare(moments.get(passed), journal, differences);
          passed++;
        }
        writer.append(record);
      }
      assertEquals(moments.size(), passed);
      for (RealMoment moment : moments) {
        compared += compare(moment, journal, differences);
      }
    }
    for (RealMoment moment : moments) {
      compared += compare(moment, journal, differences);
    }
    assertEquals(events, read(journal));
    assertTrue(compared > 0);
    assertEquals("", String.join("\n", differences), differences.size() + " of " + compared);
    System.err.printf(
        "dmrec: %s: %d answers of dmsetup on a live journal, all alike%n", scenario, compared);
  }

  /** What the real dmsetup said, in the order of time. */
  List<RealMoment> moments() throws IOException {
    return RealMoment.read(out.resolve("moments"));
  }

  /** How many answers were compared. */
  private static int compare(RealMoment moment, Path journal, List<String> differences) {
    // dmrec speaks as dmsetup does by default, which is its automatic mangling of names.
    if (moment.unmangled()) {
      return 0;
    }
    for (RealMoment.Answer answer : moment.answers()) {
      List<String> command = new ArrayList<>();
      command.add("dmsetup");
      command.add(answer.arguments().get(0));
      command.add("--journal");
      command.add(journal.toString());
      command.add("--at");
      command.add(at(moment.timeNs()));
      command.addAll(answer.arguments().subList(1, answer.arguments().size()));
      Said said = dmrec(command);
      String real = answer.out();
      if (!real.equals(said.out()) || answer.status() != said.status()) {
        differences.add(difference(moment.label(), answer, real, said));
      }
    }
    return moment.answers().size();
  }

  private static String difference(String label, RealMoment.Answer answer, String real, Said said) {
    List<String> expected = real.lines().toList();
    List<String> actual = said.out().lines().toList();
    StringBuilder text = new StringBuilder();
    text.append(label).append(": dmsetup ").append(String.join(" ", answer.arguments()));
    text.append(" (status ").append(answer.status()).append(", dmrec ").append(said.status());
    text.append(") ").append(said.err()).append('\n');
    expected.stream()
        .filter(line -> !actual.contains(line))
        .limit(SHOWN)
        .forEach(line -> text.append("  - ").append(line).append('\n'));
    actual.stream()
        .filter(line -> !expected.contains(line))
        .limit(SHOWN)
        .forEach(line -> text.append("  + ").append(line).append('\n'));
    return text.toString();
  }

  @Test
  void captureRecordedAgainGivesTheSameEvents(@TempDir Path folder) throws IOException {
    Path again = folder.resolve("journal");
    Said said =
        dmrec(
            List.of(
                "record",
                "--from",
                out.resolve("capture.ndjson").toString(),
                "-j",
                again.toString()));

    assertEquals(0, said.status(), said.err());
    List<EventRecord> repeated = read(again);
    for (int i = 0; i < Math.min(events.size(), repeated.size()); i++) {
      assertEquals(withoutVersion(events.get(i)), withoutVersion(repeated.get(i)));
    }
    assertEquals(events.size(), repeated.size());
  }

  /** The version is that of the program that writes; all else is the capture's. */
  static EventRecord withoutVersion(EventRecord record) {
    if (!(record.event() instanceof DmEvent.RecordingStarted start)) {
      return record;
    }
    return record.toBuilder()
        .event(
            new DmEvent.RecordingStarted(
                start.bootId(),
                start.kernel(),
                start.driver(),
                "",
                start.host(),
                start.sources(),
                start.sampleNs(),
                start.clock(),
                start.previousBootId(),
                start.machine(),
                start.clockErrorNs()))
        .build();
  }

  @Test
  void logPrintsEveryEvent() throws IOException {
    Said json = dmrec(List.of("log", "-j", journal().toString(), "--output", "json"));
    assertEquals(0, json.status(), json.err());
    assertEquals(
        events.stream().map(EventJson::write).collect(Collectors.joining("\n", "", "\n")),
        json.out());

    Said text = dmrec(List.of("log", "-j", journal().toString(), "--all"));
    assertEquals(0, text.status(), text.err());
    assertEquals(events.size(), text.out().lines().count());
  }

  // Helpers.

  /** The devices as they were at a time. */
  Topology topologyAt(long wallNs) {
    Topology topology = new Topology();
    for (EventRecord record : events) {
      if (record.wallNs() <= wallNs) {
        topology.apply(record);
      }
    }
    return topology;
  }

  /** What {@code --at} takes for a time. */
  static String at(long wallNs) {
    return "@"
        + wallNs / 1_000_000_000L
        + "."
        + String.format(Locale.ROOT, "%09d", wallNs % 1_000_000_000L);
  }

  /** What a command printed; {@code out} has one character for each byte. */
  record Said(int status, String out, String err) {}

  /** Runs a command of dmrec, as a user without a terminal does. */
  static Said dmrec(List<String> command) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Host host =
        new Host(
            out,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of(),
            Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
            false,
            false,
            false,
            0,
            true);
    int status = Main.run(host, command);
    return new Said(status, latin(out.toByteArray()), err.toString(StandardCharsets.UTF_8));
  }

  /** Bytes as text, one character each. */
  static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** An event of a kind at a device. */
  private record Key(Kind kind, String name, String dev) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
      return kind.word() + " of " + name + " (" + dev + ")";
    }
  }

  /**
   * Every cause of these kinds is in the journal exactly as often as it was caused, at the right
   * device and time; and no event of these kinds is there without a cause.
   */
  void assertAsCaused(Set<Kind> kinds) {
    Map<Key, List<Cause>> expected = new TreeMap<>();
    for (Cause cause : causes) {
      for (Kind kind : cause.kinds()) {
        if (kinds.contains(kind)) {
          expected
              .computeIfAbsent(new Key(kind, cause.name(), cause.dev()), key -> new ArrayList<>())
              .add(cause);
        }
      }
    }
    Map<Key, List<EventRecord>> actual = new TreeMap<>();
    for (EventRecord record : events) {
      if (kinds.contains(record.kind())) {
        actual
            .computeIfAbsent(
                new Key(record.kind(), record.device().name(), record.device().dev().toString()),
                key -> new ArrayList<>())
            .add(record);
      }
    }
    List<String> problems = new ArrayList<>();
    for (Key key : union(expected.keySet(), actual.keySet())) {
      List<Cause> caused = expected.getOrDefault(key, List.of());
      List<EventRecord> recorded = actual.getOrDefault(key, List.of());
      recorded = recorded.stream().filter(record -> !isSeenWithin(record, caused)).toList();
      if (caused.size() != recorded.size()) {
        problems.add(
            key
                + ": caused "
                + caused.size()
                + " times, recorded "
                + recorded.size()
                + caused.stream()
                    .map(c -> "\n  caused   " + at(c.beforeNs()) + " " + c.command())
                    .collect(Collectors.joining())
                + recorded.stream()
                    .map(r -> "\n  recorded " + at(r.wallNs()) + " #" + r.seq() + " " + r.event())
                    .collect(Collectors.joining()));
        continue;
      }
      for (int i = 0; i < caused.size(); i++) {
        EventRecord record = recorded.get(i);
        Cause cause = caused.get(i);
        if (!isAt(record, cause)) {
          problems.add(
              key
                  + ": caused within "
                  + at(cause.beforeNs())
                  + " to "
                  + at(cause.afterNs())
                  + ", recorded as between "
                  + at(record.notBeforeNs())
                  + " and "
                  + at(record.wallNs())
                  + " #"
                  + record.seq());
        }
      }
    }
    assertEquals("", String.join("\n", problems));
    assertFalse(expected.isEmpty());
  }

  /**
   * Whether an event is a step inside a command. The kernel itself suspends and resumes a device
   * that gets another table; a new device has its table loaded before that is live, and is writable
   * until a read-only one is. Whether a look falls between is chance.
   */
  private boolean isSeenWithin(EventRecord record, List<Cause> caused) {
    boolean step =
        record.kind() == Kind.DEVICE_SUSPENDED
            || record.kind() == Kind.DEVICE_RESUMED
            || record.kind() == Kind.TABLE_LOADED
            || record.kind() == Kind.READ_ONLY_CHANGED;
    return step
        && caused.stream().noneMatch(cause -> isAt(record, cause))
        && causes.stream()
            .anyMatch(
                cause ->
                    cause.kinds().contains(Kind.TABLE_LIVE)
                        && (record.kind() != Kind.READ_ONLY_CHANGED
                            || cause.command().contains("--readonly"))
                        && cause.dev().equals(record.device().dev().toString())
                        && isAt(record, cause));
  }

  /** Whether an event may have happened while a command ran. */
  private static boolean isAt(EventRecord record, Cause cause) {
    return record.notBeforeNs() <= cause.afterNs() && record.wallNs() >= cause.beforeNs();
  }

  private static Set<Key> union(Set<Key> one, Set<Key> other) {
    return Stream.concat(one.stream(), other.stream())
        .collect(Collectors.toCollection(java.util.TreeSet::new));
  }

  /** Every kind that a cause names. */
  Set<Kind> causedKinds() {
    return causes.stream()
        .flatMap(cause -> cause.kinds().stream())
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Kind.class)));
  }

  /** The bytes of a file. */
  byte[] bytes(String name) throws IOException {
    return Files.readAllBytes(Objects.requireNonNull(out.resolve(name)));
  }
}
