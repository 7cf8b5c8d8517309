package dmrec.query;

import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Records for tests. */
final class Samples {
  static final long T0 = 1_772_334_725_000_000_000L;
  static final DeviceRef MPATHA = device(0, 25, "mpatha", "mpath-3600a");

  private Samples() {}

  static DeviceRef device(int minor, long diskSeq, String name, String uuid) {
    return new DeviceRef(new DevNo(254, minor), diskSeq, name, uuid);
  }

  /** Record {@code seq}, that many seconds after {@link #T0}. */
  static EventRecord record(long seq, DeviceRef device, DmEvent event) {
    return EventRecord.of(event)
        .seq(seq)
        .at(T0 + seq * 1_000_000_000L, seq * 1_000_000_000L)
        .source(Source.UEVENT)
        .device(device)
        .build();
  }

  static DmEvent.PathFailed pathFailed(int validPaths) {
    return new DmEvent.PathFailed(new DevNo(8, 16), "sdb", validPaths, 7);
  }

  /** An event of that kind whose every text is {@code text}. */
  static DmEvent event(Kind kind, String text) throws ReflectiveOperationException {
    return kind.type().cast(sample(kind.type(), text));
  }

  private static Object sample(Class<?> type, String text) throws ReflectiveOperationException {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    List<Object> values = new ArrayList<>();
    for (RecordComponent component : components) {
      values.add(value(component, text));
    }
    return type.getDeclaredConstructor(types).newInstance(values.toArray());
  }

  private static Object value(RecordComponent component, String text)
      throws ReflectiveOperationException {
    Class<?> type = component.getType();
    if (type == int.class) {
      return 3;
    } else if (type == long.class) {
      return 1234567L;
    } else if (type == boolean.class) {
      return true;
    } else if (type == String.class) {
      return text;
    } else if (type == DevNo.class) {
      return new DevNo(8, 16);
    } else if (type == Bytes.class) {
      return Bytes.of(text);
    } else if (type == List.class) {
      Class<?> of =
          (Class<?>) ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
      if (of == Target.class) {
        Target target = new Target(0, 2097152, text, text, text);
        return List.of(target, target, target);
      }
      return List.of(of == DevNo.class ? new DevNo(8, 16) : text);
    }
    if (type.isRecord()) {
      return sample(type, text);
    }
    throw new IllegalStateException("a component type without a sample: " + component);
  }
}
