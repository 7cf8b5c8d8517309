package dmrec.foreign;

import dmrec.decode.Uevent;
import dmrec.event.DeviceRef;
import dmrec.target.DevNo;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What devices are called, as far as the files have told by now: uevents name mapped devices,
 * multipathd tells which paths have which number.
 */
final class Names {
  static final int MOST = 1 << 14;

  /** Longer ones are none of device-mapper, whose names and UUIDs have 127 bytes. */
  private static final int NAME_CHARS = 255;

  private final Map<DevNo, DeviceRef> byNumber = new Bounded<>(MOST);
  private final Map<String, DevNo> byName = new Bounded<>(MOST);
  private final Map<String, Integer> minors = new Bounded<>(MOST);
  private final Map<Integer, String> byMinor = new Bounded<>(MOST);
  private final Map<String, DevNo> paths = new Bounded<>(MOST);
  private final Map<DevNo, String> pathNames = new Bounded<>(MOST);
  private final Map<DevNo, String> maps = new Bounded<>(MOST);
  private int major = -1;

  /** Another boot: numbers are given anew. */
  void clear() {
    byNumber.clear();
    byName.clear();
    minors.clear();
    byMinor.clear();
    paths.clear();
    pathNames.clear();
    maps.clear();
    major = -1;
  }

  void hear(Uevent u) {
    DevNo dev = u.devNo();
    if (dev == null || dev.equals(DevNo.NONE)) {
      return;
    }
    if (u.isDm()) {
      major = dev.major();
      String name = u.dmName();
      boolean isLast = u.action().equals("remove") && isOther(byNumber.get(dev), u.diskSeq());
      if (!isLast && name != null && !name.isEmpty() && name.length() <= NAME_CHARS) {
        String uuid = u.dmUuid();
        boolean isUuid = uuid != null && uuid.length() <= NAME_CHARS;
        put(new DeviceRef(dev, u.diskSeq(), name, uuid != null && isUuid ? uuid : ""));
      }
      return;
    }
    String name = u.devName();
    if (name != null && name.length() <= NAME_CHARS) {
      path(name.startsWith("/dev/") ? name.substring(5) : name, dev);
    }
  }

  /** What that uevent ended has no name from here on; it is told before. */
  void forgetRemoved(Uevent u) {
    DevNo dev = u.devNo();
    if (dev != null && u.isDm() && u.action().equals("remove") && !u.synthetic()) {
      DeviceRef known = byNumber.get(dev);
      if (known != null && !isOther(known, u.diskSeq())) {
        byNumber.remove(dev);
        byName.remove(known.name(), dev);
      }
    }
  }

  /** Whether the number is another device's by now. */
  private static boolean isOther(@Nullable DeviceRef known, long diskSeq) {
    return known != null && known.diskSeq() > 0 && diskSeq > 0 && known.diskSeq() != diskSeq;
  }

  void hear(DaemonWords words, String text) {
    DevNo path = words.path();
    if (path != null && !words.pathName().isEmpty()) {
      path(words.pathName(), path);
    }
    if (path != null && !words.map().isEmpty()) {
      maps.put(path, words.map());
    }
    // "mpatha: devmap dm-0 registered"
    String start = words.map() + ": devmap dm-";
    if (!words.map().isEmpty() && text.startsWith(start) && text.endsWith(" registered")) {
      String minor = text.substring(start.length(), text.length() - " registered".length());
      if (DevNo.isDevNo("0:" + minor)) {
        minors.put(words.map(), DevNo.parse("0:" + minor).minor());
        byMinor.put(DevNo.parse("0:" + minor).minor(), words.map());
      }
    }
  }

  /**
   * The kernel named a mapped device by its number.
   *
   * @param path of it, which is in one map only: the one that multipathd says it is in
   */
  void mapped(DevNo dev, @Nullable DevNo path) {
    major = dev.major();
    String map = path == null ? "" : mapOf(path);
    if (!map.isEmpty() && !byNumber.containsKey(dev) && !byName.containsKey(map)) {
      put(new DeviceRef(dev, 0, map, ""));
    }
  }

  private void path(String name, DevNo dev) {
    paths.put(name, dev);
    pathNames.put(dev, name);
  }

  private void put(DeviceRef ref) {
    DeviceRef before = byNumber.remove(ref.dev());
    if (before != null) {
      byName.remove(before.name(), ref.dev());
    }
    byNumber.put(ref.dev(), ref);
    byName.put(ref.name(), ref.dev());
  }

  /** The device with what it is called, where that is known and not told. */
  DeviceRef complete(DeviceRef ref) {
    if (ref.isNone() || !ref.name().isEmpty()) {
      return ref;
    }
    DeviceRef known = byNumber.get(ref.dev());
    if (known != null) {
      boolean other = isOther(known, ref.diskSeq());
      long diskSeq = ref.diskSeq() != 0 ? ref.diskSeq() : known.diskSeq();
      return other ? ref : new DeviceRef(ref.dev(), diskSeq, known.name(), known.uuid());
    }
    if (ref.dev().major() == major) {
      String name = byMinor.get(ref.dev().minor());
      return name == null ? ref : new DeviceRef(ref.dev(), ref.diskSeq(), name, "");
    }
    return ref;
  }

  /** The device of that name; its number only where a file told it. */
  DeviceRef ofMap(String name) {
    if (name.isEmpty()) {
      return DeviceRef.NONE;
    }
    DevNo dev = byName.get(name);
    DeviceRef known = dev == null ? null : byNumber.get(dev);
    if (known != null) {
      return known;
    }
    Integer minor = minors.get(name);
    return minor == null || major < 0
        ? new DeviceRef(DevNo.NONE, 0, name, "")
        : new DeviceRef(new DevNo(major, minor), 0, name, "");
  }

  /** The map that the path was last told to be in; empty where nothing told. */
  String mapOf(DevNo path) {
    return maps.getOrDefault(path, "");
  }

  /** The path's number; null where nothing told. */
  @Nullable DevNo pathOf(String name) {
    return paths.get(name);
  }

  /** The path's name; empty where nothing told. */
  String nameOf(DevNo path) {
    return pathNames.getOrDefault(path, "");
  }
}
