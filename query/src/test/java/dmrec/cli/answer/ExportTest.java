package dmrec.cli.answer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.CommandTest;
import dmrec.event.EventJson;
import dmrec.journal.JournalWriter;
import dmrec.journal.Journals;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExportTest extends CommandTest {
  private static final Path FAILOVER = Journals.stored("failover");

  private boolean terminal;

  @Override
  protected boolean terminal() {
    return terminal;
  }

  @Test
  void jsonIsWhatLogPrints() throws IOException {
    Path journal = failover();
    assertEquals(0, run("export", "--format", "json", "-j", journal.toString()), err());
    String exported = out();

    assertEquals(Files.readString(FAILOVER).lines().count(), exported.lines().count());
    assertEquals(0, run("log", "--output", "json", "-j", journal.toString()), err());
    assertEquals(out(), exported);
  }

  @Test
  void theFormatIsThatOfTheFilesName() throws IOException {
    Path journal = failover();
    for (String name : List.of("e.csv", "e.json", "e.ndjson", "e.jsonl", "e.PARQUET")) {
      assertEquals(0, run("export", "-j", journal.toString(), "-o", path(name)), err());
      assertTrue(err().matches("dmrec: \\S*" + name + ": [0-9]+ events\n"), err());
      assertEquals("", out());
    }
    assertTrue(
        Files.readString(Path.of(path("e.csv"))).startsWith("seq,time,received,mono_ns,kind,"));
    byte[] parquet = Files.readAllBytes(Path.of(path("e.PARQUET")));
    assertEquals("PAR1", new String(parquet, 0, 4, StandardCharsets.US_ASCII));
    assertEquals(
        List.of("e.PARQUET", "e.csv", "e.json", "e.jsonl", "e.ndjson", "journal"), names());
  }

  @Test
  void aParquetFileMayGoThroughAPipe() throws IOException {
    Path journal = failover();
    assertEquals(0, run("export", "-j", journal.toString(), "-o", path("e.parquet")), err());
    assertEquals(0, run("export", "-j", journal.toString(), "--format", "parquet"), err());

    assertArrayEquals(Files.readAllBytes(Path.of(path("e.parquet"))), outBytes());
  }

  @Test
  void selectsAsLogDoes() throws IOException {
    Path journal = failover();
    List<String> selection =
        List.of(
            "-j",
            journal.toString(),
            "--device",
            "mpatha",
            "--kind",
            "path_failed,path_reinstated");
    List<String> export = new ArrayList<>(List.of("export", "--format", "json"));
    export.addAll(selection);
    List<String> log = new ArrayList<>(List.of("log", "--output", "json"));
    log.addAll(selection);

    assertEquals(0, run(export.toArray(String[]::new)), err());
    String exported = out();
    assertEquals(0, run(log.toArray(String[]::new)), err());
    assertEquals(out(), exported);
    assertEquals(10, exported.lines().count());
  }

  @Test
  void aFileThatExistsIsNotReplacedUnlessAsked() throws IOException {
    Path journal = failover();
    Path file = Files.writeString(Path.of(path("e.csv")), "mine");

    assertEquals(1, run("export", "-j", journal.toString(), "-o", file.toString()));
    assertEquals("dmrec: " + file + " exists; --force replaces it\n", err());
    assertEquals("mine", Files.readString(file));
    assertEquals(0, run("export", "-j", journal.toString(), "-o", file.toString(), "--force"));
    assertTrue(Files.size(file) > 1000);
    assertEquals(List.of("e.csv", "journal"), names());
  }

  @Test
  void aLinkStaysOne() throws IOException {
    Path journal = failover();
    Path file = Files.writeString(Path.of(path("real.csv")), "mine");
    Path link = Files.createSymbolicLink(Path.of(path("link.csv")), file);

    assertEquals(0, run("export", "-j", journal.toString(), "-o", link.toString(), "--force"));
    assertTrue(Files.isSymbolicLink(link));
    assertTrue(Files.size(file) > 1000);
  }

  @Test
  void whereAJournalIsDamagedTheRestIsExportedAndItIsSaid() throws IOException {
    Path journal = failover();
    assertEquals(0, run("export", "-j", journal.toString(), "-o", path("whole.json")), err());
    long whole = Files.readString(Path.of(path("whole.json"))).lines().count();
    damage(journal);

    assertEquals(1, run("export", "-j", journal.toString(), "-o", path("rest.json")));
    assertTrue(err().contains(journal.toString()), err());
    long rest = Files.readString(Path.of(path("rest.json"))).lines().count();
    assertTrue(rest > 0 && rest < whole, rest + " of " + whole);
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    Path journal = failover();
    String j = journal.toString();
    usage("which format? --format csv, json, parquet or pcapng", "export", "-j", j);
    usage(
        "which format? --format csv, json, parquet or pcapng",
        "export",
        "-j",
        j,
        "-o",
        path("e.txt"));
    usage(folder + " is a folder", "export", "-j", j, "--format", "csv", "-o", folder.toString());
    usage("there is no folder", "export", "-j", j, "-o", path("none/e.csv"));
    usage(
        "there is no kind 'path_fell'",
        "export",
        "-j",
        j,
        "--format",
        "csv",
        "--kind",
        "path_fell");
    usage("a Parquet file is nothing to read", true, "export", "-j", j, "--format", "parquet");
    assertEquals(List.of("journal"), names());
  }

  @Test
  void aJournalThatIsMissingLeavesNoFile() throws IOException {
    assertEquals(1, run("export", "-j", path("none"), "-o", path("e.csv")));
    assertEquals(List.of(), names());
  }

  @Test
  void theReadmesQueryFindsWhatFailed() throws Exception {
    Path journal = failover();
    assertEquals(0, run("export", "-j", journal.toString(), "-o", path("e.parquet")), err());

    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery(
                """
                select device, disk, count(*) as failures, min(valid_paths) as fewest_left,
                       min(time) as first
                from '%s' where kind = 'path_failed' group by all order by first\
                """
                    .formatted(path("e.parquet")))) {
      while (found.next()) {
        rows.add(
            found.getString(1)
                + " "
                + found.getString(2)
                + " "
                + found.getLong(3)
                + " "
                + found.getLong(4));
      }
    }
    assertEquals(
        List.of("mpatha sdb 2 2", "mpatha sdc 1 2", "mpatha sda 1 1", "mpatha sdd 1 0"), rows);
  }

  // Helpers.

  private Path failover() throws IOException {
    Path journal = Path.of(path("journal"));
    try (JournalWriter writer = JournalWriter.open(journal)) {
      for (String line : Files.readAllLines(FAILOVER)) {
        writer.append(EventJson.read(line));
      }
    }
    return journal;
  }

  /** Changes a byte of a name somewhere in the middle. */
  private static void damage(Path journal) throws IOException {
    try (Stream<Path> files = Files.list(journal)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".cq4")).toList()) {
        damageFile(file);
      }
    }
  }

  private static void damageFile(Path file) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      byte[] start = new byte[(int) Math.min(bytes.length(), 1 << 22)];
      bytes.readFully(start);
      int at = new String(start, StandardCharsets.ISO_8859_1).lastIndexOf("sdb");
      bytes.seek(at);
      bytes.write('S');
    }
  }

  private void usage(String message, String... args) {
    usage(message, false, args);
  }

  private void usage(String message, boolean terminal, String... args) {
    this.terminal = terminal;
    assertEquals(2, run(args), err());
    assertTrue(err().contains(message), err());
    assertEquals(1, err().lines().count(), err());
  }

  private List<String> names() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
