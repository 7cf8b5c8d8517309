package dmrec.record;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.Source;
import dmrec.event.UeventBacklog;
import dmrec.target.DevNo;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a capture, line by line; a capture may come from a stranger, so every field is checked.
 *
 * <p>Memory is bounded by one line, of at most {@value #MAX_LINE_CHARS} characters.
 */
public final class CaptureReader implements AutoCloseable {
  /** A reply of the dm control device with 64 MiB of text is longer than any real one. */
  static final int MAX_LINE_CHARS = 96 << 20;

  private static final int MAX_DEPTH = 32;

  /** Far more than an observation has: each costs tens of bytes of memory. */
  private static final int MAX_TOKENS = 1_000_000;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(MAX_LINE_CHARS)
                  .maxNestingDepth(MAX_DEPTH)
                  .maxTokenCount(MAX_TOKENS)
                  .build())
          .build();

  private final String name;
  private final Reader in;
  private final char[] chars = new char[1 << 16];
  private int at;
  private int end;
  private long line;
  private boolean broken;

  private CaptureReader(String name, Reader in) {
    this.name = name;
    this.in = in;
  }

  public static CaptureReader open(Path file) throws CaptureException {
    try {
      return new CaptureReader(
          file.toString(),
          new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8));
    } catch (java.nio.file.NoSuchFileException e) {
      throw new CaptureException(file + ": no such file; give the name of a capture");
    } catch (IOException e) {
      throw new CaptureException(file + ": the capture cannot be read (" + e.getMessage() + ")");
    }
  }

  /** Reads from a stream, which is closed with the reader; {@code name} stands in its errors. */
  public static CaptureReader of(String name, InputStream in) {
    return new CaptureReader(name, new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  /**
   * The next observation; null at the end.
   *
   * @throws CaptureException where a line is damaged; the next call goes on with the line after it
   */
  public @Nullable Observation next() throws CaptureException {
    String text;
    do {
      line++;
      text = readLine();
    } while (text != null && text.isBlank());
    return text == null ? null : parse(text);
  }

  private @Nullable String readLine() throws CaptureException {
    StringBuilder text = new StringBuilder(512);
    boolean tooLong = false;
    if (broken) {
      return null;
    }
    try {
      if (at == end && !fill()) {
        return null;
      }
      boolean whole = false;
      while (!whole && (at < end || fill())) {
        int from = at;
        while (at < end && chars[at] != '\n') {
          at++;
        }
        int room = MAX_LINE_CHARS - text.length();
        tooLong |= at - from > room;
        text.append(chars, from, Math.min(at - from, room));
        whole = at < end;
        at += whole ? 1 : 0;
      }
    } catch (IOException e) {
      broken = true;
      throw new CaptureException(name + ":" + line + ": cannot be read on: " + e.getMessage());
    }
    if (tooLong) {
      throw error("a line of at most " + MAX_LINE_CHARS + " characters", "a longer one");
    }
    return text.toString();
  }

  private boolean fill() throws IOException {
    at = 0;
    end = Math.max(0, in.read(chars));
    return end > 0;
  }

  private CaptureException error(String expected, String found) {
    return new CaptureException(
        name
            + ":"
            + line
            + ": expected "
            + expected
            + ", found "
            + dmrec.event.KernelText.printable(found)
            + "; the line is left out, the rest of the capture can be used");
  }

  private Observation parse(String text) throws CaptureException {
    Map<String, Object> fields = new HashMap<>();
    try (JsonParser json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw error("a JSON object", shortened(text));
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        Object value = value(json, json.nextToken());
        if (value != null) {
          fields.put(key, value);
        }
      }
      if (json.currentToken() != JsonToken.END_OBJECT || json.nextToken() != null) {
        throw error("one JSON object", shortened(text));
      }
    } catch (CaptureException e) {
      throw e;
    } catch (IOException e) {
      throw error("a JSON object", shortened(text));
    }
    return observation(new Line(fields));
  }

  private static @Nullable Object value(JsonParser json, @Nullable JsonToken token)
      throws IOException {
    if (token == null) {
      return null;
    }
    switch (token) {
      case VALUE_STRING -> {
        return json.getText();
      }
      case VALUE_NUMBER_INT -> {
        return json.getLongValue();
      }
      case VALUE_TRUE, VALUE_FALSE -> {
        return json.getBooleanValue();
      }
      case START_ARRAY -> {
        List<Object> list = new ArrayList<>();
        for (JsonToken t = json.nextToken(); t != JsonToken.END_ARRAY; t = json.nextToken()) {
          if (t == JsonToken.VALUE_STRING) {
            list.add(json.getText());
          } else if (t == JsonToken.VALUE_NUMBER_INT) {
            list.add(json.getLongValue());
          } else {
            throw new IOException("a value of another kind");
          }
        }
        return list;
      }
      default -> {
        json.skipChildren();
        return null;
      }
    }
  }

  private static String shortened(String text) {
    return text.length() > 80 ? text.substring(0, 80) + "..." : text;
  }

  private Observation observation(Line in) throws CaptureException {
    String seen = in.text("seen");
    Stamp at = in.stamp("at");
    switch (seen) {
      case "start" -> {
        return new Observation.Started(
            at,
            new DmEvent.RecordingStarted(
                in.text("boot_id"),
                in.text("kernel"),
                in.text("driver"),
                in.text("version"),
                in.text("host"),
                in.texts("sources"),
                in.number("sample_ns"),
                in.text("clock"),
                "",
                in.textOr("machine"),
                in.numberOr("clock_error_ns")));
      }
      case "uevent" -> {
        return new Observation.UeventSeen(
            at,
            in.flag("udev"),
            in.integer("pid"),
            in.integer("uid"),
            in.text("command"),
            Bytes.of(in.text("message")));
      }
      case "list" -> {
        return new Observation.Listed(at, in.stamp("began"), in.bytes("reply"));
      }
      case "device" -> {
        return new Observation.Polled(
            at,
            in.stamp("began"),
            in.dev("dev"),
            in.number("diskseq"),
            in.integer("read_ahead_kib"),
            in.bytes("status"),
            in.bytes("table"),
            in.has("inactive") ? in.bytes("inactive") : null,
            in.bytes("deps"));
      }
      case "sysfs" -> {
        List<DevNo> slaves = new ArrayList<>();
        for (String slave : in.texts("slaves")) {
          slaves.add(in.dev("slaves", slave));
        }
        return new Observation.SysfsPolled(
            at,
            in.stamp("began"),
            in.dev("dev"),
            in.number("diskseq"),
            in.integer("read_ahead_kib"),
            Bytes.of(in.text("name")),
            Bytes.of(in.text("uuid")),
            in.flag("suspended"),
            in.flag("read_only"),
            List.copyOf(slaves));
      }
      case "none" -> {
        return new Observation.Vanished(at, in.stamp("began"), in.dev("dev"));
      }
      case "sample" -> {
        return new Observation.Sampled(at, in.stamp("began"));
      }
      case "disk" -> {
        return new Observation.DiskPolled(
            at,
            in.stamp("began"),
            in.dev("dev"),
            in.text("name"),
            in.text("wwid"),
            in.text("serial"),
            in.number("sectors"),
            in.textOr("port"));
      }
      case "probe" -> {
        return new Observation.ProbeSeen(
            at,
            in.stamp("happened"),
            Bytes.of(in.text("record")),
            in.has("pid")
                ? new Actor(
                    Actor.Relation.CONTEXT,
                    in.integer("pid"),
                    in.numberOr("start_ns"),
                    in.integer("tid"),
                    in.integer("uid"),
                    in.integer("login_uid"),
                    in.text("command"),
                    in.textOr("executable"),
                    (int) in.numberOr("parent_pid"),
                    in.textOr("parent_command"),
                    in.textOr("unit"))
                : null);
      }
      case "kmsg" -> {
        return new Observation.LogRead(at, Bytes.of(in.text("record")));
      }
      case "lost" -> {
        return new Observation.Lost(
            at, in.stamp("began"), in.source(), in.number("count"), in.text("reason"));
      }
      case "stop" -> {
        return new Observation.Stopped(
            at,
            in.text("reason"),
            in.number("dropped"),
            new UeventBacklog(
                in.numberOr("queue_max_bytes"),
                in.numberOr("queue_size_bytes"),
                in.numberOr("ring_max_bytes"),
                in.numberOr("ring_size_bytes")));
      }
      default ->
          throw error(
              "\"seen\" to be start, uevent, list, device, sysfs, none, sample, disk, kmsg, probe, lost"
                  + " or stop",
              seen);
    }
  }

  /** The fields of one line, each checked where it is taken. */
  private final class Line {
    private final Map<String, Object> fields;

    Line(Map<String, Object> fields) {
      this.fields = fields;
    }

    boolean has(String key) {
      return fields.containsKey(key);
    }

    String text(String key) throws CaptureException {
      if (fields.get(key) instanceof String text) {
        return text;
      }
      throw missing(key, "text");
    }

    /** For what captures of earlier versions lack. */
    String textOr(String key) throws CaptureException {
      return has(key) ? text(key) : "";
    }

    long number(String key) throws CaptureException {
      if (fields.get(key) instanceof Long number) {
        return number;
      }
      throw missing(key, "a whole number");
    }

    /** For what captures of earlier versions lack. */
    long numberOr(String key) throws CaptureException {
      return has(key) ? number(key) : 0;
    }

    int integer(String key) throws CaptureException {
      long number = number(key);
      if (number != (int) number) {
        throw missing(key, "a number of 32 bits");
      }
      return (int) number;
    }

    boolean flag(String key) throws CaptureException {
      if (fields.get(key) instanceof Boolean flag) {
        return flag;
      }
      throw missing(key, "true or false");
    }

    List<String> texts(String key) throws CaptureException {
      List<String> texts = new ArrayList<>();
      if (fields.get(key) instanceof List<?> list) {
        for (Object each : list) {
          if (!(each instanceof String text)) {
            throw missing(key, "a list of texts");
          }
          texts.add(text);
        }
        return List.copyOf(texts);
      }
      throw missing(key, "a list of texts");
    }

    Stamp stamp(String key) throws CaptureException {
      if (fields.get(key) instanceof List<?> list
          && list.size() == 2
          && list.get(0) instanceof Long wallNs
          && list.get(1) instanceof Long monoNs
          && wallNs >= 0
          && monoNs >= 0) {
        return new Stamp(wallNs, monoNs);
      }
      throw missing(key, "[wall clock ns, monotonic ns]");
    }

    DevNo dev(String key) throws CaptureException {
      return dev(key, text(key));
    }

    DevNo dev(String key, String text) throws CaptureException {
      if (!DevNo.isDevNo(text)) {
        throw missing(key, "major:minor");
      }
      return DevNo.parse(text);
    }

    Source source() throws CaptureException {
      String word = text("source");
      for (Source source : Source.values()) {
        if (source.word().equals(word)) {
          return source;
        }
      }
      throw missing("source", "uevent, udev, dm, sysfs, kmsg or probe");
    }

    Bytes bytes(String key) throws CaptureException {
      try {
        return Bytes.of(Base64.getDecoder().decode(text(key)));
      } catch (IllegalArgumentException e) {
        throw missing(key, "base64");
      }
    }

    private CaptureException missing(String key, String expected) {
      Object found = fields.get(key);
      return error(
          expected + " under \"" + key + "\"",
          found == null ? "nothing" : shortened(found.toString()));
    }
  }

  @Override
  public void close() throws CaptureException {
    try {
      in.close();
    } catch (IOException e) {
      throw new CaptureException(name + ": " + e.getMessage());
    }
  }
}
