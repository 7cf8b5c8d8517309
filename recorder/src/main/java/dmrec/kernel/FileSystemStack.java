package dmrec.kernel;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the mapped devices that a folder's file system lies on, through whatever is between:
 * partitions, md, loop devices and the file systems of their files, overlays, btrfs over several
 * devices.
 *
 * <p>Why: a recorder that writes to a device it watches stands still with it, at the very moment it
 * is for. A bind mount needs no care, since a file has the device number of its file system
 * whatever way leads to it.
 *
 * <p>Reads attributes, /proc and sysfs only; opens no device. What these say is text that others
 * may have chosen: a loop of references ends, and what cannot be followed is said, not guessed.
 *
 * <p>Thread contract: an instance answers one question at a time. Allocates: not for the record
 * path.
 */
public final class FileSystemStack {
  /** No stack of a real machine is deeper; the kernel allows no loop, but a copy of /sys may. */
  private static final int MAX_DEPTH = 64;

  /**
   * What a folder lies on.
   *
   * @param mapped for each mapped device under it the way there, as {@code ext4 at /var}, {@code
   *     loop0 (7:0)}, {@code vg0-var (254:3)}: the device is last. What lies below a mapped device
   *     is not looked at. Empty where there is none
   * @param unknown what could not be followed, and why; empty where all could
   */
  public record Answer(List<List<String>> mapped, List<String> unknown) {
    /** The names of the mapped devices with their numbers, each once. */
    public List<String> devices() {
      return mapped.stream().map(way -> way.get(way.size() - 1)).distinct().toList();
    }
  }

  /** Numbers of files, as stat(2) gives them. */
  interface Numbers {
    /** st_dev: of the file system the file is in. */
    long fileSystem(Path file) throws IOException;

    /** st_rdev: of the device that the file is; 0 if it is none. */
    long device(Path file) throws IOException;
  }

  private static final class Stat implements Numbers {
    @Override
    public long fileSystem(Path file) throws IOException {
      return (Long) Files.getAttribute(file, "unix:dev");
    }

    @Override
    public long device(Path file) throws IOException {
      return (Long) Files.getAttribute(file, "unix:rdev");
    }
  }

  /** One line of mountinfo (proc(5)). */
  private record Mount(String dev, String point, String type, String source, String options) {}

  private final Path sys;
  private final Path proc;
  private final Numbers numbers;
  private final List<List<String>> mapped = new ArrayList<>();
  private final List<String> unknown = new ArrayList<>();
  private final Set<String> visited = new HashSet<>();

  private FileSystemStack(Path sys, Path proc, Numbers numbers) {
    this.sys = sys;
    this.proc = proc;
    this.numbers = numbers;
  }

  /** Asks the running kernel about a folder, or the nearest one above it that exists. */
  public static Answer under(Path folder) {
    return under(folder, Path.of("/sys"), Path.of("/proc"), new Stat());
  }

  /**
   * @param sys a folder laid out as /sys is
   * @param proc a folder laid out as /proc is
   */
  static Answer under(Path folder, Path sys, Path proc, Numbers numbers) {
    FileSystemStack stack = new FileSystemStack(sys, proc, numbers);
    stack.file(nearest(folder), List.of());
    return new Answer(List.copyOf(stack.mapped), List.copyOf(stack.unknown));
  }

  private static Path nearest(Path folder) {
    Path existing = folder.toAbsolutePath();
    for (Path up = existing; up != null; up = up.getParent()) {
      if (Files.exists(up)) {
        return up;
      }
      existing = up;
    }
    return existing;
  }

  /** Follows the file system that {@code file} is in. */
  private void file(Path file, List<String> way) {
    Path real;
    long dev;
    try {
      real = file.toRealPath();
      dev = numbers.fileSystem(real);
    } catch (IOException e) {
      cannotTell(file + " is not to be seen from here", way);
      return;
    }
    String number = number(dev);
    Mount mount = mount(number, real);
    String what = mount == null ? "file system " + number : mount.type() + " at " + mount.point();
    List<String> here = plus(way, what);
    if (visited.add("file system " + number + what)) {
      if (!number.startsWith("0:")) {
        block(number, here);
      } else if (mount == null) {
        // A file system without a device and without a mount: nothing says what it is.
        cannotTell("/proc/self/mountinfo names no mount of " + real, here);
      } else {
        withoutDevice(mount, here);
      }
    }
  }

  /** Follows a file system whose number is not a device's. */
  private void withoutDevice(Mount mount, List<String> way) {
    switch (mount.type()) {
      case "overlay" -> {
        // What is written goes to the upper folder; without one, nothing can be written.
        String upper = option(mount.options(), "upperdir=");
        if (upper != null) {
          path(upper, way);
        }
      }
      case "btrfs" -> btrfs(mount, way);
      case "bcachefs" -> {
        for (String source : mount.source().split(":", -1)) {
          source(source, way);
        }
      }
      default -> {
        // tmpfs, network file systems, zfs: on no mapped device that could be told.
      }
    }
  }

  private void btrfs(Mount mount, List<String> way) {
    String source = source(mount.source(), way);
    List<String> members = new ArrayList<>();
    for (Path uuid : list(sys.resolve("fs/btrfs"))) {
      List<String> found = new ArrayList<>();
      for (Path device : list(uuid.resolve("devices"))) {
        found.add(line(device.resolve("dev")));
      }
      if (source != null && found.contains(source)) {
        members.addAll(found);
      }
    }
    members.forEach(member -> block(member, way));
  }

  /** Follows the device file that a file system was mounted from; its number, null if unknown. */
  private @Nullable String source(String source, List<String> way) {
    try {
      String number = number(numbers.device(Path.of(source)));
      if (!number.equals("0:0")) {
        block(number, way);
        return number;
      }
    } catch (IOException | InvalidPathException e) {
      // Said below.
    }
    cannotTell(source + ", which it was mounted from, is no device here", way);
    return null;
  }

  /** Follows a block device. */
  private void block(String number, List<String> way) {
    if (way.size() > MAX_DEPTH) {
      cannotTell("the devices lie on each other without an end", way.subList(0, 1));
      return;
    }
    Path folder;
    try {
      if (!number.matches("\\d{1,9}:\\d{1,9}")) {
        throw new IOException("no device number");
      }
      folder = sys.resolve("dev/block").resolve(number).toRealPath();
    } catch (IOException e) {
      cannotTell("sysfs has no device " + number, way);
      return;
    }
    if (!visited.add("block " + number)) {
      return;
    }
    String name = line(folder.resolve("dm/name"));
    if (!name.isEmpty()) {
      mapped.add(plus(way, name + " (" + number + ")"));
      return;
    }
    List<String> here = plus(way, folder.getFileName() + " (" + number + ")");
    Path disk = folder.getParent();
    if (disk != null && Files.exists(folder.resolve("partition"))) {
      block(line(disk.resolve("dev")), here);
    }
    for (Path slave : list(folder.resolve("slaves"))) {
      block(line(slave.resolve("dev")), here);
    }
    String backing = line(folder.resolve("loop/backing_file"));
    if (!backing.isEmpty()) {
      path(backing, here);
    }
  }

  private void path(String path, List<String> way) {
    if (way.size() > MAX_DEPTH) {
      cannotTell("the devices lie on each other without an end", way.subList(0, 1));
      return;
    }
    try {
      file(Path.of(path), way);
    } catch (InvalidPathException e) {
      cannotTell(path + " is not to be seen from here", way);
    }
  }

  private void cannotTell(String why, List<String> way) {
    unknown.add(way.isEmpty() ? why : why + " (under " + String.join(", on ", way) + ")");
  }

  private static List<String> plus(List<String> way, String step) {
    List<String> longer = new ArrayList<>(way);
    longer.add(step);
    return Collections.unmodifiableList(longer);
  }

  // Mounts.

  /**
   * The mount that a file is seen through. All mounts of one number are of one file system, so any
   * will do; but a subvolume of btrfs has a number of its own that mountinfo does not show, and is
   * found by its path: the deepest mount point, and the last mounted of several there.
   */
  private @Nullable Mount mount(String number, Path real) {
    Mount best = null;
    boolean bestIsNumber = false;
    int bestDepth = -1;
    for (Mount mount : mounts()) {
      Path point;
      try {
        point = Path.of(mount.point());
      } catch (InvalidPathException e) {
        continue;
      }
      boolean above = real.startsWith(point);
      boolean isNumber = mount.dev().equals(number);
      int depth = above ? point.getNameCount() : -1;
      if ((isNumber || above) && (isNumber == bestIsNumber ? depth >= bestDepth : isNumber)) {
        best = mount;
        bestIsNumber = isNumber;
        bestDepth = depth;
      }
    }
    return best;
  }

  private List<Mount> mounts() {
    List<Mount> found = new ArrayList<>();
    String text;
    try {
      text = Files.readString(proc.resolve("self/mountinfo"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return found;
    }
    for (String line : text.split("\n", -1)) {
      // 36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/root rw,errors=continue
      String[] words = line.split(" ", -1);
      int dash = 6;
      while (dash < words.length && !words[dash].equals("-")) {
        dash++;
      }
      if (dash + 3 < words.length) {
        found.add(
            new Mount(
                words[2],
                unescaped(words[4]),
                unescaped(words[dash + 1]),
                unescaped(words[dash + 2]),
                words[dash + 3]));
      }
    }
    return found;
  }

  /** A comma inside a value is escaped, so the option ends at the next one. */
  private static @Nullable String option(String options, String name) {
    for (String option : options.split(",", -1)) {
      if (option.startsWith(name)) {
        return unescaped(option.substring(name.length()));
      }
    }
    return null;
  }

  /** Bytes as characters, some written as backslash and three octal digits; back to text. */
  private static String unescaped(String word) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(word.length());
    for (int i = 0; i < word.length(); i++) {
      if (i + 3 < word.length() && word.substring(i, i + 4).matches("\\\\[0-3][0-7][0-7]")) {
        bytes.write(Integer.parseInt(word.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        bytes.write(word.charAt(i));
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  // Files.

  /** By name, so that an answer is the same each time. */
  private static Iterable<Path> list(Path folder) {
    Set<Path> found = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      entries.forEach(found::add);
    } catch (IOException | DirectoryIteratorException e) {
      // Not there, or gone with its device.
    }
    return found;
  }

  /** Without the newline that sysfs adds; empty where there is no such file. */
  private static String line(Path file) {
    try {
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    } catch (IOException e) {
      return "";
    }
  }

  /** dev_t of the C library (gnu_dev_major, gnu_dev_minor of sys/sysmacros.h). */
  private static String number(long dev) {
    long major = (dev >>> 8 & 0xfff) | (dev >>> 32 & ~0xfffL);
    long minor = (dev & 0xff) | (dev >>> 12 & 0xffffff00L);
    return major + ":" + minor;
  }
}
