package dmrec.report;

import dmrec.query.StackTree.Span;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Texts and lists that occur again and again, each kept once and known by its number. Number 0 is
 * the empty one.
 */
final class Pool {
  private final Map<String, Integer> texts = new HashMap<>();
  private final Map<IntBuffer, Integer> lists = new HashMap<>();
  private final Packed packedTexts = new Packed();
  private final Packed packedLists = new Packed();
  private long listItems;

  /** A list that is being put together. */
  static final class Items {
    private int[] items = new int[16];
    private int size;

    Items add(int item) {
      if (size == items.length) {
        items = Arrays.copyOf(items, size * 2);
      }
      items[size++] = item;
      return this;
    }

    Items add(boolean item) {
      return add(item ? 1 : 0);
    }
  }

  Pool() {
    text("");
    list(new Items());
  }

  int text(String text) {
    Integer known = texts.get(text);
    if (known != null) {
      return known;
    }
    packedTexts.text(text);
    texts.put(text, texts.size());
    return texts.size() - 1;
  }

  /** The name of a constant, in lower case. */
  int word(Enum<?> constant) {
    return text(constant.name().toLowerCase(Locale.ROOT));
  }

  int list(Items items) {
    Integer known = lists.get(IntBuffer.wrap(items.items, 0, items.size));
    if (known != null) {
      return known;
    }
    packedLists.number(items.size);
    for (int i = 0; i < items.size; i++) {
      packedLists.number(items.items[i]);
    }
    listItems += items.size;
    lists.put(IntBuffer.wrap(Arrays.copyOf(items.items, items.size)), lists.size());
    return lists.size() - 1;
  }

  /** Pieces of a line: style and text in turn. */
  int spans(List<Span> spans) {
    Items items = new Items();
    for (Span span : spans) {
      items.add(word(span.style())).add(text(span.text()));
    }
    return list(items);
  }

  void writeTo(Packed out) {
    out.number(texts.size());
    out.all(packedTexts);
    out.number(lists.size());
    out.number(listItems);
    out.all(packedLists);
  }
}
