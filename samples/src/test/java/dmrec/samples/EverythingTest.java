package dmrec.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Every kind of event that the lab can raise, in one night. */
@Order(1)
class EverythingTest extends RecordedScenario {
  EverythingTest() {
    super("everything", "2");
  }

  @Test
  void everyCauseIsRecordedOnceAndNothingElse() {
    assertAsCaused(causedKinds());
  }

  @Test
  void everyKindIsCausedInEveryRound() {
    Set<Kind> wanted =
        EnumSet.of(
            Kind.TABLE_LIVE,
            Kind.DEVICE_RENAMED,
            Kind.PATH_FAILED,
            Kind.PATH_REINSTATED,
            Kind.GROUP_BYPASSED,
            Kind.GROUP_ENABLED,
            Kind.GROUP_SWITCHED,
            Kind.MIRROR_IN_SYNC,
            Kind.MIRROR_LOG_FAILED,
            Kind.MIRROR_LEG_FAILED,
            Kind.SNAPSHOT_INVALIDATED,
            Kind.SNAPSHOT_OVERFLOWED,
            Kind.SNAPSHOT_MERGE_FAILED,
            Kind.DEVICE_CREATED,
            Kind.DEVICE_REMOVED,
            Kind.UUID_SET,
            Kind.DEVICE_SUSPENDED,
            Kind.DEVICE_RESUMED,
            Kind.TABLE_LOADED,
            Kind.TABLE_CLEARED,
            Kind.READ_ONLY_CHANGED,
            Kind.REMOVE_DEFERRED,
            Kind.POOL_MODE_CHANGED,
            Kind.POOL_LOW_SPACE,
            Kind.RAID_LEG_FAILED,
            Kind.RAID_IN_SYNC,
            Kind.VERITY_CORRUPTED);
    for (Kind kind : wanted) {
      long times = causes().stream().filter(cause -> cause.kinds().contains(kind)).count();
      assertTrue(times >= 2, kind + " was caused " + times + " times");
    }
  }

  @Test
  void noEventIsThereThatNothingExplains() {
    Set<Kind> explained = causedKinds();
    explained.addAll(COMPANIONS);
    // Whoever reads an integrity device that was never written: udev, when it appears.
    explained.add(Kind.INTEGRITY_FAULT);
    explained.add(Kind.TARGET_MESSAGE); // A thin device is made by one.
    assertEquals(List.of(), events().stream().filter(e -> !explained.contains(e.kind())).toList());
  }

  @Test
  void faultsOfIntegrityAreThoseOfTheKernelLog() throws IOException {
    long logged =
        Files.readAllLines(out().resolve("dmesg"), StandardCharsets.ISO_8859_1).stream()
            .filter(line -> line.contains("device-mapper: integrity: ") && line.contains("hecksum"))
            .count();
    assertEquals(logged, events(Kind.INTEGRITY_FAULT).size());
    for (EventRecord record : events(Kind.INTEGRITY_FAULT)) {
      assertTrue(
          record.device().name().matches("(format|integrity)\\d"), record.device().toString());
    }
  }

  @Test
  void keysAreInNothingThatWasWritten() throws IOException {
    List<String> keys = keys();
    Map<String, String> written = new TreeMap<>();
    for (String name : List.of("capture.ndjson", "record.stdout", "record.stderr")) {
      written.put(name, latin(bytes(name)));
    }
    // With what the commands keep beside it.
    try (Stream<Path> files = Files.walk(journal())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        written.put(file.toString(), latin(Files.readAllBytes(file)));
      }
    }
    long late = causes().get(causes().size() - 1).beforeNs();
    String journal = journal().toString();
    for (List<String> command :
        List.of(
            List.of("log", "-j", journal, "--output", "json"),
            List.of("log", "-j", journal, "--all", "-v"),
            List.of("tree", "-j", journal, "--at", at(cryptIsLiveNs())),
            List.of("info", "-j", journal),
            List.of("dmsetup", "table", "--journal", journal, "--at", at(cryptIsLiveNs())),
            List.of(
                "dmsetup",
                "table",
                "--showkeys",
                "--journal",
                journal,
                "--at",
                at(cryptIsLiveNs())),
            List.of("dmsetup", "status", "--journal", journal, "--at", at(late)))) {
      Said said = dmrec(command);
      assertEquals(0, said.status(), said.err());
      written.put(command + " stdout", said.out());
      written.put(command + " stderr", said.err());
    }
    List<String> found = new ArrayList<>();
    written.forEach(
        (where, text) -> {
          for (String key : keys) {
            String part = key.substring(0, 32);
            for (String form :
                List.of(
                    part, part.toUpperCase(Locale.ROOT), latin(HexFormat.of().parseHex(part)))) {
              if (text.contains(form)) {
                found.add(where);
              }
            }
          }
        });
    assertEquals(List.of(), found);
    assertTrue(
        dmrec(List.of("dmsetup", "table", "--journal", journal, "--at", at(cryptIsLiveNs())))
            .out()
            .contains("crypt aes-xts-plain64 "));
  }

  private long cryptIsLiveNs() {
    return causes().stream()
            .filter(c -> c.name().equals("crypt1") && c.kinds().contains(Kind.DEVICE_REMOVED))
            .findFirst()
            .orElseThrow()
            .beforeNs()
        - 1;
  }

  private List<String> keys() throws IOException {
    List<String> keys = new ArrayList<>();
    for (String name : List.of("crypt.key", "integrity.key")) {
      keys.addAll(Files.readAllLines(out().resolve(name)));
    }
    assertTrue(keys.size() >= 6, keys.size() + " keys");
    return keys;
  }

  @Test
  void keysAreNotInTheRecordersMemory() throws IOException {
    for (String name : List.of("keys-in-heap", "keys-in-memory")) {
      List<String> verdict = Files.readAllLines(out().resolve(name));
      assertEquals(8, verdict.size());
      for (String line : verdict) {
        if (line.startsWith("text ")) {
          // The UUID of the crypt device must be there: it shows that the search finds.
          assertTrue(!line.equals("text 0"), name + ": " + line);
        } else {
          assertTrue(line.endsWith(" 0"), name + ": " + line);
        }
      }
    }
  }
}
