package dmrec.query.export;

import dmrec.event.Actor;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.event.FieldType;
import dmrec.event.Fields;
import dmrec.event.Kind;
import dmrec.event.Mark;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The columns of an export: what every event has, then the payload fields of all kinds.
 *
 * <p>A payload field has one column under its name in JSON, whichever kinds have it, in the order
 * of the kinds' codes. Where they disagree about its type, int and long make a BIGINT and anything
 * else TEXT, so that a name is always one column; where a common column has the name already, the
 * payload's begins with {@code event_}. COLUMNS.md beside this class is the list for people.
 */
public final class EventColumns {
  /** A payload field and the column that it fills. */
  private record Filled(int column, Field field, ColumnType type) {}

  private static final int COMMON;
  private static final List<Column> ALL;
  private static final Map<Kind, List<Filled>> PAYLOAD = new EnumMap<>(Kind.class);

  static {
    List<Column> columns = new ArrayList<>(common());
    COMMON = columns.size();
    List<String> taken = columns.stream().map(Column::name).toList();
    Map<String, ColumnType> types = new LinkedHashMap<>();
    Map<String, List<String>> kinds = new LinkedHashMap<>();
    List<Kind> byCode = new ArrayList<>(Arrays.asList(Kind.values()));
    byCode.sort(Comparator.comparingInt(Kind::code));
    for (Kind kind : byCode) {
      for (Field field : Fields.of(kind).list()) {
        String name = columnName(field, taken);
        types.merge(name, typeOf(field.type()), EventColumns::common);
        kinds.computeIfAbsent(name, any -> new ArrayList<>()).add(kind.word());
      }
    }
    List<String> names = new ArrayList<>(types.keySet());
    for (String name : names) {
      ColumnType type = types.getOrDefault(name, ColumnType.TEXT);
      columns.add(new Column(name, type, false, kinds.getOrDefault(name, List.of()), ""));
    }
    for (Kind kind : byCode) {
      List<Filled> filled = new ArrayList<>();
      for (Field field : Fields.of(kind).list()) {
        int column = COMMON + names.indexOf(columnName(field, taken));
        filled.add(new Filled(column, field, columns.get(column).type()));
      }
      PAYLOAD.put(kind, List.copyOf(filled));
    }
    ALL = List.copyOf(columns);
  }

  private EventColumns() {}

  /** All columns, in their order. */
  public static List<Column> all() {
    return ALL;
  }

  /**
   * One event's values in the order of {@link #all}: Long for TIMESTAMP and BIGINT, Integer,
   * Boolean, and String for TEXT and BYTES; null where the event has no such field.
   */
  static List<@Nullable Object> row(EventRecord record) {
    DeviceRef device = record.device();
    boolean hasDevice = !device.equals(DeviceRef.NONE);
    Actor actor = record.actor();
    @Nullable Object[] row = new Object[ALL.size()];
    int i = 0;
    row[i++] = record.seq();
    row[i++] = record.wallNs();
    row[i++] = record.receivedNs();
    row[i++] = record.monoNs();
    row[i++] = record.kind().word();
    row[i++] = record.event() instanceof DmEvent.Unknown unknown ? unknown.code() : null;
    row[i++] = record.source().word();
    row[i++] = record.certainty().word();
    row[i++] = record.notBeforeNs() == 0 ? null : record.notBeforeNs();
    row[i++] = record.kernelNs() == 0 ? null : record.kernelNs();
    row[i++] = record.marks() == 0 ? null : marks(record.marks());
    row[i++] = actor == null ? null : actor.pid();
    row[i++] = actor == null ? null : actor.uid();
    row[i++] = actor == null ? null : actor.command();
    row[i++] = actor == null ? null : actor.relation().word();
    row[i++] = actor == null || actor.startNs() == 0 ? null : actor.startNs();
    row[i++] = actor == null || actor.tid() == 0 ? null : actor.tid();
    row[i++] = actor == null || actor.loginUid() == -1 ? null : actor.loginUid();
    row[i++] = actor == null || actor.executable().isEmpty() ? null : actor.executable();
    row[i++] = actor == null || actor.parentPid() == 0 ? null : actor.parentPid();
    row[i++] = actor == null || actor.parentCommand().isEmpty() ? null : actor.parentCommand();
    row[i++] = actor == null || actor.unit().isEmpty() ? null : actor.unit();
    row[i++] = hasDevice ? device.dev().toString() : null;
    row[i++] = hasDevice ? device.diskSeq() : null;
    row[i++] = hasDevice ? device.name() : null;
    row[i++] = hasDevice ? device.uuid() : null;
    row[i] = record.evidence().isEmpty() ? null : record.evidence().text();
    for (Filled filled : PAYLOAD.getOrDefault(record.kind(), List.of())) {
      row[filled.column()] = value(filled, record.event());
    }
    return Arrays.asList(row);
  }

  private static List<Column> common() {
    return List.of(
        every("seq", ColumnType.BIGINT, "the record's number in the journal, from 1"),
        every("time", ColumnType.TIMESTAMP, "when it happened, wall clock, in UTC"),
        every("received", ColumnType.TIMESTAMP, "when it was read, on the same clock"),
        every(
            "mono_ns",
            ColumnType.BIGINT,
            "the moment it happened by the monotonic clock of that boot"),
        every("kind", ColumnType.TEXT, "what happened: path_failed, table_live, ..."),
        some(
            "code", ColumnType.INTEGER, "the kind's number, where this version has no name for it"),
        every("source", ColumnType.TEXT, "who said so: uevent, dm, kmsg, ..."),
        every("certainty", ColumnType.TEXT, "reported, derived, inferred or claimed"),
        some(
            "not_before",
            ColumnType.TIMESTAMP,
            "of what is derived: the last look that did not show it yet"),
        some(
            "kernel_ns", ColumnType.BIGINT, "the kernel's own stamp (monotonic), where it has one"),
        some("marks", ColumnType.TEXT, "injected, synthetic, late; several with a comma"),
        some("actor_pid", ColumnType.INTEGER, "the process behind it, where that is known"),
        some("actor_uid", ColumnType.INTEGER, "its user"),
        some("actor_command", ColumnType.TEXT, "its name"),
        some("actor_relation", ColumnType.TEXT, "asked for it, or it happened in its context"),
        some("actor_start_ns", ColumnType.BIGINT, "when it began, on the clock of that boot"),
        some("actor_tid", ColumnType.INTEGER, "its thread"),
        some("actor_login_uid", ColumnType.INTEGER, "who logged in, whatever user it runs as"),
        some("actor_executable", ColumnType.TEXT, "the file it runs"),
        some("actor_parent_pid", ColumnType.INTEGER, "its parent's process"),
        some("actor_parent_command", ColumnType.TEXT, "its parent's name"),
        some("actor_unit", ColumnType.TEXT, "the systemd unit it belongs to"),
        some("dev", ColumnType.TEXT, "the device it is about, as 254:3"),
        some("diskseq", ColumnType.BIGINT, "the kernel's number for this life of the device"),
        some("device", ColumnType.TEXT, "its device-mapper name at that moment"),
        some("uuid", ColumnType.TEXT, "its device-mapper UUID at that moment"),
        some("evidence", ColumnType.BYTES, "what proves it, word for word, but for masked keys"));
  }

  private static Column every(String name, ColumnType type, String about) {
    return new Column(name, type, true, List.of(), about);
  }

  private static Column some(String name, ColumnType type, String about) {
    return new Column(name, type, false, List.of(), about);
  }

  private static String columnName(Field field, List<String> taken) {
    String name = field.jsonName();
    return taken.contains(name) ? "event_" + name : name;
  }

  private static ColumnType typeOf(FieldType type) {
    return switch (type) {
      case INT -> ColumnType.INTEGER;
      case LONG -> ColumnType.BIGINT;
      case BOOLEAN -> ColumnType.BOOLEAN;
      case BYTES -> ColumnType.BYTES;
      case TEXT, DEV, TARGETS, DEVS, TEXTS -> ColumnType.TEXT;
    };
  }

  private static ColumnType common(ColumnType one, ColumnType other) {
    if (one == other) {
      return one;
    }
    boolean whole =
        (one == ColumnType.INTEGER || one == ColumnType.BIGINT)
            && (other == ColumnType.INTEGER || other == ColumnType.BIGINT);
    return whole ? ColumnType.BIGINT : ColumnType.TEXT;
  }

  private static Object value(Filled filled, DmEvent event) {
    Field field = filled.field();
    Object value =
        switch (field.type()) {
          case INT -> {
            int number = field.getInt(event);
            yield filled.type() == ColumnType.BIGINT ? (Object) (long) number : (Object) number;
          }
          case LONG -> field.getLong(event);
          case BOOLEAN -> field.getBoolean(event);
          case TEXT -> field.getText(event);
          case DEV -> field.getDev(event).toString();
          case BYTES -> field.getBytes(event).text();
          case TARGETS, DEVS, TEXTS -> EventJson.value(field, event);
        };
    return filled.type() == ColumnType.TEXT ? value.toString() : value;
  }

  private static String marks(int marks) {
    List<String> words = new ArrayList<>();
    int rest = marks;
    for (Mark mark : Mark.values()) {
      if (mark.isIn(marks)) {
        words.add(mark.word());
        rest &= ~mark.bit();
      }
    }
    if (rest != 0) {
      words.add(Integer.toString(rest));
    }
    return String.join(",", words);
  }
}
