package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.FullTmpfs;
import dmrec.event.Kind;
import dmrec.journal.seal.KeyFile;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that change, that cannot, and that others have too. */
class KeyChangeTest {
  private static final long DAY_NS = 86_400_000_000_000L;
  private static final long MINUTE_NS = 60_000_000_000L;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private final List<String> notices = new ArrayList<>();

  private JournalOptions options(SigningKey key) {
    return Tampering.sealedEvery(10).with(key).withNotices(notices::add);
  }

  private static Verification verify(Path journal, SigningKey key) throws JournalException {
    return Journal.verify(journal, key.publicKey(), Verification.Progress.NONE);
  }

  private static void expectIntact(Verification v) {
    assertTrue(v.isIntact(), () -> v.findings().toString());
  }

  private static List<DmEvent> told(Path journal) throws JournalException {
    return Journals.events(journal).stream()
        .filter(r -> r.kind() == Kind.KEY_NOT_CHANGED || r.kind() == Kind.KEY_CHANGED)
        .map(EventRecord::event)
        .toList();
  }

  // A key whose file cannot be written.

  /** Two days in a journal on tmpfs0, with a key on tmpfs1 to which something happens. */
  static final class Trouble {
    private Trouble() {}

    public static void main(String[] args) throws Exception {
      Path journal = Path.of(args[0], "tmpfs0", "journal");
      Path disk = Path.of(args[0], "tmpfs1");
      Path file = Files.createDirectory(disk.resolve("keys")).resolve("key");
      SigningKey key = SigningKey.create(file, DAY_NS, Tampering.T0);
      List<String> notices = new ArrayList<>();
      AtomicLong clock = new AtomicLong();
      JournalOptions options = Tampering.sealedEvery(10).with(key).withNotices(notices::add);
      Path aside = disk.resolve("aside");
      try (FullTmpfs.Filler filler = new FullTmpfs.Filler(disk.resolve("other"));
          JournalWriter writer = JournalWriter.open(journal, options, clock::get)) {
        Tampering.append(writer, 50, 1_000_000L);
        int changed = trouble(args[1], disk, filler, aside);
        Tampering.append(writer, 50, DAY_NS / 40);
        expect(key.epoch() == (args[1].equals("none") ? 2 : 0), "epoch " + key.epoch());
        expect(notices.size() == changed, notices.toString());
        expect(key.trouble().isEmpty() == (changed == 0), key.trouble());
        clock.addAndGet(MINUTE_NS + 1);
        writer.tick(0, 0);
        expect(notices.size() == changed, notices.toString());
        mend(args[1], disk, filler, aside);
        Tampering.append(writer, 20, DAY_NS / 40);
        expect(notices.size() == changed, notices.toString());
        clock.addAndGet(MINUTE_NS + 1);
        writer.tick(0, 0);
        expect(key.epoch() > 0 && key.trouble().isEmpty(), key.trouble());
        expect(notices.size() == 2 * changed, notices.toString());
        Tampering.append(writer, 20, DAY_NS / 40);
      }
      expect(SigningKey.read(file).epoch() == key.epoch(), "another key in the file");
      Verification v = verify(journal, key);
      expect(v.isIntact() && v.epochs() == key.epoch(), v.toString());
      System.out.println(notices + " " + told(journal));
    }

    private static int trouble(String what, Path disk, FullTmpfs.Filler filler, Path aside)
        throws Exception {
      switch (what) {
        case "read-only" -> {
          // As a service's ProtectSystem= makes one.
          run("mount", "--bind", disk.resolve("keys").toString(), disk.resolve("keys").toString());
          run("mount", "-o", "remount,ro,bind", disk.resolve("keys").toString());
        }
        case "full" -> filler.fill();
        case "gone" -> Files.move(disk.resolve("keys"), aside);
        default -> throw new IllegalArgumentException(what);
      }
      return 1;
    }

    private static void mend(String what, Path disk, FullTmpfs.Filler filler, Path aside)
        throws Exception {
      switch (what) {
        case "read-only" -> run("umount", disk.resolve("keys").toString());
        case "full" -> filler.free(0);
        default -> Files.move(aside, disk.resolve("keys"));
      }
    }

    private static void run(String... command) throws Exception {
      expect(new ProcessBuilder(command).inheritIO().start().waitFor() == 0, command[0]);
    }

    private static void expect(boolean good, String text) {
      if (!good) {
        throw new IllegalStateException(text);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"read-only", "full", "gone"})
  void aKeyThatCannotBeChangedSignsOnSaysSoOnceAndIsChangedAMinuteLater(String trouble)
      throws Exception {
    String out = FullTmpfs.run(folder, "64m 4m", Trouble.class, trouble);
    String reason =
        switch (trouble) {
          case "read-only" -> "Read-only file system";
          case "full" -> "No space left on device";
          default -> "there is no such file";
        };
    assertTrue(out.contains("keys/key: cannot write it: " + reason), out);
    assertTrue(out.contains("KeyNotChanged[epoch=0, reason="), out);
    assertTrue(out.contains("the key could be changed again"), out);
    assertTrue(out.contains("KeyChanged[epoch=3]"), out);
  }

  /** The same where it is so from the start. */
  static final class ReadOnly {
    private ReadOnly() {}

    public static void main(String[] args) throws Exception {
      Path disk = Path.of(args[0], "tmpfs1");
      SigningKey.create(disk.resolve("key"), DAY_NS, Tampering.T0);
      Trouble.run("mount", "-o", "remount,ro", disk.toString());
      SigningKey key = SigningKey.read(disk.resolve("key"));
      Path journal = Path.of(args[0], "tmpfs0", "journal");
      for (int i = 0; i < 3; i++) {
        List<String> notices = new ArrayList<>();
        JournalOptions options = Tampering.sealedEvery(10).with(key).withNotices(notices::add);
        try (JournalWriter writer = JournalWriter.open(journal, options)) {
          System.out.println(notices);
          Tampering.append(writer, 50, DAY_NS / 40);
        }
      }
      System.out.println(verify(journal, key).isIntact() + " " + told(journal));
    }
  }

  @Test
  void aKeyInAReadOnlyFolderIsToldAtTheStartAndSignsAllTheSame() throws Exception {
    String out = FullTmpfs.run(folder, "64m 4m", ReadOnly.class);
    List<String> lines = out.lines().toList();
    assertTrue(lines.get(0).contains("key: cannot write it: Read-only file system. It signs"), out);
    assertTrue(lines.get(0).contains("Keep it in a folder that the recorder may write to"), out);
    assertTrue(lines.get(3).startsWith("true [KeyNotChanged[epoch=0"), out);
  }

  // A file that is written whole or not at all.

  /** Appends until the key is changed, and is killed at a step of that. */
  static final class Killed {
    private Killed() {}

    public static void main(String[] args) throws Exception {
      SigningKey key = SigningKey.read(Path.of(args[1]));
      try (JournalWriter writer =
          JournalWriter.open(Path.of(args[0]), Tampering.sealedEvery(10).with(key))) {
        KeyFile.steps =
            step -> {
              if (step == KeyFile.Step.valueOf(args[2])) {
                System.out.println("at " + step);
                kill();
              }
            };
        Tampering.append(writer, 1000, DAY_NS / 40);
      }
    }

    private static void kill() {
      try {
        long me = ProcessHandle.current().pid();
        new ProcessBuilder("kill", "-9", Long.toString(me)).start();
        Thread.sleep(60_000);
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(KeyFile.Step.class)
  void aRecorderKilledWhileItChangesTheKeyLeavesTheOldOneOrTheNew(KeyFile.Step step)
      throws Exception {
    Path journal = folder.resolve("journal");
    Path file = folder.resolve("key");
    SigningKey.create(file, DAY_NS, Tampering.T0);
    for (int round = 0; round < 3; round++) {
      int before = SigningKey.read(file).epoch();
      File errors = folder.resolve("errors").toFile();
      Process child =
          new ProcessBuilder(
                  ForkedJava.command(
                      List.of("-XX:TieredStopAtLevel=1"),
                      Killed.class,
                      journal.toString(),
                      file.toString(),
                      step.name()))
              .redirectError(errors)
              .start();
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
        assertEquals("at " + step, out.readLine(), () -> text(errors));
      }
      assertEquals(128 + 9, child.waitFor());

      SigningKey key = SigningKey.read(file);
      assertEquals(step.compareTo(KeyFile.Step.NAMED) >= 0, key.epoch() > before);
      try (JournalWriter writer = JournalWriter.open(journal, options(key))) {
        Tampering.append(writer, 45, DAY_NS / 40);
        assertTrue(key.epoch() > before);
      }
      expectIntact(verify(journal, key));
      assertFalse(Files.exists(folder.resolve("key.next")));
    }
  }

  private static String text(File file) {
    try {
      return Files.readString(file.toPath());
    } catch (IOException e) {
      return e.toString();
    }
  }

  // A key that others have too.

  @Test
  void aSecondRecorderWithTheSameKeyIsRefusedOrGoesOnUnsigned() throws Exception {
    Path file = folder.resolve("key");
    SigningKey key = SigningKey.create(file, DAY_NS, Tampering.T0);
    try (JournalWriter first = JournalWriter.open(folder.resolve("one"), options(key))) {
      Tampering.append(first, 50, DAY_NS / 40);
      SigningKey same = SigningKey.read(file);
      JournalException refused =
          assertThrows(
              JournalException.class,
              () -> JournalWriter.open(folder.resolve("two"), options(same)));
      assertTrue(
          refused.toString().contains("another recorder signs with this key"), refused::toString);
      assertTrue(refused.toString().contains("--unsigned"), refused::toString);
      assertThrows(
          JournalException.class, () -> JournalWriter.open(folder.resolve("two"), options(key)));
      JournalOptions unsigned =
          new JournalOptions(
              SyncPolicy.OS,
              SealPolicy.DEFAULT,
              RetentionPolicy.KEEP_ALL,
              0,
              same,
              true,
              false,
              "",
              notices::add,
              (address, lengthBytes) -> {});
      try (JournalWriter second = JournalWriter.open(folder.resolve("two"), unsigned)) {
        Tampering.append(second, 5, 1_000_000L);
      }
      assertTrue(notices.get(0).contains("goes on without signatures"), notices::toString);
      assertEquals("", Tampering.verify(folder.resolve("two")).publicKey());
      Tampering.append(first, 50, DAY_NS / 40);
    }
    expectIntact(verify(folder.resolve("one"), key));
    JournalWriter.open(folder.resolve("three"), options(SigningKey.read(file))).close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aKeyFileThatAnotherHostWroteIsLeftAsItIsAndTold(boolean inPlace) throws Exception {
    Path file = folder.resolve("key");
    Path copy = folder.resolve("copy");
    SigningKey key = SigningKey.create(file, DAY_NS, Tampering.T0);
    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
    SigningKey elsewhere = SigningKey.read(copy);
    try (JournalWriter other = JournalWriter.open(folder.resolve("other"), options(elsewhere))) {
      Tampering.append(other, 100, DAY_NS / 20);
    }
    assertEquals(5, elsewhere.epoch());
    byte[] theirs = Files.readAllBytes(copy);
    Path journal = folder.resolve("journal");
    try (JournalWriter writer = JournalWriter.open(journal, options(key))) {
      if (inPlace) {
        Files.write(file, theirs);
      } else {
        Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE);
      }
      Tampering.append(writer, 100, DAY_NS / 20);
      assertEquals(0, key.epoch());
      assertTrue(key.trouble().contains("found it at epoch 5"), key.trouble());
    }
    assertEquals(1, notices.size(), notices::toString);
    assertEquals(List.of(Kind.KEY_NOT_CHANGED), told(journal).stream().map(DmEvent::kind).toList());
    assertArrayEquals(theirs, Files.readAllBytes(file));
    expectIntact(verify(journal, key));
  }

  @Test
  void anOldCopyOfTheKeyIsRefused() throws Exception {
    Path file = folder.resolve("key");
    SigningKey key = SigningKey.create(file, DAY_NS, Tampering.T0);
    Path copy = folder.resolve("copy");
    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
    Path journal = folder.resolve("journal");
    try (JournalWriter writer = JournalWriter.open(journal, options(key))) {
      Tampering.append(writer, 100, DAY_NS / 20);
    }
    JournalException refused =
        assertThrows(
            JournalException.class,
            () -> JournalWriter.open(journal, options(SigningKey.read(copy))));
    assertTrue(refused.toString().contains("found it at epoch 0: an old copy"), refused::toString);
    JournalWriter.open(journal, options(key)).close();
  }

  @Test
  void aLinkIsNoKeyAndNothingIsWrittenThroughOne() throws Exception {
    Path file = folder.resolve("key");
    SigningKey key = SigningKey.create(file, DAY_NS, Tampering.T0);
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    assertThrows(JournalException.class, () -> SigningKey.read(link));
    Path victim = Files.writeString(folder.resolve("victim"), "mine");
    Files.createSymbolicLink(folder.resolve("key.next"), victim);
    try (JournalWriter writer = JournalWriter.open(folder.resolve("journal"), options(key))) {
      Tampering.append(writer, 100, DAY_NS / 20);
    }
    assertEquals(5, key.epoch());
    assertEquals("mine", Files.readString(victim));
    assertThrows(JournalException.class, () -> SigningKey.create(link, DAY_NS, 0));
  }
}
