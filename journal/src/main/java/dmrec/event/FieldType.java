package dmrec.event;

import dmrec.target.DevNo;
import dmrec.target.Target;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;

/**
 * The types that a payload field can have. Each has one value that stands for "nothing to say",
 * which a record of an older format that lacks the field is read with.
 */
public enum FieldType {
  INT(0),
  LONG(0L),
  BOOLEAN(false),
  TEXT(""),
  DEV(DevNo.NONE),
  BYTES(Bytes.NONE),
  TARGETS(List.of()),
  DEVS(List.of()),
  TEXTS(List.of());

  @SuppressWarnings("Immutable") // each is
  private final Object defaultValue;

  FieldType(Object defaultValue) {
    this.defaultValue = defaultValue;
  }

  public Object defaultValue() {
    return defaultValue;
  }

  /** Whether a component of that type is a record whose components are the fields. */
  static boolean isNested(Class<?> type) {
    return type.isRecord() && type != DevNo.class;
  }

  /** The type of a record component; anything but those listed is a mistake in {@link DmEvent}. */
  static FieldType of(Type type) {
    if (type == int.class) {
      return INT;
    } else if (type == long.class) {
      return LONG;
    } else if (type == boolean.class) {
      return BOOLEAN;
    } else if (type == String.class) {
      return TEXT;
    } else if (type == DevNo.class) {
      return DEV;
    } else if (type == Bytes.class) {
      return BYTES;
    } else if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      Type element = list.getActualTypeArguments()[0];
      if (element == Target.class) {
        return TARGETS;
      } else if (element == DevNo.class) {
        return DEVS;
      } else if (element == String.class) {
        return TEXTS;
      }
    }
    throw new IllegalStateException("no field can be of type " + type);
  }
}
