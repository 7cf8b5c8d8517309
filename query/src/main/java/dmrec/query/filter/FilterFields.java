package dmrec.query.filter;

import static dmrec.query.filter.FilterField.NOT_BY_DEVICE;

import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.event.Fields;
import dmrec.event.Kind;
import dmrec.event.Mark;
import dmrec.journal.EventHead;
import dmrec.query.SubStack;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All fields: those that every event has, those that say the same of several kinds (a {@code disk},
 * a {@code target}), and every field of a payload by its name in JSON, as {@link Fields} has them.
 */
public final class FilterFields {
  private static final Set<Kind> ALL = EnumSet.allOf(Kind.class);

  private static final Set<Kind> DISKS =
      EnumSet.of(Kind.DISK_ADDED, Kind.DISK_BASELINE, Kind.DISK_REMOVED);

  /** Fields in which -1 stands for unknown, which is less than nothing. */
  private static final Set<String> UNKNOWN_IS_MINUS_ONE =
      Set.of(
          "valid_paths",
          "log_seq",
          "size_sectors",
          "read_ahead_kib",
          "sector",
          "block",
          "count",
          "open_count",
          "clock_error_ns");

  /** Fields of nanoseconds that are a time on the wall clock. */
  private static final Set<String> TIMES = Set.of("from_ns", "to_ns", "before_ns");

  /** What the names of an actor's fields begin with. */
  private static final String ACTOR = "actor.";

  private static final FilterField.HeadReader NOT_IN_HEAD =
      (head, payload) -> FilterField.NOT_IN_HEAD;

  private static final Map<String, FilterField> BY_NAME = new LinkedHashMap<>();

  static {
    addCommon();
    addShared();
    addPayload();
  }

  private FilterFields() {}

  /** All fields: the common ones first, then those of payloads by name. */
  public static Collection<FilterField> all() {
    return Collections.unmodifiableCollection(BY_NAME.values());
  }

  /** The names of all fields. */
  public static Set<String> names() {
    return Collections.unmodifiableSet(BY_NAME.keySet());
  }

  /** The field of that name, in any case, or null; {@code actor.} may be left out. */
  public static @Nullable FilterField named(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    FilterField field = BY_NAME.get(lower);
    String part =
        switch (lower) {
          case "actor" -> "comm";
          case "executable" -> "exe";
          default -> lower;
        };
    return field == null ? BY_NAME.get(ACTOR + part) : field;
  }

  /** A field that is sure to exist. */
  static FilterField get(String name) {
    FilterField field = BY_NAME.get(name);
    if (field == null) {
      throw new IllegalArgumentException("no field: " + name);
    }
    return field;
  }

  private static void add(
      String name,
      ValueType type,
      Set<Kind> kinds,
      String help,
      FilterField.Reader reader,
      FilterField.@Nullable RefReader byDevice,
      FilterField.HeadReader byHead) {
    put(new FilterField(name, List.of(type), kinds, help, reader, byDevice, byHead));
  }

  private static void add(
      String name,
      ValueType type,
      String help,
      FilterField.Reader reader,
      FilterField.HeadReader byHead) {
    add(name, type, ALL, help, reader, null, byHead);
  }

  private static void add(String name, ValueType type, String help, FilterField.Reader reader) {
    add(name, type, help, reader, NOT_IN_HEAD);
  }

  private static void put(FilterField field) {
    BY_NAME.putIfAbsent(field.name(), field);
  }

  private static void addCommon() {
    add(
        "seq",
        ValueType.NUMBER,
        "the record's number",
        EventRecord::seq,
        (head, payload) -> head.seq());
    add(
        "time",
        ValueType.TIME,
        "when it happened, as well as that is known",
        EventRecord::wallNs,
        (head, payload) -> head.wallNs());
    add("received", ValueType.TIME, "when it was read", EventRecord::receivedNs);
    add("kind", ValueType.KIND, "what happened", EventRecord::kind, (head, payload) -> head.kind());
    add(
        "source",
        ValueType.SOURCE,
        "who said so",
        EventRecord::source,
        (head, payload) -> orUnread(head.source()));
    add(
        "certainty",
        ValueType.CERTAINTY,
        "how it is known",
        EventRecord::certainty,
        (head, payload) -> orUnread(head.certainty()));
    add(
        "device",
        ValueType.DEVICE,
        ALL,
        "the device or disk it is about, by what it is called at that time",
        FilterFields::subject,
        ref -> ref.isNone() && ref.name().isEmpty() ? NOT_BY_DEVICE : ref,
        (head, payload) ->
            !head.device().isNone() || !head.device().name().isEmpty()
                ? head.device()
                : unlessOfDisk(head));
    add(
        "dev",
        ValueType.NUMBERED,
        ALL,
        "its number",
        r -> r.device().isNone() ? diskDev(r.event()) : r.device().dev(),
        ref -> ref.isNone() ? NOT_BY_DEVICE : ref.dev(),
        (head, payload) -> head.device().isNone() ? unlessOfDisk(head) : head.device().dev());
    add(
        "uuid",
        ValueType.TEXT,
        ALL,
        "its device-mapper UUID",
        FilterFields::uuid,
        ref -> ref.uuid().isEmpty() ? NOT_BY_DEVICE : ref.uuid(),
        (head, payload) ->
            !head.device().uuid().isEmpty()
                ? head.device().uuid()
                : head.kind() == Kind.UUID_SET ? FilterField.NOT_IN_HEAD : null);
    add(
        "diskseq",
        ValueType.NUMBER,
        ALL,
        "the kernel's number of this life of it",
        r -> diskSeq(r.device()),
        FilterFields::diskSeq,
        (head, payload) -> diskSeq(head.device()));
    add("mono", ValueType.DURATION, "the same moment since the boot", EventRecord::monoNs);
    add("mono_ns", ValueType.NUMBER, "as mono, a number", EventRecord::monoNs);
    add(
        "kernel_ns",
        ValueType.NUMBER,
        "the kernel's own stamp",
        r -> r.kernelNs() == 0 ? null : r.kernelNs());
    add(
        "not_before",
        ValueType.TIME,
        "of what two looks prove, the time of the first",
        r -> r.notBeforeNs() == 0 ? null : r.notBeforeNs());
    add(
        "window",
        ValueType.DURATION,
        "of what two looks prove, the time between them",
        r -> r.notBeforeNs() == 0 ? null : r.wallNs() - r.notBeforeNs());
    add(
        "mark",
        ValueType.MARK,
        "a uevent not by the kernel itself",
        r -> marks(r.marks()),
        (h, payload) -> marks(h.marks()));
    addActor("comm", ValueType.TEXT, "the command behind it", Actor::command);
    addActor("relation", ValueType.RELATION, "whether it asked", a -> a.relation().word());
    addActor("pid", ValueType.NUMBER, "its process", a -> (Long) (long) a.pid());
    addActor("tid", ValueType.NUMBER, "its thread", a -> known(a.tid(), a.tid() == 0));
    addActor("uid", ValueType.NUMBER, "its user", a -> (Long) (a.uid() & 0xffffffffL));
    addActor(
        "login_uid",
        ValueType.NUMBER,
        "who logged in, whatever user it runs as",
        a -> known(a.loginUid() & 0xffffffffL, a.loginUid() == -1));
    addActor(
        "start_ns", ValueType.NUMBER, "when it began", a -> known(a.startNs(), a.startNs() == 0));
    addActor("exe", ValueType.TEXT, "the file it runs", a -> known(a.executable()));
    addActor("parent", ValueType.TEXT, "its parent's command", a -> known(a.parentCommand()));
    addActor(
        "parent_pid",
        ValueType.NUMBER,
        "its parent",
        a -> known(a.parentPid(), a.parentPid() == 0));
    addActor("unit", ValueType.TEXT, "its systemd unit", a -> known(a.unit()));
    add("evidence", ValueType.TEXT, "what proves it; only ~", r -> r.evidence().text());
  }

  private static void addActor(
      String name, ValueType type, String help, Function<Actor, @Nullable Object> part) {
    add(ACTOR + name, type, help, r -> r.actor() == null ? null : part.apply(r.actor()));
  }

  private static void addShared() {
    add(
        "path",
        ValueType.DEVICE,
        EnumSet.of(Kind.PATH_FAILED, Kind.PATH_REINSTATED),
        "the path of a multipath device",
        r -> path(r),
        null,
        (head, payload) -> path(head));
    add(
        "disk",
        ValueType.DEVICE,
        EnumSet.of(
            Kind.PATH_FAILED,
            Kind.PATH_REINSTATED,
            Kind.DISK_ADDED,
            Kind.DISK_BASELINE,
            Kind.DISK_REMOVED,
            Kind.MIRROR_LEG_FAILED,
            Kind.MIRROR_LOG_FAILED),
        "any disk that the event names: a path, a mirror's leg or log, the disk itself",
        FilterFields::disk,
        null,
        (head, payload) -> head.path().isNone() ? FilterField.NOT_IN_HEAD : path(head));
    add(
        "group",
        ValueType.NUMBER,
        EnumSet.of(Kind.GROUP_BYPASSED, Kind.GROUP_ENABLED, Kind.GROUP_SWITCHED),
        "the path group; of group_switched the old and the new one",
        r -> group(r.event()),
        null,
        NOT_IN_HEAD);
    put(
        new FilterField(
            "target",
            List.of(ValueType.NUMBER, ValueType.TEXT),
            withTargets(),
            "number of the target in the table, or type of any target",
            r -> target(r.event()),
            null,
            NOT_IN_HEAD));
    put(
        new FilterField(
            "gap",
            List.of(ValueType.DURATION, ValueType.LOST),
            EnumSet.of(Kind.GAP),
            "how long a loss lasted, or which source was lost",
            r -> gap(r.event()),
            null,
            NOT_IN_HEAD));
    add(
        "code",
        ValueType.NUMBER,
        EnumSet.of(Kind.UNKNOWN),
        "the number of a kind that this version does not know",
        r -> r.event() instanceof DmEvent.Unknown e ? (Long) (long) e.code() : null,
        null,
        NOT_IN_HEAD);
  }

  private static void addPayload() {
    Map<String, Map<Kind, Field>> byName = new java.util.TreeMap<>();
    for (Kind kind : Kind.values()) {
      for (Field field : Fields.of(kind).list()) {
        byName.computeIfAbsent(field.jsonName(), n -> new EnumMap<>(Kind.class)).put(kind, field);
      }
    }
    byName.forEach(
        (name, fields) -> {
          EnumSet<ValueType> types = EnumSet.noneOf(ValueType.class);
          for (Field field : fields.values()) {
            types.addAll(types(field));
          }
          boolean unknown = UNKNOWN_IS_MINUS_ONE.contains(name);
          put(
              new FilterField(
                  name,
                  List.copyOf(types),
                  fields.keySet(),
                  "",
                  r -> {
                    Field field = fields.get(r.kind());
                    return field == null ? null : told(field, field.get(r.event()), unknown);
                  },
                  null,
                  (head, payload) -> {
                    Field field = fields.get(head.kind());
                    Object value = field == null ? null : payload.value(field);
                    return field == null || value == null
                        ? FilterField.NOT_IN_HEAD
                        : told(field, value, unknown);
                  }));
        });
  }

  private static Set<ValueType> types(Field field) {
    return switch (field.type()) {
      case INT -> EnumSet.of(ValueType.NUMBER);
      case LONG -> {
        if (TIMES.contains(field.jsonName())) {
          yield EnumSet.of(ValueType.NUMBER, ValueType.TIME);
        }
        yield field.jsonName().endsWith("_ns")
            ? EnumSet.of(ValueType.NUMBER, ValueType.DURATION)
            : EnumSet.of(ValueType.NUMBER);
      }
      case BOOLEAN -> EnumSet.of(ValueType.FLAG);
      case TEXT, BYTES, TARGETS, TEXTS -> EnumSet.of(ValueType.TEXT);
      case DEV, DEVS -> EnumSet.of(ValueType.NUMBERED);
    };
  }

  /** A value of the payload as filters have it. */
  private static @Nullable Object told(Field field, Object value, boolean minusOneIsUnknown) {
    return switch (field.type()) {
      case INT, LONG -> {
        long number = ((Number) value).longValue();
        yield known(number, minusOneIsUnknown && number == -1);
      }
      case DEV -> value.equals(DevNo.NONE) ? null : value;
      case BYTES -> ((Bytes) value).text();
      case TARGETS -> ((List<?>) value).stream().map(each -> line((Target) each)).toList();
      default -> value;
    };
  }

  private static @Nullable Object known(long value, boolean isUnknown) {
    return isUnknown ? null : value;
  }

  private static @Nullable Object known(String text) {
    return text.isEmpty() ? null : text;
  }

  /** A target as a line of its table. */
  private static String line(Target target) {
    return target.startSector()
        + " "
        + target.lengthSectors()
        + " "
        + target.type()
        + (target.params().isEmpty() ? "" : " " + target.params());
  }

  private static @Nullable Object subject(EventRecord record) {
    DeviceRef device = record.device();
    if (!device.isNone() || !device.name().isEmpty()) {
      return device;
    }
    return DISKS.contains(record.kind()) ? disk(record) : null;
  }

  /** Nothing, unless the event is of a kind that is about a disk, which its head does not name. */
  private static @Nullable Object unlessOfDisk(EventHead head) {
    return DISKS.contains(head.kind()) ? FilterField.NOT_IN_HEAD : null;
  }

  private static FilterField.Disk path(EventHead head) {
    int dmMajor = head.device().dev().major();
    return new FilterField.Disk(head.path().dev(), head.path().name(), dmMajor);
  }

  /** The number of the disk that an event is about, not only names. */
  static @Nullable DevNo diskDev(DmEvent event) {
    return event instanceof DmEvent.OfDisk e ? e.dev() : null;
  }

  private static @Nullable Object uuid(EventRecord record) {
    if (!record.device().uuid().isEmpty()) {
      return record.device().uuid();
    }
    return record.event() instanceof DmEvent.UuidSet e && !e.uuid().isEmpty() ? e.uuid() : null;
  }

  private static @Nullable Object diskSeq(DeviceRef device) {
    return device.diskSeq() == 0 ? null : device.diskSeq();
  }

  private static Object orUnread(@Nullable Object told) {
    return told == null ? FilterField.NOT_IN_HEAD : told;
  }

  private static List<Mark> marks(int bits) {
    if (bits == 0) {
      return List.of();
    }
    List<Mark> marks = new ArrayList<>();
    for (Mark mark : Mark.values()) {
      if (mark.isIn(bits)) {
        marks.add(mark);
      }
    }
    return marks;
  }

  private static FilterField.@Nullable Disk path(EventRecord record) {
    return record.event() instanceof DmEvent.OfPath ? disk(record) : null;
  }

  /** The disk that an event names. */
  static FilterField.@Nullable Disk disk(EventRecord record) {
    DevNo part = SubStack.part(record.event());
    return part == null
        ? null
        : new FilterField.Disk(
            part, SubStack.partName(record.event()), record.device().dev().major());
  }

  private static @Nullable Object group(DmEvent event) {
    if (event instanceof DmEvent.GroupBypassed e) {
      return (Long) (long) e.group();
    } else if (event instanceof DmEvent.GroupEnabled e) {
      return (Long) (long) e.group();
    }
    return event instanceof DmEvent.GroupSwitched e
        ? List.of((long) e.from(), (long) e.to())
        : null;
  }

  private static Set<Kind> withTargets() {
    EnumSet<Kind> kinds = EnumSet.of(Kind.TABLE_LIVE, Kind.TABLE_LOADED, Kind.TABLE_CHANGED);
    kinds.add(Kind.BASELINE);
    for (Kind kind : Kind.values()) {
      if (DmEvent.OfTarget.class.isAssignableFrom(kind.type())) {
        kinds.add(kind);
      }
    }
    return kinds;
  }

  private static @Nullable Object target(DmEvent event) {
    if (event instanceof DmEvent.StatusChanged e) {
      return List.of((long) e.target(), e.type());
    } else if (event instanceof DmEvent.UsageChanged e) {
      return List.of((long) e.target(), e.type());
    } else if (event instanceof DmEvent.OfTarget e) {
      return (Long) (long) e.target();
    } else if (event instanceof DmEvent.TableLive e) {
      return targetTypes(e.targets());
    } else if (event instanceof DmEvent.TableLoaded e) {
      return targetTypes(e.targets());
    } else if (event instanceof DmEvent.TableChanged e) {
      return targetTypes(e.targets());
    }
    return event instanceof DmEvent.Baseline e ? targetTypes(e.state().live()) : null;
  }

  private static List<String> targetTypes(List<Target> targets) {
    return targets.stream().map(Target::type).distinct().toList();
  }

  private static @Nullable Object gap(DmEvent event) {
    return event instanceof DmEvent.Gap e ? List.of(e.toNs() - e.fromNs(), e.lost()) : null;
  }
}
