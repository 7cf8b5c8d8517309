package dmrec.journal.file;

import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.PathEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Evidence that the rest of a record gives back byte for byte, so that it is only marked: the
 * kernel's own messages say little that the event does not.
 *
 * <p>Each kind has one template at most. It is filled in from the event and held against the
 * evidence; only where both are the same bytes the record carries the template's number and what
 * the event lacks. Marking allocates nothing. One thread.
 *
 * <p>The order of a uevent's keys is that of {@code lib/kobject_uevent.c}, {@code
 * drivers/base/core.c} and {@code block/genhd.c}, with device-mapper's own between: {@code
 * dm-uevent.c} for paths, {@code dm.c:dm_kobject_uevent} for devices.
 */
final class EvidenceTemplate {
  /** The kernel's uevent of a path; lacks SEQNUM. */
  private static final int PATH = 1;

  /** A mapped device's uevent; lacks which of {@link #VARIANTS} it is. */
  private static final int UEVENT = 2;

  /** The uevent of a device's beginning or end; lacks DM_COOKIE (0 for none) and SEQNUM. */
  private static final int LIFE = 3;

  /** A record of /dev/kmsg; that of a fault lacks the priority and the log's sequence number. */
  private static final int LOG = 4;

  /** A target's status line; lacks start, length and, where the event has none, the type. */
  private static final int STATUS = 5;

  private static final Bytes AT = Bytes.of("@/devices/virtual/block/dm-");
  private static final Bytes ACTION = Bytes.of("\0ACTION=");
  private static final Bytes DEVPATH = Bytes.of("\0DEVPATH=/devices/virtual/block/dm-");
  private static final Bytes SUBSYSTEM = Bytes.of("\0SUBSYSTEM=block");
  private static final Bytes COOKIE = Bytes.of("\0DM_COOKIE=");
  private static final Bytes RESIZE = Bytes.of("\0RESIZE=1");
  private static final Bytes LOG_FLAGS = Bytes.of(",-;");

  /** Before libdevmapper's keys: nothing, a flip of read-only, or what a write to sysfs adds. */
  private static final List<Bytes> VARIANTS =
      List.of(
          Bytes.NONE, Bytes.of("\0DISK_RO=0"), Bytes.of("\0DISK_RO=1"), Bytes.of("\0SYNTH_UUID=0"));

  private static final List<Bytes> COOKIES = List.of(Bytes.NONE, COOKIE);

  private final EvidenceText text = new EvidenceText();

  // What the event lacks, in the template's order.
  private long first;
  private long second;
  private Bytes type = Bytes.NONE;
  private int typeAt;
  private int typeBytes;

  private static int of(DmEvent event) {
    if (event instanceof DmEvent.OfPath) {
      return PATH;
    } else if (event instanceof DmEvent.Uevent) {
      return UEVENT;
    } else if (event instanceof DmEvent.DeviceRemoved || event instanceof DmEvent.DeviceCreated) {
      return LIFE;
    } else if (event instanceof DmEvent.KernelMessage || faultText(event) != null) {
      return LOG;
    }
    return event instanceof DmEvent.OfTarget ? STATUS : 0;
  }

  private static @Nullable String faultText(DmEvent event) {
    if (event instanceof DmEvent.CryptFault fault) {
      return fault.message();
    }
    return event instanceof DmEvent.IntegrityFault fault ? fault.message() : null;
  }

  /** The target's type where the event says it, else null. */
  private static @Nullable String typeOf(DmEvent event) {
    if (event instanceof DmEvent.UsageChanged usage) {
      return usage.type();
    }
    return event instanceof DmEvent.StatusChanged changed ? changed.type() : null;
  }

  /** Whether the evidence of such an event, where it is marked, has the device's names. */
  static boolean saysNames(DmEvent event) {
    return of(event) == PATH;
  }

  /** How many numbers a mark has behind the template's. */
  private static int numbers(int template, DmEvent event) {
    return switch (template) {
      case PATH, UEVENT -> 1;
      case LOG -> event instanceof DmEvent.KernelMessage ? 0 : 2;
      default -> 2;
    };
  }

  /** Writes the field that marks a record's evidence; false where it is no template's. */
  boolean mark(EventRecord record, RecordBuffer out) throws MalformedException {
    DmEvent event = record.event();
    if (!gives(event, record.device(), record.kernelNs(), record.evidence())) {
      return false;
    }
    int template = of(event);
    int at = out.field(RecordLayout.TAG_EVIDENCE_AS);
    out.putByte(template);
    int numbers = numbers(template, event);
    if (numbers > 0) {
      out.putUnsigned(first);
    }
    if (numbers > 1) {
      out.putUnsigned(second);
    }
    if (template == STATUS && typeOf(event) == null) {
      out.putBytes(record.evidence(), typeAt, typeBytes);
    }
    out.end(at);
    return true;
  }

  /** Writes that field of a path's event, whose message its template gives. */
  static void mark(PathEvent event, RecordBuffer out) throws MalformedException {
    int at = out.field(RecordLayout.TAG_EVIDENCE_AS);
    out.putByte(PATH);
    out.putUnsigned(event.seqnum());
    out.end(at);
  }

  /** Whether the event's template gives that evidence; then what it lacks is known. */
  boolean gives(DmEvent event, DeviceRef device, long kernelNs, Bytes evidence)
      throws MalformedException {
    int template = of(event);
    if (template == 0) {
      return false;
    }
    text.compare(evidence);
    fill(template, event, device, kernelNs);
    return text.isSame();
  }

  /**
   * What was marked.
   *
   * @param mark the field's value: template and what the event lacks
   */
  Bytes restore(FieldCursor mark, DmEvent event, DeviceRef device, long kernelNs)
      throws MalformedException {
    int template = mark.byteValue();
    if (template == 0 || template != of(event)) {
      throw mark.bad("template " + of(event) + " of a " + event.kind().word(), "" + template);
    }
    int numbers = numbers(template, event);
    long most = template == UEVENT ? VARIANTS.size() : EvidenceText.LIMIT;
    first = numbers > 0 ? lacking(mark, most) : 0;
    second = numbers > 1 ? lacking(mark, most) : 0;
    type = template == STATUS && typeOf(event) == null ? mark.bytes() : Bytes.NONE;
    mark.expectEnd();
    text.write();
    fill(template, event, device, kernelNs);
    return text.written();
  }

  private static long lacking(FieldCursor mark, long limit) throws MalformedException {
    long value = mark.unsigned();
    if (value < 0 || value >= limit) {
      throw mark.bad("a number below " + limit, Long.toUnsignedString(value));
    }
    return value;
  }

  private void fill(int template, DmEvent event, DeviceRef device, long kernelNs)
      throws MalformedException {
    switch (template) {
      case PATH -> path((DmEvent.OfPath) event, device);
      case UEVENT -> uevent((DmEvent.Uevent) event, device);
      case LIFE -> life(event instanceof DmEvent.DeviceRemoved ? "remove" : "add", device);
      case LOG -> log(event, kernelNs);
      default -> status((DmEvent.OfTarget) event);
    }
  }

  private void path(DmEvent.OfPath event, DeviceRef device) throws MalformedException {
    text.put(PathEvent.CHANGE, device.dev().minor());
    text.put(PathEvent.DEVPATH, device.dev().minor());
    text.put(event.failed() ? PathEvent.FAILED : PathEvent.REINSTATED, event.dmSeqnum());
    text.put(PathEvent.PATH, event.path().major());
    text.put(':');
    text.putDecimal(event.path().minor());
    text.put(PathEvent.VALID_PATHS, event.validPaths());
    text.put(PathEvent.NAME);
    text.putText(device.name());
    text.put(PathEvent.UUID);
    text.putText(device.uuid());
    keys(device);
    first = text.lacking(first);
    text.put('\0');
  }

  private void uevent(DmEvent.Uevent event, DeviceRef device) throws MalformedException {
    head(event.action(), device);
    first = text.oneOf(VARIANTS, (int) first);
    if (event.cookie() != 0) {
      text.put(COOKIE, event.cookie());
    }
    if (event.resized()) {
      text.put(RESIZE);
    }
    keys(device);
    text.putDecimal(event.seqnum());
    text.put('\0');
  }

  private void life(String action, DeviceRef device) throws MalformedException {
    head(action, device);
    boolean hasCookie = text.oneOf(COOKIES, first == 0 ? 0 : 1) == 1;
    first = hasCookie ? text.lackingAboveZero(first) : 0;
    keys(device);
    second = text.lacking(second);
    text.put('\0');
  }

  /** Up to the keys that make the difference. */
  private void head(String action, DeviceRef device) throws MalformedException {
    int minor = device.dev().minor();
    text.putText(action);
    text.put(AT, minor);
    text.put(ACTION);
    text.putText(action);
    text.put(DEVPATH, minor);
    text.put(SUBSYSTEM);
  }

  /** What follows them, up to the value of SEQNUM. */
  private void keys(DeviceRef device) throws MalformedException {
    text.put(PathEvent.MAJOR, device.dev().major());
    text.put(PathEvent.MINOR, device.dev().minor());
    text.put(PathEvent.DEVNAME, device.dev().minor());
    text.put(PathEvent.DEVTYPE);
    if (device.diskSeq() > 0) {
      text.put(PathEvent.DISKSEQ, device.diskSeq());
    }
    text.put(PathEvent.SEQNUM);
  }

  /** A record of /dev/kmsg (Documentation/ABI/testing/dev-kmsg). */
  private void log(DmEvent event, long kernelNs) throws MalformedException {
    String line;
    if (event instanceof DmEvent.KernelMessage message) {
      text.putDecimal(message.priority());
      text.put(',');
      text.putDecimal(message.logSeq());
      line = message.text();
    } else {
      first = text.lacking(first);
      text.put(',');
      second = text.lacking(second);
      line = String.valueOf(faultText(event));
    }
    text.put(',');
    text.putDecimal(kernelNs / 1000);
    text.put(LOG_FLAGS);
    text.putText(line);
    text.put('\n');
  }

  /** A target's line as dmsetup prints it. */
  private void status(DmEvent.OfTarget event) throws MalformedException {
    first = text.lacking(first);
    text.put(' ');
    second = text.lacking(second);
    text.put(' ');
    String known = typeOf(event);
    if (known == null) {
      typeBytes = text.lacking(type, 1 + RecordBuffer.bytesOf(event.status()));
      typeAt = text.at() - typeBytes;
    } else {
      text.putText(known);
    }
    text.put(' ');
    text.putText(event.status());
  }
}
