package dmrec.kernel;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Places the probes that tell what happens to mapped devices, and names what they fetch. {@link
 * ProbeRecipe} says which they are: I/O to which nothing happens hits none.
 */
public final class DmProbes {
  /** Hit when the thread that placed the probes arms the control device. */
  public static final String BEAT = "beat";

  /** Behind the name of a function's probe, that of its return. */
  public static final String RETURN = "_ret";

  /** A message to multipath of two words or more; of a shorter one only the first is fetched. */
  public static final String LONGER_MESSAGE = "message_of";

  /** I/O goes to another group of paths now. */
  public static final String SWITCHED = "switched";

  /** The kernel's own event of a line of its log, with the text as {@code msg}. */
  public static final String LOG = "console";

  private static final Path ONLINE = Path.of("/sys/devices/system/cpu/online");
  private static final Path LOADED = Path.of("/sys/module");

  /** For each CPU at least. */
  private static final int LEAST_BUFFER_KIB = 256;

  /** The process namespace of the host (include/linux/proc_ns.h, PROC_PID_INIT_INO). */
  private static final String HOST_PROCESSES = "pid:[4026531836]";

  /**
   * The handlers of ioctls that change something, which are given the opened file and the request.
   * Their probes have these names.
   */
  public static final List<String> REQUESTS =
      List.of(
          "dev_create",
          "dev_remove",
          "remove_all",
          "dev_rename",
          "dev_suspend",
          "table_load",
          "table_clear",
          "target_message",
          "dev_set_geometry");

  private static final String LOG_FILTER =
      "msg ~ \"*device-mapper: snapshots: *\" || msg ~ \"*device-mapper: integrity: Error on *\"";

  /** From here on a line of the log is told of when it is written, not when a console prints it. */
  private static final int[] LOG_SINCE = {6, 1};

  private @Nullable KernelSymbols symbols;
  private final Set<String> known = new HashSet<>();
  private Set<String> seen = Set.of();

  /** The names of modes, by the probe that fetches their numbers. */
  private final Map<String, Map<Long, String>> modes = new HashMap<>();

  private DmProbes() {}

  /** Whether a function may be needed: all of the modules' own, and few of the kernel's. */
  private static boolean isWanted(String module, String name) {
    return module.startsWith("dm_")
        || ((module.isEmpty() || module.equals("md_mod"))
            && ProbeRecipe.isWanted(name.split("\\.", 2)[0]));
  }

  /** Who called: the function of device-mapper that an address lies in. */
  public KernelSymbols.Symbol caller(long address) {
    return symbols == null ? KernelSymbols.Symbol.UNKNOWN : symbols.at(address);
  }

  /** Those of this kernel. */
  public static DmProbes open() {
    return new DmProbes();
  }

  /** Why none can be placed, a sentence that says what to do; empty where they can. */
  public static String why() {
    String why = ProbeInstance.why();
    if (!why.isEmpty()) {
      return why;
    }
    if (!isOnHost()) {
      return "This process has a process namespace of its own, in which /proc shows other processes"
          + " than the probes: record on the host.";
    }
    if (!Files.exists(Path.of("/sys/kernel/btf/vmlinux"))) {
      return "The kernel was built without CONFIG_DEBUG_INFO_BTF: boot one that has it.";
    }
    if (TraceFiles.text(Path.of("/proc/sys/kernel/ftrace_enabled")).strip().equals("0")) {
      return "Probes see nothing: sysctl kernel.ftrace_enabled=1 lets them see.";
    }
    return Files.isReadable(Path.of("/proc/kallsyms"))
        ? ""
        : "/proc/kallsyms cannot be read: run as root; in a systemd unit, without"
            + " ProtectKernelTunables=.";
  }

  /** Why nobody tells which group I/O goes to by itself, in sentences; empty where a probe does. */
  public static String whyNoSwitches() {
    return KernelCode.why();
  }

  private static boolean isOnHost() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString().equals(HOST_PROCESSES);
    } catch (IOException e) {
      return false;
    }
  }

  /** The name of a number that a probe fetched as {@code mode}; empty where it has none. */
  public String modeName(String probe, long number) {
    return modes.getOrDefault(probe, Map.of()).getOrDefault(number, "");
  }

  /**
   * Makes the instance, with the probes of the modules that are loaded.
   *
   * @param name of the instance and of the group; one recorder at a time has it
   * @param buffersKib for all CPUs together
   * @throws KernelException where this kernel or these privileges allow none
   */
  public ProbeInstance place(String name, int buffersKib) throws KernelException {
    Path tracefs = ProbeInstance.tracefs().orElse(null);
    String why = why();
    if (tracefs == null || !why.isEmpty()) {
      throw new KernelException(
          "Cannot place kernel probes",
          "a kernel and privileges that allow them",
          why,
          "Record with --no-probes.");
    }
    int cpus = Math.max(1, RingReader.count(TraceFiles.text(ONLINE).strip()));
    ProbeInstance instance =
        ProbeInstance.open(tracefs, name, List.of(), Math.max(LEAST_BUFFER_KIB, buffersKib / cpus));
    try {
      addTo(instance);
      listenToLog(instance);
      return instance;
    } catch (KernelException | RuntimeException | Error e) {
      instance.close();
      throw e;
    }
  }

  /**
   * Adds the probes of the modules that were loaded since this was last called. What fails is tried
   * again the next time.
   */
  public void addTo(ProbeInstance instance) throws KernelException {
    Set<String> loaded = loaded();
    if (loaded.equals(seen)) {
      return;
    }
    known.retainAll(loaded);
    KernelSymbols now = KernelSymbols.read(DmProbes::isWanted);
    Btf vmlinux = Btf.vmlinux();
    Btf dm = vmlinux.module("dm_mod");
    for (String module : ProbeRecipe.MODULES) {
      if (loaded.contains(module) && !known.contains(module)) {
        ProbeRecipe recipe = ProbeRecipe.of(module, now, vmlinux.module(module), dm);
        instance.add(recipe.definitions());
        recipe.leftOut().forEach(instance::leaveOut);
        modes.putAll(recipe.modes());
        known.add(module);
      }
    }
    symbols = now;
    seen = loaded;
  }

  /**
   * Some faults of snapshots are told in the log alone. Compilers inline dm_integrity_io_error, so
   * that it has no probe.
   */
  private static void listenToLog(ProbeInstance instance) {
    String release = TraceFiles.text(Path.of("/proc/sys/kernel/osrelease")).strip();
    if (!isSince(release, LOG_SINCE)) {
      instance.leaveOut(LOG, "Linux " + release + " tells of a line when a console prints it");
      return;
    }
    try {
      instance.enable("printk", LOG, LOG_FILTER);
    } catch (KernelException e) {
      instance.leaveOut(LOG, e.getMessage());
    }
  }

  /** Whether a release such as {@code 6.1.0-30-amd64} is that version or a later one. */
  static boolean isSince(String release, int... version) {
    String[] parts = release.split("[^0-9]+", 3);
    for (int i = 0; i < version.length; i++) {
      long part = parts.length > i ? RingReader.number(parts[i]) : 0;
      if (part != version[i]) {
        return part > version[i];
      }
    }
    return true;
  }

  /** The modules of device-mapper that are loaded, or built in with a parameter. */
  private Set<String> loaded() {
    Set<String> loaded = new HashSet<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(LOADED, "dm_*")) {
      all.forEach(each -> loaded.add(String.valueOf(each.getFileName())));
    } catch (IOException | DirectoryIteratorException e) {
      return seen; // Asked again at the next call.
    }
    return loaded;
  }
}
