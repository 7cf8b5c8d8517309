package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dmrec.journal.file.DiskReserve;
import dmrec.journal.file.FileCopy;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.OwnFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose folders are recorded into, with which modes, and what others may have put there. */
class OwnFilesTest {
  private static final long DAY_NS = 86_400_000_000_000L;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private final List<String> notices = new ArrayList<>();

  private JournalOptions options() {
    return Tampering.sealedEvery(10).withNotices(notices::add);
  }

  private Path folder(String name, String mode) throws IOException {
    Path made = Files.createDirectory(folder.resolve(name));
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString(mode));
    return made;
  }

  private void record(Path journal) throws JournalException {
    try (JournalWriter writer = JournalWriter.open(journal, options())) {
      Tampering.append(writer, 40, DAY_NS / 20);
    }
  }

  private String refused(Path journal) {
    return String.valueOf(assertThrows(JournalException.class, () -> record(journal)).getMessage());
  }

  // Modes.

  /** Makes all that a recorder makes. */
  static final class Maker {
    private Maker() {}

    public static void main(String[] args) throws Exception {
      Path at = Path.of(args[0]);
      SigningKey key = SigningKey.create(at.resolve("key"), DAY_NS, Tampering.T0);
      JournalOptions options = Tampering.sealedEvery(10).with(key);
      try (Spool spool = Spool.open(at.resolve("a/journal"), at.resolve("spool"), options)) {
        Tampering.append(spool.writer(), 1, DAY_NS / 20);
        modes(at.resolve("spool"), at);
        Tampering.append(spool.writer(), 40, DAY_NS / 20);
      }
      try (JournalWriter writer = JournalWriter.open(at.resolve("a/journal"), options)) {
        Tampering.append(writer, 10, DAY_NS / 20);
        modes(at, at);
      }
      try (Journal opened = Journal.open(at.resolve("a/journal"))) {
        opened.at(Position.atSeq(5));
      }
      modes(at, at);
    }

    private static void modes(Path under, Path at) throws IOException {
      try (Stream<Path> all = Files.walk(under)) {
        for (Path each : (Iterable<Path>) all.filter(p -> !p.equals(at))::iterator) {
          System.out.println(at.relativize(each) + " " + OwnFiles.shown(OwnFiles.mode(each)));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"000", "022", "027", "077"})
  void modesAreDmrecsOwnWhateverTheUmaskIs(String umask) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "umask " + umask + "; exec \"$@\""));
    command.add("sh");
    command.addAll(ForkedJava.command(Maker.class, folder.toString()));
    Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
    Map<String, String> modes = new TreeMap<>();
    for (String line :
        new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList()) {
      String[] words = line.split(" ", -1);
      assertEquals(2, words.length, line);
      String name = words[0].replaceAll("\\d{8}-\\d{4}", "N").replaceAll("metadata.cq4t", "N.cq4");
      modes.merge(name, words[1], (a, b) -> a.equals(b) ? a : a + " and " + b);
    }
    assertEquals(0, child.waitFor());
    Map<String, String> expected = new TreeMap<>();
    expected.put("a", "0750");
    expected.put("key", "0600");
    for (String each : List.of("a/journal", "spool")) {
      expected.put(each, "0750");
      expected.put(each + "/N.cq4", "0640");
      expected.put(each + "/writer.lock", "0640");
      expected.put(each + "/.writing", "0700");
      expected.put(each + "/.writing/N.cq4", "0640");
    }
    expected.put("a/journal/.index", "0700");
    expected.put("a/journal/.index/N.idx", "0600");
    assertEquals(expected, modes);
  }

  @Test
  void aGroupIsGivenAllThatItMayRead() throws Exception {
    assumeTrue(OwnFiles.me().equals(0), "only root may give files to any group");
    Path journal = folder.resolve("journal");
    record(journal);
    JournalOptions shared = options().sharedWith("daemon");
    try (JournalWriter writer = JournalWriter.open(journal, shared)) {
      Tampering.append(writer, 40, DAY_NS / 20);
    }
    try (Spool spool = Spool.open(journal, folder.resolve("spool"), shared)) {
      Tampering.append(spool.writer(), 40, DAY_NS / 20);
    }
    try (Stream<Path> all = Files.list(journal)) {
      for (Path each : (Iterable<Path>) all::iterator) {
        if (each.toString().endsWith(".cq4")) {
          assertEquals("daemon", OwnFiles.attributes(each).group().getName(), each::toString);
          assertEquals(0640, OwnFiles.mode(each), each::toString);
        }
      }
    }
    assertEquals("daemon", OwnFiles.attributes(journal).group().getName());
    assertEquals(0750, OwnFiles.mode(journal));
    assertEquals("daemon", OwnFiles.attributes(folder.resolve("spool")).group().getName());
    assertTrue(
        assertThrows(
                JournalException.class,
                () -> JournalWriter.open(journal, options().sharedWith("nobody-has-this")))
            .toString()
            .contains("found none of the name nobody-has-this"));
  }

  @Test
  void modesThatAreWiderThanTheirsAreSaidOnce() throws Exception {
    Path journal = folder.resolve("journal");
    record(journal);
    assertEquals(List.of(), notices);
    for (Path each : JournalFolder.cycles(journal)) {
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rw-r--r--"));
    }
    record(journal);
    assertEquals(1, notices.size(), notices::toString);
    assertTrue(
        notices.get(0).contains(".cq4: expected mode 0640, found 0644, and 2 files like it"),
        notices::toString);
    assertTrue(notices.get(0).contains("'chmod -R g-w,o= " + journal + "'"), notices::toString);
    Files.setPosixFilePermissions(journal, PosixFilePermissions.fromString("rwxr-xr-x"));
    notices.clear();
    record(journal);
    assertTrue(
        notices.get(0).contains(journal + ": expected mode 0750, found 0755"), notices::toString);
  }

  // Folders that others may write to.

  @Test
  void aFolderThatOthersMayWriteToIsRefusedWithItsModeUnlessTold() throws Exception {
    Path journal = folder("journal", "rwxrwxr-x");
    assertTrue(refused(journal).contains("found mode 0775"), refused(journal));
    assertTrue(refused(journal).contains("chmod go-w " + journal), refused(journal));
    assertTrue(refused(journal).contains("--unsafe-folder"), refused(journal));
    assertFalse(Files.exists(journal.resolve("writer.lock")));
    try (JournalWriter writer = JournalWriter.open(journal, options().inAnyFolder())) {
      Tampering.append(writer, 5, 1);
    }
    assertTrue(notices.get(0).contains("found mode 0775"), notices::toString);
  }

  @Test
  void aFolderThatOthersCanReplaceIsRefusedAndOneInAStickyFolderIsNot() throws Exception {
    Path open = folder("open", "rwxrwxrwx");
    Path journal = Files.createDirectories(open.resolve("a/journal"));
    assertTrue(refused(journal).contains("found " + open + " with mode 0777"), refused(journal));
    assertTrue(refused(open.resolve("new")).contains("found " + open + " with mode 0777"));
    assertFalse(Files.exists(open.resolve("new")));
    Files.setAttribute(open, "unix:mode", 01777);
    record(journal);
    record(open.resolve("new"));
    assertTrue(refused(open).contains("found mode 1777"), refused(open));
    Path spool = folder("spool", "rwxrwxrwx");
    assertThrows(JournalException.class, () -> Spool.open(journal, spool, options()));
  }

  @Test
  void aLinkToAFolderIsFollowedOnceAndWhatItLeadsToIsJudged() throws Exception {
    Path real = Files.createDirectory(folder.resolve("real"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    try (JournalWriter writer = JournalWriter.open(link, options())) {
      Tampering.append(writer, 5, 1);
      Files.delete(link);
      Files.createSymbolicLink(link, folder("elsewhere", "rwxr-x---"));
      Tampering.append(writer, 40, DAY_NS / 20);
    }
    assertEquals(List.of(), JournalFolder.cycles(folder.resolve("elsewhere")));
    assertTrue(JournalFolder.cycles(real).size() > 1);
    Path open = folder("open", "rwxrwxrwx");
    Path toOpen = Files.createSymbolicLink(folder.resolve("to-open"), open);
    assertTrue(refused(toOpen).startsWith(open + ": expected"), refused(toOpen));
    Path nowhere = Files.createSymbolicLink(folder.resolve("no"), folder.resolve("where"));
    assertTrue(refused(nowhere).contains("found a link to"), refused(nowhere));
    assertFalse(Files.exists(folder.resolve("where")));
  }

  // Links in the place of what is made.

  @Test
  void nothingIsOpenedThroughALinkOrOverAnotherFile() throws Exception {
    Path victim = Files.writeString(folder.resolve("victim"), "mine");
    Path away = Files.createDirectory(folder.resolve("away"));
    Files.writeString(away.resolve("kept"), "mine");
    for (String what : List.of("lock", "hard lock", "file")) {
      Path made = folder("journal " + what, "rwxr-x---");
      record(made);
      Path planted =
          what.equals("file") ? JournalFolder.cycles(made).get(0) : made.resolve("writer.lock");
      Files.delete(planted);
      if (what.equals("hard lock")) {
        Files.createLink(planted, victim);
      } else {
        Files.createSymbolicLink(planted, victim);
      }
      assertTrue(refused(made).contains(planted + ": expected a file of"), refused(made));
      assertEquals("mine", Files.readString(victim));
    }
    Path journal = folder("folders", "rwxr-x---");
    Files.createSymbolicLink(journal.resolve(".writing"), away);
    Files.createSymbolicLink(journal.resolve(".index"), away);
    record(journal);
    try (Journal opened = Journal.open(journal)) {
      opened.at(Position.atSeq(5));
    }
    try (Stream<Path> left = Files.list(away)) {
      assertEquals(List.of(away.resolve("kept")), left.toList());
    }
    assertFalse(Files.exists(journal.resolve(".writing"), LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void aCopyIsNeverMadeThroughALink() throws Exception {
    Path victim = Files.writeString(folder.resolve("victim"), "mine");
    Path aside = folder.resolve("aside");
    record(aside);
    Path journal = folder("journal", "rwxr-x---");
    String name = String.valueOf(JournalFolder.cycles(aside).get(0).getFileName());
    Files.createSymbolicLink(journal.resolve(name), victim);
    try (FileCopy copy = new FileCopy(aside.resolve(name), journal, DiskReserve.in(journal, 0))) {
      assertThrows(IOException.class, copy::advance);
    }
    assertEquals("mine", Files.readString(victim));
  }

  @Test
  void aNewFileIsNeverOneThatIsThere() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "mine");
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("none"));
    for (Path each : List.of(file, link)) {
      assertThrows(IOException.class, () -> OwnFiles.create(each, OwnFiles.FILE).close());
    }
    assertThrows(IOException.class, () -> OwnFiles.open(link).close());
    assertFalse(Files.exists(folder.resolve("none")));
    try (FileChannel made = OwnFiles.create(folder.resolve("new"), OwnFiles.FILE)) {
      assertEquals(0, made.size());
    }
  }
}
