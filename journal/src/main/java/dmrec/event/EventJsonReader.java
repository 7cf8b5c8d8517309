package dmrec.event;

import dmrec.target.DevNo;
import dmrec.target.Target;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Understands one line of JSON as an event. One use. */
final class EventJsonReader {
  private final JsonNode root;

  private EventJsonReader(JsonNode root) {
    this.root = root;
  }

  static EventRecord read(String line) throws EventJsonException {
    return new EventJsonReader(JsonNode.of(line)).record();
  }

  private EventRecord record() throws EventJsonException {
    Map<String, JsonNode> map = root.map("an event");
    Kind kind = kind(required(map, "kind"));
    DmEvent event = kind == Kind.UNKNOWN ? unknown(map) : event(kind, map);
    JsonNode notBefore = map.get("not_before");
    JsonNode device = map.get("device");
    JsonNode actor = map.get("actor");
    long wallNs = required(map, "time").time("time");
    JsonNode received = map.get("received");
    return EventRecord.of(event)
        .seq(required(map, "seq").number("seq"))
        .at(wallNs, required(map, "mono_ns").number("mono_ns"))
        .receivedNs(received == null ? wallNs : received.time("received"))
        .notBeforeNs(notBefore == null ? 0 : notBefore.time("not_before"))
        .kernelNs(numberOr(map, "kernel_ns", 0))
        .source(source(required(map, "source")))
        .certainty(certainty(required(map, "certainty")))
        .marks(marks(map.get("marks")))
        .actor(actor == null ? null : actor(actor.map("actor")))
        .device(device == null ? DeviceRef.NONE : device(device))
        .evidence(Bytes.of(textOr(map, "evidence")))
        .extra(extra(map.get("extra")))
        .build();
  }

  private static Kind kind(JsonNode node) throws EventJsonException {
    Kind kind = Kind.ofWord(node.text("kind"));
    if (kind == null) {
      throw node.wrong("kind", "the name of a kind of event");
    }
    return kind;
  }

  private DmEvent unknown(Map<String, JsonNode> map) throws EventJsonException {
    JsonNode node = required(map, "code");
    long code = node.number("code");
    if (code < 0 || code > 0xffff || Kind.ofCode((int) code) != Kind.UNKNOWN) {
      throw node.wrong("code", "the number of a kind that this version does not know");
    }
    return new DmEvent.Unknown((int) code);
  }

  private DmEvent event(Kind kind, Map<String, JsonNode> map) throws EventJsonException {
    Fields fields = Fields.of(kind);
    @Nullable Object[] values = new Object[fields.size()];
    for (int i = 0; i < values.length; i++) {
      Field field = fields.get(i);
      JsonNode node = map.get(field.jsonName());
      values[i] = node == null ? null : value(field, node);
    }
    try {
      return fields.construct(values);
    } catch (IllegalArgumentException e) {
      throw new EventJsonException(root.column(), String.valueOf(e.getMessage()));
    }
  }

  private static Object value(Field field, JsonNode node) throws EventJsonException {
    String name = field.jsonName();
    return switch (field.type()) {
      case INT -> node.integer(name);
      case LONG -> node.number(name);
      case BOOLEAN -> node.truth(name);
      case TEXT -> node.text(name);
      case DEV -> node.dev(name);
      case BYTES -> Bytes.of(node.text(name));
      case TARGETS -> {
        List<Target> targets = new ArrayList<>();
        for (JsonNode each : node.list(name)) {
          targets.add(target(each.map(name)));
        }
        yield List.copyOf(targets);
      }
      case DEVS -> {
        List<DevNo> devs = new ArrayList<>();
        for (JsonNode each : node.list(name)) {
          devs.add(each.dev(name));
        }
        yield List.copyOf(devs);
      }
      case TEXTS -> {
        List<String> texts = new ArrayList<>();
        for (JsonNode each : node.list(name)) {
          texts.add(each.text(name));
        }
        yield List.copyOf(texts);
      }
    };
  }

  private static Target target(Map<String, JsonNode> map) throws EventJsonException {
    return new Target(
        numberOr(map, "start", 0),
        numberOr(map, "length", 0),
        textOr(map, "type"),
        textOr(map, "params"),
        textOr(map, "status"));
  }

  private static Actor actor(Map<String, JsonNode> map) throws EventJsonException {
    JsonNode relation = map.get("relation");
    return new Actor(
        relation == null ? Actor.Relation.ASKED : relation(relation),
        integerOr(map, "pid", 0),
        numberOr(map, "start_ns", 0),
        integerOr(map, "tid", 0),
        integerOr(map, "uid", 0),
        integerOr(map, "login_uid", -1),
        textOr(map, "command"),
        textOr(map, "executable"),
        integerOr(map, "parent_pid", 0),
        textOr(map, "parent_command"),
        textOr(map, "unit"));
  }

  private static Actor.Relation relation(JsonNode node) throws EventJsonException {
    String word = node.text("relation");
    for (Actor.Relation relation : Actor.Relation.values()) {
      if (relation.word().equals(word)) {
        return relation;
      }
    }
    throw node.wrong("relation", "asked or context");
  }

  private DeviceRef device(JsonNode node) throws EventJsonException {
    Map<String, JsonNode> map = node.map("device");
    JsonNode dev = map.get("dev");
    return new DeviceRef(
        dev == null ? DevNo.NONE : dev.dev("dev"),
        numberOr(map, "diskseq", 0),
        textOr(map, "name"),
        textOr(map, "uuid"));
  }

  private static Source source(JsonNode node) throws EventJsonException {
    String word = node.text("source");
    for (Source source : Source.values()) {
      if (source.word().equals(word)) {
        return source;
      }
    }
    throw node.wrong("source", "the name of a source");
  }

  private static Certainty certainty(JsonNode node) throws EventJsonException {
    String word = node.text("certainty");
    for (Certainty certainty : Certainty.values()) {
      if (certainty.word().equals(word)) {
        return certainty;
      }
    }
    throw node.wrong("certainty", "reported, derived, inferred or claimed");
  }

  private static int marks(@Nullable JsonNode node) throws EventJsonException {
    int marks = 0;
    if (node == null) {
      return marks;
    }
    for (JsonNode each : node.list("marks")) {
      if (each.value() instanceof Long bits && bits >= 0 && bits <= 0xff) {
        marks |= bits.intValue();
        continue;
      }
      String word = each.text("marks");
      int before = marks;
      for (Mark mark : Mark.values()) {
        marks |= mark.word().equals(word) ? mark.bit() : 0;
      }
      if (marks == before) {
        throw each.wrong("marks", "the name of a mark, once");
      }
    }
    return marks;
  }

  private static Bytes extra(@Nullable JsonNode node) throws EventJsonException {
    if (node == null) {
      return Bytes.NONE;
    }
    try {
      return Bytes.of(Base64.getDecoder().decode(node.text("extra")));
    } catch (IllegalArgumentException e) {
      throw node.wrong("extra", "base64");
    }
  }

  private static JsonNode required(Map<String, JsonNode> map, String name)
      throws EventJsonException {
    JsonNode node = map.get(name);
    if (node == null) {
      throw new EventJsonException(1, "the field \"" + name + "\" is missing");
    }
    return node;
  }

  private static int integerOr(Map<String, JsonNode> map, String name, int absent)
      throws EventJsonException {
    JsonNode node = map.get(name);
    return node == null ? absent : node.integer(name);
  }

  private static long numberOr(Map<String, JsonNode> map, String name, long absent)
      throws EventJsonException {
    JsonNode node = map.get(name);
    return node == null ? absent : node.number(name);
  }

  private static String textOr(Map<String, JsonNode> map, String name) throws EventJsonException {
    JsonNode node = map.get(name);
    return node == null ? "" : node.text(name);
  }
}
