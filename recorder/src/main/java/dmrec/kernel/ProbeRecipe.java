package dmrec.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The definitions of the probes of one module of device-mapper.
 *
 * <p>Arguments are taken from registers: older kernels know no other way. Of {@code struct
 * dm_ioctl} the offsets are the kernel's interface ({@code include/uapi/linux/dm-ioctl.h}); it is
 * the kernel's own copy that is read. Its data may hold keys: of it only the new name of a rename
 * and the first word of a message are read, and of messages to multipath the second. {@code
 * dm_target.table} and {@code dm_table.md} are first members in every kernel from 4.18 to 6.12; all
 * other offsets come from BTF.
 *
 * <p>x86-64: the first four arguments are in di, si, dx and cx.
 */
final class ProbeRecipe {
  /** The modules with probes; what they need of the kernel's structures is known once loaded. */
  static final List<String> MODULES =
      List.of(
          "dm_mod",
          "dm_multipath",
          "dm_mirror",
          "dm_snapshot",
          "dm_thin_pool",
          "dm_raid",
          "dm_cache",
          "dm_verity",
          "dm_crypt",
          "dm_era",
          "dm_clone",
          "dm_switch",
          "dm_writecache");

  /** What a kernel may have built in, beside what is named after device-mapper. */
  private static final Set<String> OTHERS =
      Set.of(
          "dev_arm_poll",
          "multipath_message",
          "pg_init_done",
          "fail_mirror",
          "__invalidate_snapshot",
          "set_pool_mode",
          "set_cache_mode",
          "verity_handle_err",
          "md_error",
          "md_reap_sync_thread",
          "_raw_spin_unlock_irqrestore");

  /** The functions that take a message, by their module. */
  private static final Map<String, String> MESSAGES =
      Map.of(
          "dm_thin_pool", "pool_message",
          "dm_cache", "cache_message",
          "dm_raid", "raid_message",
          "dm_crypt", "crypt_message",
          "dm_era", "era_message",
          "dm_clone", "clone_message",
          "dm_switch", "switch_message",
          "dm_writecache", "writecache_message");

  /** A word of a message to a multipath target: none of them is a key. */
  private static final String WORD = " argc=%si:u32 word=+0(+0(%dx)):string";

  private static final String MD = "md_mod";

  private static final String IS_RAID = "disk == 0";

  /** SCSI_DH_DEV_TEMP_BUSY of {@code include/scsi/scsi_dh.h}: the kernel bypasses the group. */
  private static final int BUSY = 2;

  /** DM_VERITY_MAX_CORRUPTED_ERRS of {@code dm-verity.h}: more send no uevent. */
  private static final int MOST_CORRUPTED = 100;

  /** Makes one definition. */
  private interface Maker {
    void make() throws ProbeArguments.Lacking, KernelException;
  }

  private final String module;
  private final Btf btf;
  private final ProbeArguments fetch;
  private final KernelSymbols symbols;
  private final List<ProbeDefinition> definitions = new ArrayList<>();
  private final Map<String, Map<Long, String>> modes = new HashMap<>();
  private final Map<String, String> leftOut = new LinkedHashMap<>();

  private ProbeRecipe(String module, KernelSymbols symbols, Btf btf, Btf dm) {
    this.module = module;
    this.symbols = symbols;
    this.btf = btf;
    this.fetch = new ProbeArguments(btf, dm);
  }

  /**
   * Makes the definitions of a module that is loaded.
   *
   * @param btf of the module
   * @param dm of device-mapper's core
   */
  static ProbeRecipe of(String module, KernelSymbols symbols, Btf btf, Btf dm)
      throws KernelException {
    ProbeRecipe recipe = new ProbeRecipe(module, symbols, btf, dm);
    recipe.make();
    return recipe;
  }

  /** Whether a function of the kernel itself, or of md, is needed. */
  static boolean isWanted(String function) {
    return function.contains("dm_")
        || DmProbes.REQUESTS.contains(function)
        || OTHERS.contains(function)
        || MESSAGES.containsValue(function);
  }

  List<ProbeDefinition> definitions() {
    return definitions;
  }

  /** The names of modes, by the probe that fetches their numbers. */
  Map<String, Map<Long, String>> modes() {
    return modes;
  }

  /**
   * Probes whose place in the code was not found, and why. What type information or symbols lack is
   * left out without a word.
   */
  Map<String, String> leftOut() {
    return leftOut;
  }

  private void make() throws KernelException {
    switch (module) {
      case "dm_mod" -> {
        for (String handler : DmProbes.REQUESTS) {
          request(handler);
        }
        beat();
        devices();
      }
      case "dm_multipath" -> multipath();
      case "dm_mirror" -> mirror();
      case "dm_snapshot" -> snapshot();
      case "dm_thin_pool" -> mode("pool_mode", "set_pool_mode", "pool.ti", "pool_mode");
      case "dm_raid" -> raid();
      case "dm_cache" -> mode("cache_mode", "set_cache_mode", "cache.ti", "cache_metadata_mode");
      case "dm_verity" -> verity();
      default -> {}
    }
    String function = MESSAGES.get(module);
    if (function != null) {
      message(function);
    }
  }

  /** The first word of a message: of crypt's, those behind it may be a key. */
  private void message(String function) throws KernelException {
    String filter = function.equals("crypt_message") ? "word == \"key\"" : "";
    make(
        () ->
            entry(
                function,
                where(function),
                fetch.ofTarget("%di") + " word=+0(+0(%dx)):string",
                filter));
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
                  + fetch.path("%di", "file.f_cred", "cred.uid")
                  + ":u32 comm=$comm");
          returned(handler + DmProbes.RETURN, where(handler), "rc=$retval:s32");
        });
  }

  private void beat() throws KernelException {
    String filter = "common_pid == " + threadId();
    make(() -> entry(DmProbes.BEAT, where("dev_arm_poll"), "", filter));
  }

  private void devices() throws KernelException {
    make(
        () -> {
          entry(
              "insert",
              where("dm_hash_insert"),
              "name=+0(%di):string uuid=+0(%si):string md="
                  + fetch.md("%dx")
                  + " diskseq="
                  + fetch.path("%dx", "mapped_device.disk", "gendisk.diskseq")
                  + ":u64");
          returned("insert_ret", where("dm_hash_insert"), "rc=$retval:s32");
        });
    make(() -> entry("table", where("dm_table_create"), "md=" + fetch.md("%cx")));
    make(() -> entry("swap", where("dm_swap_table"), "md=" + fetch.md("%di")));
    make(() -> returned("swap_ret", where("dm_swap_table"), "rc=$retval:s64"));
    make(() -> entry("suspend", where("dm_suspend"), "md=" + fetch.md("%di")));
    make(() -> returned("suspend_ret", where("dm_suspend"), "rc=$retval:s32"));
    make(() -> entry("resume", where("dm_resume"), "md=" + fetch.md("%di")));
    make(() -> returned("resume_ret", where("dm_resume"), "rc=$retval:s32"));
    make(
        () -> {
          String count =
              " count=" + fetch.path("%di", "mapped_device.internal_suspend_count") + ":u32";
          entry("isuspend", where("dm_internal_suspend_noflush"), "md=" + fetch.md("%di") + count);
          entry("iresume", where("dm_internal_resume"), "md=" + fetch.md("%di") + count);
        });
    make(() -> entry("destroy", where("__dm_destroy"), "md=" + fetch.md("%di")));
    make(
        () ->
            entry(
                "path",
                where("dm_path_uevent"),
                "type=%di:s32 path=+0(%dx):string valid=%cx:s32 comm=$comm md="
                    + fetch.mdOfTarget("%si")));
    make(() -> returned("useq", where("dm_next_uevent_seq"), "rc=$retval:u32"));
    make(
        () ->
            entry(
                "event", where("dm_table_event"), "from=$stack0:x64 md=" + fetch.mdOfTable("%di")));
  }

  private void multipath() throws KernelException {
    String function = "multipath_message";
    make(() -> entry("message", where(function), fetch.ofTarget("%di") + WORD, "argc < 2"));
    make(
        () ->
            entry(
                DmProbes
                    .LONGER_MESSAGE, // Of shorter ones the second word is whatever the memory held.
                where(function),
                fetch.ofTarget("%di") + WORD + " argument=+0(+8(%dx)):string",
                "argc >= 2"));
    make(() -> returned("message_ret", where(function), "rc=$retval:s32"));
    make(
        () ->
            entry(
                "bypassed",
                where("pg_init_done"),
                "error=%si:s32 group="
                    + fetch.path("%di", "pgpath.pg", "priority_group.pg_num")
                    + ":u32 "
                    + fetch.ofTarget(
                        fetch.path("%di", "pgpath.pg", "priority_group.m", "multipath.ti")),
                "error == " + BUSY));
    make(this::switched);
  }

  /**
   * Every I/O passes {@code choose_path_in_pg}, but only one that goes to another group takes the
   * lock there ({@code __switch_pg} is inlined): the call that gives it back is hit at a switch and
   * at no other time. It is given {@code &m->lock}.
   */
  private void switched() throws ProbeArguments.Lacking, KernelException {
    long from = symbols.address(module, "choose_path_in_pg");
    String current = fetch.beside("multipath", "lock", "current_pg");
    String group = "+" + fetch.offset("priority_group", "pg_num") + "(" + current + "):u32 ";
    String target = fetch.ofTarget(fetch.beside("multipath", "lock", "ti"));
    try {
      int at =
          KernelCode.call(
              from, symbols.next(module, from), symbols.address("", "_raw_spin_unlock_irqrestore"));
      entry(DmProbes.SWITCHED, where("choose_path_in_pg") + "+" + at, "group=" + group + target);
    } catch (KernelException e) {
      leftOut.put(DmProbes.SWITCHED, e.getMessage());
    }
  }

  private void mirror() throws KernelException {
    make(
        () ->
            entry(
                "leg",
                where("fail_mirror"),
                "error=%si:s32 leg="
                    + fetch.path("%di", "mirror.dev", "dm_dev.name")
                    + ":string "
                    + fetch.ofTarget(fetch.path("%di", "mirror.ms", "mirror_set.ti"))));
  }

  private void snapshot() throws KernelException {
    make(
        () ->
            entry(
                "invalid",
                where("__invalidate_snapshot"),
                "error=%si:s32 " + fetch.ofTarget(fetch.path("%di", "dm_snapshot.ti"))));
  }

  /** A mode is set anew where it stays as it is, too: only a change raises an event inside. */
  private void mode(String probe, String function, String target, String type)
      throws KernelException {
    modes.put(probe, btf.enumerators(type));
    make(
        () -> {
          entry(
              probe, where(function), "mode=%si:s32 " + fetch.ofTarget(fetch.path("%di", target)));
          returned(probe + DmProbes.RETURN, where(function), "");
        });
  }

  private void raid() throws KernelException {
    make(
        () ->
            entry(
                "raid_leg",
                where(MD, "md_error"),
                "leg=" + fetch.path("%si", "md_rdev.raid_disk") + ":s32 " + ofRaid(),
                IS_RAID));
    make(
        () -> {
          entry("reap", where(MD, "md_reap_sync_thread"), ofRaid(), IS_RAID);
          returned("reap_ret", where(MD, "md_reap_sync_thread"), "");
        });
  }

  /** An array of md's own lies in no target, and has a disk. */
  private String ofRaid() throws ProbeArguments.Lacking, KernelException {
    return "disk="
        + fetch.path("%di", "mddev.gendisk")
        + ":u64 "
        + fetch.ofTarget(fetch.beside("raid_set", "md", "ti"));
  }

  private void verity() throws KernelException {
    make(
        () ->
            entry(
                "corrupted",
                where("verity_handle_err"),
                "type=%si:s32 block=%dx:u64 count="
                    + fetch.path("%di", "dm_verity.corrupted_errs")
                    + ":u32 "
                    + fetch.ofTarget(fetch.path("%di", "dm_verity.ti")),
                "count < " + MOST_CORRUPTED));
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
    } catch (ProbeArguments.Lacking e) {
      // This kernel has another structure: what it would tell is found by a look.
    }
  }

  private String where(String function) throws ProbeArguments.Lacking {
    return where(module, function);
  }

  private String where(String owner, String function) throws ProbeArguments.Lacking {
    return symbols.probed(owner, function).orElseThrow(ProbeArguments.Lacking::new);
  }

  private void entry(String name, String where, String arguments) {
    entry(name, where, arguments, "");
  }

  private void entry(String name, String where, String arguments, String filter) {
    definitions.add(
        new ProbeDefinition(name, ProbeDefinition.Type.ENTRY, where, arguments, filter));
  }

  private void returned(String name, String where, String arguments) {
    definitions.add(new ProbeDefinition(name, ProbeDefinition.Type.RETURN, where, arguments, ""));
  }
}
