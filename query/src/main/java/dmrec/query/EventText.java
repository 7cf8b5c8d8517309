package dmrec.query;

import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DeviceState;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.event.Mark;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Events as lines for people.
 *
 * <p>Columns are time, number, device, certainty ({@code ~} derived, {@code ?} inferred, {@code "}
 * claimed), kind and what happened. The device column grows with what it has shown, so that a
 * stream stays aligned without being read twice. All text of the kernel is escaped. Not
 * thread-safe.
 */
public final class EventText {
  private static final Pattern SEPARATORS = Pattern.compile("[\0\n]");

  private static final int DEVICE_MIN = 12;
  private static final int DEVICE_MAX = 36;
  private static final int KIND_WIDTH = 21;
  private static final int TABLE_MAX = 90;

  private static final String RED = "\u001b[31m";
  private static final String GREEN = "\u001b[32m";
  private static final String YELLOW = "\u001b[33m";
  private static final String BOLD_RED = "\u001b[1;31m";
  private static final String DIM = "\u001b[2m";
  private static final String RESET = "\u001b[0m";

  private final ZoneId zone;
  private final boolean colour;
  private final boolean evidence;
  private int deviceWidth = DEVICE_MIN;

  /**
   * How to print.
   *
   * @param zone of the times
   * @param colour with ANSI colours; the text is the same without
   * @param evidence with what proves each event, and its table in full, in lines below it
   */
  public EventText(ZoneId zone, boolean colour, boolean evidence) {
    this.zone = zone;
    this.colour = colour;
    this.evidence = evidence;
  }

  /** The line, or lines, of an event, without a line feed at the end. */
  public String print(EventRecord record) {
    StringBuilder line = new StringBuilder(160);
    paint(line, DIM, TimeSpec.format(record.wallNs(), zone));
    line.append("  ");
    pad(line, "#" + record.seq(), 7);
    String device = subject(record);
    deviceWidth = Math.min(DEVICE_MAX, Math.max(deviceWidth, device.length()));
    pad(line.append(' '), device, deviceWidth);
    line.append(' ').append(certaintySign(record.certainty()));
    String kind = record.kind().word();
    paint(line, colourOf(record.event()), kind);
    line.append(" ".repeat(Math.max(0, KIND_WIDTH - kind.length()))).append("  ");
    line.append(phrase(record.event())).append(remarks(record));
    if (evidence) {
      for (String detail : details(record)) {
        line.append("\n    ").append(detail);
      }
    }
    return line.toString();
  }

  /** What happened, in words, with how sure that is and who made it so. */
  public static String sentence(EventRecord record) {
    return phrase(record.event()) + remarks(record);
  }

  /** What an event means for the device. */
  public static StackTree.Style tone(DmEvent event) {
    return switch (colourOf(event)) {
      case RED, BOLD_RED -> StackTree.Style.BAD;
      case GREEN -> StackTree.Style.GOOD;
      case YELLOW -> StackTree.Style.WARN;
      case DIM -> StackTree.Style.DETAIL;
      default -> StackTree.Style.PLAIN;
    };
  }

  /** What happened, in words. */
  public static String phrase(DmEvent event) {
    return switch (event.kind()) {
      case TABLE_LIVE -> {
        DmEvent.TableLive e = (DmEvent.TableLive) event;
        yield "live: " + table(e.targets());
      }
      case DEVICE_RENAMED -> {
        DmEvent.DeviceRenamed e = (DmEvent.DeviceRenamed) event;
        yield Names.quoted(e.oldName()) + " → " + Names.quoted(e.newName());
      }
      case PATH_FAILED -> {
        DmEvent.PathFailed e = (DmEvent.PathFailed) event;
        yield path(e.path(), e.disk()) + " failed" + pathsLeft(e.validPaths());
      }
      case PATH_REINSTATED -> {
        DmEvent.PathReinstated e = (DmEvent.PathReinstated) event;
        yield path(e.path(), e.disk()) + " works again" + pathsValid(e.validPaths());
      }
      case GROUP_BYPASSED -> "group " + ((DmEvent.GroupBypassed) event).group() + " bypassed";
      case GROUP_ENABLED -> "group " + ((DmEvent.GroupEnabled) event).group() + " enabled";
      case GROUP_SWITCHED -> {
        DmEvent.GroupSwitched e = (DmEvent.GroupSwitched) event;
        yield "group " + group(e.from()) + " → " + group(e.to());
      }
      case MIRROR_IN_SYNC -> {
        long regions = ((DmEvent.MirrorInSync) event).regions();
        yield "in sync, " + count(regions, "region");
      }
      case MIRROR_LOG_FAILED -> {
        DmEvent.MirrorLogFailed e = (DmEvent.MirrorLogFailed) event;
        yield "log device " + e.log() + " failed (" + text(e.state()) + ")";
      }
      case MIRROR_LEG_FAILED -> {
        DmEvent.MirrorLegFailed e = (DmEvent.MirrorLegFailed) event;
        yield "leg " + e.leg() + " failed (" + mirrorHealth(e.health()) + ")";
      }
      case SNAPSHOT_INVALIDATED -> {
        DmEvent.SnapshotInvalidated e = (DmEvent.SnapshotInvalidated) event;
        yield "snapshot invalid" + because(e.reason());
      }
      case SNAPSHOT_OVERFLOWED -> {
        DmEvent.SnapshotOverflowed e = (DmEvent.SnapshotOverflowed) event;
        yield "snapshot ran out of space" + because(e.reason());
      }
      case SNAPSHOT_MERGE_FAILED -> {
        DmEvent.SnapshotMergeFailed e = (DmEvent.SnapshotMergeFailed) event;
        yield "merging the snapshot failed" + because(e.reason());
      }
      case DEVICE_CREATED -> {
        DmEvent.DeviceCreated e = (DmEvent.DeviceCreated) event;
        yield "created"
            + (e.suspended() ? ", suspended" : "")
            + (e.readOnly() ? ", read-only" : "");
      }
      case DEVICE_REMOVED -> "removed";
      case UUID_SET -> "uuid " + Names.quoted(((DmEvent.UuidSet) event).uuid());
      case DEVICE_SUSPENDED ->
          "suspended" + (((DmEvent.DeviceSuspended) event).internal() ? " by the kernel" : "");
      case DEVICE_RESUMED ->
          "resumed" + (((DmEvent.DeviceResumed) event).internal() ? " by the kernel" : "");
      case TABLE_LOADED -> "loaded, not live: " + table(((DmEvent.TableLoaded) event).targets());
      case TABLE_CLEARED -> "loaded table discarded";
      case TABLE_CHANGED -> "now: " + table(((DmEvent.TableChanged) event).targets());
      case READ_ONLY_CHANGED ->
          ((DmEvent.ReadOnlyChanged) event).readOnly() ? "now read-only" : "now read-write";
      case REMOVE_DEFERRED ->
          ((DmEvent.RemoveDeferred) event).deferred()
              ? "to be removed when its last user closes it"
              : "no longer to be removed";
      case COUNTERS_CHANGED -> {
        DmEvent.CountersChanged e = (DmEvent.CountersChanged) event;
        yield "event number "
            + e.eventNr()
            + ", open "
            + e.openCount()
            + (e.readAheadKib() < 0 ? "" : ", read-ahead " + e.readAheadKib() + " KiB");
      }
      case DISK_ADDED -> {
        DmEvent.DiskAdded e = (DmEvent.DiskAdded) event;
        yield "disk " + disk(e.dev(), e.name(), e.wwid(), e.serial(), e.sizeSectors(), e.port());
      }
      case DISK_BASELINE -> {
        DmEvent.DiskBaseline e = (DmEvent.DiskBaseline) event;
        yield "disk " + disk(e.dev(), e.name(), e.wwid(), e.serial(), e.sizeSectors(), e.port());
      }
      case DISK_REMOVED -> {
        DmEvent.DiskRemoved e = (DmEvent.DiskRemoved) event;
        yield path("disk", e.dev(), e.name()) + " is gone";
      }
      case POOL_MODE_CHANGED -> {
        DmEvent.PoolModeChanged e = (DmEvent.PoolModeChanged) event;
        yield "pool mode " + text(e.from()) + " → " + text(e.to());
      }
      case POOL_LOW_SPACE -> {
        DmEvent.PoolLowSpace e = (DmEvent.PoolLowSpace) event;
        yield text(e.space()) + " space low: " + share(e.used(), e.total()) + " used";
      }
      case RAID_LEG_FAILED -> {
        DmEvent.RaidLegFailed e = (DmEvent.RaidLegFailed) event;
        yield "leg " + e.leg() + " failed (" + text(e.health()) + ")";
      }
      case RAID_IN_SYNC -> "in sync";
      case CACHE_MODE_CHANGED -> {
        DmEvent.CacheModeChanged e = (DmEvent.CacheModeChanged) event;
        yield "cache mode " + text(e.from()) + " → " + text(e.to());
      }
      case VERITY_CORRUPTED -> {
        DmEvent.VerityCorrupted e = (DmEvent.VerityCorrupted) event;
        yield e.block() < 0
            ? "corrupted"
            : text(e.blockType()) + " block " + e.block() + " is corrupted";
      }
      case CRYPT_FAULT -> {
        DmEvent.CryptFault e = (DmEvent.CryptFault) event;
        yield fault(e.fault(), e.sector(), e.message());
      }
      case INTEGRITY_FAULT -> {
        DmEvent.IntegrityFault e = (DmEvent.IntegrityFault) event;
        yield fault(e.fault(), e.sector(), e.message());
      }
      case STATUS_CHANGED -> {
        DmEvent.StatusChanged e = (DmEvent.StatusChanged) event;
        yield text(e.type())
            + " "
            + e.target()
            + ": "
            + text(e.oldStatus())
            + " → "
            + text(e.status());
      }
      case USAGE_CHANGED -> {
        DmEvent.UsageChanged e = (DmEvent.UsageChanged) event;
        yield text(e.type()) + " " + e.target() + ": " + text(e.status());
      }
      case UEVENT -> {
        DmEvent.Uevent e = (DmEvent.Uevent) event;
        yield uevent(e);
      }
      case KERNEL_MESSAGE -> {
        DmEvent.KernelMessage e = (DmEvent.KernelMessage) event;
        yield priority(e.priority()) + text(e.text());
      }
      case DAEMON_MESSAGE -> {
        DmEvent.DaemonMessage e = (DmEvent.DaemonMessage) event;
        yield priority(e.priority()) + text(e.program()) + ": " + text(e.text());
      }
      case RECORDING_STARTED -> {
        DmEvent.RecordingStarted e = (DmEvent.RecordingStarted) event;
        // What was imported may tell nothing of the host, and nobody looked for the driver.
        boolean looked = e.sources().contains("dm") || e.sources().contains("sysfs");
        yield "on "
            + (e.host().isEmpty() ? "a host not named" : text(e.host()))
            + (e.kernel().isEmpty() ? "" : ", Linux " + text(e.kernel()))
            + (e.driver().isEmpty()
                ? looked ? ", no device-mapper" : ""
                : ", dm " + text(e.driver()))
            + ", from "
            + text(String.join(" ", e.sources()))
            + ", dmrec "
            + text(e.version())
            + boot(e);
      }
      case BASELINE -> baseline(((DmEvent.Baseline) event).state());
      case GAP -> {
        DmEvent.Gap e = (DmEvent.Gap) event;
        yield text(e.lost())
            + ": "
            + lost(e)
            + " lost within "
            + duration(e.toNs() - e.fromNs())
            + because(e.reason());
      }
      case RECORDING_STOPPED -> {
        DmEvent.RecordingStopped e = (DmEvent.RecordingStopped) event;
        yield text(e.reason())
            + "; "
            + count(e.events(), "record")
            + ", "
            + e.lost()
            + " lost"
            + (e.dropped() > 0 ? ", " + e.dropped() + " refused (sender not the kernel)" : "");
      }
      case FILES_REMOVED -> {
        DmEvent.FilesRemoved e = (DmEvent.FilesRemoved) event;
        yield "removed "
            + (e.files() == 1
                ? text(e.firstFile())
                : e.files() + " files, " + text(e.firstFile()) + " to " + text(e.lastFile()))
            + " (#"
            + e.firstSeq()
            + " to #"
            + e.lastSeq()
            + ", "
            + bytes(e.bytes())
            + ")"
            + because(e.reason());
      }
      case CLOCK_STEPPED -> {
        DmEvent.ClockStepped e = (DmEvent.ClockStepped) event;
        yield "the clock was set "
            + (e.byNs() < 0 ? "back" : "forward")
            + " by "
            + duration(Math.abs(e.byNs()));
      }
      case EVENTS_MISSED -> {
        DmEvent.EventsMissed e = (DmEvent.EventsMissed) event;
        yield missed(e.count(), e.moved())
            + " while nobody listened (event number "
            + e.fromNr()
            + " to "
            + e.toNr()
            + ")";
      }
      case KEY_NOT_CHANGED -> {
        DmEvent.KeyNotChanged e = (DmEvent.KeyNotChanged) event;
        yield "the key of epoch " + e.epoch() + " signs on" + because(e.reason());
      }
      case KEY_CHANGED ->
          "the key of epoch " + ((DmEvent.KeyChanged) event).epoch() + " signs from here on";
      case REQUEST_FAILED -> {
        DmEvent.RequestFailed e = (DmEvent.RequestFailed) event;
        yield text(e.request())
            + (e.name().isEmpty() ? "" : " of " + Names.quoted(e.name()))
            + " was refused, error "
            + e.error();
      }
      case TARGET_MESSAGE -> {
        DmEvent.TargetMessage e = (DmEvent.TargetMessage) event;
        yield "message " + text(e.message()) + (e.type().isEmpty() ? "" : " to " + text(e.type()));
      }
      case UNKNOWN ->
          "kind "
              + ((DmEvent.Unknown) event).code()
              + ", which this version of dmrec does not know";
    };
  }

  private static String lost(DmEvent.Gap e) {
    String what = e.lost().equals(DmEvent.Gap.JOURNAL) ? "event" : "message";
    return e.count() < 0 ? "an unknown number of " + what + "s" : count(e.count(), what);
  }

  /** How a boot stands to the one before it in the journal. */
  private static String boot(DmEvent.RecordingStarted e) {
    if (e.previousBootId().isEmpty()) {
      return "";
    }
    return e.previousBootId().equals(e.bootId())
        ? ", same boot as before"
        : ", boot " + text(e.bootId()) + " after boot " + text(e.previousBootId());
  }

  private static String missed(long least, long most) {
    if (least >= most) {
      return count(most, "event");
    }
    return (least <= 0 ? "up to " : least + " to ") + count(most, "event");
  }

  /** The device an event is about, in the form of {@link Names}; a dash where it is about none. */
  public static String subject(EventRecord record) {
    DeviceRef device = record.device();
    if (!device.isNone()) {
      return Names.of(device);
    }
    if (record.event() instanceof DmEvent.OfDisk e) {
      return diskName(e.dev(), e.name());
    }
    return device.name().isEmpty() ? "-" : Names.quoted(device.name());
  }

  /** How sure it is and who made it so, where that is anything but the kernel's own word. */
  private static String remarks(EventRecord record) {
    StringBuilder remarks = new StringBuilder();
    if (record.notBeforeNs() != 0) {
      remarks
          .append(" (within ")
          .append(duration(Math.max(0, record.wallNs() - record.notBeforeNs())))
          .append(')');
    }
    List<String> marks = new ArrayList<>();
    for (Mark mark : Mark.values()) {
      if (mark.isIn(record.marks())) {
        marks.add(mark.word());
      }
    }
    if (!marks.isEmpty()) {
      remarks.append(" [").append(String.join(" ", marks)).append(']');
    }
    return remarks.append(ActorText.behind(record)).toString();
  }

  /** Everything else about an event, a line each. */
  private static List<String> details(EventRecord record) {
    List<String> lines = new ArrayList<>();
    DeviceRef device = record.device();
    lines.add(
        (device.isNone() ? "" : "device " + device.dev() + " diskseq " + device.diskSeq() + ", ")
            + (device.uuid().isEmpty() ? "" : "uuid " + Names.quoted(device.uuid()) + ", ")
            + record.source().word()
            + ", "
            + record.certainty().word()
            + ", monotonic "
            + exactSeconds(record.monoNs())
            + (record.kernelNs() == 0 ? "" : ", kernel " + exactSeconds(record.kernelNs())));
    if (record.receivedNs() != record.wallNs()) {
      lines.add("read " + duration(record.receivedNs() - record.wallNs()) + " after it happened");
    }
    String process = record.actor() == null ? "" : ActorText.details(record.actor());
    if (!process.isEmpty()) {
      lines.add("process " + process);
    }
    for (Target target : targets(record.event())) {
      lines.add("table  " + line(target));
    }
    if (record.event() instanceof DmEvent.OfTarget e && !e.status().isEmpty()) {
      lines.add("status " + e.target() + ": " + text(e.status()));
    }
    if (!record.evidence().isEmpty()) {
      // A uevent's words end in NULs, a reply's lines in line feeds.
      for (String word : SEPARATORS.split(record.evidence().text().stripTrailing(), -1)) {
        if (!word.isEmpty()) {
          lines.add("| " + text(word));
        }
      }
    }
    return lines;
  }

  private static List<Target> targets(DmEvent event) {
    List<Target> targets = List.of();
    if (event instanceof DmEvent.TableLive e) {
      targets = e.targets();
    } else if (event instanceof DmEvent.TableLoaded e) {
      targets = e.targets();
    } else if (event instanceof DmEvent.TableChanged e) {
      targets = e.targets();
    } else if (event instanceof DmEvent.Baseline e) {
      targets = e.state().live();
    }
    return targets;
  }

  private static String table(List<Target> targets) {
    if (targets.isEmpty()) {
      return "a table that was gone before it could be read";
    }
    String first = line(targets.get(0));
    String shown = first.length() <= TABLE_MAX ? first : cut(first);
    return targets.size() == 1 ? shown : shown + " +" + (targets.size() - 1);
  }

  private static String cut(String line) {
    int end = TABLE_MAX - 1;
    return line.substring(0, Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end) + "…";
  }

  private static String line(Target target) {
    return target.startSector()
        + " "
        + target.lengthSectors()
        + " "
        + text(target.type())
        + (target.params().isEmpty() ? "" : " " + text(target.params()));
  }

  private static String baseline(DeviceState e) {
    StringBuilder phrase = new StringBuilder(e.hasLive() ? table(e.live()) : "no live table");
    if (e.hasInactive()) {
      phrase.append(", and loaded: ").append(table(e.inactive()));
    }
    if (e.suspended() || e.internalSuspend()) {
      phrase.append(", suspended");
    }
    if (e.readOnly()) {
      phrase.append(", read-only");
    }
    if (e.deferredRemove()) {
      phrase.append(", to be removed");
    }
    return phrase.append(", open ").append(e.openCount()).toString();
  }

  private static String uevent(DmEvent.Uevent e) {
    return text(e.action())
        + (e.resized() ? ", resized" : "")
        + (e.seqnum() == 0 ? "" : ", seqnum " + e.seqnum())
        + (e.cookie() == 0
            ? ""
            : String.format(Locale.ROOT, ", cookie 0x%x", e.cookie())
                + (e.cookieFlags().isEmpty()
                    ? ""
                    : " (" + text(String.join(" ", e.cookieFlags())) + ")"));
  }

  private static String path(DevNo dev, String name) {
    return path("path", dev, name);
  }

  private static String path(String what, DevNo dev, String name) {
    return what + " " + dev + (name.isEmpty() ? "" : " " + Names.quoted(name));
  }

  private static String pathsLeft(int paths) {
    return paths < 0 ? "" : paths == 0 ? ", no path left" : ", " + count(paths, "path") + " left";
  }

  private static String pathsValid(int paths) {
    return paths < 0 ? "" : ", " + count(paths, "path") + " valid";
  }

  private static String group(int group) {
    return group == 0 ? "none" : Integer.toString(group);
  }

  private static String diskName(DevNo dev, String name) {
    return name.isEmpty() ? dev.toString() : Names.quoted(name);
  }

  private static String disk(
      DevNo dev, String name, String wwid, String serial, long sectors, String port) {
    return dev
        + (name.isEmpty() ? "" : " " + Names.quoted(name))
        + (sectors < 0 ? "" : ", " + size(sectors))
        + (wwid.isEmpty() ? "" : ", wwid " + Names.quoted(wwid))
        + (serial.isEmpty() ? "" : ", serial " + Names.quoted(serial))
        + (port.isEmpty() ? "" : ", port " + Names.quoted(port));
  }

  private static String fault(String fault, long sector, String message) {
    return text(fault)
        + (sector < 0 ? "" : " at sector " + sector)
        + (message.isEmpty() ? "" : ": " + text(message));
  }

  private static String mirrorHealth(String health) {
    return switch (health) {
      case "D" -> "write";
      case "S" -> "sync";
      case "R" -> "read";
      case "F" -> "flush";
      default -> text(health);
    };
  }

  private static String because(String reason) {
    return reason.isEmpty() ? "" : ": " + text(reason);
  }

  private static String priority(int priority) {
    return priority > 4 ? "" : priority == 4 ? "warning: " : "error: ";
  }

  private static String share(long used, long total) {
    String blocks = used + "/" + total + " blocks";
    return total <= 0
        ? blocks
        : String.format(Locale.ROOT, "%s (%.0f%%)", blocks, 100.0 * used / total);
  }

  private static String count(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  /** A size in sectors as people say it. */
  static String size(long sectors) {
    return units(sectors / 2.0);
  }

  /** A number of bytes as people say it. */
  public static String bytes(long count) {
    return count < 1024 ? count + " bytes" : units(count / 1024.0);
  }

  private static String units(double kib) {
    String[] units = {"KiB", "MiB", "GiB", "TiB", "PiB"};
    double size = kib;
    int unit = 0;
    while (size >= 1024 && unit < units.length - 1) {
      size /= 1024;
      unit++;
    }
    boolean round = size == Math.rint(size);
    return String.format(Locale.ROOT, round ? "%.0f %s" : "%.1f %s", size, units[unit]);
  }

  /** A length of time to three digits. */
  public static String duration(long ns) {
    if (ns < 1000) {
      return Math.max(0, ns) + " ns";
    }
    if (ns < 100_000_000L) {
      boolean micro = ns < 1_000_000L;
      return String.format(Locale.ROOT, "%.3g %s", ns / (micro ? 1e3 : 1e6), micro ? "µs" : "ms");
    }
    double seconds = ns / 1e9;
    return seconds < 100
        ? String.format(Locale.ROOT, "%.2f s", seconds)
        : String.format(Locale.ROOT, "%.0f s", seconds);
  }

  private static String exactSeconds(long ns) {
    return String.format(Locale.ROOT, "%d.%09d", ns / 1_000_000_000L, ns % 1_000_000_000L);
  }

  private static String text(String kernelText) {
    return KernelText.printable(kernelText);
  }

  private static char certaintySign(Certainty certainty) {
    return switch (certainty) {
      case REPORTED -> ' ';
      case DERIVED -> '~';
      case INFERRED -> '?';
      case CLAIMED -> '"';
    };
  }

  private static String colourOf(DmEvent event) {
    return switch (event.kind()) {
      case PATH_FAILED -> ((DmEvent.PathFailed) event).validPaths() == 0 ? BOLD_RED : RED;
      case MIRROR_LOG_FAILED,
          MIRROR_LEG_FAILED,
          SNAPSHOT_INVALIDATED,
          SNAPSHOT_OVERFLOWED,
          SNAPSHOT_MERGE_FAILED,
          RAID_LEG_FAILED,
          VERITY_CORRUPTED,
          CRYPT_FAULT,
          INTEGRITY_FAULT ->
          RED;
      case GAP, EVENTS_MISSED -> BOLD_RED;
      case PATH_REINSTATED, GROUP_ENABLED, MIRROR_IN_SYNC, RAID_IN_SYNC, DEVICE_RESUMED -> GREEN;
      case GROUP_BYPASSED,
          GROUP_SWITCHED,
          POOL_LOW_SPACE,
          CACHE_MODE_CHANGED,
          DEVICE_SUSPENDED,
          READ_ONLY_CHANGED,
          REMOVE_DEFERRED,
          REQUEST_FAILED,
          CLOCK_STEPPED,
          KEY_NOT_CHANGED ->
          YELLOW;
      case POOL_MODE_CHANGED ->
          switch (((DmEvent.PoolModeChanged) event).to()) {
            case "rw" -> GREEN;
            case "ro", "fail" -> RED;
            default -> YELLOW;
          };
      case KERNEL_MESSAGE -> ((DmEvent.KernelMessage) event).priority() <= 3 ? RED : "";
      case DAEMON_MESSAGE -> ((DmEvent.DaemonMessage) event).priority() <= 3 ? RED : "";
      case UEVENT,
          COUNTERS_CHANGED,
          USAGE_CHANGED,
          BASELINE,
          DISK_BASELINE,
          FILES_REMOVED,
          KEY_CHANGED,
          UNKNOWN ->
          DIM;
      case TABLE_LIVE,
          DEVICE_RENAMED,
          DEVICE_CREATED,
          DEVICE_REMOVED,
          UUID_SET,
          TABLE_LOADED,
          TABLE_CLEARED,
          TABLE_CHANGED,
          DISK_ADDED,
          DISK_REMOVED,
          STATUS_CHANGED,
          TARGET_MESSAGE,
          RECORDING_STARTED,
          RECORDING_STOPPED ->
          "";
    };
  }

  private void paint(StringBuilder line, String ansi, String text) {
    if (colour && !ansi.isEmpty()) {
      line.append(ansi).append(text).append(RESET);
    } else {
      line.append(text);
    }
  }

  private static void pad(StringBuilder line, String text, int width) {
    line.append(text).append(" ".repeat(Math.max(1, width - text.length() + 1)));
  }
}
