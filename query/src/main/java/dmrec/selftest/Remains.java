package dmrec.selftest;

import dmrec.bundle.FolderTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What self-tests have made that is still there. Everything that one makes has its number in its
 * name, or lies in a folder that has: so it is found without any notes, also after a kill.
 *
 * <p>For any thread.
 *
 * @param folder where their own folders are
 * @param proc where the kernel shows processes
 */
record Remains(Programs programs, Path folder, Path proc) {
  static final String PREFIX = "dmrec-selftest-";

  private static final Pattern OWN = Pattern.compile(PREFIX + "(\\d{1,10})-.*");
  private static final Pattern OWN_FOLDER =
      Pattern.compile("(.*/" + PREFIX + "(\\d{1,10})-files)/.*");

  /** udev may hold a device open for a moment. */
  private static final int ROUNDS = 50;

  private static final long ROUND_MS = 100;
  private static final long ENDING_S = 60;

  /** A mapped device, and whether somebody has it open. */
  private record Device(String name, boolean isOpen) {}

  /**
   * What one self-test made.
   *
   * @param recorders processes whose errors go to a file of its folder
   */
  record Of(
      List<String> devices, List<String> loops, List<Path> folders, List<ProcessHandle> recorders) {
    private Of() {
      this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    boolean isNothing() {
      return devices.isEmpty() && loops.isEmpty() && folders.isEmpty() && recorders.isEmpty();
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

  /** What self-tests left that do not run any more, by their numbers. */
  Map<Long, Of> left() throws IOException, InterruptedException {
    Map<Long, Of> left = all();
    left.keySet().removeIf(this::isRunning);
    return left;
  }

  /** Whether there is anything with that number. */
  boolean isAny(long pid) throws IOException, InterruptedException {
    return all().containsKey(pid);
  }

  private boolean isRunning(long pid) {
    try {
      byte[] line = Files.readAllBytes(proc.resolve(pid + "/cmdline"));
      return List.of(new String(line, StandardCharsets.ISO_8859_1).split("\0", -1))
          .contains("selftest");
    } catch (IOException e) {
      return false;
    }
  }

  private Map<Long, Of> all() throws IOException, InterruptedException {
    Map<Long, Of> all = new LinkedHashMap<>();
    for (Device device : devices(PREFIX)) {
      Matcher own = OWN.matcher(device.name());
      if (own.matches()) {
        of(all, own.group(1)).devices().add(device.name());
      }
    }
    for (String line :
        programs
            .run(
                "losetup", List.of("--list", "--noheadings", "--raw", "--output", "NAME,BACK-FILE"))
            .orFail()
            .said()
            .lines()
            .toList()) {
      String[] words = line.strip().split(" ", 2);
      Matcher own = OWN_FOLDER.matcher(words.length < 2 ? "" : words[1]);
      if (own.matches()) {
        of(all, own.group(2)).loops().add(words[0]);
        addFolder(of(all, own.group(2)), Path.of(own.group(1)));
      }
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(folder, PREFIX + "*-files")) {
      for (Path each : folders) {
        Matcher own = OWN.matcher(String.valueOf(each.getFileName()));
        if (own.matches()) {
          addFolder(of(all, own.group(1)), each);
        }
      }
    }
    addRecorders(all);
    return all;
  }

  private static Of of(Map<Long, Of> all, String pid) {
    return all.computeIfAbsent(Long.parseLong(pid), key -> new Of());
  }

  private static void addFolder(Of of, Path folder) {
    if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && !of.folders().contains(folder)) {
      of.folders().add(folder);
    }
  }

  private void addRecorders(Map<Long, Of> all) throws IOException {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        Matcher own = OWN_FOLDER.matcher(errorsOf(process));
        if (own.matches()) {
          ProcessHandle.of(Long.parseLong(String.valueOf(process.getFileName())))
              .ifPresent(of(all, own.group(2)).recorders()::add);
        }
      }
    }
  }

  /** The file that a process writes its errors to; empty where it is gone. */
  private static String errorsOf(Path process) {
    try {
      return Files.readSymbolicLink(process.resolve("fd/2")).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private List<Device> devices(String prefix) throws IOException, InterruptedException {
    List<Device> devices = new ArrayList<>();
    for (String line :
        programs
            .run(
                "dmsetup",
                List.of("info", "-c", "--noheadings", "--separator", "|", "-o", "name,open"))
            .orFail()
            .said()
            .lines()
            .toList()) {
      int bar = line.lastIndexOf('|');
      if (bar > 0 && line.startsWith(prefix)) {
        devices.add(new Device(line.substring(0, bar), !line.substring(bar + 1).equals("0")));
      }
    }
    return devices;
  }

  /**
   * Removes all that one self-test made.
   *
   * @throws SelfTestException where something stays; all else is removed
   */
  void remove(long pid) throws IOException, InterruptedException {
    Of of = all().getOrDefault(pid, new Of());
    for (ProcessHandle recorder : of.recorders()) {
      end(recorder);
    }
    List<String> failed = removeDevices(prefix(pid));
    for (String loop : of.loops()) {
      Programs.Ran ran = programs.run("losetup", List.of("--detach", loop));
      if (ran.status() != 0) {
        failed.add(loop + " (" + ran.said().strip() + ")");
      }
    }
    for (Path each : of.folders()) {
      FolderTree.delete(each);
    }
    if (!failed.isEmpty()) {
      throw new SelfTestException(
          "selftest: expected to remove all that it made, found still there: "
              + String.join(", ", failed)
              + "; see who uses it (dmsetup ls --tree, lsof), then 'dmrec selftest --clean-up'");
    }
  }

  private static void end(ProcessHandle process) throws InterruptedException {
    process.destroy();
    try {
      process.onExit().get(ENDING_S, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      process.destroyForcibly();
    }
  }

  /**
   * Removes the devices, those that nobody uses first; who waits for one that is suspended is let
   * go. What stays is told.
   */
  private List<String> removeDevices(String prefix) throws IOException, InterruptedException {
    List<Device> devices = devices(prefix);
    for (Device device : devices) {
      programs.run("dmsetup", List.of("resume", "--noflush", device.name()));
    }
    String said = "";
    for (int round = 0; round < ROUNDS && !devices.isEmpty(); round++) {
      boolean isRemoved = false;
      for (Device device : devices) {
        // What cannot be removed as I/O waits for it is made to fail that.
        List<String> how =
            round < ROUNDS / 2
                ? List.of("remove", device.name())
                : List.of("remove", "--force", device.name());
        if (!device.isOpen() || round >= ROUNDS / 2) {
          Programs.Ran ran = programs.run("dmsetup", how);
          isRemoved |= ran.status() == 0;
          said = ran.status() == 0 ? said : ran.said().strip();
        }
      }
      devices = devices(prefix);
      if (!isRemoved) {
        Thread.sleep(ROUND_MS);
      }
    }
    List<String> failed = new ArrayList<>();
    for (Device device : devices) {
      failed.add(device.name() + " (" + said + ")");
    }
    return failed;
  }
}
