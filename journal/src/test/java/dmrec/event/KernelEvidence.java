package dmrec.event;

import org.jspecify.annotations.Nullable;

/** What the kernel says where an event happens: the observation that would prove it. */
public final class KernelEvidence {
  private KernelEvidence() {}

  /** The evidence of an event as its record has it, but for what only evidence has; or null. */
  public static @Nullable Bytes of(EventRecord record) {
    DmEvent event = record.event();
    DeviceRef device = record.device();
    if (event instanceof DmEvent.OfPath path) {
      return Bytes.of(pathUevent(path, device, record.seq()));
    } else if (event instanceof DmEvent.Uevent uevent) {
      String cookie = uevent.cookie() == 0 ? "" : "DM_COOKIE=" + uevent.cookie() + '\0';
      String resize = uevent.resized() ? "RESIZE=1\0" : "";
      return Bytes.of(uevent(uevent.action(), cookie + resize, device, uevent.seqnum()));
    } else if (event instanceof DmEvent.DeviceRemoved) {
      return Bytes.of(uevent("remove", "DM_COOKIE=14680065\0", device, record.seq()));
    } else if (event instanceof DmEvent.KernelMessage message) {
      return Bytes.of(
          logLine(message.priority(), message.logSeq(), record.kernelNs(), message.text()));
    } else if (event instanceof DmEvent.CryptFault fault) {
      return Bytes.of(logLine(3, record.seq(), record.kernelNs(), fault.message()));
    } else if (event instanceof DmEvent.UsageChanged usage) {
      return Bytes.of("0 131072 " + usage.type() + " " + usage.status());
    } else if (event instanceof DmEvent.StatusChanged changed) {
      return Bytes.of("0 131072 " + changed.type() + " " + changed.status());
    } else if (event instanceof DmEvent.OfTarget target) {
      return Bytes.of("2048 32768 raid " + target.status());
    }
    return null;
  }

  private static String pathUevent(DmEvent.OfPath path, DeviceRef device, long seqnum) {
    String keys =
        String.join(
            "\0",
            "DM_TARGET=multipath",
            "DM_ACTION=" + (path.failed() ? "PATH_FAILED" : "PATH_REINSTATED"),
            "DM_SEQNUM=" + path.dmSeqnum(),
            "DM_PATH=" + path.path(),
            "DM_NR_VALID_PATHS=" + path.validPaths(),
            "DM_NAME=" + device.name(),
            "DM_UUID=" + device.uuid(),
            "");
    return uevent("change", keys, device, seqnum);
  }

  private static String uevent(String action, String keys, DeviceRef device, long seqnum) {
    String path = "/devices/virtual/block/dm-" + device.dev().minor();
    return String.join(
        "\0",
        action + "@" + path,
        "ACTION=" + action,
        "DEVPATH=" + path,
        "SUBSYSTEM=block",
        keys + "MAJOR=" + device.dev().major(),
        "MINOR=" + device.dev().minor(),
        "DEVNAME=dm-" + device.dev().minor(),
        "DEVTYPE=disk",
        (device.diskSeq() > 0 ? "DISKSEQ=" + device.diskSeq() + '\0' : "") + "SEQNUM=" + seqnum,
        "");
  }

  private static String logLine(long priority, long seq, long kernelNs, String text) {
    return priority + "," + seq + "," + kernelNs / 1000 + ",-;" + text + "\n";
  }
}
