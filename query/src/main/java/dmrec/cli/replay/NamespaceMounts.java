package dmrec.cli.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.event.KernelText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a program in a namespace made for it finds otherwise than outside. */
final class NamespaceMounts {
  private static final int SAID_BYTES = 4096;

  private NamespaceMounts() {}

  /**
   * Makes /dev read-only: who believes in devices that are long gone makes nodes and links for them
   * and changes owners, and where dmrec runs as root, /dev is the machine's. Devices can be used as
   * before.
   */
  static void protectDev(Host host) throws IOException, InterruptedException {
    String failure = run("mount --rbind /dev /dev && mount -o remount,bind,ro /dev");
    if (!failure.isEmpty()) {
      host.note("--run: the program can change /dev, which cannot be made read-only: " + failure);
    }
  }

  /**
   * libudev joins udev's group only where it believes that udev runs: /run/udev/control exists, or
   * /dev is a devtmpfs (device-monitor.c). In this mount namespace, what is put there is for nobody
   * else.
   */
  static void showUdev() throws IOException, InterruptedException {
    Path control = Path.of("/run/udev/control");
    if (Files.exists(control) || devIsDevtmpfs()) {
      return;
    }
    String place = Files.isDirectory(Path.of("/run/udev")) ? "/run/udev" : "/run";
    String failure = run("mount -t tmpfs -o size=64k tmpfs " + place);
    if (!failure.isEmpty()) {
      throw Failure.of(
          "--run: cannot make "
              + control
              + " in the namespace, without which libudev does not listen: "
              + failure);
    }
    Files.createDirectories(Path.of("/run/udev"));
    Files.createFile(control);
  }

  private static boolean devIsDevtmpfs() throws IOException {
    boolean found = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/mounts"), ISO_8859_1)) {
      List<String> words = List.of(line.split(" ", 4));
      if (words.size() == 4 && words.get(1).equals("/dev")) {
        found = words.get(2).equals("devtmpfs"); // The last one lies on top.
      }
    }
    return found;
  }

  /** Runs it; what it said where it failed, else nothing. */
  private static String run(String command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("/bin/sh", "-c", command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readNBytes(SAID_BYTES), UTF_8).strip();
    int code = process.waitFor();
    return code == 0 ? "" : said.isEmpty() ? "exit code " + code : KernelText.printable(said);
  }
}
