package dmrec.record;

import dmrec.decode.DecodeException;
import dmrec.decode.VersionsReply;
import dmrec.event.Bytes;
import dmrec.kernel.DmControl;
import dmrec.kernel.DmProbes;
import dmrec.kernel.FileSystemStack;
import dmrec.kernel.HostFacts;
import dmrec.kernel.KernelException;
import dmrec.kernel.KernelLog;
import dmrec.kernel.UeventSocket;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** What this kernel and these privileges allow to record; each source is really tried. */
public final class Diagnosis {
  /** Enough for the uevents of some seconds of a large storm. */
  private static final int BUFFER_BYTES = 128 << 20;

  /** The first interface whose control device can be polled (Linux 4.14). */
  private static final int POLL_MINOR = 37;

  private final List<Finding> findings = new ArrayList<>();

  private Diagnosis() {}

  /** How well something is. */
  public enum Verdict {
    OK,
    PARTLY,
    MISSING;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One thing that was tried.
   *
   * @param found what was found
   * @param advice what it means and what to do; empty where all is well
   */
  public record Finding(String what, Verdict verdict, String found, String advice) {}

  /**
   * Tries everything a recording into {@code journal} needs; changes nothing.
   *
   * @throws IOException where not even /proc can be read
   */
  public static List<Finding> of(Path journal) throws IOException {
    Diagnosis diagnosis = new Diagnosis();
    HostFacts host = HostFacts.read();
    diagnosis.ok("kernel", "Linux " + host.kernelRelease() + " on " + host.machine());
    diagnosis.control();
    diagnosis.pathUevents(host.kernelRelease());
    diagnosis.uevents();
    diagnosis.kernelLog();
    diagnosis.probes();
    diagnosis.memoryLock();
    diagnosis.journal(journal);
    return List.copyOf(diagnosis.findings);
  }

  private void ok(String what, String found) {
    findings.add(new Finding(what, Verdict.OK, found, ""));
  }

  private void partly(String what, String found, String advice) {
    findings.add(new Finding(what, Verdict.PARTLY, found, advice));
  }

  private void missing(String what, String found, String advice) {
    findings.add(new Finding(what, Verdict.MISSING, found, advice));
  }

  private void control() {
    try (DmControl control = DmControl.open()) {
      String version =
          control.version().major()
              + "."
              + control.version().minor()
              + "."
              + control.version().patch();
      if (control.version().atLeast(POLL_MINOR)) {
        ok("device-mapper", "interface " + version + ", tables and status can be read");
      } else {
        partly(
            "device-mapper",
            "interface " + version + ", its control device cannot be polled",
            "events without a uevent are found by sampling only; Linux 4.14 has it");
      }
      Map<String, List<Integer>> targets =
          VersionsReply.decode(Bytes.of(control.targetVersions()).buffer()).targets();
      List<String> shown = new ArrayList<>();
      targets.forEach(
          (name, v) -> shown.add(name + " " + v.get(0) + "." + v.get(1) + "." + v.get(2)));
      ok("targets", shown.isEmpty() ? "none loaded" : String.join(", ", shown));
    } catch (KernelException e) {
      missing(
          "device-mapper",
          e.getMessage(),
          "without it only uevents, and names and states from sysfs, are recorded");
    } catch (DecodeException e) {
      partly("targets", String.valueOf(e.getMessage()), "the versions of targets are unknown");
    }
  }

  private void pathUevents(String release) {
    String config = kernelConfig("CONFIG_DM_UEVENT", release);
    if (config == null) {
      partly(
          "path uevents",
          "unknown: neither /boot/config-" + release + " nor /proc/config.gz can be read",
          "if the kernel sends none, path events are derived from the status");
    } else if (config.equals("y")) {
      ok("path uevents", "the kernel sends them (CONFIG_DM_UEVENT=y)");
    } else {
      partly(
          "path uevents",
          "this kernel sends none (CONFIG_DM_UEVENT is not set)",
          "path events are derived from the status, after 5 s at first");
    }
  }

  private static @Nullable String kernelConfig(String option, String release) {
    try (BufferedReader plain =
        Files.newBufferedReader(
            Path.of("/boot", "config-" + release), StandardCharsets.ISO_8859_1)) {
      return valueOf(option, plain);
    } catch (IOException e) {
      // Not every distribution keeps it there.
    }
    try (BufferedReader zipped =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(Path.of("/proc/config.gz"))),
                StandardCharsets.ISO_8859_1))) {
      return valueOf(option, zipped);
    } catch (IOException e) {
      return null;
    }
  }

  private static String valueOf(String option, BufferedReader config) throws IOException {
    for (String line = config.readLine(); line != null; line = config.readLine()) {
      if (line.startsWith(option + "=")) {
        return line.substring(option.length() + 1);
      }
    }
    return "n";
  }

  private void uevents() {
    try (UeventSocket socket = UeventSocket.open(UeventSocket.Groups.KERNEL, BUFFER_BYTES)) {
      String size = socket.receiveBufferBytes() / 1024 + " KiB of buffer";
      if (socket.receiveBufferBytes() >= BUFFER_BYTES) {
        ok("uevents", "can be read, " + size);
      } else {
        partly(
            "uevents",
            "can be read, " + size + " instead of " + BUFFER_BYTES / 1024 + " KiB",
            "a burst may be lost (it would be counted); run as root or raise net.core.rmem_max");
      }
    } catch (KernelException e) {
      missing("uevents", e.getMessage(), "nothing can be recorded without them");
    }
  }

  private void kernelLog() {
    try (KernelLog log = KernelLog.open()) {
      log.receive();
      ok("kernel log", "can be read");
    } catch (KernelException e) {
      partly("kernel log", e.getMessage(), "snapshots will have no reasons");
    }
  }

  private void probes() {
    String why = DmProbes.why();
    String whyNoSwitches = DmProbes.whyNoSwitches();
    if (why.isEmpty() && whyNoSwitches.isEmpty()) {
      ok("kernel probes", "can be placed: events have their exact moment, and who asked");
    } else if (why.isEmpty()) {
      partly(
          "kernel probes",
          "can be placed, but for one: " + whyNoSwitches,
          "that I/O goes to another path group is found by polling");
    } else {
      partly(
          "kernel probes",
          why,
          "what raises no uevent is found by polling, and nobody is named as the one who asked");
    }
  }

  private void memoryLock() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
      if (line.startsWith("Max locked memory")) {
        String soft = line.substring("Max locked memory".length()).strip().split(" +", 2)[0];
        if (soft.equals("unlimited") || mayLockMemory()) {
          ok("memory lock", "allowed");
        } else {
          partly(
              "memory lock",
              "limited to " + soft + " bytes",
              "--lock-memory needs root or CAP_IPC_LOCK, or a higher limit (ulimit -l)");
        }
      }
    }
  }

  private static boolean mayLockMemory() throws IOException {
    int capIpcLock = 14;
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("CapEff:")) {
        long effective = Long.parseUnsignedLong(line.substring(7).strip(), 16);
        return (effective >>> capIpcLock & 1) != 0;
      }
    }
    return false;
  }

  private void journal(Path folder) throws IOException {
    Path existing = folder.toAbsolutePath();
    while (existing.getParent() != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
      missing("journal", existing + " cannot be written", "name another folder with -j");
      return;
    }
    FileStore store = Files.getFileStore(existing);
    long freeMib = store.getUsableSpace() >> 20;
    String found = folder + ", " + freeMib + " MiB free on " + store.type();
    List<String> mapped = FileSystemStack.under(folder).devices();
    if (store.type().startsWith("nfs") || store.type().startsWith("9p")) {
      missing("journal", found, "a journal must not be on a network file system");
    } else if (freeMib < 64) {
      partly("journal", found, "make space: a recording stops when there is none");
    } else if (!mapped.isEmpty()) {
      partly(
          "journal",
          found + ", on " + String.join(" and ", mapped),
          "a mapped device, recorded too: 'dmrec record' wants -j elsewhere, or --force");
    } else {
      ok("journal", found);
    }
  }
}
