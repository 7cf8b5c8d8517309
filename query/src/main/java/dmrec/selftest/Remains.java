package dmrec.selftest;

import dmrec.kernel.DirectoryLock;
import dmrec.kernel.KernelException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What self-tests have made that is still there. Every device has its self-test's number in its
 * name. All else is known by the self-test's folder: so it is found without any notes, also after a
 * kill. A self-test holds a lock of its folder while it runs, which containers see too.
 *
 * <p>A folder counts only where this user made it and no other can enter it. So nobody else can put
 * anything in it, nor change what is there while it is deleted.
 *
 * <p>For any thread.
 *
 * @param folder where their own folders are; a real path
 * @param proc where the kernel shows processes
 */
record Remains(Programs programs, Path folder, Path proc) {
  static final String PREFIX = "dmrec-selftest-";

  /** Where a recorder's errors go. */
  static final String ERRORS = "record.stderr";

  private static final String NUMBER = PREFIX + "([1-9]\\d{0,9})-";
  private static final Pattern DEVICE = Pattern.compile(NUMBER + ".*");
  private static final Pattern FILES = Pattern.compile(NUMBER + "files");
  private static final Pattern DISK = Pattern.compile("(.*/" + NUMBER + "files)/disk( .*)?");

  private static final int OTHERS_WRITE = 022;
  private static final int STICKY = 01000;

  /** A mapped device, and whether somebody has it open. */
  record Device(String name, boolean isOpen) {}

  /** A loop device over a file. */
  private record Loop(String name, String file) {}

  /**
   * What one self-test made.
   *
   * @param recorders processes whose errors go to a file of its folder
   * @param elsewhere files of its number that are in no folder of ours, under loop devices
   */
  record Of(
      List<String> devices,
      List<String> loops,
      List<Path> folders,
      List<ProcessHandle> recorders,
      List<String> elsewhere) {
    private Of() {
      this(
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>());
    }

    @Override
    public String toString() {
      List<String> words = new ArrayList<>();
      recorders.forEach(each -> words.add("recorder " + each.pid()));
      devices.forEach(each -> words.add("device " + each));
      loops.forEach(each -> words.add("loop device " + each));
      folders.forEach(each -> words.add("folder " + each));
      return String.join(", ", words);
    }
  }

  static String prefix(long pid) {
    return PREFIX + pid + "-";
  }

  /** The folder of the self-test with that number. */
  Path folder(long pid) {
    return folder.resolve(prefix(pid) + "files");
  }

  /**
   * A folder's real path.
   *
   * @throws SelfTestException where others may replace what root makes in it
   */
  static Path expectFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new SelfTestException(folder + ": expected a folder, found none; name one with --tmp");
    }
    Path real = folder.toRealPath();
    Object owner = Files.getAttribute(real, "unix:uid");
    int mode = (Integer) Files.getAttribute(real, "unix:mode");
    boolean isOwners = owner.equals(0) || owner.equals(me());
    if (!isOwners || ((mode & OTHERS_WRITE) != 0 && (mode & STICKY) == 0)) {
      throw new SelfTestException(
          folder
              + ": expected a folder in which nobody else can rename, found one of uid "
              + owner
              + String.format(Locale.ROOT, " and mode %04o", mode & 07777)
              + "; name another with --tmp");
    }
    return real;
  }

  /** What self-tests left that do not run any more, by their numbers. */
  Map<Long, Of> left() throws IOException, InterruptedException {
    Map<Long, Of> left = new TreeMap<>();
    // Folders are listed behind the devices: a self-test makes its folder first.
    for (Device device : devices(PREFIX)) {
      Matcher own = DEVICE.matcher(device.name());
      if (own.matches()) {
        of(left, own.group(1)).devices().add(device.name());
      }
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(folder, PREFIX + "*-files")) {
      for (Path each : folders) {
        Matcher own = FILES.matcher(String.valueOf(each.getFileName()));
        if (own.matches() && isOwn(each)) {
          of(left, own.group(1)).folders().add(each);
        }
      }
    }
    for (Loop loop : loops()) {
      Matcher disk = DISK.matcher(loop.file());
      Of of = disk.matches() ? left.get(Long.parseLong(disk.group(2))) : null;
      if (of != null && of.folders().contains(Path.of(disk.group(1)))) {
        of.loops().add(loop.name());
      } else if (of != null) {
        of.elsewhere().add(loop.file());
      }
    }
    for (Of of : left.values()) {
      for (Path each : of.folders()) {
        of.recorders().addAll(recorders(each));
      }
    }
    List<Long> running = new ArrayList<>();
    for (Map.Entry<Long, Of> each : left.entrySet()) {
      if (!each.getValue().folders().isEmpty() && isRunning(folder(each.getKey()))) {
        running.add(each.getKey());
      }
    }
    left.keySet().removeAll(running);
    return left;
  }

  /**
   * Says what killed self-tests left, or removes it.
   *
   * @return what could not be removed, in words
   */
  List<String> nameOrRemove(boolean cleanUp, Consumer<String> progress)
      throws IOException, InterruptedException {
    List<String> failed = new ArrayList<>();
    for (Map.Entry<Long, Of> left : left().entrySet()) {
      Of of = left.getValue();
      if (!of.elsewhere().isEmpty()) {
        progress.accept(
            "selftest "
                + left.getKey()
                + " has "
                + of
                + " on "
                + String.join(", ", of.elsewhere())
                + ", which is not in "
                + folder
                + ": it may run in a container; else --clean-up with its --tmp removes it");
      } else if (!cleanUp) {
        progress.accept("selftest " + left.getKey() + " left: " + of + "; --clean-up removes it");
      } else {
        try {
          remove(left.getKey());
          progress.accept("removed what selftest " + left.getKey() + " left: " + of);
        } catch (SelfTestException e) {
          failed.add(String.valueOf(e.getMessage()));
        }
      }
    }
    return failed;
  }

  private static Of of(Map<Long, Of> left, String pid) {
    return left.computeIfAbsent(Long.parseLong(pid), key -> new Of());
  }

  /** Whether there is anything with that number. */
  boolean isAny(long pid) throws IOException, InterruptedException {
    return Files.exists(folder(pid), LinkOption.NOFOLLOW_LINKS) || !devices(prefix(pid)).isEmpty();
  }

  /** Whether there is such a folder, and this user alone can have made what is in it. */
  static boolean isOwn(Path folder) throws IOException {
    try {
      Map<String, Object> is =
          Files.readAttributes(folder, "unix:uid,mode,isDirectory", LinkOption.NOFOLLOW_LINKS);
      return Boolean.TRUE.equals(is.get("isDirectory"))
          && me().equals(is.get("uid"))
          && is.get("mode") instanceof Integer mode
          && (mode & 0777) == 0700;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static Object me() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  private static boolean isRunning(Path folder) throws IOException {
    try (DirectoryLock lock = DirectoryLock.tryLock(folder)) {
      return lock == null;
    } catch (KernelException e) {
      if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
      // It ended just now.
      return true;
    }
  }

  /** The devices whose names begin so. */
  List<Device> devices(String prefix) throws IOException, InterruptedException {
    List<Device> devices = new ArrayList<>();
    for (String line :
        lines("dmsetup", "info", "-c", "--noheadings", "--separator", "|", "-o", "name,open")) {
      int bar = line.lastIndexOf('|');
      if (bar > 0 && line.startsWith(prefix)) {
        devices.add(new Device(line.substring(0, bar), !line.substring(bar + 1).equals("0")));
      }
    }
    return devices;
  }

  /** The loop devices over a self-test's disk. */
  List<String> loops(Path folder) throws IOException, InterruptedException {
    List<String> loops = new ArrayList<>();
    for (Loop loop : loops()) {
      Matcher disk = DISK.matcher(loop.file());
      if (disk.matches() && folder.equals(Path.of(disk.group(1)))) {
        loops.add(loop.name());
      }
    }
    return loops;
  }

  private List<Loop> loops() throws IOException, InterruptedException {
    List<Loop> loops = new ArrayList<>();
    for (String line :
        lines("losetup", "--list", "--noheadings", "--raw", "--output", "NAME,BACK-FILE")) {
      String[] words = line.strip().split(" ", 2);
      if (words.length == 2) {
        loops.add(new Loop(words[0], words[1]));
      }
    }
    return loops;
  }

  private List<String> lines(String program, String... arguments)
      throws IOException, InterruptedException {
    return programs.run(program, List.of(arguments)).orFail().said().lines().toList();
  }

  /** The processes whose errors go to a self-test's folder, by the file itself, not by its path. */
  List<ProcessHandle> recorders(Path folder) throws IOException {
    List<ProcessHandle> recorders = new ArrayList<>();
    Object errors = file(folder.resolve(ERRORS));
    if (errors == null) {
      return recorders;
    }
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        ProcessHandle handle =
            ProcessHandle.of(Long.parseLong(String.valueOf(process.getFileName()))).orElse(null);
        if (handle != null && errors.equals(errors(process))) {
          recorders.add(handle);
        }
      }
    }
    return recorders;
  }

  /** The file of that name that a process writes its errors to; null where it has none. */
  private static @Nullable Object errors(Path process) {
    Path fd = process.resolve("fd/2");
    try {
      // Others are not asked for: their file system may not answer.
      return Files.readSymbolicLink(fd).endsWith(ERRORS) ? file(fd) : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** A file's device and inode; null where it is gone. */
  private static @Nullable Object file(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * Removes all that one self-test made.
   *
   * @throws SelfTestException where something stays; all else is removed, but the folder, by which
   *     the rest is found again
   */
  void remove(long pid) throws IOException, InterruptedException {
    long endNs = programs.nanoTime().getAsLong() + Removal.WITHIN_NS;
    new Removal(new Remains(programs.until(endNs), folder, proc), endNs).remove(pid);
  }
}
