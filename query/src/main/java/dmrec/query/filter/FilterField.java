package dmrec.query.filter;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.event.Kind;
import dmrec.journal.EventHead;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A field that filters and queries ask about.
 *
 * <p>A value is a {@link Long} (numbers, and times and durations in nanoseconds), a {@link
 * Boolean}, a {@link String}, a {@link dmrec.target.DevNo}, a {@link DeviceRef}, a {@link Disk},
 * one of the enums, or a list of such where an event has several. Immutable, for any thread.
 */
public final class FilterField {
  /** What an event says of a disk: its number, its name, and the major number of mapped devices. */
  record Disk(dmrec.target.DevNo dev, String name, int dmMajor) {}

  /** Reads a field; null where the event has none or does not know it. */
  interface Reader {
    @Nullable Object read(EventRecord record);
  }

  /** Reads a field that an event's device alone decides; null where it has none. */
  interface RefReader {
    @Nullable Object read(DeviceRef device);
  }

  /** Reads a field from an event's head, of a kind that has it; null where it has none. */
  interface HeadReader {
    @Nullable Object read(EventHead head, Payload payload);
  }

  /** Tells single fields of an event's payload without the event; null where that cannot be. */
  public interface Payload {
    @Nullable Object value(Field field);
  }

  /** What is said of a field that neither an event's head nor a field of its payload tells. */
  static final Object NOT_IN_HEAD = new Object();

  /** What a {@link RefReader} says where more than the device decides. */
  static final Object NOT_BY_DEVICE = new Object();

  private final String name;
  private final List<ValueType> types;
  private final Set<Kind> kinds;

  /** The same by their codes: heads are asked in great numbers. */
  private final boolean[] ofCode = new boolean[Kind.CODES];

  private final String help;
  private final Reader reader;
  private final @Nullable RefReader byDevice;
  private final HeadReader byHead;

  FilterField(
      String name,
      List<ValueType> types,
      Set<Kind> kinds,
      String help,
      Reader reader,
      @Nullable RefReader byDevice,
      HeadReader byHead) {
    this.name = name;
    this.types = List.copyOf(types);
    this.kinds = Set.copyOf(kinds);
    kinds.forEach(kind -> ofCode[kind.code()] = true);
    this.help = help;
    this.reader = reader;
    this.byDevice = byDevice;
    this.byHead = byHead;
  }

  /** The name in filters. */
  public String name() {
    return name;
  }

  /** What its values are; more than one where kinds differ. */
  public List<ValueType> types() {
    return types;
  }

  /** The kinds of events that have it. */
  public Set<Kind> kinds() {
    return kinds;
  }

  /** What it is, in a few words; empty for the fields of the payload. */
  public String help() {
    return help;
  }

  /** The value of this field; null where the event has none or does not know it. */
  @Nullable Object read(EventRecord record) {
    return reader.read(record);
  }

  /** As {@link #read}, of an event of that head; {@link #NOT_IN_HEAD} where that is not enough. */
  @Nullable Object read(EventHead head, Payload payload) {
    return ofCode[head.kind().code()] ? byHead.read(head, payload) : null;
  }

  /** The value of this field in every event of a device; {@link #NOT_BY_DEVICE} where it varies. */
  @Nullable Object readByDevice(DeviceRef device) {
    return byDevice == null ? NOT_BY_DEVICE : byDevice.read(device);
  }

  boolean isByDevice() {
    return byDevice != null;
  }

  boolean isOrdered() {
    return types.stream().anyMatch(ValueType::isOrdered);
  }

  boolean isFlag() {
    return types.equals(List.of(ValueType.FLAG));
  }

  @Override
  public String toString() {
    return name;
  }
}
