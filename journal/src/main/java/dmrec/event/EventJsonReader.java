package dmrec.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one line of JSON into an event. The whole object is read before it is understood, because
 * the order of fields means nothing in JSON and the payload needs the kind. One use, one thread.
 */
final class EventJsonReader {
  /** A value with the column that it begins in: text, a whole number, truth, a list or a map. */
  private record Node(long column, Object value) {}

  /** Stands for what no field of an event can be: null and fractions. */
  private enum Foreign {
    NULL,
    FRACTION
  }

  private static final long SECOND_NS = 1_000_000_000L;

  private final JsonParser parser;

  private EventJsonReader(JsonParser parser) {
    this.parser = parser;
  }

  static EventRecord read(String line) throws EventJsonException {
    try (JsonParser parser = EventJson.FACTORY.createParser(line)) {
      EventJsonReader reader = new EventJsonReader(parser);
      JsonToken first = parser.nextToken();
      if (first != JsonToken.START_OBJECT) {
        throw new EventJsonException(
            reader.column(), "expected an object, found " + (first == null ? "nothing" : first));
      }
      Node root = reader.node(first);
      if (parser.nextToken() != null) {
        throw new EventJsonException(reader.column(), "expected the end of the line");
      }
      return new Interpreter(root).record();
    } catch (JsonProcessingException e) {
      long column = e.getLocation() == null ? 1 : e.getLocation().getColumnNr();
      // It quotes what it found, control characters too.
      throw new EventJsonException(column, KernelText.printable(e.getOriginalMessage()));
    } catch (EventJsonException e) {
      throw e;
    } catch (IOException e) {
      throw new EventJsonException(1, KernelText.printable(String.valueOf(e.getMessage())));
    }
  }

  private long column() {
    return parser.currentTokenLocation().getColumnNr();
  }

  private Node node(JsonToken token) throws IOException {
    long column = column();
    switch (token) {
      case START_OBJECT -> {
        Map<String, Node> map = new LinkedHashMap<>();
        while (next() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          map.put(name, node(next()));
        }
        return new Node(column, map);
      }
      case START_ARRAY -> {
        List<Node> list = new ArrayList<>();
        for (JsonToken t = next(); t != JsonToken.END_ARRAY; t = next()) {
          list.add(node(t));
        }
        return new Node(column, list);
      }
      case VALUE_STRING -> {
        return new Node(column, parser.getText());
      }
      case VALUE_NUMBER_INT -> {
        return new Node(column, parser.getLongValue());
      }
      case VALUE_TRUE, VALUE_FALSE -> {
        return new Node(column, token == JsonToken.VALUE_TRUE);
      }
      case VALUE_NULL -> {
        return new Node(column, Foreign.NULL);
      }
      case VALUE_NUMBER_FLOAT -> {
        return new Node(column, Foreign.FRACTION);
      }
      default -> throw new EventJsonException(column, "expected a value, found " + token);
    }
  }

  private JsonToken next() throws IOException {
    JsonToken token = parser.nextToken();
    if (token == null) {
      throw new EventJsonException(column(), "the line ends in the middle of an object");
    }
    return token;
  }

  /** Understands the fields of one object. */
  private static final class Interpreter {
    private final Node root;

    Interpreter(Node root) {
      this.root = root;
    }

    EventRecord record() throws EventJsonException {
      Map<String, Node> map = map("an event", root);
      Kind kind = kind(required(map, "kind"));
      DmEvent event = kind == Kind.UNKNOWN ? unknown(map) : event(kind, map);
      Node notBefore = map.get("not_before");
      Node device = map.get("device");
      Node actor = map.get("actor");
      return new EventRecord(
          number("seq", required(map, "seq")),
          time("time", required(map, "time")),
          number("mono_ns", required(map, "mono_ns")),
          notBefore == null ? 0 : time("not_before", notBefore),
          numberOr(map, "kernel_ns", 0),
          source(required(map, "source")),
          certainty(required(map, "certainty")),
          marks(map.get("marks")),
          actor == null ? null : actor(map("actor", actor)),
          device == null ? DeviceRef.NONE : device(device),
          event,
          Bytes.of(textOr(map, "evidence")),
          extra(map.get("extra")));
    }

    private static Kind kind(Node node) throws EventJsonException {
      Kind kind = Kind.ofWord(text("kind", node));
      if (kind == null) {
        throw wrong("kind", "the name of a kind of event", node);
      }
      return kind;
    }

    private DmEvent unknown(Map<String, Node> map) throws EventJsonException {
      Node node = required(map, "code");
      long code = number("code", node);
      if (code < 0 || code > 0xffff || Kind.ofCode((int) code) != Kind.UNKNOWN) {
        throw wrong("code", "the number of a kind that this version does not know", node);
      }
      return new DmEvent.Unknown((int) code);
    }

    private DmEvent event(Kind kind, Map<String, Node> map) throws EventJsonException {
      Fields fields = Fields.of(kind);
      @Nullable Object[] values = new Object[fields.size()];
      for (int i = 0; i < values.length; i++) {
        Field field = fields.get(i);
        Node node = map.get(field.jsonName());
        values[i] = node == null ? null : value(field, node);
      }
      try {
        return fields.construct(values);
      } catch (IllegalArgumentException e) {
        throw new EventJsonException(root.column(), String.valueOf(e.getMessage()));
      }
    }

    private static Object value(Field field, Node node) throws EventJsonException {
      String name = field.jsonName();
      return switch (field.type()) {
        case INT -> integer(name, node);
        case LONG -> number(name, node);
        case BOOLEAN -> truth(name, node);
        case TEXT -> text(name, node);
        case DEV -> dev(name, node);
        case BYTES -> Bytes.of(text(name, node));
        case TARGETS -> {
          List<Target> targets = new ArrayList<>();
          for (Node each : list(name, node)) {
            targets.add(target(map(name, each)));
          }
          yield List.copyOf(targets);
        }
        case DEVS -> {
          List<DevNo> devs = new ArrayList<>();
          for (Node each : list(name, node)) {
            devs.add(dev(name, each));
          }
          yield List.copyOf(devs);
        }
        case TEXTS -> {
          List<String> texts = new ArrayList<>();
          for (Node each : list(name, node)) {
            texts.add(text(name, each));
          }
          yield List.copyOf(texts);
        }
      };
    }

    private static Target target(Map<String, Node> map) throws EventJsonException {
      return new Target(
          numberOr(map, "start", 0),
          numberOr(map, "length", 0),
          textOr(map, "type"),
          textOr(map, "params"),
          textOr(map, "status"));
    }

    private static Actor actor(Map<String, Node> map) throws EventJsonException {
      Node pid = map.get("pid");
      Node uid = map.get("uid");
      return new Actor(
          pid == null ? 0 : integer("pid", pid),
          uid == null ? 0 : integer("uid", uid),
          textOr(map, "command"));
    }

    private DeviceRef device(Node node) throws EventJsonException {
      Map<String, Node> map = map("device", node);
      Node dev = map.get("dev");
      return new DeviceRef(
          dev == null ? DevNo.NONE : dev("dev", dev),
          numberOr(map, "diskseq", 0),
          textOr(map, "name"),
          textOr(map, "uuid"));
    }

    private static Source source(Node node) throws EventJsonException {
      String word = text("source", node);
      for (Source source : Source.values()) {
        if (source.word().equals(word)) {
          return source;
        }
      }
      throw wrong("source", "the name of a source", node);
    }

    private static Certainty certainty(Node node) throws EventJsonException {
      String word = text("certainty", node);
      for (Certainty certainty : Certainty.values()) {
        if (certainty.word().equals(word)) {
          return certainty;
        }
      }
      throw wrong("certainty", "reported, derived or inferred", node);
    }

    private static int marks(@Nullable Node node) throws EventJsonException {
      int marks = 0;
      if (node == null) {
        return marks;
      }
      for (Node each : list("marks", node)) {
        if (each.value() instanceof Long bits && bits >= 0 && bits <= 0xff) {
          marks |= bits.intValue();
          continue;
        }
        String word = text("marks", each);
        int before = marks;
        for (Mark mark : Mark.values()) {
          marks |= mark.word().equals(word) ? mark.bit() : 0;
        }
        if (marks == before) {
          throw wrong("marks", "the name of a mark, once", each);
        }
      }
      return marks;
    }

    private static Bytes extra(@Nullable Node node) throws EventJsonException {
      if (node == null) {
        return Bytes.NONE;
      }
      try {
        return Bytes.of(Base64.getDecoder().decode(text("extra", node)));
      } catch (IllegalArgumentException e) {
        throw wrong("extra", "base64", node);
      }
    }

    private static long time(String name, Node node) throws EventJsonException {
      try {
        Instant instant = Instant.parse(text(name, node));
        long seconds = instant.getEpochSecond();
        int nanos = instant.getNano();
        return seconds < 0
            ? Math.addExact(Math.multiplyExact(seconds + 1, SECOND_NS), nanos - SECOND_NS)
            : Math.addExact(Math.multiplyExact(seconds, SECOND_NS), nanos);
      } catch (DateTimeException | ArithmeticException e) {
        throw wrong(name, "a time in UTC like 2026-03-01T03:12:05.123456789Z", node);
      }
    }

    private static DevNo dev(String name, Node node) throws EventJsonException {
      String text = text(name, node);
      if (!DevNo.isDevNo(text)) {
        throw wrong(name, "a device number (major:minor)", node);
      }
      return DevNo.parse(text);
    }

    private static Node required(Map<String, Node> map, String name) throws EventJsonException {
      Node node = map.get(name);
      if (node == null) {
        throw new EventJsonException(1, "the field \"" + name + "\" is missing");
      }
      return node;
    }

    private static int integer(String name, Node node) throws EventJsonException {
      long value = number(name, node);
      if (value != (int) value) {
        throw wrong(name, "a whole number of 32 bits", node);
      }
      return (int) value;
    }

    private static long number(String name, Node node) throws EventJsonException {
      if (node.value() instanceof Long value) {
        return value;
      }
      throw wrong(name, "a whole number", node);
    }

    private static long numberOr(Map<String, Node> map, String name, long absent)
        throws EventJsonException {
      Node node = map.get(name);
      return node == null ? absent : number(name, node);
    }

    private static boolean truth(String name, Node node) throws EventJsonException {
      if (node.value() instanceof Boolean value) {
        return value;
      }
      throw wrong(name, "true or false", node);
    }

    private static String textOr(Map<String, Node> map, String name) throws EventJsonException {
      Node node = map.get(name);
      return node == null ? "" : text(name, node);
    }

    /** Text that stands for bytes: a lone surrogate that stands for none is refused. */
    private static String text(String name, Node node) throws EventJsonException {
      if (!(node.value() instanceof String text)) {
        throw wrong(name, "text", node);
      }
      if (!isPlain(text) && !KernelText.decode(KernelText.encode(text)).equals(text)) {
        throw wrong(name, "text whose lone surrogates are single bytes, U+DC80 to U+DCFF", node);
      }
      return text;
    }

    private static boolean isPlain(String text) {
      for (int i = 0; i < text.length(); i++) {
        if (Character.isSurrogate(text.charAt(i))) {
          return false;
        }
      }
      return true;
    }

    @SuppressWarnings("unchecked")
    private static List<Node> list(String name, Node node) throws EventJsonException {
      if (node.value() instanceof List<?> list) {
        return (List<Node>) list;
      }
      throw wrong(name, "a list", node);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Node> map(String name, Node node) throws EventJsonException {
      if (node.value() instanceof Map<?, ?> map) {
        return (Map<String, Node>) map;
      }
      throw wrong(name, "an object", node);
    }

    private static EventJsonException wrong(String name, String expected, Node node) {
      Object value = node.value();
      String found =
          value instanceof String text
              ? '"' + KernelText.printable(text.substring(0, Math.min(60, text.length()))) + '"'
              : value instanceof Map
                  ? "an object"
                  : value instanceof List
                      ? "a list"
                      : value instanceof Foreign foreign && foreign == Foreign.FRACTION
                          ? "a fraction"
                          : String.valueOf(value).toLowerCase(Locale.ROOT);
      return new EventJsonException(
          node.column(), "field \"" + name + "\": expected " + expected + ", found " + found);
    }
  }
}
