package dmrec.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With programs that keep devices as files. */
class RemainsTest {
  private static final long PID = 4_000_001;

  /** A device is a file with its open count; {@code stuck} cannot be removed without force. */
  private static final String DMSETUP =
      """
      #!/bin/sh
      cd "%1$s/devices" || exit 1
      [ ! -f ../dmsetup.fails ] || { echo 'Permission denied'; exit 1; }
      echo "$*" >>../dmsetup.log
      case $1 in
        info) for d in *; do [ ! -f "$d" ] || printf '%%s|%%s\\n' "$d" "$(cat "$d")"; done ;;
        create) printf 0 >"$2" ;;
        remove)
          case $* in *stuck*) [ "$2" = --force ] || { echo 'Device or resource busy'; exit 1; } ;; esac
          case $* in *forever*) echo 'Device or resource busy'; exit 1 ;; esac
          for last; do :; done
          rm "$last"
          # What stood on it has let go of what is below.
          [ "$last" != dmrec-selftest-4000001-top ] || printf 0 >dmrec-selftest-4000001-below
          ;;
        resume) ;;
      esac
      """;

  private static final String LOSETUP =
      """
      #!/bin/sh
      cd "%1$s" || exit 1
      case $1 in
        --list) cat loops || exit 1 ;;
        --find) echo "/dev/loop7 $3" >>loops; echo /dev/loop7 ;;
        --detach) grep -v "^$2 " loops >loops.new; mv loops.new loops ;;
      esac
      """;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private Remains remains() throws IOException {
    return new Remains(programs(), folder.resolve("run"), folder.resolve("proc"));
  }

  private Programs programs() {
    return programs(System::nanoTime);
  }

  private Programs programs(LongSupplier nanoTime) {
    return new Programs(List.of(folder.resolve("bin")), Clock.systemUTC(), nanoTime, null);
  }

  /** Whose time is over after a few looks at the clock. */
  private Remains hasty() {
    AtomicLong now = new AtomicLong();
    return new Remains(
        programs(() -> now.addAndGet(Removal.WITHIN_NS / 10)),
        folder.resolve("run"),
        folder.resolve("proc"));
  }

  private Path files(long pid, String mode) throws IOException {
    Path files = Files.createDirectory(remains().folder(pid));
    return Files.setPosixFilePermissions(files, PosixFilePermissions.fromString(mode));
  }

  private Path files(long pid) throws IOException {
    return files(pid, "rwx------");
  }

  private Process process(Path errors) throws IOException {
    Process process = new ProcessBuilder("sleep", "600").start();
    Path fds = Files.createDirectories(folder.resolve("proc/" + process.pid() + "/fd"));
    Files.createSymbolicLink(fds.resolve("2"), errors);
    return process;
  }

  @BeforeEach
  void makeHost() throws IOException {
    for (String name : List.of("bin", "devices", "run", "proc")) {
      Files.createDirectory(folder.resolve(name));
    }
    Files.writeString(folder.resolve("loops"), "/dev/loop0 /srv/image\n");
    program("dmsetup", DMSETUP.formatted(folder));
    program("losetup", LOSETUP.formatted(folder));
    program("dd", "#!/bin/sh\n");
    device("vg-root", 1);
  }

  private void program(String name, String text) throws IOException {
    Path file = folder.resolve("bin").resolve(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void device(String name, int open) throws IOException {
    Files.writeString(folder.resolve("devices").resolve(name), Integer.toString(open));
  }

  private Set<String> devices() throws IOException {
    return names(folder.resolve("devices"));
  }

  private static Set<String> names(Path in) throws IOException {
    try (Stream<Path> files = Files.list(in)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private String loops() throws IOException {
    return Files.readString(folder.resolve("loops"));
  }

  @Test
  void makesAllUnderItsOwnPrefixAndRemovesIt() throws Exception {
    try (Scratch scratch = new Scratch(remains(), PID)) {
      scratch.open();
      assertEquals(Set.of("dmrec-selftest-4000001-files"), names(folder.resolve("run")));
      assertEquals("dmrec-selftest-4000001-lin", scratch.name("lin"));
      assertEquals("/dev/loop7 0", scratch.part(10));
      assertEquals("/dev/loop7 2048", scratch.part(2049));
      assertEquals("/dev/loop7 6144", scratch.part(1));
      scratch.run("dmsetup", List.of("create", scratch.name("lin"), "--table", "0 1 zero"));
      assertEquals(Set.of("dmrec-selftest-4000001-lin", "vg-root"), devices());
      assertTrue(loops().contains("/run/dmrec-selftest-4000001-files/disk"), loops());
    }
    assertEquals(Set.of("vg-root"), devices());
    assertEquals("/dev/loop0 /srv/image\n", loops());
    assertEquals(Set.of(), names(folder.resolve("run")));
  }

  @Test
  void makesNothingOnceItIsClosed() throws Exception {
    Scratch scratch = new Scratch(remains(), PID);
    scratch.open();
    scratch.close();

    assertThrows(SelfTestException.class, () -> scratch.run("dmsetup", List.of("create", "late")));

    scratch.close();
    assertEquals(Set.of("vg-root"), devices());
  }

  @Test
  void whatHasItsNumberAlreadyIsLeftAlone() throws Exception {
    device("dmrec-selftest-4000001-lin", 0);

    try (Scratch scratch = new Scratch(remains(), PID)) {
      assertThrows(SelfTestException.class, scratch::open);
    }

    assertEquals(Set.of("dmrec-selftest-4000001-lin", "vg-root"), devices());
    assertEquals(Set.of(), names(folder.resolve("run")));
  }

  @Test
  void aDiskThatIsUsedUpIsSaid() throws Exception {
    try (Scratch scratch = new Scratch(remains(), PID)) {
      scratch.open();
      scratch.part(120_000);

      assertThrows(SelfTestException.class, () -> scratch.part(20_000));
    }
  }

  @Test
  void removesWhatStandsOnAnotherFirst() throws Exception {
    device("dmrec-selftest-4000001-below", 1);
    device("dmrec-selftest-4000001-top", 0);

    remains().remove(PID);

    assertEquals(Set.of("vg-root"), devices());
  }

  @Test
  void forcesWhatCannotBeRemoved() throws Exception {
    device("dmrec-selftest-4000001-stuck", 1);

    remains().remove(PID);

    assertEquals(Set.of("vg-root"), devices());
    assertFalse(Files.readString(folder.resolve("dmsetup.log")).contains("vg-root"));
  }

  @Test
  void namesWhatAKilledOneLeftAndRemovesIt() throws Exception {
    device("dmrec-selftest-4000001-lin", 0);
    device("dmrec-selftest-x-lin", 0);
    Path left = files(PID);
    Files.writeString(
        folder.resolve("loops"), "/dev/loop0 /srv/image\n/dev/loop3 " + left + "/disk (deleted)\n");

    Map<Long, Remains.Of> found = remains().left();

    assertEquals(Set.of(PID), found.keySet());
    assertEquals(
        "device dmrec-selftest-4000001-lin, loop device /dev/loop3, folder " + left,
        String.valueOf(found.get(PID)));

    remains().remove(PID);

    assertEquals(Set.of("dmrec-selftest-x-lin", "vg-root"), devices());
    assertEquals("/dev/loop0 /srv/image\n", loops());
    assertFalse(Files.exists(left));
  }

  @Test
  void whatRunsIsLeftAloneWhereverItsProcessIs() throws Exception {
    try (Scratch scratch = new Scratch(remains(), PID)) {
      scratch.open();
      scratch.run("dmsetup", List.of("create", scratch.name("lin"), "--table", "0 1 zero"));

      assertEquals(Map.of(), remains().left());
      assertEquals(Map.of(), remains().left());
    }
  }

  @Test
  void whatOneOfTheSameNumberLeftGoesToo() throws Exception {
    for (int time = 0; time < 2; time++) {
      device("dmrec-selftest-4000001-lin", 0);
      Files.createFile(files(PID).resolve("disk"));

      assertEquals(List.of(), remains().nameOrRemove(true, line -> {}));

      try (Scratch scratch = new Scratch(remains(), PID)) {
        scratch.open();
        assertEquals(Map.of(), remains().left());
      }
    }
    assertEquals(Set.of(), names(folder.resolve("run")));
  }

  @Test
  void aFolderThatSomebodyElseMayHaveMadeIsNotTaken() throws Exception {
    Path kept = Files.createDirectory(folder.resolve("kept"));
    Files.setPosixFilePermissions(kept, PosixFilePermissions.fromString("rwx------"));
    Files.createSymbolicLink(remains().folder(PID), kept);
    Path open = files(PID + 1, "rwxr-x---");
    Path anothers = files(PID + 2);
    Set<String> all = new TreeSet<>(names(folder.resolve("run")));
    if (Files.getAttribute(anothers, "unix:uid").equals(0)) {
      Files.setAttribute(anothers, "unix:uid", 65_534);
    } else {
      Files.setPosixFilePermissions(anothers, PosixFilePermissions.fromString("rwxrwxrwx"));
    }
    Process process = process(Files.createFile(open.resolve(Remains.ERRORS)));
    Files.writeString(folder.resolve("loops"), "/dev/loop3 " + open + "/disk\n");

    assertEquals(Map.of(), remains().left());
    for (long each = PID; each < PID + 3; each++) {
      remains().remove(each);
    }

    assertEquals(all, names(folder.resolve("run")));
    assertTrue(Files.exists(kept));
    assertEquals("/dev/loop3 " + open + "/disk\n", loops());
    assertTrue(process.isAlive());
    process.destroy();
  }

  @Test
  void whatOnlyHasSuchAPathIsNotTaken() throws Exception {
    Path left = files(PID);
    Files.createFile(left.resolve(Remains.ERRORS));
    Path within = Files.createDirectories(left.resolve("srv/dmrec-selftest-4000001-files"));
    Process process = process(Files.createFile(within.resolve(Remains.ERRORS)));
    String others = "/dev/loop3 " + within + "/image\n/dev/loop4 " + left + "/other/disk\n";
    Files.writeString(folder.resolve("loops"), others);

    assertEquals("folder " + left, String.valueOf(remains().left().get(PID)));
    remains().remove(PID);

    assertFalse(Files.exists(left));
    assertEquals(others, loops());
    assertTrue(process.isAlive());
    process.destroy();
  }

  @Test
  void whatStandsOnADiskElsewhereIsNamedAndLeftAlone() throws Exception {
    device("dmrec-selftest-4000001-lin", 0);
    String loop = "/dev/loop3 /var/dmrec-selftest-4000001-files/disk\n";
    Files.writeString(folder.resolve("loops"), loop);
    List<String> said = new ArrayList<>();

    assertEquals(List.of(), remains().nameOrRemove(true, said::add));

    assertTrue(said.get(0).contains(" on /var/dmrec-selftest-4000001-files/disk"), said.get(0));
    assertEquals(Set.of("dmrec-selftest-4000001-lin", "vg-root"), devices());
    assertEquals(loop, loops());
  }

  @Test
  void aFolderInWhichOthersRenameIsRefused() throws Exception {
    Path run = folder.resolve("run");
    assertEquals(run.toRealPath(), Remains.expectFolder(run));
    Files.setAttribute(run, "unix:mode", 01777);
    assertEquals(run.toRealPath(), Remains.expectFolder(run));
    Files.setAttribute(run, "unix:mode", 0777);

    SelfTestException e = assertThrows(SelfTestException.class, () -> Remains.expectFolder(run));

    assertTrue(String.valueOf(e.getMessage()).contains("mode 0777"), e.getMessage());
  }

  @Test
  void removesTheDevicesWhereLoopDevicesAreNotListed() throws Exception {
    device("dmrec-selftest-4000001-lin", 0);
    Path left = files(PID);
    Files.delete(folder.resolve("loops"));

    SelfTestException e = assertThrows(SelfTestException.class, () -> remains().remove(PID));

    assertTrue(String.valueOf(e.getMessage()).contains("losetup --list"), e.getMessage());
    assertEquals(Set.of("vg-root"), devices());
    assertTrue(Files.exists(left));
  }

  @Test
  void removesAllElseWhereDevicesAreNotListed() throws Exception {
    Path left = files(PID);
    Files.writeString(folder.resolve("loops"), "/dev/loop3 " + left + "/disk\n");
    Process recorder = process(Files.createFile(left.resolve(Remains.ERRORS)));
    Files.createFile(folder.resolve("dmsetup.fails"));

    SelfTestException e = assertThrows(SelfTestException.class, () -> remains().remove(PID));

    assertTrue(String.valueOf(e.getMessage()).contains("Permission denied"), e.getMessage());
    assertEquals("", loops());
    assertTrue(recorder.waitFor() != 0);
  }

  @Test
  void whatStaysStopsNoOther() throws Exception {
    device("dmrec-selftest-4000001-forever", 0);
    device("dmrec-selftest-4000001-lin", 0);
    device("dmrec-selftest-4000002-lin", 0);
    Path first = files(PID);
    Path second = files(PID + 1);
    List<String> said = new ArrayList<>();

    List<String> failed = hasty().nameOrRemove(true, said::add);

    assertEquals(1, failed.size());
    assertTrue(
        failed
            .get(0)
            .contains("dmrec-selftest-4000001-forever still there (Device or resource busy)"),
        failed.get(0));
    assertEquals(
        List.of(
            "removed what selftest 4000002 left: device dmrec-selftest-4000002-lin, folder "
                + second),
        said);
    assertEquals(Set.of("dmrec-selftest-4000001-forever", "vg-root"), devices());
    assertTrue(Files.exists(first));
    assertFalse(Files.exists(second));
  }

  @Test
  void endsTheRecorderThatAKilledOneLeft() throws Exception {
    Path left = files(PID);
    Process recorder = process(Files.createFile(left.resolve(Remains.ERRORS)));
    assertTrue(remains().left().toString().contains("recorder " + recorder.pid()));

    remains().remove(PID);

    assertTrue(recorder.waitFor() != 0);
    assertFalse(Files.exists(left));
  }

  @Test
  void aMissingProgramIsNamedWithWhatToInstall() throws Exception {
    Files.delete(folder.resolve("bin/losetup"));

    SelfTestException e = assertThrows(SelfTestException.class, programs()::expectAll);

    assertTrue(
        String.valueOf(e.getMessage())
            .contains("expected the program losetup, found none; install it: "),
        e.getMessage());
  }

  @Test
  void aProgramThatFailsIsQuoted() throws Exception {
    device("dmrec-selftest-4000001-stuck", 0);
    Programs.Ran ran = programs().run("dmsetup", List.of("remove", "dmrec-selftest-4000001-stuck"));

    SelfTestException e = assertThrows(SelfTestException.class, ran::orFail);

    assertEquals(
        "dmsetup remove dmrec-selftest-4000001-stuck: expected exit status 0, found 1: Device or"
            + " resource busy",
        e.getMessage());
  }

  @Test
  void argumentsAreNoShellsWords() throws Exception {
    programs().run("dmsetup", List.of("create", "a b;$(touch x)"));

    assertTrue(devices().contains("a b;$(touch x)"), devices().toString());
  }
}
