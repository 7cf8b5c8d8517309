package dmrec.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What sysfs tells of block devices. Plain file reads: no device is opened, none is asked anything
 * (identity pages of SCSI disks are the kernel's cached copies).
 *
 * <p>A device can vanish between two reads; what is then missing reads as absent.
 *
 * <p>Thread contract: any thread. Allocates: not for the record path.
 */
public final class Sysfs {
  /**
   * One block device. Text other than the dm name and UUID is ISO-8859-1, one character a byte,
   * trimmed, and empty where the device has none.
   *
   * @param encodedDev as {@link DeviceNumber#encode}
   * @param name the kernel's: {@code sdb}, {@code dm-0}
   * @param diskseq this life of the disk, never reused until reboot; a partition has its disk's; 0
   *     before Linux 5.15
   * @param readAheadKib in KiB; -1 if unknown
   * @param sizeSectors in sectors of 512 bytes; -1 if unknown
   * @param dmName the mapped device's name, its bytes; null if not a mapped device
   * @param dmUuid its UUID, its bytes, empty if it has none; null if not a mapped device
   * @param slaves device numbers of what it lies on, ascending
   * @param wwid as the kernel gives it: {@code naa.6001405...}, {@code eui.0025...}
   * @param serial the unit's serial number
   * @param port the port of the target that it is reached by: an FC port name, an iSCSI target and
   *     its session, a SAS or NVMe address
   */
  @SuppressWarnings("ArrayRecordComponent") // Bytes are what the kernel gives; never compared.
  public record BlockDevice(
      long encodedDev,
      String name,
      long diskseq,
      long readAheadKib,
      long sizeSectors,
      boolean readOnly,
      byte @Nullable [] dmName,
      byte @Nullable [] dmUuid,
      boolean dmSuspended,
      List<Long> slaves,
      String wwid,
      String serial,
      String vendor,
      String model,
      String port) {

    public boolean isMapped() {
      return dmName != null;
    }
  }

  private final Path root;

  /** The running kernel's. */
  public Sysfs() {
    this(Path.of("/sys"));
  }

  /**
   * A copy of one, or the running kernel's seen from elsewhere.
   *
   * @param root a folder laid out as /sys is
   */
  public Sysfs(Path root) {
    this.root = root;
  }

  /** A block device or partition by number; null if there is none. */
  public @Nullable BlockDevice blockDevice(long encodedDev) {
    String number = DeviceNumber.major(encodedDev) + ":" + DeviceNumber.minor(encodedDev);
    Path folder;
    try {
      folder = root.resolve("dev/block").resolve(number).toRealPath();
    } catch (IOException e) {
      return null;
    }
    // A partition keeps its number and size, but its disk knows the rest.
    Path parent = folder.getParent();
    Path disk = parent != null && Files.exists(folder.resolve("partition")) ? parent : folder;
    Path device = disk.resolve("device");
    byte[] dmName = bytes(folder.resolve("dm/name"));
    byte[] dmUuid = bytes(folder.resolve("dm/uuid"));
    return new BlockDevice(
        encodedDev,
        String.valueOf(folder.getFileName()),
        Math.max(0, number(disk.resolve("diskseq"))),
        number(disk.resolve("queue/read_ahead_kb")),
        number(folder.resolve("size")),
        number(folder.resolve("ro")) == 1,
        dmName,
        dmName != null && dmUuid == null ? new byte[0] : dmUuid,
        number(folder.resolve("dm/suspended")) == 1,
        slaves(folder.resolve("slaves")),
        firstText(device.resolve("wwid"), disk.resolve("wwid")),
        serial(disk),
        text(device.resolve("vendor")),
        text(device.resolve("model")),
        port(device));
  }

  /**
   * The numbers of all mapped devices, ascending.
   *
   * @throws IOException where sysfs is not mounted
   */
  public List<Long> mappedDevices() throws IOException {
    List<Long> found = new ArrayList<>();
    try (DirectoryStream<Path> blocks = Files.newDirectoryStream(root.resolve("block"))) {
      for (Path block : blocks) {
        if (Files.isDirectory(block.resolve("dm"))) {
          addNumber(block, found);
        }
      }
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    Collections.sort(found);
    return List.copyOf(found);
  }

  private static List<Long> slaves(Path folder) {
    List<Long> found = new ArrayList<>();
    try (DirectoryStream<Path> slaves = Files.newDirectoryStream(folder)) {
      for (Path slave : slaves) {
        addNumber(slave, found);
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      // Partitions have no such folder; or it went with its device.
    }
    Collections.sort(found);
    return List.copyOf(found);
  }

  private static void addNumber(Path block, List<Long> found) {
    String[] parts = text(block.resolve("dev")).split(":", 2);
    if (parts.length == 2) {
      try {
        found.add(DeviceNumber.encode(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])));
      } catch (NumberFormatException e) {
        // Not a device number: not a device.
      }
    }
  }

  /**
   * The nearest port above a disk: the transports of scsi keep one in a folder between host and
   * disk ({@code scsi_transport_fc.c}, {@code scsi_transport_iscsi.c}, {@code
   * scsi_transport_sas.c}), NVMe in the controller's.
   */
  private static String port(Path device) {
    Path folder;
    try {
      folder = device.toRealPath();
    } catch (IOException e) {
      return "";
    }
    if (Files.exists(folder.resolve("transport"))) {
      return text(folder.resolve("address"));
    }
    for (Path each = folder; each != null && each.getFileName() != null; each = each.getParent()) {
      String name = String.valueOf(each.getFileName());
      if (name.startsWith("rport-")) {
        return text(each.resolve("fc_remote_ports").resolve(name).resolve("port_name"));
      } else if (name.startsWith("session")) {
        String target = text(each.resolve("iscsi_session").resolve(name).resolve("targetname"));
        if (!target.isEmpty()) {
          return target + " " + name;
        }
      } else if (name.startsWith("end_device-")) {
        return text(each.resolve("sas_device").resolve(name).resolve("sas_address"));
      }
    }
    return text(folder.resolve("sas_address"));
  }

  private static String serial(Path disk) {
    String plain = firstText(disk.resolve("device/serial"), disk.resolve("serial"));
    if (!plain.isEmpty()) {
      return plain;
    }
    byte[] page = raw(disk.resolve("device/vpd_pg80"));
    // SPC-4 7.8.17: page code in byte 1, length of the serial number in bytes 2 and 3.
    if (page == null || page.length < 4 || (page[1] & 0xff) != 0x80) {
      return "";
    }
    int length = Math.min((page[2] & 0xff) << 8 | (page[3] & 0xff), page.length - 4);
    return trimmed(Arrays.copyOfRange(page, 4, 4 + length));
  }

  private static String firstText(Path one, Path other) {
    String text = text(one);
    return text.isEmpty() ? text(other) : text;
  }

  private static String text(Path file) {
    byte[] raw = raw(file);
    return raw == null ? "" : trimmed(raw);
  }

  private static String trimmed(byte[] raw) {
    return new String(raw, StandardCharsets.ISO_8859_1).trim();
  }

  private static long number(Path file) {
    try {
      return Long.parseLong(text(file));
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** Without the one newline sysfs adds: a dm name may itself end in blanks. */
  private static byte @Nullable [] bytes(Path file) {
    byte[] raw = raw(file);
    return raw != null && raw.length > 0 && raw[raw.length - 1] == '\n'
        ? Arrays.copyOf(raw, raw.length - 1)
        : raw;
  }

  private static byte @Nullable [] raw(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      // Absent, unreadable or gone with its device: all the same to the caller.
      return null;
    }
  }
}
