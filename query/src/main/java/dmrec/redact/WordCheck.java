package dmrec.redact;

import dmrec.event.KernelText;
import dmrec.journal.Finding;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Looks for words in any bytes, in one pass and bounded memory, however the bytes came about.
 *
 * <p>Upper and lower case are the same. A word is found as it is; with hyphens doubled, as LVM
 * does; with bytes as {@code \xNN} (udev, libdevmapper, systemd) or {@code %NN}; with underscores
 * for spaces; as a UUID with and without hyphens; escaped as in JSON, once or twice, and as in
 * HTML; in UTF-16; in hexadecimal; and, from six bytes on, in base64 at any offset. It does not
 * undo compression: hand it each entry of an archive, decompressed. A word of up to three
 * characters counts only where no letter or digit stands beside it, and one of a single character
 * is not looked for: they are in everything.
 *
 * <p>For one thread.
 */
public final class WordCheck {
  /**
   * One word in one place.
   *
   * @param word as it was given
   * @param form how it is written there: {@code plain}, {@code json}, {@code hex}, ...
   * @param where the name of what was scanned
   * @param offset of its first byte there, from 0
   * @param around it and what stands beside it in its line, at most 16 bytes each way
   * @param count how often it is there in that form
   */
  public record Finding(
      String word, String form, String where, long offset, String around, long count) {
    private Finding again() {
      return new Finding(word, form, where, offset, around, count + 1);
    }
  }

  private record Form(String word, String form) {}

  private record Place(String word, String form, String where) {}

  private static final int SHORT_CHARS = 3;
  private static final int BASE64_FROM_BYTES = 6;
  private static final int BASE64_CHARS = 7;

  /** What is kept and shown beside a word; more than an escape that may stand before it. */
  private static final int AROUND_BYTES = 16;

  private static final int BLOCK_BYTES = 1 << 16;

  private final Trie folded = new Trie();
  private final Trie exact = new Trie();
  private final List<List<Form>> forms = new ArrayList<>();
  private final boolean[] begins = new boolean[256];
  private final Set<String> words = new LinkedHashSet<>();
  private int longest = 1;

  public WordCheck(Collection<String> words) {
    for (String word : words) {
      String trimmed = word.strip();
      if (trimmed.length() > 1 && this.words.add(trimmed)) {
        add(trimmed);
      }
    }
  }

  /** The words that are looked for: those of two characters and more, each once. */
  public List<String> words() {
    return List.copyOf(words);
  }

  private void add(String word) {
    Set<String> cases = new LinkedHashSet<>();
    cases.add(word);
    cases.add(word.toLowerCase(Locale.ROOT));
    cases.add(word.toUpperCase(Locale.ROOT));
    // Where a letter becomes two, some keep the one.
    StringBuilder upper = new StringBuilder(word.length());
    word.codePoints().map(Character::toUpperCase).forEach(upper::appendCodePoint);
    cases.add(upper.toString());
    for (String each : cases) {
      put(folded, KernelText.encode(each), word, "plain");
    }
    for (String each : cases) {
      byte[] bytes = KernelText.encode(each);
      Set<String> uuids = new LinkedHashSet<>();
      Spellings.addUuidForms(each, uuids);
      for (String uuid : uuids) {
        put(folded, KernelText.encode(uuid), word, "uuid");
      }
      Set<String> spellings = Spellings.of(each);
      for (String spelling : spellings) {
        put(folded, KernelText.encode(spelling), word, "escaped");
      }
      for (String spelling : spellings) {
        String json = json(spelling, true);
        put(folded, KernelText.encode(json), word, "json");
        put(folded, KernelText.encode(json(spelling, false)), word, "json");
        put(folded, KernelText.encode(json(json, true)), word, "json");
      }
      put(folded, KernelText.encode(html(each)), word, "html");
      put(folded, each.getBytes(StandardCharsets.UTF_16LE), word, "utf-16");
      put(folded, each.getBytes(StandardCharsets.UTF_16BE), word, "utf-16");
      if (bytes.length > 2) {
        put(
            folded,
            HexFormat.of().formatHex(bytes).getBytes(StandardCharsets.US_ASCII),
            word,
            "hex");
      }
      putBase64(bytes, word);
      putBase64(each.getBytes(StandardCharsets.UTF_16LE), word);
    }
  }

  private void put(Trie trie, byte[] bytes, String word, String form) {
    if (bytes.length == 0) {
      return;
    }
    int node = Trie.ROOT;
    for (byte b : bytes) {
      node = trie.grow(node, trie == folded ? fold(b) : b & 0xff);
    }
    begins[bytes[0] & 0xff] = true;
    if (trie == folded && Character.isLetter((char) (bytes[0] & 0x7f))) {
      begins[(bytes[0] & 0xff) ^ 0x20] = true;
    }
    longest = Math.max(longest, bytes.length);
    if (trie.value(node) == Trie.NONE) {
      trie.put(node, forms.size());
      forms.add(new ArrayList<>(1));
    }
    List<Form> list = forms.get(trie.value(node));
    if (list.stream().noneMatch(each -> each.word().equals(word))) {
      list.add(new Form(word, form));
    }
  }

  /** The characters that are the same whatever stands before and behind the word. */
  private void putBase64(byte[] bytes, String word) {
    if (bytes.length < BASE64_FROM_BYTES) {
      return;
    }
    for (int shift = 0; shift < 3; shift++) {
      byte[] shifted = new byte[shift + bytes.length];
      System.arraycopy(bytes, 0, shifted, shift, bytes.length);
      byte[] encoded = Base64.getEncoder().withoutPadding().encode(shifted);
      int from = (8 * shift + 5) / 6;
      int to = 8 * shifted.length / 6;
      if (to - from >= BASE64_CHARS) {
        byte[] same = Arrays.copyOfRange(encoded, from, to);
        put(exact, same, word, "base64");
        String url =
            new String(same, StandardCharsets.US_ASCII).replace('+', '-').replace('/', '_');
        put(exact, url.getBytes(StandardCharsets.US_ASCII), word, "base64");
      }
    }
  }

  /**
   * Reads {@code in} to its end, and does not close it.
   *
   * @param where what it is, for the findings
   * @return each word and form that is in it, once, in the order in which they were first found
   */
  public List<Finding> scan(String where, InputStream in) throws IOException {
    Map<Place, Finding> found = new LinkedHashMap<>();
    // The first bytes are what stood before the block.
    byte[] buffer = new byte[2 * AROUND_BYTES + longest + BLOCK_BYTES];
    int filled = AROUND_BYTES;
    long base = -AROUND_BYTES;
    boolean ended = false;
    while (!ended) {
      int read = in.readNBytes(buffer, filled, buffer.length - filled);
      ended = read < buffer.length - filled;
      filled += read;
      // A word that begins in the last bytes may end behind them: they are looked at again.
      int starts = ended ? filled : filled - longest - AROUND_BYTES;
      for (int i = AROUND_BYTES; i < starts; i++) {
        if (begins[buffer[i] & 0xff]) {
          match(folded, buffer, i, filled, where, base, found);
          match(exact, buffer, i, filled, where, base, found);
        }
      }
      int kept = starts - AROUND_BYTES;
      System.arraycopy(buffer, kept, buffer, 0, filled - kept);
      base += kept;
      filled -= kept;
    }
    return List.copyOf(found.values());
  }

  private void match(
      Trie trie,
      byte[] buffer,
      int from,
      int to,
      String where,
      long base,
      Map<Place, Finding> found) {
    int node = Trie.ROOT;
    Set<String> here = null;
    for (int at = from; at < to; at++) {
      node = trie.step(node, trie == folded ? fold(buffer[at]) : buffer[at] & 0xff);
      if (node == Trie.NONE) {
        return;
      }
      if (trie.value(node) == Trie.NONE) {
        continue;
      }
      for (Form form : forms.get(trie.value(node))) {
        if (form.word().length() <= SHORT_CHARS
            && ((isAlphanumeric(buffer, from - 1, from) && !isEscapeBefore(buffer, from))
                || isAlphanumeric(buffer, at + 1, to))) {
          continue;
        }
        here = here == null ? new HashSet<>() : here;
        if (here.add(form.word())) {
          Place place = new Place(form.word(), form.form(), where);
          Finding before = found.get(place);
          found.put(
              place,
              before != null
                  ? before.again()
                  : new Finding(
                      form.word(),
                      form.form(),
                      where,
                      base + from,
                      around(buffer, from, at + 1, (int) Math.max(0, -base), to),
                      1));
        }
      }
    }
  }

  private static String around(byte[] buffer, int from, int to, int first, int end) {
    int start = from;
    while (start > Math.max(first, from - AROUND_BYTES) && buffer[start - 1] != '\n') {
      start--;
    }
    int stop = to;
    while (stop < Math.min(end, to + AROUND_BYTES) && buffer[stop] != '\n') {
      stop++;
    }
    return KernelText.decode(ByteBuffer.wrap(buffer, start, stop - start));
  }

  private static boolean isAlphanumeric(byte[] buffer, int at, int end) {
    // A byte of a longer character is none: no name ends within one, and a dash is one too.
    return at >= 0 && at < end && buffer[at] >= 0 && Character.isLetterOrDigit((char) buffer[at]);
  }

  /** Whether what stands before ends a byte or character escaped by JSON, udev or in an address. */
  private static boolean isEscapeBefore(byte[] buffer, int at) {
    return (buffer[at - 2] == '\\' && "nrtbf".indexOf(buffer[at - 1]) >= 0)
        || (buffer[at - 6] == '\\' && buffer[at - 5] == 'u' && isHex(buffer, at - 4, at))
        || (buffer[at - 4] == '\\' && buffer[at - 3] == 'x' && isHex(buffer, at - 2, at))
        || (buffer[at - 3] == '%' && isHex(buffer, at - 2, at));
  }

  private static boolean isHex(byte[] buffer, int from, int to) {
    return Spellings.isHex(new String(buffer, from, to - from, StandardCharsets.ISO_8859_1));
  }

  private static int fold(byte b) {
    return b >= 'A' && b <= 'Z' ? b + 32 : b & 0xff;
  }

  /** As the writers of events escape it, or with everything but the needful left alone. */
  private static String json(String text, boolean toAscii) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        case '\r' -> out.append("\\r");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < 0x20 || (toAscii && c > '~')) {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.toString();
  }

  private static String html(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
