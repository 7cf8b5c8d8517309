package dmrec.kernel;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The probes that tell what happens to mapped devices: none of them on a path of I/O.
 *
 * <p>Arguments are taken from registers, as kernels before 5.14 know no other way and modules that
 * are not loaded yet allow none. Of {@code struct dm_ioctl} the offsets are the kernel's interface
 * ({@code include/uapi/linux/dm-ioctl.h}); it is the kernel's own copy that is read. Of its data,
 * which may hold keys, nothing is read but the new name of a rename. {@code dm_target.table} and
 * {@code dm_table.md} are first members in every kernel from 4.18 to 6.12; all other offsets come
 * from BTF.
 *
 * <p>x86-64: the first four arguments are in di, si, dx and cx.
 */
public final class DmProbes {
  /** The probe that is hit by whoever arms the control device, where it is this thread. */
  public static final String BEAT = "beat";

  private static final Path ONLINE = Path.of("/sys/devices/system/cpu/online");
  private static final Path LOADED = Path.of("/sys/module");

  /** For each CPU at least. */
  private static final int LEAST_BUFFER_KIB = 256;

  /** The process namespace of the host (include/linux/proc_ns.h, PROC_PID_INIT_INO). */
  private static final String HOST_PROCESSES = "pid:[4026531836]";

  /**
   * The handlers of ioctls that change something, which are given the opened file and the request.
   * Their probes have these names, those of their returns end with {@code _ret}.
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

  /** {@code multipath_message} fetches two words of a message: none of them is a key. */
  private static final String WORDS = " word=+0(+0(%dx)):string argument=+0(+8(%dx)):string";

  /** Other functions of the recipe that a kernel may have built in, and are not named after dm. */
  private static final Set<String> OTHERS =
      Set.of(
          "dev_arm_poll",
          "multipath_message",
          "fail_mirror",
          "__invalidate_snapshot",
          "set_pool_mode",
          "set_cache_mode",
          "md_error");

  /** The modules with probes; what they need of the kernel's structures is known once loaded. */
  private static final List<String> MODULES =
      List.of(
          "dm_mod",
          "dm_multipath",
          "dm_mirror",
          "dm_snapshot",
          "dm_thin_pool",
          "dm_raid",
          "dm_cache");

  /** A definition cannot be made: BTF lacks a structure or a member. */
  private static final class Lacking extends Exception {
    private static final long serialVersionUID = 1;
  }

  /** Makes one definition. */
  private interface Maker {
    void make() throws Lacking, KernelException;
  }

  private @Nullable KernelSymbols symbols;
  private final Set<String> known = new HashSet<>();
  private Set<String> seen = Set.of();

  /** The names of modes, by the probe that fetches their numbers. */
  private final Map<String, Map<Long, String>> modes = new HashMap<>();

  private DmProbes() {}

  /** Whether a function may be needed: all of the modules' own, and few of the kernel's. */
  private static boolean isWanted(String module, String name) {
    return module.isEmpty()
        ? isOfRecipe(name.split("\\.", 2)[0])
        : module.startsWith("dm_") || (module.equals("md_mod") && name.equals("md_error"));
  }

  private static boolean isOfRecipe(String name) {
    return name.contains("dm_") || REQUESTS.contains(name) || OTHERS.contains(name);
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
          "Record without --probes.");
    }
    int cpus = Math.max(1, RingReader.count(TraceFiles.text(ONLINE).strip()));
    ProbeInstance instance =
        ProbeInstance.open(tracefs, name, List.of(), Math.max(LEAST_BUFFER_KIB, buffersKib / cpus));
    try {
      addTo(instance);
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
    for (String module : MODULES) {
      if (loaded.contains(module) && !known.contains(module)) {
        instance.add(new Recipe(module, now, vmlinux.module(module), dm).definitions());
        known.add(module);
      }
    }
    symbols = now;
    seen = loaded;
  }

  /** The modules of device-mapper that are loaded or built in. */
  private Set<String> loaded() {
    Set<String> loaded = new HashSet<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(LOADED, "dm_*")) {
      all.forEach(each -> loaded.add(String.valueOf(each.getFileName())));
    } catch (IOException | DirectoryIteratorException e) {
      return seen; // Asked again at the next call.
    }
    return loaded;
  }

  /** Makes the definitions of one module. */
  private final class Recipe {
    private final String module;
    private final Btf btf;

    /** Of the module that has the structures which the others see from outside only. */
    private final Btf dm;

    private final Set<String> functions;
    private final boolean isBuiltIn;

    private final List<ProbeDefinition> definitions = new ArrayList<>();

    private final KernelSymbols symbols;

    Recipe(String module, KernelSymbols symbols, Btf btf, Btf dm) {
      this.module = module;
      this.symbols = symbols;
      this.btf = btf;
      this.dm = dm;
      Set<String> own = symbols.of(module);
      this.isBuiltIn = own.isEmpty();
      this.functions = isBuiltIn ? symbols.of("") : own;
    }

    List<ProbeDefinition> definitions() throws KernelException {
      switch (module) {
        case "dm_mod" -> {
          for (String handler : REQUESTS) {
            request(handler);
          }
          beat();
          devices();
        }
        case "dm_multipath" -> multipath();
        case "dm_mirror" -> mirror();
        case "dm_snapshot" -> snapshot();
        case "dm_thin_pool" -> pool();
        case "dm_raid" -> raid();
        default -> cache();
      }
      return definitions;
    }

    private void request(String handler) throws KernelException {
      make(
          () -> {
            String renames =
                handler.equals("dev_rename") ? " start=+16(%si):u32 new=+312(%si):string" : "";
            entry(
                handler,
                where(handler),
                "dev=+40(%si):u64 dm_flags=+28(%si):u32 name=+48(%si):string uuid=+176(%si):string"
                    + renames
                    + " uid="
                    + path("%di", "file.f_cred", "cred.uid")
                    + ":u32 comm=$comm");
            returned(handler + "_ret", where(handler), "rc=$retval:s32");
          });
    }

    private void beat() throws KernelException {
      String filter = "common_pid == " + threadId();
      make(
          () ->
              definitions.add(
                  new ProbeDefinition(
                      BEAT, ProbeDefinition.Type.ENTRY, where("dev_arm_poll"), "", filter)));
    }

    private void devices() throws KernelException {
      make(
          () -> {
            entry(
                "insert",
                where("dm_hash_insert"),
                "name=+0(%di):string uuid=+0(%si):string md="
                    + md("%dx")
                    + " diskseq="
                    + path("%dx", "mapped_device.disk", "gendisk.diskseq")
                    + ":u64");
            returned("insert_ret", where("dm_hash_insert"), "rc=$retval:s32");
          });
      make(() -> entry("table", where("dm_table_create"), "md=" + md("%cx")));
      make(() -> entry("swap", where("dm_swap_table"), "md=" + md("%di")));
      make(() -> returned("swap_ret", where("dm_swap_table"), "rc=$retval:s64"));
      make(() -> entry("suspend", where("dm_suspend"), "md=" + md("%di")));
      make(() -> returned("suspend_ret", where("dm_suspend"), "rc=$retval:s32"));
      make(() -> entry("resume", where("dm_resume"), "md=" + md("%di")));
      make(() -> returned("resume_ret", where("dm_resume"), "rc=$retval:s32"));
      make(
          () -> {
            String count = " count=" + path("%di", "mapped_device.internal_suspend_count") + ":u32";
            entry("isuspend", where("dm_internal_suspend_noflush"), "md=" + md("%di") + count);
            entry("iresume", where("dm_internal_resume"), "md=" + md("%di") + count);
          });
      make(() -> entry("destroy", where("__dm_destroy"), "md=" + md("%di")));
      make(
          () ->
              entry(
                  "path",
                  where("dm_path_uevent"),
                  "type=%di:s32 path=+0(%dx):string valid=%cx:s32 comm=$comm md="
                      + mdOfTarget("%si")));
      make(() -> returned("useq", where("dm_next_uevent_seq"), "rc=$retval:u32"));
      make(
          () -> entry("event", where("dm_table_event"), "from=$stack0:x64 md=" + mdOfTable("%di")));
    }

    private void multipath() throws KernelException {
      make(() -> entry("message", where("multipath_message"), ofTarget("%di") + WORDS));
      make(() -> returned("message_ret", where("multipath_message"), "rc=$retval:s32"));
    }

    private void mirror() throws KernelException {
      make(
          () ->
              entry(
                  "leg",
                  where("fail_mirror"),
                  "error=%si:s32 leg="
                      + path("%di", "mirror.dev", "dm_dev.name")
                      + ":string "
                      + ofTarget(path("%di", "mirror.ms", "mirror_set.ti"))));
    }

    private void snapshot() throws KernelException {
      make(
          () ->
              entry(
                  "invalid",
                  where("__invalidate_snapshot"),
                  "error=%si:s32 " + ofTarget(path("%di", "dm_snapshot.ti"))));
    }

    private void pool() throws KernelException {
      make(
          () -> {
            modes.put("pool_mode", btf.enumerators("pool_mode"));
            entry(
                "pool_mode",
                where("set_pool_mode"),
                "mode=%si:s32 " + ofTarget(path("%di", "pool.ti")));
          });
    }

    private void raid() throws KernelException {
      make(
          () -> {
            int mddev = offset("raid_set", "md");
            int target = offset("raid_set", "ti") - mddev;
            String at = (target < 0 ? "" : "+") + target + "(%di)";
            entry(
                "raid_leg",
                whereInMd("md_error"),
                "leg=" + path("%si", "md_rdev.raid_disk") + ":s32 " + ofTarget(at));
          });
    }

    private void cache() throws KernelException {
      modes.put("cache_mode", btf.enumerators("cache_metadata_mode"));
      make(
          () ->
              entry(
                  "cache_mode",
                  where("set_cache_mode"),
                  "mode=%si:s32 " + ofTarget(path("%di", "cache.ti"))));
    }

    /** The calling thread's id. */
    private static String threadId() throws KernelException {
      try {
        return String.valueOf(Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName());
      } catch (IOException e) {
        throw new KernelException(
            "Cannot read /proc/thread-self", "a link", e.toString(), "Mount /proc.", e);
      }
    }

    private void make(Maker maker) throws KernelException {
      try {
        maker.make();
      } catch (Lacking e) {
        // This kernel has another structure: what it would tell is found by a look.
      }
    }

    /**
     * A function as the compiler left it: a {@code .part.N} has the same arguments. Where the
     * module is built in, its functions are the kernel's own.
     */
    private String where(String function) throws Lacking {
      for (String name : functions) {
        if (name.equals(function) || name.startsWith(function + ".part.")) {
          return isBuiltIn ? name : module + ":" + name;
        }
      }
      throw new Lacking();
    }

    /** A function of md, which may be built in where raid is not. */
    private String whereInMd(String function) throws Lacking {
      if (symbols.of("md_mod").contains(function)) {
        return "md_mod:" + function;
      } else if (symbols.of("").contains(function)) {
        return function;
      }
      throw new Lacking();
    }

    /** Table and place of a {@code struct dm_target}. */
    private String ofTarget(String target) throws Lacking, KernelException {
      return "begin=+16(" + target + "):u64 md=" + mdOfTarget(target);
    }

    private String mdOfTarget(String target) throws Lacking, KernelException {
      return mdOfTable("+0(" + target + ")");
    }

    private String mdOfTable(String table) throws Lacking, KernelException {
      return md("+0(" + table + ")");
    }

    /** The number of a {@code struct mapped_device}, as text: {@code 254:3}. */
    private String md(String device) throws Lacking, KernelException {
      return "+" + offset("mapped_device", "name") + "(" + device + "):string";
    }

    /** Members of structures, each behind a pointer that the one before is. */
    private String path(String register, String... members) throws Lacking, KernelException {
      String path = register;
      for (String member : members) {
        int dot = member.indexOf('.');
        path = "+" + offset(member.substring(0, dot), member.substring(dot + 1)) + "(" + path + ")";
      }
      return path;
    }

    private int offset(String struct, String member) throws Lacking, KernelException {
      OptionalInt offset = btf.offset(struct, member);
      if (offset.isEmpty()) {
        offset = dm.offset(struct, member);
      }
      return offset.orElseThrow(Lacking::new);
    }

    private void entry(String name, String where, String arguments) {
      definitions.add(new ProbeDefinition(name, ProbeDefinition.Type.ENTRY, where, arguments, ""));
    }

    private void returned(String name, String where, String arguments) {
      definitions.add(new ProbeDefinition(name, ProbeDefinition.Type.RETURN, where, arguments, ""));
    }
  }
}
