package dmrec.handler;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.event.Fields;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * An event that was no uevent, as the uevent that a kernel able to say so would have sent: laid out
 * as that of a failed path is (drivers/md/dm-uevent.c), the payload as keys, and marked.
 *
 * <p>What is too long is cut, which {@code DMREC_CUT} tells: a table may have more targets than a
 * uevent has room for. What every such uevent must have comes first in the account.
 */
final class SynthesisedUevent {
  /** The recorder's own, and those about no state of a device. */
  private static final Set<Kind> NONE =
      Set.of(
          Kind.RECORDING_STARTED,
          Kind.BASELINE,
          Kind.DISK_BASELINE,
          Kind.GAP,
          Kind.RECORDING_STOPPED,
          Kind.FILES_REMOVED,
          Kind.CLOCK_STEPPED,
          Kind.EVENTS_MISSED,
          Kind.REQUEST_FAILED,
          Kind.TARGET_MESSAGE,
          Kind.KEY_NOT_CHANGED,
          Kind.KEY_CHANGED,
          Kind.UNKNOWN);

  /** Keys that mean something else in a uevent than a field of that name does. */
  private static final Set<String> TAKEN = Set.of("DM_TARGET", "DM_ACTION", "DM_NAME", "DM_UUID");

  /** The kernel's own limits: DM_NAME_LEN and DM_UUID_LEN, less their NUL. */
  private static final int NAME_BYTES = 127;

  private static final int UUID_BYTES = 128;

  /** What the list of cut keys may take. */
  private static final int CUT_BYTES = 80;

  private static final int TAIL_BYTES = 2048;

  private final ByteBuffer tail = ByteBuffer.allocate(TAIL_BYTES);

  /** Whether there is such a uevent for it. */
  static boolean isFor(EventRecord record) {
    return !record.device().isNone() && !NONE.contains(record.kind());
  }

  /**
   * Writes it.
   *
   * @param way in the kernel's, the properties come behind {@code action@devpath}
   * @param seqnum the SEQNUM it gets; 0 where the kernel adds one
   * @param limit what {@code out} has room for in all
   */
  void write(EventRecord record, UeventWay way, long seqnum, UeventBuilder out, int limit) {
    DmEvent event = record.event();
    DeviceRef device = record.device();
    String devPath = "/devices/virtual/block/dm-" + device.dev().minor();
    UeventBuilder end = new UeventBuilder(tail, 0, TAIL_BYTES);
    end(record, seqnum, end);
    int reserve = end.at() + CUT_BYTES;

    if (way == UeventWay.KERNEL) {
      out.string("change@" + devPath);
    }
    out.property("ACTION", "change");
    out.property("DEVPATH", devPath);
    out.property("SUBSYSTEM", "block");
    String target = targetType(event);
    if (!target.isEmpty()) {
      out.cut("DM_TARGET", target, limit / 2);
    }
    out.property("DM_ACTION", record.kind().word().toUpperCase(Locale.ROOT));
    List<String> cut = new ArrayList<>();
    for (Field field : Fields.of(record.kind()).list()) {
      payload(field, event, reserve, out, cut);
    }
    if (!cut.isEmpty()) {
      out.cut("DMREC_CUT", String.join(",", cut), end.at());
    }
    out.strings(tail, 0, end.at());
  }

  private static void end(EventRecord record, long seqnum, UeventBuilder end) {
    DmEvent event = record.event();
    DeviceRef device = record.device();
    // As the kernel does: the names that hold when the uevent is sent.
    String name =
        event instanceof DmEvent.DeviceRenamed renamed ? renamed.newName() : device.name();
    String uuid = event instanceof DmEvent.UuidSet set ? set.uuid() : device.uuid();
    end.property("DM_NAME", first(name, NAME_BYTES));
    if (!uuid.isEmpty()) {
      end.property("DM_UUID", first(uuid, UUID_BYTES));
    }
    end.property("MAJOR", device.dev().major());
    end.property("MINOR", device.dev().minor());
    end.property("DEVNAME", "dm-" + device.dev().minor());
    end.property("DEVTYPE", "disk");
    if (device.diskSeq() > 0) {
      end.property("DISKSEQ", device.diskSeq());
    }
    end.property("DMREC_SYNTHESISED", 1);
    end.property("DMREC_SEQ", record.seq());
    end.property("DMREC_TIME", EventJson.time(record.wallNs()));
    if (seqnum > 0) {
      end.property("SEQNUM", seqnum);
    }
  }

  private static void payload(
      Field field, DmEvent event, int reserve, UeventBuilder out, List<String> cut) {
    String key = key(field);
    switch (field.type()) {
      case INT -> add(key, Integer.toString(field.getInt(event)), reserve, out, cut);
      case LONG -> {
        long value = field.getLong(event);
        if (value != 0 || !key.equals("DM_SEQNUM")) {
          add(key, Long.toString(value), reserve, out, cut);
        }
      }
      case BOOLEAN -> add(key, field.getBoolean(event) ? "1" : "0", reserve, out, cut);
      case TEXT -> {
        if (!TAKEN.contains(key)) {
          add(key, field.getText(event), reserve, out, cut);
        }
      }
      case DEV -> add(key, field.getDev(event).toString(), reserve, out, cut);
      case BYTES -> add(key, field.getBytes(event).text(), reserve, out, cut);
      case TEXTS -> add(key, String.join(" ", field.getTexts(event)), reserve, out, cut);
      case DEVS -> {
        StringBuilder all = new StringBuilder();
        for (DevNo dev : field.getDevs(event)) {
          all.append(all.isEmpty() ? "" : " ").append(dev);
        }
        add(key, all.toString(), reserve, out, cut);
      }
      case TARGETS -> targets(field.getTargets(event), reserve, out, cut);
    }
  }

  private static void targets(
      List<Target> targets, int reserve, UeventBuilder out, List<String> cut) {
    add("DM_TARGETS", Integer.toString(targets.size()), reserve, out, cut);
    for (int i = 0; i < targets.size(); i++) {
      Target target = targets.get(i);
      String line =
          target.startSector()
              + " "
              + target.lengthSectors()
              + " "
              + target.type()
              + " "
              + target.params();
      if (!add("DM_TABLE_" + i, line.stripTrailing(), reserve, out, cut)) {
        return; // And so none of the others.
      }
    }
  }

  private static boolean add(
      String key, String value, int reserve, UeventBuilder out, List<String> cut) {
    boolean whole = out.cut(key, value, reserve);
    if (!whole) {
      cut.add(key);
    }
    return whole;
  }

  /** Where the kernel has a name for it, that one. */
  private static String key(Field field) {
    return switch (field.jsonName()) {
      case "valid_paths" -> "DM_NR_VALID_PATHS";
      case "dm_seqnum" -> "DM_SEQNUM";
      case "target" -> "DM_TARGET_INDEX";
      case "action" -> "DM_UEVENT_ACTION";
      default -> "DM_" + field.jsonName().toUpperCase(Locale.ROOT);
    };
  }

  /** The type of the target that it is about; empty where the event does not tell. */
  private static String targetType(DmEvent event) {
    return switch (event.kind()) {
      case PATH_FAILED, PATH_REINSTATED, GROUP_BYPASSED, GROUP_SWITCHED, GROUP_ENABLED ->
          "multipath";
      case MIRROR_IN_SYNC, MIRROR_LOG_FAILED, MIRROR_LEG_FAILED -> "mirror";
      case SNAPSHOT_INVALIDATED, SNAPSHOT_OVERFLOWED -> "snapshot";
      case SNAPSHOT_MERGE_FAILED -> "snapshot-merge";
      case POOL_MODE_CHANGED, POOL_LOW_SPACE -> "thin-pool";
      case RAID_LEG_FAILED, RAID_IN_SYNC -> "raid";
      case CACHE_MODE_CHANGED -> "cache";
      case VERITY_CORRUPTED -> "verity";
      case CRYPT_FAULT -> "crypt";
      case INTEGRITY_FAULT -> "integrity";
      case STATUS_CHANGED -> ((DmEvent.StatusChanged) event).type();
      case USAGE_CHANGED -> ((DmEvent.UsageChanged) event).type();
      case TABLE_LIVE -> common(((DmEvent.TableLive) event).targets());
      case TABLE_LOADED -> common(((DmEvent.TableLoaded) event).targets());
      case TABLE_CHANGED -> common(((DmEvent.TableChanged) event).targets());
      default -> "";
    };
  }

  private static String common(List<Target> targets) {
    String type = targets.isEmpty() ? "" : targets.get(0).type();
    for (int i = 1; i < targets.size(); i++) {
      if (!targets.get(i).type().equals(type)) {
        return "";
      }
    }
    return type;
  }

  /** The text, or as many whole characters of it as are that many bytes. */
  private static String first(String text, int bytes) {
    byte[] encoded = KernelText.encode(text);
    return encoded.length <= bytes ? text : KernelText.decode(Arrays.copyOf(encoded, bytes));
  }
}
