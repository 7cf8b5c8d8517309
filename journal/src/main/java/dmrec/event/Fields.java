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
 * <p>{@link Kind#UNKNOWN} has none: what such an event holds is in {@link EventRecord#extra}.
 * Immutable, for any thread.
 */
public final class Fields {
  private static final Map<Kind, Fields> BY_KIND = new EnumMap<>(Kind.class);

  static {
    for (Kind kind : Kind.values()) {
      BY_KIND.put(kind, new Fields(kind));
    }
  }

  private final Kind kind;
  private final List<Field> fields;
  private final MethodHandle constructor;

  private Fields(Kind kind) {
    this.kind = kind;
    RecordComponent[] components =
        kind == Kind.UNKNOWN ? new RecordComponent[0] : kind.type().getRecordComponents();
    List<Field> list = new ArrayList<>(components.length);
    List<Class<?>> types = new ArrayList<>(components.length);
    for (RecordComponent component : components) {
      list.add(new Field(component, list.size() + 1));
      types.add(component.getType());
    }
    fields = List.copyOf(list);
    if (kind == Kind.UNKNOWN) {
      types.add(int.class);
    }
    try {
      constructor =
          MethodHandles.lookup()
              .findConstructor(kind.type(), MethodType.methodType(void.class, types))
              .asSpreader(Object[].class, types.size())
              .asType(MethodType.methodType(DmEvent.class, Object[].class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
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

  /** The field of that name in JSON, or null. */
  public @Nullable Field named(String jsonName) {
    for (Field field : fields) {
      if (field.jsonName().equals(jsonName)) {
        return field;
      }
    }
    return null;
  }

  /**
   * Makes an event.
   *
   * @param values one for each field, in order; null stands for the type's default
   * @throws IllegalArgumentException where a value is of the wrong type or the event refuses it
   */
  public DmEvent construct(@Nullable Object[] values) {
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
      return (DmEvent) constructor.invokeExact(arguments);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("no event of kind " + kind.word() + ": " + e, e);
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
