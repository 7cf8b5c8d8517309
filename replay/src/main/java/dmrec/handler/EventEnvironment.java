package dmrec.handler;

import dmrec.event.Bytes;
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
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An event as variables of an environment.
 *
 * <p>A journal may come from a stranger, and a variable can be a command: PATH, LD_PRELOAD,
 * BASH_ENV. So of the keys that a uevent brings only those pass that the kernel has for block
 * devices, and those of device-mapper but for the ones that libdevmapper and dmsetup take for
 * settings (DM_DEV_DIR names the folder they work in). Values are data, whatever is in them: they
 * may hold line ends and quotes. Bytes that this process's character set cannot spell are written
 * as {@code \xNN}.
 */
final class EventEnvironment {
  private static final String PREFIX = "DMREC_";
  private static final String LEFT_OUT = PREFIX + "LEFT_OUT";

  private static final Set<String> KERNEL_KEYS =
      Set.of(
          "ACTION",
          "DEVPATH",
          "SUBSYSTEM",
          "SEQNUM",
          "MAJOR",
          "MINOR",
          "DEVNAME",
          "DEVTYPE",
          "DISKSEQ",
          "DISK_RO",
          "DISK_MEDIA_CHANGE",
          "DISK_EJECT_REQUEST",
          "RESIZE",
          "SYNTH_UUID",
          "PARTN",
          "PARTNAME",
          "PARTUUID",
          "DRIVER",
          "DEVPATH_OLD");

  /** Settings of libdevmapper, dmsetup and LVM, by how their names begin. */
  private static final List<String> DM_SETTINGS =
      List.of(
          "DM_ABORT_",
          "DM_COLUMNS",
          "DM_DEBUG",
          "DM_DEFAULT_",
          "DM_DEV_DIR",
          "DM_DISABLE_",
          "DM_UDEV_COOKIE");

  private static final int LONGEST_NAME = 64;
  private static final int MOST_KEYS = 128;

  /** The kernel refuses a variable of more than 128 KiB, and much more than 1 MiB of all. */
  private static final int LONGEST_VALUE = 64 << 10;

  private static final int LONGEST_ALL = 512 << 10;

  /** {@code struct monitor_netlink_header} of systemd. */
  private static final int UDEV_HEADER_BYTES = 40;

  private static final int UDEV_OFFSET_AT = 16;

  /** The names that events use, which must not come from dmrec's own environment. */
  static final Set<String> NAMES = names();

  private final Map<String, String> variables = new LinkedHashMap<>();
  private final Set<String> leftOut = new LinkedHashSet<>();
  private final CharsetEncoder encoder = Charset.defaultCharset().newEncoder();
  private int sizeBytes;

  private EventEnvironment() {}

  private static Set<String> names() {
    Set<String> names = new LinkedHashSet<>(KERNEL_KEYS);
    names.addAll(List.of("DM_TARGET", "DM_ACTION", "DM_SEQNUM", "DM_PATH", "DM_NR_VALID_PATHS"));
    names.addAll(List.of("DM_NAME", "DM_UUID", "DM_COOKIE", LEFT_OUT));
    for (String common : List.of("SEQ", "TIME", "KIND", "DEVICE", "UUID", "DEV", "DISKSEQ")) {
      names.add(PREFIX + common);
    }
    for (Kind kind : Kind.values()) {
      for (Field field : Fields.of(kind).list()) {
        names.add(name(field));
      }
    }
    return Set.copyOf(names);
  }

  private static String name(Field field) {
    return PREFIX + field.jsonName().toUpperCase(Locale.ROOT);
  }

  /** The variables of one event. */
  static Map<String, String> of(EventRecord record) {
    EventEnvironment environment = new EventEnvironment();
    environment.put(PREFIX + "SEQ", Long.toString(record.seq()));
    environment.put(PREFIX + "TIME", EventJson.time(record.wallNs()));
    environment.put(PREFIX + "KIND", record.kind().word());
    // The payload first: a disk's own number says more than that of the device it is about.
    for (Field field : Fields.of(record.kind()).list()) {
      environment.put(name(field), value(field, record.event()));
    }
    DeviceRef device = record.device();
    if (!device.equals(DeviceRef.NONE)) {
      environment.put(PREFIX + "DEVICE", device.name());
      environment.put(PREFIX + "UUID", device.uuid());
      environment.put(PREFIX + "DEV", device.dev().toString());
      environment.put(PREFIX + "DISKSEQ", Long.toString(device.diskSeq()));
    }
    environment.putUevent(record.evidence());
    if (!environment.leftOut.isEmpty()) {
      environment.variables.put(LEFT_OUT, String.join(" ", environment.leftOut));
    }
    return environment.variables;
  }

  /** Lists as a shell takes them: numbers on one line, all else one a line. */
  private static String value(Field field, DmEvent event) {
    return switch (field.type()) {
      case TEXT -> field.getText(event);
      case BYTES -> field.getBytes(event).text();
      case INT, LONG, BOOLEAN, DEV -> String.valueOf(field.get(event));
      case DEVS ->
          field.getDevs(event).stream().map(DevNo::toString).collect(Collectors.joining(" "));
      case TEXTS -> String.join("\n", field.getTexts(event));
      case TARGETS ->
          field.getTargets(event).stream()
              .map(EventEnvironment::tableLine)
              .collect(Collectors.joining("\n"));
    };
  }

  /** As {@code dmsetup table} prints it. */
  private static String tableLine(Target target) {
    return target.startSector()
        + " "
        + target.lengthSectors()
        + " "
        + target.type()
        + (target.params().isEmpty() ? "" : " " + target.params());
  }

  /** {@code action@devpath}, or libudev's header; then KEY=VALUE, each with a NUL behind it. */
  private void putUevent(Bytes evidence) {
    byte[] message = evidence.length() > LONGEST_ALL ? new byte[0] : evidence.toArray();
    int keys = 0;
    for (int at = propertiesAt(message); at < message.length && keys < MOST_KEYS; ) {
      int end = indexOf((byte) 0, message, at, message.length);
      int equals = indexOf((byte) '=', message, at, end);
      String name = KernelText.decode(ByteBuffer.wrap(message, at, equals - at));
      if (equals < end && isAllowed(name)) {
        put(name, KernelText.decode(ByteBuffer.wrap(message, equals + 1, end - equals - 1)));
        keys++;
      }
      at = end + 1;
    }
  }

  /** Where the properties begin; behind the end where it is no uevent. */
  private static int propertiesAt(byte[] message) {
    int nul = indexOf((byte) 0, message, 0, message.length);
    if (indexOf((byte) '@', message, 0, nul) < nul) {
      return nul + 1;
    }
    if (message.length < UDEV_HEADER_BYTES || !KernelText.decode(message).startsWith("libudev\0")) {
      return message.length;
    }
    // In the byte order of the machine that was recorded: the one that makes sense.
    int offset = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).getInt(UDEV_OFFSET_AT);
    int at = offset >>> 16 == 0 ? offset : Integer.reverseBytes(offset);
    return at < UDEV_HEADER_BYTES ? message.length : at;
  }

  /** The end where there is none. */
  private static int indexOf(byte wanted, byte[] bytes, int from, int end) {
    int at = from;
    while (at < end && bytes[at] != wanted) {
      at++;
    }
    return at;
  }

  private static boolean isAllowed(String name) {
    if (KERNEL_KEYS.contains(name)) {
      return true;
    }
    if (!name.startsWith("DM_") || name.length() > LONGEST_NAME) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (!(c == '_' || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) {
        return false;
      }
    }
    return DM_SETTINGS.stream().noneMatch(name::startsWith);
  }

  /** The first of a name stays. */
  private void put(String name, String value) {
    if (variables.containsKey(name) || leftOut.contains(name)) {
      return;
    }
    String spelled = value.length() > LONGEST_VALUE ? value : spelled(value);
    int lengthBytes = spelled.getBytes(Charset.defaultCharset()).length;
    if (lengthBytes > LONGEST_VALUE || sizeBytes + name.length() + lengthBytes > LONGEST_ALL) {
      leftOut.add(name);
      return;
    }
    sizeBytes += name.length() + lengthBytes;
    variables.put(name, spelled);
  }

  private String spelled(String value) {
    if (value.indexOf('\0') < 0 && encoder.canEncode(value)) {
      return value;
    }
    StringBuilder out = new StringBuilder(value.length() + 16);
    value
        .codePoints()
        .forEach(
            point -> {
              String one = Character.toString(point);
              if (point != 0 && encoder.canEncode(one)) {
                out.append(one);
              } else {
                for (byte b : KernelText.encode(one)) {
                  out.append(String.format("\\x%02x", b));
                }
              }
            });
    return out.toString();
  }
}
