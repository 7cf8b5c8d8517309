package dmrec.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventJson;
import dmrec.event.EventJsonException;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.samples.RecordedScenario.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Journals whose disk lost its power at random moments, at each {@code --sync}: what the policy
 * promises is there, what is not there is told, and a recorder goes on with the rest. {@code
 * -Drounds=200} for more cuts, {@code -Dseed} for others.
 */
@Tag("lab")
@Order(6)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PowerFailureTest {
  private static final int CUTS = Integer.getInteger("rounds", 30);
  private static final int SEED = Integer.getInteger("seed", 12);
  private static final Pattern INDEX = Pattern.compile("INDEX=(\\d+)\0");
  private static final Pattern SYNC =
      Pattern.compile(
          "(\\S+) .* (\\d+)\\.(\\d{6}): ext4_sync_file_(enter|exit): dev \\S+ ino (\\d+).*");

  /** The policy's own 100 ms. */
  private static final long WINDOW_NS = 100_000_000L;

  /** How late a thread of an emulated machine may run, on a host that does other things too. */
  private static final long LATE_NS = 1_000_000_000L;

  private List<PowerCut> cuts = List.of();
  private final Map<PowerCut, PlainScan> scans = new HashMap<>();
  private final Map<PowerCut, Logged> logs = new HashMap<>();
  private long longestSyncNs;

  /** What {@code log} said. */
  private record Logged(Said said, List<EventRecord> events) {}

  @BeforeAll
  void run() throws IOException, EventJsonException {
    Path out = Lab.run("", "power-failure", Integer.toString(CUTS), Integer.toString(SEED));
    cuts = PowerCut.read(out.resolve("cuts"));
    longestSyncNs = longestSync(out.resolve("syncs"));
    for (PowerCut cut : cuts) {
      if (cut.hasJournal()) {
        scans.put(cut, PlainScan.of(cut.journal()));
        logs.put(cut, log(cut.journal()));
      }
    }
  }

  private static Logged log(Path journal) throws EventJsonException {
    Said said =
        RecordedScenario.dmrec(List.of("log", "-j", journal.toString(), "--output", "json"));
    List<EventRecord> events = new ArrayList<>();
    for (String line : said.out().lines().toList()) {
      events.add(EventJson.read(line));
    }
    return new Logged(said, events);
  }

  /** What came during a sync may be lost as well, so it matters how long these took. */
  private static long longestSync(Path syncs) throws IOException {
    Map<String, Long> began = new HashMap<>();
    long longest = 0;
    for (String line : Files.readAllLines(syncs)) {
      Matcher found = SYNC.matcher(line);
      if (found.matches() && !line.startsWith("powercut")) {
        long ns =
            Long.parseLong(found.group(2)) * 1_000_000_000L + Long.parseLong(found.group(3)) * 1000;
        String which = found.group(1) + " " + found.group(5);
        Long start = began.put(which, ns);
        if (start != null && found.group(4).equals("exit")) {
          longest = Math.max(longest, ns - start);
        }
      }
    }
    return longest;
  }

  private Logged logged(PowerCut cut) {
    return Objects.requireNonNull(logs.get(cut), cut::toString);
  }

  private Set<Long> indexes(PowerCut cut) {
    Set<Long> indexes = new HashSet<>();
    if (cut.hasJournal()) {
      logged(cut).events().forEach(event -> indexes.add(index(event)));
    }
    return indexes;
  }

  /** Its place in the stream; -1 where it is none of it. */
  private static long index(EventRecord event) {
    Matcher found = INDEX.matcher(event.evidence().text());
    return found.find() ? Long.parseLong(found.group(1)) : -1;
  }

  private static void assertNone(List<String> problems, int of) {
    assertEquals("", String.join("\n", problems), problems.size() + " problems, " + of + " cuts");
  }

  private int cutsWithLoss(String sync) {
    int lost = 0;
    for (PowerCut cut : cuts) {
      Set<Long> there = indexes(cut);
      if (cut.fact("sync").equals(sync)
          && cut.acks().stream()
              .anyMatch(
                  ack -> ack.ns() < cut.number("cut_before") && !there.contains(ack.index()))) {
        lost++;
      }
    }
    return lost;
  }

  // What is promised.

  @Test
  void whatThePolicyPromisesIsThere() throws IOException {
    List<String> problems = new ArrayList<>();
    int promised = 0;
    long oldestLostNs = 0;
    for (PowerCut cut : cuts) {
      long until =
          switch (cut.fact("sync")) {
            case "always" -> Long.MAX_VALUE;
            case "os" -> Long.MIN_VALUE;
            default -> cut.number("cut_before") - WINDOW_NS - 2 * longestSyncNs - LATE_NS;
          };
      Set<Long> there = indexes(cut);
      for (PowerCut.Ack ack : cut.acks()) {
        boolean isThere = there.contains(ack.index());
        if (ack.ns() < until) {
          promised++;
          if (!isThere) {
            problems.add(cut + ": #" + ack.seq() + " was acknowledged and is lost; " + cut.ran());
          }
        }
        if (!isThere && cut.fact("sync").startsWith("100ms")) {
          oldestLostNs = Math.max(oldestLostNs, cut.number("cut_before") - ack.ns());
        }
      }
    }
    System.err.printf(
        "dmrec: power-failure: %d cuts, %d promised events; longest sync %d ms; at 100ms/1000 the"
            + " oldest lost was %d ms old; cuts with loss: always %d, 100ms/1000 %d, os %d%n",
        cuts.size(),
        promised,
        longestSyncNs / 1_000_000,
        oldestLostNs / 1_000_000,
        cutsWithLoss("always"),
        cutsWithLoss("100ms/1000"),
        cutsWithLoss("os"));
    assertNone(problems, cuts.size());
    assertTrue(promised > 0, "nothing was promised");
    assertTrue(cutsWithLoss("os") > 0, "no power was cut");
  }

  @Test
  void whatWasThereBehindOneCutIsThereBehindTheNext() {
    List<String> problems = new ArrayList<>();
    for (int i = 1; i < cuts.size(); i++) {
      PowerCut cut = cuts.get(i);
      if (!cut.isFresh()) {
        Set<Long> there = indexes(cut);
        indexes(cuts.get(i - 1)).stream()
            .filter(index -> !there.contains(index))
            .forEach(index -> problems.add(cut + ": event " + index + " is gone"));
      }
    }
    assertNone(problems, cuts.size());
  }

  // What is there.

  @Test
  void logPrintsEveryWholeEventOnTheDisk() {
    List<String> problems = new ArrayList<>();
    scans.forEach(
        (cut, scan) -> {
          Set<Long> printed = new HashSet<>();
          for (EventRecord event : logged(cut).events()) {
            printed.add(event.seq());
            long index = index(event);
            if (index >= 0
                && !event.equals(
                    PowerWriter.event(index, cut.number("per_day")).withSeq(event.seq()))) {
              problems.add(cut + ": not what was written: " + EventJson.write(event));
            }
          }
          if (!printed.equals(scan.events().keySet())) {
            problems.add(
                cut
                    + ": on the disk are "
                    + ranges(scan.events().keySet())
                    + ", log prints "
                    + ranges(printed)
                    + ": "
                    + logged(cut).said().err());
          }
        });
    assertNone(problems, cuts.size());
  }

  private static String ranges(Set<Long> numbers) {
    long[] sorted = numbers.stream().mapToLong(Long::longValue).sorted().toArray();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || sorted[i] != sorted[i - 1] + 1) {
        text.append(text.isEmpty() ? "#" : ", #").append(sorted[i]);
      } else if (i == sorted.length - 1 || sorted[i + 1] != sorted[i] + 1) {
        text.append(" to #").append(sorted[i]);
      }
    }
    return text.isEmpty() ? "none" : text.toString();
  }

  // What is not there.

  @Test
  void damageIsNamedByEveryAnswer() {
    List<String> problems = new ArrayList<>();
    int damaged = 0;
    for (PowerCut cut : cuts) {
      PlainScan scan = scans.get(cut);
      if (scan == null || (scan.damage().isEmpty() && !scan.hasHole())) {
        continue;
      }
      damaged++;
      String journal = cut.journal().toString();
      Map<String, Said> answers = new HashMap<>();
      answers.put("verify", RecordedScenario.dmrec(List.of("verify", journal)));
      answers.put("info", RecordedScenario.dmrec(List.of("info", "-j", journal)));
      answers.put("log", logged(cut).said());
      if (!scan.damageAtTheEnd().isEmpty()) {
        answers.put("tree", RecordedScenario.dmrec(List.of("tree", "-j", journal)));
      }
      answers.forEach(
          (command, said) -> {
            if (said.status() != 1) {
              problems.add(cut + ": " + command + " exits " + said.status() + ": " + scan.damage());
            }
            Map<String, String> damage =
                command.equals("tree") ? scan.damageAtTheEnd() : scan.damage();
            for (String file : damage.keySet()) {
              if (!(said.out() + said.err()).contains(file)) {
                problems.add(
                    cut
                        + ": "
                        + command
                        + " does not name "
                        + file
                        + ": "
                        + scan.damage()
                        + "; "
                        + said.err());
              }
            }
          });
    }
    System.err.printf("dmrec: power-failure: %d journals are damaged%n", damaged);
    assertNone(problems, cuts.size());
  }

  @Test
  void noDamageIsNamedWhereThereIsNone() {
    List<String> problems = new ArrayList<>();
    for (PowerCut cut : cuts) {
      PlainScan scan = scans.get(cut);
      if (scan != null && scan.damage().isEmpty() && !scan.hasHole()) {
        Said verify = RecordedScenario.dmrec(List.of("verify", cut.journal().toString()));
        if (verify.status() != 0 || logged(cut).said().status() != 0) {
          problems.add(cut + ": " + verify.out() + logged(cut).said().err());
        }
      }
    }
    assertNone(problems, cuts.size());
  }

  // Going on.

  /** The second writer of a round found what the first cut had left. */
  @Test
  void noWriterIsRefused() throws IOException {
    List<String> problems = new ArrayList<>();
    for (PowerCut cut : cuts) {
      for (String line : cut.ran().lines().toList()) {
        String[] words = line.split(" ", 2);
        if (words[1].startsWith("failed") && Long.parseLong(words[0]) < cut.number("cut_before")) {
          problems.add(cut + ": " + line);
        }
      }
    }
    assertNone(problems, cuts.size());
  }

  @Test
  void aRecorderGoesOnWithIdentityNumberAndGap(@TempDir Path temp) throws Exception {
    List<String> problems = new ArrayList<>();
    Path capture = Lab.sample("captures/failover.ndjson");
    for (PowerCut cut : cuts) {
      PlainScan before = scans.get(cut);
      if (before == null || before.isEmpty()) {
        continue;
      }
      Path journal = copy(cut.journal(), temp.resolve(String.valueOf(cut.folder().getFileName())));
      Path key = journal.resolveSibling(journal.getFileName() + ".key");
      List<String> command =
          new ArrayList<>(
              List.of("record", "--from", capture.toString(), "-j", journal.toString()));
      if (before.signed()) {
        Said refused = RecordedScenario.dmrec(command);
        if (refused.status() == 0 || !refused.err().contains("--key")) {
          problems.add(cut + ": goes on without the key: " + refused.status() + refused.err());
          continue;
        }
      }
      if (cut.isSigned()) {
        Files.copy(cut.folder().resolve("key"), key);
        command.addAll(List.of("--key", key.toString()));
      }
      Said said = RecordedScenario.dmrec(command);
      if (said.status() != 0) {
        problems.add(cut + ": record exits " + said.status() + ": " + said.err());
        continue;
      }
      goneOn(cut, before, journal, problems);
    }
    assertNone(problems, cuts.size());
  }

  private void goneOn(PowerCut cut, PlainScan before, Path journal, List<String> problems)
      throws IOException, EventJsonException {
    PlainScan after = PlainScan.of(journal);
    if (Set.copyOf(after.journals()).size() != 1) {
      problems.add(cut + ": another journal begins in it: " + after.journals());
    }
    if (after.signed() != cut.isSigned()) {
      problems.add(cut + ": the recorder went on " + (cut.isSigned() ? "unsigned" : "signed"));
    }
    if (!after.events().keySet().containsAll(before.events().keySet())) {
      problems.add(cut + ": the recorder took events away: " + ranges(after.events().keySet()));
    }
    List<EventRecord> events = log(journal).events();
    List<EventRecord> added =
        events.stream().filter(event -> !before.events().containsKey(event.seq())).toList();
    if (added.isEmpty() || added.get(0).seq() <= before.last()) {
      problems.add(cut + ": numbers go on with " + added.stream().findFirst());
    }
    // The writer behind the first cut has told of what that one took.
    List<String> gaps =
        events.stream().filter(event -> event.kind() == Kind.GAP).map(EventJson::write).toList();
    for (String file : before.damage().keySet()) {
      if (gaps.stream().noneMatch(gap -> gap.contains(file) || gap.contains("; and so on with "))) {
        problems.add(cut + ": no gap tells of " + file + ": " + before.damage());
      }
    }
    if (cut.isSigned()) {
      Said verify =
          RecordedScenario.dmrec(List.of("verify", journal.toString(), "--key", cut.publicKey()));
      if (!verify.out().contains("(the key given)")) {
        problems.add(cut + ": it is not signed with the same key: " + verify.out() + verify.err());
      }
    }
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Files.copy(each, to.resolve(from.relativize(each).toString()));
      }
    }
    return to;
  }
}
