package dmrec.selftest;

import dmrec.event.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.List;

/** What a self-test does, in order. */
final class Steps {
  private Steps() {}

  static List<Step> all() {
    return List.of(
        new Step("tables, suspend, names", List.of("linear"), Steps::device),
        new Step("a table loaded and cleared", List.of("linear"), Steps::cleared),
        new Step("UUID", List.of(), Steps::uuid),
        new Step("multipath", List.of("multipath", "linear"), Steps::multipath),
        new Step("mirror in sync", List.of("mirror", "linear"), Steps::mirror),
        new Step("mirror's log", List.of("mirror", "linear", "error"), Steps::mirrorLog),
        new Step("raid1", List.of("raid", "linear", "error"), Steps::raid),
        new Step("snapshots", List.of("snapshot", "linear"), Steps::snapshots),
        new Step("thin pool", List.of("thin-pool", "thin", "linear"), Steps::thinPool),
        new Step("removal", List.of("linear"), Steps::deferred),
        new Step("removal of all", List.of(), Stage::removeAll));
  }

  private static String[] dmsetup(String... arguments) {
    return arguments;
  }

  private static void device(Stage on) throws IOException, InterruptedException {
    on.linear("base", 4096);
    String lin = on.name("lin");
    String base = on.dev("base").toString();
    on.create("lin", "0 2048 linear " + base + " 0");
    String other = "0 2048 linear " + base + " 1024";
    on.asked("load a table", "lin", Kind.TABLE_LOADED, "reload", lin, "--table", other);
    on.asked("resume into a new table", "lin", Kind.TABLE_LIVE, "resume", lin);
    on.asked("suspend", "lin", Kind.DEVICE_SUSPENDED, "suspend", lin);
    on.asked("resume", "lin", Kind.DEVICE_RESUMED, "resume", lin);
    on.askedAtOnce(
        "suspend and resume at once",
        "lin",
        Kind.DEVICE_SUSPENDED,
        dmsetup("suspend", lin),
        Kind.DEVICE_RESUMED,
        dmsetup("resume", lin));
    on.asked("rename", "lin", Kind.DEVICE_RENAMED, "rename", lin, on.name("line"));
    on.asked("rename back", "lin", Kind.DEVICE_RENAMED, "rename", on.name("line"), lin);
    on.refused("create what exists", "lin", "create", lin, "--table", other);
  }

  /**
   * On a device of its own, which is not used again: the IMA code of Linux 6.1 may crash where a
   * device whose table was cleared is renamed or has another one loaded.
   */
  private static void cleared(Stage on) throws IOException, InterruptedException {
    String table = "0 2048 linear " + on.dev("base");
    String cleared = on.name("cleared");
    on.create("cleared", table + " 0");
    on.askedAtOnce(
        "load and clear at once",
        "cleared",
        Kind.TABLE_LOADED,
        dmsetup("reload", cleared, "--table", table + " 1024"),
        Kind.TABLE_CLEARED,
        dmsetup("clear", cleared));
  }

  private static void uuid(Stage on) throws IOException, InterruptedException {
    on.createEmpty("bare");
    on.asked(
        "set the UUID",
        "bare",
        Kind.UUID_SET,
        "rename",
        on.name("bare"),
        "--setuuid",
        on.name("bare"));
  }

  private static void multipath(Stage on) throws IOException, InterruptedException {
    StringBuilder table = new StringBuilder("0 2048 multipath 2 queue_mode bio 0 2 1");
    for (int i = 0; i < 4; i++) {
      String path = "path" + i;
      on.linear(path, 2048);
      table.append(i % 2 == 0 ? " round-robin 0 2 1 " : " ").append(on.dev(path)).append(" 1");
    }
    on.create("mpath", table.toString());
    on.read("mpath");
    String first = on.dev("path0").toString();
    message(on, Kind.PATH_FAILED, "fail_path", first);
    message(on, Kind.PATH_REINSTATED, "reinstate_path", first);
    message(on, Kind.GROUP_BYPASSED, "disable_group", "2");
    message(on, Kind.GROUP_ENABLED, "enable_group", "2");
    on.askedOfNextRead(
        "switch_group",
        "mpath",
        Kind.GROUP_SWITCHED,
        "message",
        on.name("mpath"),
        "0",
        "switch_group",
        "2");
  }

  private static void message(Stage on, Kind kind, String message, String argument)
      throws IOException, InterruptedException {
    on.asked(message, "mpath", kind, "message", on.name("mpath"), "0", message, argument);
  }

  /** One leg is suspended while the mirror is made, so that it is seen before it is in sync. */
  private static void mirror(Stage on) throws IOException, InterruptedException {
    on.linear("leg", 8192);
    on.asked("suspend", "leg", Kind.DEVICE_SUSPENDED, "suspend", on.name("leg"));
    on.create(
        "mirror", "0 8192 mirror core 1 1024 2 %s %s 0".formatted(on.part(8192), on.dev("leg")));
    long beforeNs = on.nowNs();
    on.asked("resume", "leg", Kind.DEVICE_RESUMED, "resume", on.name("leg"));
    on.happens("mirror in sync", "mirror", Kind.MIRROR_IN_SYNC, beforeNs, " 8/8 ");
  }

  /** Without handle_errors the write is not held back. */
  private static void mirrorLog(Stage on) throws IOException, InterruptedException {
    String log = on.name("log");
    on.linear("log", 2048);
    on.create(
        "logged",
        "0 2048 mirror disk 3 %s 1024 nosync 2 %s %s"
            .formatted(on.dev("log"), on.part(2048), on.part(2048)));
    on.asked("load a table", "log", Kind.TABLE_LOADED, "reload", log, "--table", "0 2048 error");
    on.asked("resume into a new table", "log", Kind.TABLE_LIVE, "resume", log);
    long beforeNs = on.nowNs();
    on.write("logged", 1);
    on.happens("mirror's log fails", "logged", Kind.MIRROR_LOG_FAILED, beforeNs, " [DF]$");
  }

  /** Its synchronisation is slowed down, so that it is seen. */
  private static void raid(Stage on) throws IOException, InterruptedException {
    StringBuilder table =
        new StringBuilder("0 4096 raid raid1 5 0 region_size 1024 max_recovery_rate 512 2");
    for (int i = 0; i < 2; i++) {
      on.linear("rmeta" + i, 2048);
      on.linear("rleg" + i, 4096);
      table.append(' ').append(on.dev("rmeta" + i)).append(' ').append(on.dev("rleg" + i));
    }
    long beforeNs = on.nowNs();
    on.create("raid", table.toString());
    on.happens("raid1 in sync", "raid", Kind.RAID_IN_SYNC, beforeNs, " AA 4096/4096 idle");
    String leg = on.name("rleg1");
    on.asked("load a table", "rleg1", Kind.TABLE_LOADED, "reload", leg, "--table", "0 4096 error");
    on.asked("resume into a new table", "rleg1", Kind.TABLE_LIVE, "resume", leg);
    beforeNs = on.nowNs();
    on.write("raid", 1);
    on.happens("raid1 leg fails", "raid", Kind.RAID_LEG_FAILED, beforeNs, " AD ");
  }

  private static void snapshots(Stage on) throws IOException, InterruptedException {
    on.linear("origin", 8192);
    snapshot(on, "invalid", "P", Kind.SNAPSHOT_INVALIDATED, "Invalid");
    snapshot(on, "overflow", "PO", Kind.SNAPSHOT_OVERFLOWED, "Overflow");
  }

  private static void snapshot(Stage on, String name, String store, Kind kind, String status)
      throws IOException, InterruptedException {
    on.linear(name + "-store", 256);
    on.create(
        name,
        "0 8192 snapshot %s %s %s 8".formatted(on.dev("origin"), on.dev(name + "-store"), store));
    long beforeNs = on.nowNs();
    on.write(name, 64);
    on.happens("snapshot full (" + store + ")", name, kind, beforeNs, status);
  }

  private static void thinPool(Stage on) throws IOException, InterruptedException {
    on.linear("meta", 8192);
    on.linear("data", 4096);
    on.create(
        "pool",
        "0 4096 thin-pool %s %s 128 16 2 skip_block_zeroing error_if_no_space"
            .formatted(on.dev("meta"), on.dev("data")));
    on.prepare("message", on.name("pool"), "0", "create_thin 0");
    on.create("thin", "0 16384 thin " + on.dev("pool") + " 0");
    long beforeNs = on.nowNs();
    on.write("thin", 352);
    on.happens("thin pool low on space", "pool", Kind.POOL_LOW_SPACE, beforeNs, " 2\\d/32 ");
    beforeNs = on.nowNs();
    on.write("thin", 1024);
    on.happens(
        "thin pool out of space", "pool", Kind.POOL_MODE_CHANGED, beforeNs, "out_of_data_space");
  }

  private static void deferred(Stage on) throws IOException, InterruptedException {
    on.linear("held", 2048);
    long closedNs;
    FileChannel open = on.hold("held");
    try {
      on.asked(
          "remove when closed",
          "held",
          Kind.REMOVE_DEFERRED,
          "remove",
          "--deferred",
          on.name("held"));
      closedNs = on.nowNs();
    } finally {
      open.close();
    }
    on.vanishes("the last user closes", "held", closedNs);
  }
}
