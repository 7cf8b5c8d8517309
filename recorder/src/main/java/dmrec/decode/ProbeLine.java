package dmrec.decode;

import dmrec.event.Bytes;
import dmrec.event.KernelText;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One hit of a kernel probe, as a line of text: {@code NAME key=number key="text" ...}. In a text a
 * backslash stands before a quote and before itself.
 *
 * @param name the probe's name
 * @param fields what it fetched, in the order of its definition; texts as they were read
 */
public record ProbeLine(String name, Map<String, String> fields) {
  private static final String WHAT = "probe record";
  private static final int MOST_FIELDS = 32;

  public ProbeLine {
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /** Writes such lines. */
  public static final class Writer {
    private final StringBuilder line;

    public Writer(String name) {
      line = new StringBuilder(120).append(name);
    }

    public Writer number(String key, long value) {
      line.append(' ').append(key).append('=').append(value);
      return this;
    }

    public Writer text(String key, String value) {
      line.append(' ').append(key).append("=\"");
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        if (c == '"' || c == '\\') {
          line.append('\\');
        }
        line.append(c);
      }
      line.append('"');
      return this;
    }

    public Bytes line() {
      return Bytes.of(line.toString());
    }
  }

  /** Reads one line. */
  public static ProbeLine decode(Bytes record) throws DecodeException {
    String line = KernelText.decode(record.buffer());
    int space = line.indexOf(' ');
    String name = space < 0 ? line : line.substring(0, space);
    if (name.isEmpty()) {
      throw new DecodeException(WHAT, 0, "a probe's name", "none");
    }
    Map<String, String> fields = new LinkedHashMap<>();
    int at = name.length();
    while (at < line.length()) {
      int equals = line.indexOf('=', at);
      if (line.charAt(at) != ' ' || equals < at + 2 || fields.size() == MOST_FIELDS) {
        throw new DecodeException(WHAT, at, "a blank and a field", rest(line, at));
      }
      String key = line.substring(at + 1, equals);
      StringBuilder value = new StringBuilder();
      at = value(line, equals + 1, value);
      if (fields.put(key, value.toString()) != null) {
        throw new DecodeException(WHAT, equals, "each field once", KernelText.printable(key));
      }
    }
    return new ProbeLine(name, fields);
  }

  /** Reads a value into {@code to}; returns where it ends. */
  private static int value(String line, int from, StringBuilder to) throws DecodeException {
    boolean quoted = from < line.length() && line.charAt(from) == '"';
    int at = quoted ? from + 1 : from;
    while (at < line.length() && line.charAt(at) != (quoted ? '"' : ' ')) {
      if (quoted && line.charAt(at) == '\\') {
        at++;
      }
      if (at < line.length()) {
        to.append(line.charAt(at++));
      }
    }
    if (quoted && at >= line.length()) {
      throw new DecodeException(WHAT, from, "a text that ends", rest(line, from));
    }
    return quoted ? at + 1 : at;
  }

  private static String rest(String line, int at) {
    return KernelText.printable(line.substring(at, Math.min(line.length(), at + 40)));
  }

  /** A text; null where it was not fetched. */
  public @Nullable String text(String key) {
    return fields.get(key);
  }

  /** A number; {@code otherwise} where it was not fetched. */
  public long number(String key, long otherwise) {
    String text = fields.get(key);
    if (text == null || text.isEmpty() || text.length() > 20) {
      return otherwise;
    }
    boolean negative = text.charAt(0) == '-';
    long value = Numbers.unsigned(negative ? text.substring(1) : text, -1);
    return value < 0 ? otherwise : negative ? -value : value;
  }
}
