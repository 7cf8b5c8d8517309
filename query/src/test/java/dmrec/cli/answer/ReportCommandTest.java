package dmrec.cli.answer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.bundle.EventsImport;
import dmrec.cli.CommandTest;
import dmrec.journal.Journals;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReportCommandTest extends CommandTest {
  private static final Path FAILOVER = Journals.stored("failover");

  private String journal = "";

  @Override
  protected Clock clock() {
    return Clock.fixed(Instant.parse("2026-11-23T00:00:00Z"), ZoneOffset.UTC);
  }

  @BeforeEach
  void journal() throws IOException {
    Path path = folder.resolve("journal");
    EventsImport.of(FAILOVER, path);
    journal = path.toString();
  }

  @Test
  void aReportIsWrittenWholeAndItsSizeTold() throws IOException {
    Path file = folder.resolve("a.html");
    assertEquals(0, run("report", journal, "-o", file.toString()), err());
    assertTrue(Files.readString(file).startsWith("<!DOCTYPE html>"));
    assertTrue(err().matches("(?s)dmrec: .*a\\.html: 153 events, [0-9.]+ KiB\n"), err());
    assertEquals(0, outBytes().length);
  }

  @Test
  void theJournalIsNamedEitherWayAndStandardOutputTakesTheSame() throws IOException {
    Path file = folder.resolve("a.html");
    assertEquals(0, run("report", "-j", journal, "--file", file.toString()), err());
    assertEquals(0, run("report", journal, "-o", "-"), err());
    assertArrayEquals(Files.readAllBytes(file), outBytes());
  }

  @Test
  void anExistingFileStaysUnlessForced() throws IOException {
    Path file = Files.writeString(folder.resolve("a.html"), "mine");
    assertEquals(1, run("report", journal, "-o", file.toString()));
    assertTrue(err().contains("exists; --force replaces it"), err());
    assertEquals("mine", Files.readString(file));
    assertEquals(0, run("report", journal, "-o", file.toString(), "--force"), err());
    assertTrue(Files.size(file) > 1000);
  }

  @Test
  void aStretchAndATitleAreTaken() throws IOException {
    Path file = folder.resolve("a.html");
    int code =
        run(
            "report",
            journal,
            "--since",
            "#51",
            "--until",
            "#60",
            "--title",
            "A < B",
            "-o",
            file.toString());
    assertEquals(0, code, err());
    assertTrue(err().contains(": 10 events, "), err());
    assertTrue(Files.readString(file).contains("<title>A &lt; B</title>"));
  }

  @Test
  void whatCannotBeReadIsToldAndTheRestWritten() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(journal))) {
      Path cycle = files.filter(file -> file.toString().endsWith(".cq4")).findFirst().orElseThrow();
      byte[] bytes = Files.readAllBytes(cycle);
      int at = new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf("sdb");
      try (RandomAccessFile file = new RandomAccessFile(cycle.toFile(), "rw")) {
        file.seek(at);
        file.write('X');
      }
    }
    Path file = folder.resolve("a.html");
    assertEquals(1, run("report", journal, "-o", file.toString()));
    assertTrue(err().contains("152 events"), err());
    assertTrue(err().contains("is damaged"), err());
    assertFalse(Files.readString(file).contains(folder.toString()));
  }

  @Test
  void aFolderThatIsNoJournalIsAnErrorAndLeavesNoFile() throws IOException {
    Path file = folder.resolve("a.html");
    assertEquals(1, run("report", folder.resolve("none").toString(), "-o", file.toString()));
    assertFalse(Files.exists(file));
    try (Stream<Path> files = Files.list(folder)) {
      assertTrue(files.noneMatch(each -> each.toString().endsWith(".part")));
    }
  }
}
