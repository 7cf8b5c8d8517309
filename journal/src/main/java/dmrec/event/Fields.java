package dmrec.event;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The payload fields of one kind of event, read off its record: the one place that the journal's
 * format, JSON and filters take them from, so that they cannot disagree.
 *
 * <p>A record within the payload counts as its components, in its place.
 *
 * <p>{@link Kind#UNKNOWN} has none: what such an event holds is in {@link EventRecord#extra}. For
 * any thread.
 */
public final class Fields {
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
  private static final Map<Kind, Fields> BY_KIND = new EnumMap<>(Kind.class);

  static {
    for (Kind kind : Kind.values()) {
      BY_KIND.put(kind, new Fields(kind));
    }
  }

  private final Kind kind;
  private final List<Field> fields;
  private final MethodHandle maker;

  /** The maker as it is called; made for those kinds only of which events are read. */
  private @Nullable MethodHandle constructor;

  private Fields(Kind kind) {
    this.kind = kind;
    List<Field> list = new ArrayList<>();
    try {
      maker =
          kind == Kind.UNKNOWN
              ? LOOKUP.findConstructor(kind.type(), MethodType.methodType(void.class, int.class))
              : maker(kind.type(), null, list);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
    fields = List.copyOf(list);
  }

  /**
   * Adds the fields of a record to {@code list}, those of a record in it in its place.
   *
   * @param outer gives the record from the event; null where it is the event
   * @return what makes the record from the values of its fields
   */
  private static MethodHandle maker(Class<?> record, @Nullable MethodHandle outer, List<Field> list)
      throws ReflectiveOperationException {
    List<Class<?>> types = new ArrayList<>();
    List<MethodHandle> inner = new ArrayList<>();
    List<Integer> innerAt = new ArrayList<>();
    for (RecordComponent component : record.getRecordComponents()) {
      MethodHandle getter = LOOKUP.unreflect(component.getAccessor());
      MethodHandle fromEvent =
          outer == null ? getter : MethodHandles.filterReturnValue(outer, getter);
      if (FieldType.isNested(component.getType())) {
        innerAt.add(types.size());
        inner.add(maker(component.getType(), fromEvent, list));
      } else {
        list.add(new Field(component, fromEvent, list.size() + 1));
      }
      types.add(component.getType());
    }
    MethodHandle maker = LOOKUP.findConstructor(record, MethodType.methodType(void.class, types));
    for (int i = inner.size() - 1; i >= 0; i--) {
      maker = MethodHandles.collectArguments(maker, innerAt.get(i), inner.get(i));
    }
    return maker;
  }

  public static Fields of(Kind kind) {
    Fields fields = BY_KIND.get(kind);
    if (fields == null) {
      throw new IllegalStateException("a kind without fields: " + kind);
    }
    return fields;
  }

  public Kind kind() {
    return kind;
  }

  public int size() {
    return fields.size();
  }

  public Field get(int index) {
    return fields.get(index);
  }

  /** All of them, in the order of their tags. */
  public List<Field> list() {
    return fields;
  }

  /**
   * Makes an event.
   *
   * @param values one for each field, in order; null stands for the type's default
   * @throws IllegalArgumentException where a value is of the wrong type or the event refuses it
   */
  public DmEvent construct(@Nullable Object[] values) {
    MethodHandle made = constructor;
    if (made == null) {
      made =
          maker
              .asSpreader(Object[].class, maker.type().parameterCount())
              .asType(MethodType.methodType(DmEvent.class, Object[].class));
      constructor = made;
    }
    if (kind == Kind.UNKNOWN) {
      throw new IllegalArgumentException("an unknown kind is made from its code");
    }
    @Nullable Object[] arguments = values.clone();
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i] == null) {
        arguments[i] = fields.get(i).type().defaultValue();
      }
    }
    try {
      return (DmEvent) made.invokeExact(arguments);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("no event of kind " + kind.word() + ": " + e, e);
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
