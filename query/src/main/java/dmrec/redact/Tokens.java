package dmrec.redact;

import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The tokens given, and texts with tokens turned back.
 *
 * <p>The longest token at a place counts, and none whose number goes on behind it: {@code lv1} is
 * not in {@code lv12}. A tilde right behind a token only ends it and is dropped; it is written
 * where what follows would else seem to belong to the token.
 */
final class Tokens {
  static final char END = '~';

  /** No record is longer, and so nothing that was redacted was. */
  private static final int MAX_RESTORED_CHARS = 32 << 20;

  private final Trie trie = new Trie();
  private final Map<String, String> originals = new LinkedHashMap<>();
  private final java.util.List<String> byValue = new java.util.ArrayList<>();

  boolean has(String token) {
    return originals.containsKey(token);
  }

  Map<String, String> all() {
    return originals;
  }

  void put(String token, String original) {
    if (originals.putIfAbsent(token, original) != null) {
      throw new IllegalStateException("a token given twice: " + token);
    }
    int node = Trie.ROOT;
    for (int i = 0; i < token.length(); i++) {
      node = trie.grow(node, token.charAt(i));
    }
    trie.put(node, byValue.size());
    byValue.add(original);
  }

  String restore(String text) {
    StringBuilder out = null;
    int keptFrom = 0;
    for (int i = 0; i < text.length(); ) {
      int found = Trie.NONE;
      int end = i;
      int node = Trie.ROOT;
      for (int at = i; at < text.length(); at++) {
        node = trie.step(node, text.charAt(at));
        if (node == Trie.NONE) {
          break;
        }
        if (trie.value(node) != Trie.NONE && !goesOn(text, at + 1)) {
          found = trie.value(node);
          end = at + 1;
        }
      }
      if (found == Trie.NONE) {
        i++;
        continue;
      }
      if (out == null) {
        out = new StringBuilder(text.length() + 32);
      }
      String original = byValue.get(found);
      if ((long) out.length() + i - keptFrom + original.length() > MAX_RESTORED_CHARS) {
        throw new UncheckedIOException(
            new RedactionMapException(
                "the map turns one text into more than 32 MB at \""
                    + text.substring(i, Math.min(end, i + 40))
                    + "\"; it is not the map of this bundle"));
      }
      out.append(text, keptFrom, i).append(original);
      i = end < text.length() && text.charAt(end) == END ? end + 1 : end;
      keptFrom = i;
    }
    return out == null ? text : out.append(text, keptFrom, text.length()).toString();
  }

  /** Whether a number is cut in two at {@code at}. */
  private static boolean goesOn(String text, int at) {
    return at < text.length() && isDigit(text.charAt(at)) && isDigit(text.charAt(at - 1));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
