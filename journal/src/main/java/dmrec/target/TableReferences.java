package dmrec.target;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The devices a table line stands on.
 *
 * <p>Positions are those of the targets' {@code STATUSTYPE_TABLE} lines. Where a type is unknown or
 * a line is not of its type's form, every word that is a device number counts: one reference too
 * many shows on the tree, one too few hides a disk.
 */
public final class TableReferences {
  private TableReferences() {}

  /** The devices in {@code target}'s table line, in the order of the line, each once. */
  public static List<DevNo> devices(Target target) {
    return devices(target.type(), target.params());
  }

  /** The devices in a table line's text behind the target type, in its order, each once. */
  public static List<DevNo> devices(String targetType, String params) {
    Set<DevNo> devices = new LinkedHashSet<>();
    try {
      collect(targetType, new Words(params), params, devices);
    } catch (Words.NotThisForm e) {
      devices.clear();
      everyDevice(params, devices);
    }
    return List.copyOf(devices);
  }

  private static void collect(String type, Words words, String params, Set<DevNo> into) {
    switch (type) {
      case "linear", "flakey", "dust", "ebs", "snapshot-origin" -> into.add(words.device());
      case "snapshot", "snapshot-merge", "thin-pool", "era", "log-writes" ->
          devices(words, 2, into);
      case "cache", "clone" -> devices(words, 3, into);
      case "crypt" -> {
        words.list(3); // cipher, key, iv_offset
        into.add(words.device());
      }
      case "delay" -> delay(words, into);
      case "integrity" -> {
        into.add(words.device());
        integrityOptions(words, into);
      }
      case "mirror" -> {
        MirrorTable mirror = MirrorTable.read(words);
        mirror.logDevices().forEach(into::add);
        into.addAll(mirror.legs());
      }
      case "multipath" -> {
        for (MultipathTable.Group group : MultipathTable.read(words).groups()) {
          group.paths().forEach(path -> into.add(path.device()));
        }
      }
      case "raid" -> raid(words, into);
      case "striped" -> {
        int stripes = words.count();
        words.number(); // chunk size
        devicesWithOffset(words, stripes, into);
      }
      case "switch" -> {
        int paths = words.count();
        words.number(); // region size
        words.list(words.count());
        devicesWithOffset(words, paths, into);
      }
      case "thin" -> {
        into.add(words.device());
        words.next(); // the device's id in its pool
        if (words.hasNext()) {
          into.add(words.device());
        }
      }
      case "unstriped" -> {
        words.list(3); // stripes, chunk size, stripe
        into.add(words.device());
      }
      case "verity" -> {
        words.next(); // version
        devices(words, 2, into);
        named(words, "use_fec_from_device", into);
      }
      case "writecache" -> {
        words.next(); // p or s
        devices(words, 2, into);
      }
      case "zero" -> {}
      default -> everyDevice(params, into);
    }
  }

  private static void devices(Words words, int count, Set<DevNo> into) {
    for (int i = 0; i < count; i++) {
      into.add(words.device());
    }
  }

  private static void devicesWithOffset(Words words, int count, Set<DevNo> into) {
    for (int i = 0; i < count; i++) {
      into.add(words.device());
      words.number();
    }
  }

  /** One to three of device, offset, delay: for reads, writes and flushes. */
  private static void delay(Words words, Set<DevNo> into) {
    do {
      into.add(words.device());
      words.list(2);
    } while (words.hasNext());
  }

  private static void integrityOptions(Words words, Set<DevNo> into) {
    String key = "meta_device:";
    while (words.hasNext()) {
      String word = words.next();
      if (word.startsWith(key) && DevNo.isDevNo(word.substring(key.length()))) {
        into.add(DevNo.parse(word.substring(key.length())));
      }
    }
  }

  /** Adds the device behind the option {@code name}. */
  private static void named(Words words, String name, Set<DevNo> into) {
    while (words.hasNext()) {
      if (words.next().equals(name)) {
        into.add(words.device());
      }
    }
  }

  /** Type, counted options (one may name a journal device), then metadata and data devices. */
  private static void raid(Words words, Set<DevNo> into) {
    words.next();
    named(new Words(String.join(" ", words.list(words.count()))), "journal_dev", into);
    int pairs = words.count();
    for (int i = 0; i < pairs; i++) {
      deviceOrNone(words, into);
      deviceOrNone(words, into);
    }
  }

  private static void deviceOrNone(Words words, Set<DevNo> into) {
    if (words.peek().equals("-")) {
      words.next();
    } else {
      into.add(words.device());
    }
  }

  private static void everyDevice(String params, Set<DevNo> into) {
    for (String word : split(params)) {
      if (DevNo.isDevNo(word)) {
        into.add(DevNo.parse(word));
      }
    }
  }

  private static List<String> split(String params) {
    List<String> words = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= params.length(); i++) {
      if (i == params.length() || params.charAt(i) == ' ') {
        words.add(params.substring(from, i));
        from = i + 1;
      }
    }
    return words;
  }
}
