package dmrec.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.journal.Journal;
import dmrec.journal.JournalWriter;
import dmrec.journal.Journals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is asked of a damaged journal, the answer says so: it may lack something. */
class DamagedJournalTest extends CommandTest {
  private static final String LATER = "20991231-0000.cq4";
  private static final int FILE_BYTES = 64 << 10;
  private static final long WAIT_NS = 60_000_000_000L;

  private static final String[][] QUESTIONS = {
    {"log"},
    {"log", "-n", "3"},
    {"log", "--device", "mpatha"},
    {"log", "--where", "under data-home"},
    {"query", "count by kind"},
    {"tree"},
    {"dmsetup", "table"},
    {"why", "mpatha"},
    {"history", "mpatha"},
    {"who", "mpatha"},
    {"stats"},
    {"info"},
    {"export", "--format", "csv"},
    {"report", "-o", "-"}
  };

  /** What ext4 gives back of a file that was not synced when power failed. */
  @ParameterizedTest
  @ValueSource(ints = {0, FILE_BYTES})
  void aLastFileThatLostItsContent(int bytes) throws IOException {
    Path sound = Journals.sample("failover", folder.resolve("sound"));
    Path journal = Journals.sample("failover", folder.resolve("j"));
    Path lost = Files.write(journal.resolve(later(journal)), new byte[bytes]);
    for (String[] question : QUESTIONS) {
      String text = String.join(" ", question);
      assertEquals(0, ask(sound, question), err());
      String answer = out();
      assertEquals(1, ask(journal, question), text);
      assertTrue(err().contains(lost + " at offset 0: expected a cycle file"), text + err());
      assertTrue(sameBut(answer, out(), text), text + "\n" + answer + "\n" + out());
    }
  }

  @Test
  void theOnlyFileLostItsContent() throws IOException {
    Path journal = Files.createDirectory(folder.resolve("j"));
    Path lost = Files.write(journal.resolve(LATER), new byte[FILE_BYTES]);
    for (String[] question : QUESTIONS) {
      String text = String.join(" ", question);
      assertEquals(1, ask(journal, question), text);
      assertTrue(err().contains(lost + " at offset 0: expected a cycle file"), text + err());
    }
    assertEquals(1, ask(journal, "tree"));
    assertTrue(
        err().contains("holds no record that can be read; 'dmrec verify' tells more"), err());
  }

  /** Who follows may never come to the end. */
  @Test
  void aFollowerIsToldAtOnce() throws Exception {
    Path journal = Journals.sample("failover", folder.resolve("j"));
    Path lost = Files.write(journal.resolve(later(journal)), new byte[FILE_BYTES]);
    long last;
    try (Journal opened = Journal.open(journal)) {
      last = opened.extent().lastSeq();
    }
    CompletableFuture<Integer> follower =
        CompletableFuture.supplyAsync(
            () -> ask(journal, "log", "-f", "--all", "--until", "#" + (last + 1)));
    long until = System.nanoTime() + WAIT_NS;
    while (!err().contains(lost + " at offset 0") && System.nanoTime() - until < 0) {
      Thread.sleep(10);
    }
    String told = err();
    try (JournalWriter writer = JournalWriter.open(journal)) {
      writer.append(EventRecord.of(new DmEvent.ClockStepped(1, 1)).at(1, 1).build());
    }

    assertEquals(1, follower.get(60, TimeUnit.SECONDS));
    assertTrue(told.contains(lost + " at offset 0: expected a cycle file"), told);
    assertEquals(told, err());
  }

  @Test
  void packNamesWhatItCouldNotTake() throws IOException {
    Path journal = Journals.sample("failover", folder.resolve("j"));
    Path lost = Files.write(journal.resolve(later(journal)), new byte[FILE_BYTES]);
    String bundle = folder.resolve("b.dmrec").toString();
    assertEquals(1, run("pack", journal.toString(), "-o", bundle, "--no-redact"));
    assertTrue(err().contains(lost + " at offset 0"), err());
  }

  @Test
  void infoSaysWhatVerifyProves() throws IOException {
    Path journal = Journals.sample("failover", folder.resolve("j"));
    Files.write(journal.resolve(later(journal)), new byte[FILE_BYTES]);
    assertEquals(1, run("verify", journal.toString()));
    String proved = line("sealed");
    assertEquals(1, ask(journal, "info"));
    assertTrue(line("sealed").startsWith(proved.strip()), proved + out());
    assertTrue(out().contains("NOT INTACT; see 'dmrec verify'"), out());
  }

  private String line(String label) {
    return out().lines().filter(each -> each.startsWith(label)).findFirst().orElse("");
  }

  /** Only {@code info} and the page of a report tell of files and of damage. */
  private static boolean sameBut(String sound, String answer, String question) {
    return answer.equals(sound) || question.startsWith("info") || question.startsWith("report");
  }

  private static String later(Path journal) throws IOException {
    try (Stream<Path> files = Files.list(journal)) {
      List<String> names =
          files
              .map(each -> String.valueOf(each.getFileName()))
              .filter(n -> n.endsWith(".cq4"))
              .toList();
      assertTrue(names.stream().allMatch(name -> name.compareTo(LATER) < 0), names.toString());
    }
    return LATER;
  }

  private int ask(Path journal, String... question) {
    String[] args = new String[question.length + 2];
    args[0] = question[0];
    args[1] = "--journal";
    args[2] = journal.toString();
    System.arraycopy(question, 1, args, 3, question.length - 1);
    if (question[0].equals("dmsetup")) {
      return run("dmsetup", "-j", journal.toString(), question[1]);
    }
    return run(args);
  }
}
