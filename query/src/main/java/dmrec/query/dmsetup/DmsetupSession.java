package dmrec.query.dmsetup;

import dmrec.event.Bytes;
import dmrec.query.NameMangling;
import dmrec.query.NameMangling.Mangled;
import dmrec.query.RawText;
import dmrec.target.DevNo;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import dmrec.topology.TopologyView;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One run of a dmsetup command: what it writes, and the kernel and {@code /dev} it asks, as a
 * topology knows them. All texts are {@link RawText}.
 */
final class DmsetupSession {
  private static final int NAME_LENGTH = 128;
  private static final String MAPPER = "/dev/mapper/";

  private final TopologyView topology;
  private final StringBuilder out = new StringBuilder();
  private final StringBuilder err = new StringBuilder();
  private final Set<Integer> mapperMajors = new HashSet<>();
  private final Set<String> noted = new HashSet<>();

  DmsetupSession(TopologyView topology) {
    this.topology = topology;
    for (Device device : topology.devices()) {
      mapperMajors.add(device.dev().major());
    }
  }

  /** A reply of the kernel about one device, names as dmsetup shows them. */
  record Reply(Device device, String name, String uuid) {}

  /** An entry of the kernel's list of devices. */
  record Listed(Device device, String name) {}

  /** A device as a command names it; the first component that is there counts. */
  record Wanted(@Nullable String name, @Nullable String uuid, @Nullable DevNo dev) {
    static Wanted dev(DevNo dev) {
      return new Wanted(null, null, dev);
    }
  }

  /** Which call is made; they differ in how a missing device is told. */
  enum Call {
    TABLE("table"),
    STATUS("status"),
    INFO("info"),
    DEPS("deps");

    private final String word;

    Call(String word) {
      this.word = word;
    }
  }

  DmsetupSession print(String text) {
    out.append(text);
    return this;
  }

  /** A line on standard error. */
  void complain(String line) {
    err.append(line).append('\n');
  }

  /** A line on standard error, once in a run, about what a recording does not tell. */
  void note(String line) {
    if (noted.add(line)) {
      complain(line);
    }
  }

  DmsetupResult result(boolean succeeded) {
    return new DmsetupResult(
        Bytes.of(RawText.bytes(out)), RawText.kernelText(err), succeeded ? 0 : 1);
  }

  boolean isMapped(DevNo dev) {
    return mapperMajors.contains(dev.major());
  }

  /**
   * Asks for one device.
   *
   * @return null where dmsetup's call would have failed, which has been complained about
   */
  @Nullable Reply ask(Call call, Wanted wanted) {
    Device device;
    String asked;
    if (wanted.name() != null) {
      String kernelName = kernelName(wanted.name());
      if (kernelName == null) {
        return null;
      }
      device = named(kernelName);
      asked = kernelName + " ";
    } else if (wanted.uuid() != null) {
      String kernelUuid = kernelUuid(wanted.uuid());
      if (kernelUuid == null) {
        return null;
      }
      device = identified(kernelUuid);
      asked = " " + kernelUuid;
    } else if (wanted.dev() != null) {
      DevNo dev = wanted.dev();
      if (dev.major() == 0) {
        complain("Missing major number for persistent device.");
        complain("Couldn't create ioctl argument.");
        return null;
      }
      device = topology.device(dev);
      asked = " (" + dev.major() + ":" + dev.minor() + ")";
    } else {
      complain("No device specified.");
      return null;
    }
    if (device == null) {
      if (call == Call.INFO || call == Call.STATUS) {
        complain("Device does not exist.");
      } else {
        complain(
            "device-mapper: "
                + call.word
                + " ioctl on "
                + asked
                + " failed: No such device or address");
      }
      return null;
    }
    Mangled name = NameMangling.unmangle(RawText.of(device.name()), "name");
    err.append(name.complaint());
    if (name.text() == null) {
      return null;
    }
    Mangled uuid = NameMangling.unmangle(RawText.of(device.uuid()), "UUID");
    err.append(uuid.complaint());
    return uuid.text() == null ? null : new Reply(device, name.text(), uuid.text());
  }

  /**
   * All devices as the kernel lists them.
   *
   * @return null where one of the names makes the list unusable for dmsetup
   */
  @Nullable List<Listed> list() {
    List<Listed> all = new ArrayList<>();
    boolean usable = true;
    for (Device device : topology.devicesByName()) {
      Mangled name = NameMangling.unmangle(RawText.of(device.name()), "name");
      err.append(name.complaint());
      if (name.text() == null) {
        usable = false;
      } else {
        all.add(new Listed(device, name.text()));
      }
    }
    return usable ? all : null;
  }

  private @Nullable Device named(String kernelName) {
    return kernelName.isEmpty() ? null : topology.deviceNamed(RawText.kernelText(kernelName));
  }

  private @Nullable Device identified(String kernelUuid) {
    if (kernelUuid.isEmpty()) {
      return null;
    }
    String uuid = RawText.kernelText(kernelUuid);
    for (Device device : topology.devices()) {
      if (device.uuid().equals(uuid)) {
        return device;
      }
    }
    return null;
  }

  private @Nullable String kernelName(String argument) {
    int slash = argument.lastIndexOf('/');
    if (slash >= 0) {
      return nameOfPath(argument, argument.substring(slash + 1));
    }
    if (argument.length() >= NAME_LENGTH) {
      complain("Name \"" + argument + "\" too long.");
      return null;
    }
    if (NameMangling.isMangledTwice(argument)) {
      err.append(NameMangling.twiceComplaint(argument, "name"));
      return null;
    }
    Mangled mangled = NameMangling.mangle(argument, "name");
    if (mangled.text() == null) {
      err.append(mangled.complaint());
      complain("Failed to mangle device name \"" + argument + "\".");
    }
    return mangled.text();
  }

  private @Nullable String kernelUuid(String argument) {
    if (NameMangling.isMangledTwice(argument)) {
      err.append(NameMangling.twiceComplaint(argument, "UUID"));
      return null;
    }
    Mangled mangled = NameMangling.mangle(argument, "UUID");
    if (mangled.text() == null) {
      err.append(mangled.complaint());
      complain("Failed to mangle device uuid \"" + argument + "\".");
    }
    return mangled.text();
  }

  /** A path's device, found as dmsetup does: under /dev/mapper, else by the node's number. */
  private @Nullable String nameOfPath(String path, String last) {
    DevNo dev = nodeAt(path);
    if (dev == null) {
      boolean mayBeBelowDev =
          path.length() >= 3 && path.charAt(0) != '/' && path.indexOf('/') == path.lastIndexOf('/');
      dev = mayBeBelowDev ? nodeAt("/dev/" + path) : null;
      if (dev == null) {
        complain("Device " + path + " not found");
        return null;
      }
    }
    Device device = topology.device(dev);
    if (device == null) {
      complain("Device " + last + " not found");
      return null;
    }
    return RawText.of(device.name());
  }

  /** The block device that a path under /dev leads to. */
  private @Nullable DevNo nodeAt(String path) {
    if (path.startsWith(MAPPER)) {
      Device device = named(path.substring(MAPPER.length()));
      return device == null ? null : device.dev();
    }
    if (!path.startsWith("/dev/")) {
      return null;
    }
    String node = path.substring("/dev/".length());
    for (Device device : topology.devices()) {
      if (node.equals("dm-" + device.dev().minor())) {
        return device.dev();
      }
    }
    for (Disk disk : topology.disks()) {
      if (disk.present() && RawText.of(disk.name()).replace('!', '/').equals(node)) {
        return disk.dev();
      }
    }
    return null;
  }

  /**
   * Whether a mapped device has a node and a place in sysfs: since Linux 5.15 it gets them with its
   * first table.
   */
  static boolean hasNode(Device device) {
    return device.live() != null || device.inactive() != null;
  }

  /** The kernel's name of a block device; null where it has none. */
  @Nullable String blockName(DevNo dev) {
    Device device = topology.device(dev);
    if (device != null) {
      return hasNode(device) ? "dm-" + dev.minor() : null;
    }
    Disk disk = topology.disk(dev);
    return disk == null || !disk.present() || disk.name().isEmpty()
        ? null
        : RawText.of(disk.name()).replace('/', '!');
  }

  /** A mapped device's own name as the kernel has it, or a disk's; null where it has none. */
  @Nullable String mapName(DevNo dev) {
    Device device = topology.device(dev);
    return device != null && hasNode(device) ? RawText.of(device.name()) : blockName(dev);
  }
}
