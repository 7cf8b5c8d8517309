package dmrec.bundle;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dmrec.event.KernelText;
import dmrec.target.DevNo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a manifest, which may come from a stranger: one pass through its text. */
final class ManifestReader {
  private static final int MOST_ENTRIES = 10_000;
  private static final long MAX_SEQ = 1L << 62;
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  private final String name;
  private final JsonParser json;
  private long format;
  private String dmrec = "";
  private Manifest.Journal journal = new Manifest.Journal("", "", 0, "");
  private Manifest.@Nullable Window window;
  private Map<DevNo, Long> uncounted = Map.of();
  private long events = -1;
  private SortedMap<String, Long> kinds = new TreeMap<>();
  private Manifest.Host host =
      new Manifest.Host(List.of(), List.of(), List.of(), "", new TreeMap<>(), List.of());
  private Manifest.@Nullable Redaction redaction;
  private final Map<Part, Manifest.Content> files = new EnumMap<>(Part.class);

  ManifestReader(String name, JsonParser json) {
    this.name = name;
    this.json = json;
  }

  /**
   * The manifest.
   *
   * @throws BundleException where it is none, or of a newer format
   */
  Manifest manifest() throws IOException {
    expect(json.nextToken(), JsonToken.START_OBJECT, "an object");
    each(
        field -> {
          switch (field) {
            case "format" -> {
              format = number(1, Integer.MAX_VALUE);
              if (format > Manifest.FORMAT) {
                throw wrong(
                    "expected a bundle of format "
                        + Manifest.FORMAT
                        + " or older, found format "
                        + format
                        + ": it was written by a newer dmrec; open it with that");
              }
            }
            case "dmrec" -> dmrec = string();
            case "journal" -> journal = journal();
            case "window" -> window = window();
            case "uncounted" -> uncounted = uncounted();
            case "events" -> events = number(0, Long.MAX_VALUE);
            case "kinds" -> kinds = counts();
            case "host" -> host = host();
            case "redaction" -> redaction = redaction();
            case "files" -> files();
            default -> json.skipChildren();
          }
        });
    if (json.nextToken() != null) {
      throw wrong("expected nothing behind the object, found more");
    }
    if (format == 0 || events < 0 || window == null || redaction == null) {
      throw wrong(
          "expected format, events, window and redaction, found "
              + (format == 0
                  ? "no format"
                  : events < 0 ? "no events" : window == null ? "no window" : "no redaction"));
    }
    return new Manifest(dmrec, journal, window, uncounted, events, kinds, host, redaction, files);
  }

  private Manifest.Journal journal() throws IOException {
    Map<String, String> texts = new HashMap<>();
    long[] sealSeq = new long[1];
    object(
        field -> {
          if (field.equals("seal_seq")) {
            sealSeq[0] = number(0, Long.MAX_VALUE);
          } else {
            text(field, texts);
          }
        });
    return new Manifest.Journal(
        texts.getOrDefault("id", ""),
        texts.getOrDefault("public_key", ""),
        sealSeq[0],
        texts.getOrDefault("seal", ""));
  }

  private Manifest.Window window() throws IOException {
    Map<String, String> texts = new HashMap<>();
    Map<String, Long> numbers = new HashMap<>();
    object(
        field -> {
          switch (field) {
            case "first_seq" -> numbers.put(field, number(1, MAX_SEQ));
            case "last_seq" -> numbers.put(field, number(0, MAX_SEQ));
            case "first_ns", "last_ns" -> numbers.put(field, number(0, Long.MAX_VALUE));
            default -> text(field, texts);
          }
        });
    Long firstSeq = numbers.get("first_seq");
    Long lastSeq = numbers.get("last_seq");
    if (firstSeq == null || lastSeq == null) {
      throw wrong("expected a window with first_seq and last_seq, found one without");
    }
    return new Manifest.Window(
        firstSeq,
        lastSeq,
        numbers.getOrDefault("first_ns", 0L),
        numbers.getOrDefault("last_ns", 0L),
        texts.getOrDefault("device", ""));
  }

  private Map<DevNo, Long> uncounted() throws IOException {
    Map<DevNo, Long> found = new HashMap<>();
    for (Map.Entry<String, Long> each : counts().entrySet()) {
      if (!DevNo.isDevNo(each.getKey())) {
        throw wrong("expected a device number as 254:3, found " + shown(each.getKey()));
      }
      found.put(DevNo.parse(each.getKey()), each.getValue());
    }
    return found;
  }

  private SortedMap<String, Long> counts() throws IOException {
    SortedMap<String, Long> found = new TreeMap<>();
    object(
        field -> {
          bound(found.size());
          found.put(field, number(0, Long.MAX_VALUE));
        });
    return found;
  }

  private Manifest.Host host() throws IOException {
    Map<String, List<String>> lists = new HashMap<>();
    Map<String, String> texts = new HashMap<>();
    SortedMap<String, String> targets = new TreeMap<>();
    object(
        field -> {
          switch (field) {
            case "kernels", "drivers", "recorders", "names" -> lists.put(field, strings());
            case "targets" ->
                object(
                    type -> {
                      bound(targets.size());
                      targets.put(type, string());
                    });
            default -> text(field, texts);
          }
        });
    return new Manifest.Host(
        lists.getOrDefault("kernels", List.of()),
        lists.getOrDefault("drivers", List.of()),
        lists.getOrDefault("recorders", List.of()),
        texts.getOrDefault("distribution", ""),
        targets,
        lists.getOrDefault("names", List.of()));
  }

  private Manifest.Redaction redaction() throws IOException {
    Map<String, String> texts = new HashMap<>();
    Map<String, Long> numbers = new HashMap<>();
    object(
        field -> {
          switch (field) {
            case "redacted" -> {
              if (!json.currentToken().isBoolean()) {
                throw wrong("redacted: expected true or false, found " + shown(json.getText()));
              }
              numbers.put(field, json.getBooleanValue() ? 1L : 0L);
            }
            case "names", "dropped" -> numbers.put(field, number(0, Long.MAX_VALUE));
            default -> text(field, texts);
          }
        });
    return new Manifest.Redaction(
        numbers.getOrDefault("redacted", 0L) != 0,
        numbers.getOrDefault("names", 0L),
        numbers.getOrDefault("dropped", 0L),
        texts.getOrDefault("events_sha256", ""));
  }

  private void files() throws IOException {
    object(
        field -> {
          Part part = Part.ofFileName(field);
          if (part == null || part == Part.MANIFEST) {
            throw wrong("files: expected the names of a bundle's parts, found " + shown(field));
          }
          Map<String, String> texts = new HashMap<>();
          long[] bytes = {-1};
          object(
              of -> {
                if (of.equals("bytes")) {
                  bytes[0] = number(0, Long.MAX_VALUE);
                } else {
                  text(of, texts);
                }
              });
          String sha256 = texts.getOrDefault("sha256", "");
          if (bytes[0] < 0 || !SHA256.matcher(sha256).matches()) {
            throw wrong("files: expected bytes and sha256 of " + field + ", found neither whole");
          }
          files.put(part, new Manifest.Content(bytes[0], sha256));
        });
  }

  private interface Field {
    void read(String name) throws IOException;
  }

  /** Reads the object that the parser stands on. */
  private void object(Field field) throws IOException {
    expect(json.currentToken(), JsonToken.START_OBJECT, "an object");
    each(field);
  }

  private void each(Field field) throws IOException {
    for (JsonToken token = json.nextToken();
        token == JsonToken.FIELD_NAME;
        token = json.nextToken()) {
      String of = json.currentName();
      json.nextToken();
      field.read(of);
    }
  }

  private List<String> strings() throws IOException {
    expect(json.currentToken(), JsonToken.START_ARRAY, "an array");
    List<String> found = new ArrayList<>();
    for (JsonToken token = json.nextToken();
        token != JsonToken.END_ARRAY;
        token = json.nextToken()) {
      bound(found.size());
      found.add(string());
    }
    return found;
  }

  private void text(String field, Map<String, String> texts) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      texts.put(field, json.getText());
    } else {
      json.skipChildren();
    }
  }

  private String string() throws IOException {
    expect(json.currentToken(), JsonToken.VALUE_STRING, "a text");
    return json.getText();
  }

  private long number(long min, long max) throws IOException {
    expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, "a whole number");
    long value = json.getLongValue();
    if (value < min || value > max) {
      throw wrong(
          shown(json.currentName()) + ": expected " + min + " to " + max + ", found " + value);
    }
    return value;
  }

  private void bound(int size) throws BundleException {
    if (size >= MOST_ENTRIES) {
      throw wrong("expected at most " + MOST_ENTRIES + " entries, found more");
    }
  }

  private void expect(@Nullable JsonToken found, JsonToken wanted, String words)
      throws IOException {
    if (found != wanted) {
      throw wrong(
          (json.currentName() == null ? "" : shown(json.currentName()) + ": ")
              + "expected "
              + words
              + ", found "
              + (found == null ? "the end" : found.toString()));
    }
  }

  private BundleException wrong(String what) {
    return new BundleException(name + ": " + Part.MANIFEST.fileName() + ": " + what);
  }

  private static String shown(String text) {
    return KernelText.printable(text.length() > 100 ? text.substring(0, 100) + "..." : text);
  }
}
