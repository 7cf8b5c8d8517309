package dmrec.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dmrec.target.DevNo;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A value of a line of JSON: text, a whole number, truth, a list or a map. The whole line is read
 * before it is understood, because the order of fields means nothing in JSON.
 *
 * @param column where in the line it begins
 */
record JsonNode(long column, Object value) {
  /** Stands for what no field of an event can be: null and fractions. */
  private enum Foreign {
    NULL,
    FRACTION
  }

  private static final long SECOND_NS = 1_000_000_000L;

  /** Reads a line that is one object. */
  static JsonNode of(String line) throws EventJsonException {
    try (JsonParser parser = EventJson.FACTORY.createParser(line)) {
      JsonToken first = parser.nextToken();
      if (first != JsonToken.START_OBJECT) {
        throw new EventJsonException(
            columnOf(parser), "expected an object, found " + (first == null ? "nothing" : first));
      }
      JsonNode root = node(parser, first);
      if (parser.nextToken() != null) {
        throw new EventJsonException(columnOf(parser), "expected the end of the line");
      }
      return root;
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

  private static long columnOf(JsonParser parser) {
    return parser.currentTokenLocation().getColumnNr();
  }

  private static JsonNode node(JsonParser parser, JsonToken token) throws IOException {
    long column = columnOf(parser);
    switch (token) {
      case START_OBJECT -> {
        Map<String, JsonNode> map = new LinkedHashMap<>();
        while (next(parser) == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          map.put(name, node(parser, next(parser)));
        }
        return new JsonNode(column, map);
      }
      case START_ARRAY -> {
        List<JsonNode> list = new ArrayList<>();
        for (JsonToken t = next(parser); t != JsonToken.END_ARRAY; t = next(parser)) {
          list.add(node(parser, t));
        }
        return new JsonNode(column, list);
      }
      case VALUE_STRING -> {
        return new JsonNode(column, parser.getText());
      }
      case VALUE_NUMBER_INT -> {
        return new JsonNode(column, parser.getLongValue());
      }
      case VALUE_TRUE, VALUE_FALSE -> {
        return new JsonNode(column, token == JsonToken.VALUE_TRUE);
      }
      case VALUE_NULL -> {
        return new JsonNode(column, Foreign.NULL);
      }
      case VALUE_NUMBER_FLOAT -> {
        return new JsonNode(column, Foreign.FRACTION);
      }
      default -> throw new EventJsonException(column, "expected a value, found " + token);
    }
  }

  private static JsonToken next(JsonParser parser) throws IOException {
    JsonToken token = parser.nextToken();
    if (token == null) {
      throw new EventJsonException(columnOf(parser), "the line ends in the middle of an object");
    }
    return token;
  }

  long time(String name) throws EventJsonException {
    try {
      Instant instant = Instant.parse(text(name));
      long seconds = instant.getEpochSecond();
      int nanos = instant.getNano();
      return seconds < 0
          ? Math.addExact(Math.multiplyExact(seconds + 1, SECOND_NS), nanos - SECOND_NS)
          : Math.addExact(Math.multiplyExact(seconds, SECOND_NS), nanos);
    } catch (DateTimeException | ArithmeticException e) {
      throw wrong(name, "a time in UTC like 2026-03-01T03:12:05.123456789Z");
    }
  }

  DevNo dev(String name) throws EventJsonException {
    String text = text(name);
    if (!DevNo.isDevNo(text)) {
      throw wrong(name, "a device number (major:minor)");
    }
    return DevNo.parse(text);
  }

  int integer(String name) throws EventJsonException {
    long number = number(name);
    if (number != (int) number) {
      throw wrong(name, "a whole number of 32 bits");
    }
    return (int) number;
  }

  long number(String name) throws EventJsonException {
    if (value instanceof Long number) {
      return number;
    }
    throw wrong(name, "a whole number");
  }

  boolean truth(String name) throws EventJsonException {
    if (value instanceof Boolean truth) {
      return truth;
    }
    throw wrong(name, "true or false");
  }

  /** Text that stands for bytes: a lone surrogate that stands for none is refused. */
  String text(String name) throws EventJsonException {
    if (!(value instanceof String text)) {
      throw wrong(name, "text");
    }
    if (!isPlain(text) && !KernelText.decode(KernelText.encode(text)).equals(text)) {
      throw wrong(name, "text whose lone surrogates are single bytes, U+DC80 to U+DCFF");
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
  List<JsonNode> list(String name) throws EventJsonException {
    if (value instanceof List<?> list) {
      return (List<JsonNode>) list;
    }
    throw wrong(name, "a list");
  }

  @SuppressWarnings("unchecked")
  Map<String, JsonNode> map(String name) throws EventJsonException {
    if (value instanceof Map<?, ?> map) {
      return (Map<String, JsonNode>) map;
    }
    throw wrong(name, "an object");
  }

  EventJsonException wrong(String name, String expected) {
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
        column, "field \"" + name + "\": expected " + expected + ", found " + found);
  }
}
