package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over copies of /sys and /proc; the numbers of files are the test's. */
final class FileSystemStackTest {
  @TempDir Path root = Path.of("");

  private final Map<Path, String> fileSystems = new HashMap<>();
  private final Map<Path, String> devices = new HashMap<>();
  private final StringBuilder mounts = new StringBuilder();

  @BeforeEach
  void layOut() throws IOException {
    root = root.toRealPath();
    disk("sda", "8:0");
    disk("sdb", "8:16");
    mapped("dm-3", "254:3", "vg0-var", "sda");
  }

  // One device.

  @Test
  void fileSystemOnAMappedDevice() throws IOException {
    Path journal = mount("var", "254:3", "ext4", "/dev/mapper/vg0-var", "rw");

    assertEquals(ways("ext4 at " + journal + " > vg0-var (254:3)"), under(journal));
  }

  @Test
  void folderThatIsMissingIsJudgedByTheNearestThatExists() throws IOException {
    Path var = mount("var", "254:3", "ext4", "/dev/mapper/vg0-var", "rw");

    assertEquals(
        ways("ext4 at " + var + " > vg0-var (254:3)"), under(var.resolve("lib/dmrec/journal")));
  }

  @Test
  void folderThatIsALinkIsJudgedByWhereItLeads() throws IOException {
    Path var = mount("var", "254:3", "ext4", "/dev/mapper/vg0-var", "rw");
    Path link = Files.createSymbolicLink(root.resolve("link"), var);

    assertEquals(ways("ext4 at " + var + " > vg0-var (254:3)"), under(link));
  }

  @Test
  void fileSystemOnAPlainDiskIsFine() throws IOException {
    assertEquals(ways(), under(mount("var", "8:0", "ext4", "/dev/sda", "rw")));
  }

  @Test
  void deviceIsWhatLiesOnAnotherNotWhatIsBelowIt() throws IOException {
    mapped("dm-4", "254:4", "upper", "dm-3");
    Path journal = mount("var", "254:4", "xfs", "/dev/mapper/upper", "rw");

    assertEquals(ways("xfs at " + journal + " > upper (254:4)"), under(journal));
  }

  // Between.

  @Test
  void partitionOfADiskOverAMappedDevice() throws IOException {
    // A partition of a disk that is itself made of mapped devices, as md has them.
    array("md0", "9:0", "dm-3", "sdb");
    device("block/md0/md0p1", "259:1");
    write("block/md0/md0p1/partition", "1\n");
    Path journal = mount("var", "259:1", "ext4", "/dev/md0p1", "rw");

    assertEquals(
        ways("ext4 at " + journal + " > md0p1 (259:1) > md0 (9:0) > vg0-var (254:3)"),
        under(journal));
  }

  @Test
  void arrayOverTwoMappedDevicesNamesBoth() throws IOException {
    mapped("dm-4", "254:4", "other", "sdb");
    array("md0", "9:0", "dm-3", "dm-4");
    Path journal = mount("var", "9:0", "ext4", "/dev/md0", "rw");

    FileSystemStack.Answer answer = under(journal);
    assertEquals(List.of("vg0-var (254:3)", "other (254:4)"), answer.devices());
    assertEquals(List.of(), answer.unknown());
  }

  @Test
  void loopDeviceWhoseFileIsOnAMappedDevice() throws IOException {
    Path var = mount("var", "254:3", "ext4", "/dev/mapper/vg0-var", "rw");
    Path image = Files.createFile(var.resolve("an image"));
    fileSystems.put(image, "254:3");
    device("block/loop0", "7:0");
    write("block/loop0/loop/backing_file", image + "\n");
    Path journal = mount("loop", "7:0", "ext4", "/dev/loop0", "rw");

    assertEquals(
        ways("ext4 at " + journal + " > loop0 (7:0) > ext4 at " + var + " > vg0-var (254:3)"),
        under(journal));
  }

  @Test
  void loopDeviceWhoseFileIsDeletedCannotBeTold() throws IOException {
    device("block/loop0", "7:0");
    write("block/loop0/loop/backing_file", root + "/image (deleted)\n");
    Path journal = mount("loop", "7:0", "ext4", "/dev/loop0", "rw");

    FileSystemStack.Answer answer = under(journal);
    assertEquals(List.of(), answer.mapped());
    assertEquals(
        List.of(
            root
                + "/image (deleted) is not to be seen from here (under ext4 at "
                + journal
                + ", on loop0 (7:0))"),
        answer.unknown());
  }

  // File systems without a device.

  @ParameterizedTest
  @ValueSource(strings = {"tmpfs", "nfs4", "9p", "zfs", "fuse.sshfs"})
  void whatHasNoDeviceIsFine(String type) throws IOException {
    assertEquals(ways(), under(mount("var", "0:40", type, "whatever", "rw")));
  }

  @Test
  void overlayIsWhereItsUpperFolderIs() throws IOException {
    Path var = mount("var", "254:3", "ext4", "/dev/mapper/vg0-var", "rw");
    Path upper = Files.createDirectory(var.resolve("up, per\\"));
    fileSystems.put(upper, "254:3");
    String escaped = upper.toString().replace("\\", "\\134").replace(",", "\\054");
    Path journal =
        mount(
            "merged",
            "0:50",
            "overlay",
            "overlay",
            "rw,lowerdir=/x,upperdir=" + escaped.replace(" ", "\\040") + ",workdir=/w");

    assertEquals(
        ways("overlay at " + journal + " > ext4 at " + var + " > vg0-var (254:3)"), under(journal));
  }

  @Test
  void overlayWhoseUpperFolderIsOutOfSightCannotBeTold() throws IOException {
    Path journal =
        mount("merged", "0:50", "overlay", "overlay", "rw,lowerdir=/x,upperdir=/not/here/up");

    FileSystemStack.Answer answer = under(journal);
    assertEquals(List.of(), answer.mapped());
    assertEquals(
        List.of("/not/here/up is not to be seen from here (under overlay at " + journal + ")"),
        answer.unknown());
  }

  @Test
  void btrfsIsOnAllItsDevicesThoughItsSubvolumeHasANumberOfItsOwn() throws IOException {
    mount("", "8:0", "ext4", "/dev/sda", "rw");
    Path journal = mount("pool", "0:60", "btrfs", device("/dev/sdb", "8:16"), "rw");
    fileSystems.put(journal, "0:77");
    btrfs("other-uuid", "sda");
    btrfs("uuid", "sdb", "dm-3");

    assertEquals(ways("btrfs at " + journal + " > vg0-var (254:3)"), under(journal));
  }

  @Test
  void btrfsOnDisksIsFineWhateverOthersLieOn() throws IOException {
    Path journal = mount("pool", "0:60", "btrfs", device("/dev/sdb", "8:16"), "rw");
    btrfs("other-uuid", "dm-3");
    btrfs("uuid", "sdb", "sda");

    assertEquals(ways(), under(journal));
  }

  @Test
  void btrfsWhoseDeviceFileIsGoneCannotBeTold() throws IOException {
    Path journal = mount("pool", "0:60", "btrfs", "/dev/root", "rw");

    FileSystemStack.Answer answer = under(journal);
    assertEquals(List.of(), answer.mapped());
    assertEquals(1, answer.unknown().size());
    assertTrue(answer.unknown().get(0).startsWith("/dev/root, which it was mounted from"));
  }

  // Hostile or odd.

  @Test
  void namesAndPathsMayHoldAnything() throws IOException {
    mapped("dm-5", "254:5", "größe \u001b[31m", "sda");
    Path folder = Files.createDirectory(root.resolve("a b\nc\\ü"));
    fileSystems.put(folder, "254:5");
    String point =
        new String(folder.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    line("254:5", point.replace("\\", "\\134").replace(" ", "\\040").replace("\n", "\\012"));

    assertEquals(ways("ext4 at " + folder + " > größe \u001b[31m (254:5)"), under(folder));
  }

  @Test
  void devicesThatLieOnEachOtherEndTheSearch() throws IOException {
    array("md0", "9:0", "sda");
    array("md1", "9:1", "md0");
    link("block/md0/slaves", "md1");
    link("block/md0/slaves", "dm-3");
    Path journal = mount("var", "9:1", "ext4", "/dev/md1", "rw");

    assertEquals(
        ways("ext4 at " + journal + " > md1 (9:1) > md0 (9:0) > vg0-var (254:3)"), under(journal));
  }

  @Test
  void aStackWithoutAnEndIsGivenUp() throws IOException {
    for (int i = 0; i < 100; i++) {
      disk("md" + i, "9:" + i);
      if (i > 0) {
        link("block/md" + i + "/slaves", "md" + (i - 1));
      }
    }
    Path journal = mount("var", "9:99", "ext4", "/dev/md99", "rw");

    FileSystemStack.Answer answer = under(journal);
    assertEquals(List.of(), answer.mapped());
    assertEquals(
        List.of("the devices lie on each other without an end (under ext4 at " + journal + ")"),
        answer.unknown());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "8:0/../8:16", "x", "99999999999:1"})
  void whatIsNoDeviceNumberCannotBeTold(String number) throws IOException {
    disk("md0", "9:0");
    write("block/odd/dev", number + "\n");
    link("block/md0/slaves", "odd");
    Path journal = mount("var", "9:0", "ext4", "/dev/md0", "rw");

    assertEquals(
        List.of("sysfs has no device " + number + " (under ext4 at " + journal + ", on md0 (9:0))"),
        under(journal).unknown());
  }

  @Test
  void damagedMountinfoIsNoMount() throws IOException {
    Path folder = Files.createDirectory(root.resolve("var"));
    fileSystems.put(folder, "0:40");
    mounts.append("\n1 2\n1 2 0:40 / " + folder + " rw - \n1 2 0:40 / \\777 rw x y z\n- - - -\n");

    assertEquals(
        List.of("/proc/self/mountinfo names no mount of " + folder + " (under file system 0:40)"),
        under(folder).unknown());
  }

  // Real.

  @Test
  void realKernelIsAskedWithoutAnError() {
    for (FileSystemStack.Answer answer :
        List.of(
            FileSystemStack.under(Path.of("/proc/self")),
            FileSystemStack.under(Path.of("/dev/shm/dmrec/none")))) {
      assertEquals(new FileSystemStack.Answer(List.of(), List.of()), answer);
    }
  }

  // The copies.

  private FileSystemStack.Answer under(Path folder) throws IOException {
    Files.createDirectories(root.resolve("proc/self"));
    Files.writeString(
        root.resolve("proc/self/mountinfo"), mounts.toString(), StandardCharsets.ISO_8859_1);
    return FileSystemStack.under(
        folder,
        root.resolve("sys"),
        root.resolve("proc"),
        new FileSystemStack.Numbers() {
          @Override
          public long fileSystem(Path file) throws IOException {
            return numberOf(fileSystems, file);
          }

          @Override
          public long device(Path file) throws IOException {
            return numberOf(devices, file);
          }
        });
  }

  private static long numberOf(Map<Path, String> known, Path file) throws IOException {
    String number = known.get(file);
    if (number == null) {
      throw new NoSuchFileException(file.toString());
    }
    String[] parts = number.split(":", 2);
    return DeviceNumber.encode(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
  }

  private static FileSystemStack.Answer ways(String... ways) {
    return new FileSystemStack.Answer(
        List.of(ways).stream().map(way -> List.of(way.split(" > ", -1))).toList(), List.of());
  }

  private Path mount(String folder, String number, String type, String source, String options)
      throws IOException {
    Path point = Files.createDirectories(root.resolve(folder));
    fileSystems.put(point, number);
    mounts.append(
        "30 1 %s / %s rw,relatime shared:1 - %s %s %s\n"
            .formatted(number, point, type, source, options));
    return point;
  }

  private void line(String number, String point) {
    mounts.append("30 1 %s / %s rw - ext4 /dev/x rw\n".formatted(number, point));
  }

  private void disk(String name, String number) throws IOException {
    device("block/" + name, number);
    Files.createDirectories(sys("block/" + name + "/slaves"));
  }

  private void array(String name, String number, String... slaves) throws IOException {
    disk(name, number);
    for (String slave : slaves) {
      link("block/" + name + "/slaves", slave);
    }
  }

  private void mapped(String name, String number, String dmName, String... slaves)
      throws IOException {
    array(name, number, slaves);
    write("block/" + name + "/dm/name", dmName + "\n");
  }

  private void btrfs(String uuid, String... members) throws IOException {
    for (String member : members) {
      link("fs/btrfs/" + uuid + "/devices", member);
    }
  }

  private Path sys(String path) {
    return root.resolve("sys").resolve(path);
  }

  private void link(String folder, String block) throws IOException {
    Files.createSymbolicLink(
        Files.createDirectories(sys(folder)).resolve(block), sys("block/" + block));
  }

  private void write(String path, String text) throws IOException {
    Path file = sys(path);
    Files.createDirectories(file.resolve("..").normalize());
    Files.writeString(file, text);
  }

  private String device(String path, String number) throws IOException {
    if (path.startsWith("/dev/")) {
      devices.put(Path.of(path), number);
      return path;
    }
    write(path + "/dev", number + "\n");
    Files.createSymbolicLink(Files.createDirectories(sys("dev/block")).resolve(number), sys(path));
    return path;
  }
}
