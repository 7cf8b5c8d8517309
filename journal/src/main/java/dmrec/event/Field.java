package dmrec.event;

import dmrec.target.DevNo;
import dmrec.target.Target;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.List;

/**
 * One payload field of a kind of event.
 *
 * <p>The getters go through method handles of the exact type, so that the record path boxes
 * nothing. Immutable, for any thread.
 */
public final class Field {
  private final String name;
  private final String jsonName;
  private final int tag;
  private final FieldType type;
  private final MethodHandle getter;
  private final boolean later;

  /**
   * @param getter gives the value from the event
   */
  Field(RecordComponent component, MethodHandle getter, int tag) {
    this.name = component.getName();
    this.jsonName = snake(name);
    this.tag = tag;
    this.type = FieldType.of(component.getGenericType());
    Class<?> result =
        switch (type) {
          case INT -> int.class;
          case LONG -> long.class;
          case BOOLEAN -> boolean.class;
          default -> Object.class;
        };
    this.getter = getter.asType(MethodType.methodType(result, DmEvent.class));
    this.later = component.isAnnotationPresent(Later.class);
  }

  /** The component's name in Java. */
  public String name() {
    return name;
  }

  /** The name in JSON and in filters. */
  public String jsonName() {
    return jsonName;
  }

  /** The number in the journal: the component's place, from 1. */
  public int tag() {
    return tag;
  }

  public FieldType type() {
    return type;
  }

  public int getInt(DmEvent event) {
    try {
      return (int) getter.invokeExact(event);
    } catch (Throwable e) {
      throw wrong(e);
    }
  }

  public long getLong(DmEvent event) {
    try {
      return (long) getter.invokeExact(event);
    } catch (Throwable e) {
      throw wrong(e);
    }
  }

  public boolean getBoolean(DmEvent event) {
    try {
      return (boolean) getter.invokeExact(event);
    } catch (Throwable e) {
      throw wrong(e);
    }
  }

  private Object getObject(DmEvent event) {
    try {
      return (Object) getter.invokeExact(event);
    } catch (Throwable e) {
      throw wrong(e);
    }
  }

  public String getText(DmEvent event) {
    return (String) getObject(event);
  }

  public DevNo getDev(DmEvent event) {
    return (DevNo) getObject(event);
  }

  public Bytes getBytes(DmEvent event) {
    return (Bytes) getObject(event);
  }

  @SuppressWarnings("unchecked")
  public List<Target> getTargets(DmEvent event) {
    return (List<Target>) getObject(event);
  }

  @SuppressWarnings("unchecked")
  public List<DevNo> getDevs(DmEvent event) {
    return (List<DevNo>) getObject(event);
  }

  @SuppressWarnings("unchecked")
  public List<String> getTexts(DmEvent event) {
    return (List<String>) getObject(event);
  }

  /** The value of any type; numbers and truth values are boxed. */
  public Object get(DmEvent event) {
    return switch (type) {
      case INT -> getInt(event);
      case LONG -> getLong(event);
      case BOOLEAN -> getBoolean(event);
      default -> getObject(event);
    };
  }

  /** Whether JSON leaves it out: the first format did not have it, and it says nothing. */
  boolean isLeftOut(DmEvent event) {
    return later && get(event).equals(type.defaultValue());
  }

  private IllegalArgumentException wrong(Throwable cause) {
    return new IllegalArgumentException("not an event with a field " + name, cause);
  }

  private static String snake(String camel) {
    StringBuilder out = new StringBuilder(camel.length() + 4);
    for (int i = 0; i < camel.length(); i++) {
      char c = camel.charAt(i);
      if (Character.isUpperCase(c)) {
        out.append('_').append(Character.toLowerCase(c));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  @Override
  public String toString() {
    return jsonName;
  }
}
