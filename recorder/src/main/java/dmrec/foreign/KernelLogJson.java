package dmrec.foreign;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dmrec.event.KernelText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code journalctl -o json} prints: one object a line, each field a string, or an array of
 * bytes where it is no text.
 */
final class KernelLogJson extends ForeignReader {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(Lines.MOST_BYTES)
                  .maxNestingDepth(16)
                  .build())
          .build();

  private static final Set<String> FIELDS =
      Set.of(
          "MESSAGE",
          "PRIORITY",
          "SYSLOG_IDENTIFIER",
          "_TRANSPORT",
          "_HOSTNAME",
          "_BOOT_ID",
          "__REALTIME_TIMESTAMP",
          "__MONOTONIC_TIMESTAMP",
          "_SOURCE_MONOTONIC_TIMESTAMP");

  private static final int RECORD_SEPARATOR = 0x1e;

  private final Lines lines;
  private When last = When.NEVER;

  KernelLogJson(InputStream in, String name) {
    this.lines = new Lines(in, name);
  }

  @Override
  public @Nullable Foreign next() throws IOException {
    for (ByteBuffer line = lines.next(); line != null; line = lines.next()) {
      if (line.hasRemaining() && line.get(0) == RECORD_SEPARATOR) {
        line.position(1); // -o json-seq
      }
      if (lines.isTooLong()) {
        return damaged("a line of at most " + Lines.MOST_BYTES + " bytes", "a longer one", false);
      }
      if (line.hasRemaining()) {
        Foreign told = read(line);
        if (told != null) {
          return told;
        }
      }
    }
    return null;
  }

  private @Nullable Foreign read(ByteBuffer line) {
    Map<String, String> fields;
    try {
      fields = fields(line);
    } catch (IOException e) {
      return damaged("a JSON object of journalctl -o json", problem(e), true);
    }
    long wallUs = number(fields.get("__REALTIME_TIMESTAMP"));
    long monoUs = number(fields.get("__MONOTONIC_TIMESTAMP"));
    long kernelUs = number(fields.get("_SOURCE_MONOTONIC_TIMESTAMP"));
    boolean kernel = "kernel".equals(fields.get("_TRANSPORT"));
    String text = fields.getOrDefault("MESSAGE", "");
    if (kernel) {
      boolean first = isFirstOfBoot(text);
      if (first) {
        pass();
        return null;
      }
    }
    String priority = fields.getOrDefault("PRIORITY", "");
    boolean isLevel =
        priority.length() == 1 && priority.charAt(0) >= '0' && priority.charAt(0) < '8';
    String boot = fields.getOrDefault("_BOOT_ID", "");
    String host = fields.getOrDefault("_HOSTNAME", "");
    When at =
        new When(
            wallUs < 0 || wallUs > Long.MAX_VALUE / 1000 ? When.UNKNOWN : wallUs * 1000,
            monoUs < 0 || monoUs > Long.MAX_VALUE / 1000 ? When.UNKNOWN : monoUs * 1000,
            Math.max(0, kernelUs > Long.MAX_VALUE / 1000 ? 0 : kernelUs),
            BootIds.isOne(boot) ? BootIds.withDashes(boot) : "",
            host.length() > 256 ? "" : host);
    Foreign told =
        LogWords.of(
            at,
            kernel,
            fields.getOrDefault("SYSLOG_IDENTIFIER", ""),
            isLevel ? priority.charAt(0) - '0' : -1,
            text,
            true,
            line);
    if (told == null) {
      pass();
      return null;
    }
    if (!at.isKnown() || !TextTimes.isPossible(at.wallNs())) {
      return damaged(
          "__REALTIME_TIMESTAMP in microseconds",
          LogText.shown(fields.getOrDefault("__REALTIME_TIMESTAMP", "none")),
          true);
    }
    if (text.length() > LogWords.MOST_CHARS) {
      return damaged("a MESSAGE of at most " + LogWords.MOST_CHARS + " characters", "more", true);
    }
    last = at;
    return told;
  }

  /** Jackson's words without the copy of the line and the place that it adds. */
  private static String problem(IOException e) {
    String said =
        e instanceof JsonProcessingException json
            ? json.getOriginalMessage()
            : String.valueOf(e.getMessage());
    return LogText.shown(said == null ? "none" : said);
  }

  private static Map<String, String> fields(ByteBuffer line) throws IOException {
    Map<String, String> fields = new HashMap<>();
    try (JsonParser json =
        JSON.createParser(line.array(), line.arrayOffset() + line.position(), line.remaining())) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("something else");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        if (!FIELDS.contains(name)) {
          json.skipChildren();
        } else if (value == JsonToken.START_ARRAY) {
          String text = bytes(json);
          if (text != null) {
            fields.put(name, text);
          }
        } else if (value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NUMBER_INT) {
          fields.put(name, json.getText());
        } else {
          json.skipChildren();
        }
      }
      if (json.currentToken() != JsonToken.END_OBJECT || json.nextToken() != null) {
        throw new IOException("more behind it, or no end");
      }
    }
    return fields;
  }

  /** An array of bytes, or of the values of a field that is there more than once: the first. */
  private static @Nullable String bytes(JsonParser json) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String first = null;
    for (JsonToken token = json.nextToken();
        token != JsonToken.END_ARRAY;
        token = json.nextToken()) {
      if (token == JsonToken.VALUE_NUMBER_INT) {
        bytes.write(json.getIntValue());
      } else if (token == JsonToken.VALUE_STRING) {
        first = first == null ? json.getText() : first;
      } else if (token == null) {
        throw new IOException("an array without an end");
      } else {
        json.skipChildren();
      }
    }
    return first != null ? first : KernelText.decode(bytes.toByteArray());
  }

  /** -1 where it is none. */
  private static long number(@Nullable String text) {
    if (text == null || text.isEmpty() || text.length() > 18) {
      return -1;
    }
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = 10 * value + c - '0';
    }
    return value;
  }

  private Foreign damaged(String expected, String found, boolean lost) {
    return new Foreign.Damaged(last, lines.place(), expected, found, lost);
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
