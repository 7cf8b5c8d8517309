package dmrec.cli.pack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.bundle.Bundle;
import dmrec.bundle.EventsImport;
import dmrec.bundle.Part;
import dmrec.cli.CommandTest;
import dmrec.cli.Main;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.journal.ForkedJava;
import dmrec.journal.JournalWriter;
import dmrec.journal.Journals;
import dmrec.query.StackTree;
import dmrec.topology.Topology;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From a journal to a bundle and back, as a reporter and a maintainer do it. */
class PackCommandTest extends CommandTest {
  private Path sample(String name) throws IOException {
    return Journals.sample(name, folder.resolve(name));
  }

  /** What the console and all commands read of a bundle. */
  private static List<EventRecord> parsed(String lines) throws IOException {
    List<EventRecord> records = new ArrayList<>();
    for (String line : lines.lines().toList()) {
      records.add(EventJson.read(line));
    }
    return records;
  }

  @ParameterizedTest
  @MethodSource("dmrec.journal.Journals#samples")
  void everySampleComesBackFromItsBundleInEveryField(String name) throws IOException {
    Path journal = sample(name);

    pack(journal, "b.dmrec", "--no-redact");
    assertEquals(0, run("log", "-j", path("b.dmrec"), "--output", "json"), err());
    assertEquals(Journals.events(journal), parsed(out()));
    // And with its names replaced, and put back by those who have the map.
    pack(journal, "r.dmrec");
    assertEquals(0, run("open", path("r.dmrec"), "--map", path("r.PRIVATE.map"), "--info"), err());
    assertEquals(Journals.events(journal), Journals.events(newestOpened()));
  }

  private Path newestOpened() throws IOException {
    try (Stream<Path> places = Files.list(folder.resolve(".cache/dmrec/bundles"))) {
      return places
          .max((a, b) -> Long.compare(created(a), created(b)))
          .orElseThrow()
          .resolve("journal");
    }
  }

  private static long created(Path place) {
    try {
      return ((FileTime) Files.getAttribute(place.resolve("journal"), "unix:ctime"))
          .to(TimeUnit.NANOSECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void eventsOfAllKindsComeBackFromAnyStretch(long seed) throws IOException {
    Path journal = folder.resolve("journal");
    List<EventRecord> all = new EventRecords(seed).list(700);
    try (JournalWriter writer = JournalWriter.open(journal)) {
      for (EventRecord record : all) {
        writer.append(record);
      }
    }
    String from = "#" + (1 + seed * 97);

    pack(journal, "b.dmrec", "--no-redact", "--since", from);
    assertEquals(0, run("log", "-j", path("b.dmrec"), "--output", "json"), err());
    assertEquals(all.subList((int) (seed * 97), 700), parsed(out()));
    for (String at : List.of(from, "#500", "#700")) {
      assertEquals(0, run("tree", "-j", journal.toString(), "--at", at), err());
      String tree = out();
      assertEquals(0, run("tree", "-j", path("b.dmrec"), "--at", at), err());
      assertEquals(tree, out());
    }
  }

  @Test
  void theSameStretchGivesTheSameBytes() throws IOException {
    Path journal = sample("failover");
    for (String name : List.of("a", "b")) {
      pack(journal, name + ".dmrec", "--around", "117", "--window", "20s");
    }
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("a.dmrec")),
        Files.readAllBytes(folder.resolve("b.dmrec")));
  }

  @Test
  void aBundleTellsWhatIsInItBeforeAndBehind() throws IOException {
    Path journal = sample("failover");

    pack(journal, "b.dmrec");

    assertTrue(
        err().contains("153 events of 3 mapped devices, #1 to #153, 2026-11-22T09:51:19"), err());
    assertTrue(err().contains("names are tokens; "), err());
    assertTrue(out().startsWith(path("b.dmrec") + ": "), out());
    for (Part part : Part.values()) {
      boolean isThere = part != Part.MANIFEST && part != Part.NOTE;
      assertEquals(isThere, out().contains(part.fileName()), out());
    }
    assertEquals(
        PosixFilePermissions.fromString("rw-------"),
        Files.getPosixFilePermissions(folder.resolve("b.PRIVATE.map")));
    assertEquals(
        List.of("b.PRIVATE.map", "b.dmrec", "failover"),
        Arrays.stream(folder.toFile().list())
            .filter(name -> !name.startsWith(".c"))
            .sorted()
            .toList());
    assertEquals(1, run("pack", journal.toString(), "-o", path("b.dmrec")));
    assertTrue(err().contains("exists; --force replaces it"), err());
    pack(journal, "b.dmrec", "--force");
  }

  @Test
  void theMapReplacesNothingButAMapAndComesWithItsBundle() throws IOException {
    Path journal = sample("failover");
    Files.createDirectory(folder.resolve("empty"));
    for (String map : List.of("b.dmrec", "./b.dmrec", "empty", "none/x.map")) {
      int code =
          run("pack", journal.toString(), "-o", path("b.dmrec"), "--map", path(map), "--force");
      assertEquals(2, code, map);
      assertEquals(1, err().lines().skip(2).count(), err());
      assertFalse(Files.exists(folder.resolve("b.dmrec")), map);
    }
    assertTrue(Files.isDirectory(folder.resolve("empty")));
    // An old map stays where the new bundle does not come about.
    pack(journal, "b.dmrec");
    byte[] old = Files.readAllBytes(folder.resolve("b.PRIVATE.map"));
    assertEquals(
        1,
        run("pack", journal.toString(), "-o", path("b.dmrec"), "--map", path("new.PRIVATE.map")));
    assertFalse(Files.exists(folder.resolve("new.PRIVATE.map")));
    assertArrayEquals(old, Files.readAllBytes(folder.resolve("b.PRIVATE.map")));
    pack(journal, "b.dmrec", "--force", "--until", "#20");
    assertFalse(Arrays.equals(old, Files.readAllBytes(folder.resolve("b.PRIVATE.map"))));
    assertEquals(
        List.of("b.PRIVATE.map", "b.dmrec", "empty", "failover"),
        Arrays.stream(folder.toFile().list())
            .filter(name -> !name.equals(".cache"))
            .sorted()
            .toList());
  }

  @Test
  void theMapOfAnotherJournalIsNotUsed() throws IOException {
    pack(sample("failover"), "a.dmrec");
    pack(sample("lost-disk"), "b.dmrec");

    assertEquals(1, run("open", path("b.dmrec"), "--map", path("a.PRIVATE.map"), "--info"));

    assertTrue(err().contains("expected the map of journal "), err());
    assertTrue(err().contains("(written with a.dmrec)"), err());
  }

  @Test
  void aPipeTakesABundleAsItComes() throws Exception {
    Path journal = sample("failover");
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    assertEquals(2, run("pack", journal.toString(), "-o", pipe.toString()));
    assertTrue(err().contains("name one with --map"), err());
    Process cat =
        new ProcessBuilder("cat", pipe.toString())
            .redirectOutput(folder.resolve("b.dmrec").toFile())
            .start();

    pack(journal, "pipe", "--map", path("x.map"));

    assertEquals(0, cat.waitFor());
    assertEquals("", out());
    assertEquals(0, run("open", path("b.dmrec"), "--map", path("x.map"), "--info"), err());
  }

  @Test
  void aPackThatIsEndedHalfWayLeavesNothing() throws Exception {
    Path journal = sample("failover");
    Path pipe = folder.resolve("pipe");
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    // Nobody reads more than the pipe holds, so that it waits in the middle.
    Process reader =
        new ProcessBuilder("sh", "-c", "exec sleep 300 < \"$0\"", pipe.toString()).start();
    Process pack =
        new ProcessBuilder(
                ForkedJava.command(
                    List.of("-Djava.io.tmpdir=" + temporary),
                    Main.class,
                    "pack",
                    journal.toString(),
                    "-o",
                    pipe.toString(),
                    "--map",
                    path("x.map")))
            .redirectError(folder.resolve("errors").toFile())
            .start();
    try {
      while (!anyIsIn(temporary) && pack.isAlive()) {
        Thread.sleep(5);
      }

      pack.toHandle().destroy();

      assertEquals(143, pack.waitFor(), () -> read("errors"));
      assertFalse(anyIsIn(temporary));
      assertFalse(Files.exists(folder.resolve("x.map")));
    } finally {
      pack.destroyForcibly();
      reader.destroyForcibly();
    }
  }

  private static boolean anyIsIn(Path temporary) throws IOException {
    try (Stream<Path> files = Files.list(temporary)) {
      return files.anyMatch(file -> String.valueOf(file.getFileName()).startsWith(".pack"));
    }
  }

  private String read(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void noNameOfTheListIsInARedactedBundleAndTheStackHasTheSameShape() throws IOException {
    Path journal = sample("failover");
    Files.writeString(
        folder.resolve("list"),
        "mpatha\nLinux_scsi_debug\n33333330000007d0\ndata-home\nPO1rS3hSknTTTh1yDdmBT5WiTt83YOwi\n");
    Files.writeString(folder.resolve("note"), "At 09:53 mpatha (data-home) hung on lab.\n");

    pack(journal, "b.dmrec", "--note", path("note"));
    assertEquals(0, run("pack", "--check", path("list"), path("b.dmrec")), out());
    assertEquals("none of 5 words is in it\n", out());
    try (Bundle bundle = Bundle.open(folder.resolve("b.dmrec"))) {
      assertTrue(
          bundle.text(Part.NOTE).startsWith("At 09:53 mpath1 (vg1-lv"), bundle.text(Part.NOTE));
    }
    pack(journal, "c.dmrec", "--no-redact");
    assertEquals(1, run("pack", "--check", path("list"), path("c.dmrec")));
    assertTrue(out().contains("events.ndjson: mpatha"), out());
    assertTrue(out().contains("report.html, unpacked: mpatha"), out());
    List<String> shape = shape(path("c.dmrec"));
    assertTrue(
        shape.stream().anyMatch(line -> line.contains("0 of 4 paths valid")), shape.toString());
    assertEquals(shape, shape(path("b.dmrec")));
  }

  /** The lines of a tree without names, and without the order that names give. */
  private List<String> shape(String journal) {
    assertEquals(0, run("tree", "-j", journal, "--at", "#120", "--ascii"), err());
    return out()
        .lines()
        .filter(line -> !line.endsWith("(see above)"))
        .map(line -> line.replaceAll("^[ |`-]*", ""))
        .map(line -> line.replaceAll("(mpath|LVM-|naa\\.|data-|vg1-|disk)[A-Za-z0-9_.-]*", "N"))
        .sorted()
        .toList();
  }

  @Test
  void aDeviceIsPackedWithAllThatIsUnderAndOverIt() throws IOException {
    Path journal = sample("lost-disk");

    pack(journal, "b.dmrec", "--no-redact", "--device", "data-home");
    assertEquals(0, run("tree", "-j", journal.toString(), "data-home", "--ascii"), err());
    String whole = out();
    assertEquals(0, run("tree", "-j", path("b.dmrec"), "data-home", "--ascii"), err());
    assertEquals(whole, out());
    assertEquals(1, run("pack", journal.toString(), "-o", path("n.dmrec"), "--device", "nobody"));
    assertEquals(
        "dmrec: there is no device or disk 'nobody' in that time; see 'dmrec tree'\n", err());
    assertFalse(Files.exists(folder.resolve("n.dmrec")));
  }

  @Test
  void everyCommandThatReadsAJournalTakesABundle() throws IOException {
    Path journal = sample("failover");
    pack(journal, "b.dmrec", "--no-redact");
    String b = path("b.dmrec");

    assertEquals(0, run("verify", b), err());
    assertTrue(out().contains("result     intact"), out());
    assertEquals(0, run("stats", "-j", b), err());
    assertEquals(0, run("history", "mpatha", "-j", b), err());
    assertEquals(0, run("why", "mpatha", "-j", b), err());
    assertEquals(0, run("diff", "#100", "#140", "-j", b) & ~1, err());
    assertEquals(0, run("query", "path_failed | count", "-j", b), err());
    assertEquals(0, run("export", "--format", "csv", "-j", b), err());
    assertEquals(0, run("info", "-j", b), err());
    assertEquals(0, run("replay", b, "--into", "json"), err());
    assertEquals(Journals.events(journal), parsed(out()));
    assertEquals(0, run("dmsetup", "--journal", b, "ls"), err());
    assertEquals(0, run("repair", b, "--to", path("again")), err());
    assertEquals(0, run("pack", b, "-o", path("again.dmrec"), "--no-redact"), err());
  }

  @Test
  void aHostileFileGivesOneLineAndLeavesNothing() throws IOException {
    Path journal = sample("failover");
    pack(journal, "b.dmrec");
    byte[] bytes = Files.readAllBytes(folder.resolve("b.dmrec"));
    for (int i = 0; i < 60; i++) {
      byte[] changed = bytes.clone();
      changed[(int) ((long) i * (bytes.length - 1) / 59)] ^= 0x55;
      Files.write(folder.resolve("c.dmrec"), changed);
      int code = run("open", path("c.dmrec"), "--info");
      assertTrue(code == 0 || code == 1, "byte " + i);
      if (code == 1) {
        assertEquals(1, err().lines().count(), err());
        assertTrue(err().startsWith("dmrec: " + path("c.dmrec")), err());
      }
    }
    Files.writeString(folder.resolve("text"), "no journal");
    assertEquals(1, run("open", path("b.dmrec"), "--map", path("text"), "--info"));
    assertEquals(1, err().lines().count(), err());
    assertTrue(err().startsWith("dmrec: " + path("text")), err());
    assertEquals(1, run("log", "-j", path("text")));
    assertTrue(err().contains("expected a journal's folder or a .dmrec bundle"), err());
  }

  @Test
  void aBundleIsUnpackedOnceAndGoesWhenNobodyHasUsedItForAMonth() throws IOException {
    Path journal = sample("failover");
    for (String name : List.of("a", "b")) {
      pack(journal, name + ".dmrec", "--no-report", "--until", name.equals("a") ? "#100" : "#101");
    }
    assertEquals(0, run("info", "-j", path("a.dmrec")), err());
    assertEquals("dmrec: " + path("a.dmrec") + ": 100 events, checked\n", err());
    assertEquals(0, run("info", "-j", path("a.dmrec")), err());
    assertEquals("", err());
    Path place = newestOpened().resolveSibling("");
    Files.setLastModifiedTime(place, FileTime.from(Instant.parse("2026-10-01T00:00:00Z")));

    assertEquals(0, run("info", "-j", path("b.dmrec")), err());

    assertFalse(Files.exists(place));
  }

  @Test
  void whatIsToldOfABundleIsEscaped() throws IOException {
    Path journal = sample("failover");
    Files.writeString(folder.resolve("note"), "red \u001b[31m and \u202e back\n");
    pack(journal, "b.dmrec", "--note", path("note"));
    assertEquals(0, run("open", path("b.dmrec"), "--info"), err());
    assertFalse(out().contains("\u001b"), out());
    assertTrue(out().contains("note       red \\x1b[31m"), out());
  }

  @Test
  void theStackInTheBundleIsWhatTreeDraws() throws IOException {
    Path journal = sample("failover");
    pack(journal, "b.dmrec", "--no-redact", "--since", "#100", "--until", "#120");
    assertEquals(0, run("tree", "-j", journal.toString(), "--at", "#99"), err());
    try (ZipFile zip = new ZipFile(path("b.dmrec"))) {
      ZipEntry start = zip.getEntry(Part.START_TEXT.fileName());
      assertEquals(
          out(), new String(zip.getInputStream(start).readAllBytes(), StandardCharsets.UTF_8));
    }
    Topology stack = new Topology();
    try (Bundle bundle = Bundle.open(folder.resolve("b.dmrec"))) {
      stack = bundle.start(EventsImport.Change.NONE);
    }
    assertEquals(99, stack.seq());
    assertFalse(StackTree.draw(stack, new StackTree.Options(true, false)).isEmpty());
  }
}
