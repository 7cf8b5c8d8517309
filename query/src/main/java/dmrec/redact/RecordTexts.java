package dmrec.redact;

import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.event.Fields;
import dmrec.event.Kind;
import dmrec.target.Target;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every text of a record, handed out and put back: the one walk that learning, redacting and
 * restoring share, so that none of them can leave out a field that another sees. Numbers, times and
 * what has no text stay as they are.
 */
final class RecordTexts {
  /** What becomes of each. */
  interface Change {
    String text(Role role, String text, EventRecord of);

    Bytes bytes(Bytes bytes, EventRecord of);

    Bytes evidence(EventRecord of);

    Bytes extra(EventRecord of);
  }

  private RecordTexts() {}

  static EventRecord map(EventRecord record, Change change) {
    DeviceRef device = record.device();
    DeviceRef newDevice =
        device.name().isEmpty() && device.uuid().isEmpty()
            ? device
            : new DeviceRef(
                device.dev(),
                device.diskSeq(),
                text(Role.NAME, device.name(), record, change),
                text(Role.UUID, device.uuid(), record, change));
    Actor actor = record.actor();
    Actor newActor =
        actor == null
            ? null
            : new Actor(
                actor.relation(),
                actor.pid(),
                actor.startNs(),
                actor.tid(),
                actor.uid(),
                actor.loginUid(),
                text(Role.COMMAND, actor.command(), record, change),
                text(Role.EXECUTABLE, actor.executable(), record, change),
                actor.parentPid(),
                text(Role.COMMAND, actor.parentCommand(), record, change),
                text(Role.UNIT, actor.unit(), record, change));
    return record.toBuilder()
        .actor(newActor)
        .device(newDevice)
        .event(event(record, change))
        .evidence(record.evidence().isEmpty() ? record.evidence() : change.evidence(record))
        .extra(record.extra().isEmpty() ? record.extra() : change.extra(record))
        .build();
  }

  private static DmEvent event(EventRecord record, Change change) {
    DmEvent event = record.event();
    if (record.kind() == Kind.UNKNOWN) {
      return event;
    }
    Fields fields = Fields.of(record.kind());
    @Nullable Object[] values = new Object[fields.size()];
    for (int i = 0; i < values.length; i++) {
      Field field = fields.get(i);
      Role role = Role.ofField(field.jsonName());
      values[i] =
          switch (field.type()) {
            case TEXT -> text(role, field.getText(event), record, change);
            case TEXTS -> {
              List<String> texts = new ArrayList<>();
              for (String each : field.getTexts(event)) {
                texts.add(text(role, each, record, change));
              }
              yield List.copyOf(texts);
            }
            case TARGETS -> {
              List<Target> targets = new ArrayList<>();
              for (Target each : field.getTargets(event)) {
                targets.add(
                    new Target(
                        each.startSector(),
                        each.lengthSectors(),
                        text(Role.WORD, each.type(), record, change),
                        text(Role.TARGET, each.params(), record, change),
                        text(Role.TARGET, each.status(), record, change)));
              }
              yield List.copyOf(targets);
            }
            case BYTES -> {
              Bytes bytes = field.getBytes(event);
              yield bytes.isEmpty() ? bytes : change.bytes(bytes, record);
            }
            case INT, LONG, BOOLEAN, DEV, DEVS -> field.get(event);
          };
    }
    return fields.construct(values);
  }

  private static String text(Role role, String text, EventRecord record, Change change) {
    return text.isEmpty() ? text : change.text(role, text, record);
  }
}
