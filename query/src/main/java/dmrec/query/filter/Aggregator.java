package dmrec.query.filter;

import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Mark;
import dmrec.event.Source;
import dmrec.journal.EventHead;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Works out an {@link Aggregation} while the events go by. Memory grows with the groups only, and
 * those are limited. One thread at a time.
 */
public final class Aggregator {
  private static final int MOST_GROUPS = 100_000;
  private static final long MOST_CHARACTERS = 32L << 20;

  /** Texts behind numbers, and nothing before both. */
  private static final Comparator<@Nullable Object> KEY_ORDER =
      (a, b) -> {
        if (a == null || b == null) {
          return Boolean.compare(a != null, b != null);
        }
        if (a instanceof Long x && b instanceof Long y) {
          return Long.compare(x, y);
        }
        int byType = Boolean.compare(a instanceof String, b instanceof String);
        return byType != 0 ? byType : a.toString().compareTo(b.toString());
      };

  /** What makes a group; the values in the order of the fields. */
  record Key(long startNs, List<@Nullable Object> values) {}

  /**
   * One group.
   *
   * @param startNs where its time begins; 0 without times
   * @param keys the values that make it: {@link Long}, {@link Boolean}, {@link String}, or null for
   *     what its events do not have
   * @param results as {@link Tally#result}
   */
  record Row(long startNs, List<@Nullable Object> keys, List<@Nullable Object> results) {
    /** The count of events, where that is what is told first; else 0. */
    long count(Aggregation aggregation) {
      return aggregation.measures().get(0).how() == Measure.How.COUNT
              && results.get(0) instanceof Long count
          ? count
          : 0;
    }
  }

  private final Aggregation aggregation;
  private final FilterField[] fields;
  private final FilterField[] by;
  private final @Nullable Buckets buckets;
  private final Map<Key, List<Tally>> groups = new HashMap<>();
  private long characters;

  /** The figures of all events, where nothing parts them into groups. */
  private @Nullable List<Tally> all;

  /**
   * Begins with nothing.
   *
   * @param zone in which days and hours begin
   */
  public Aggregator(Aggregation aggregation, ZoneId zone) {
    this.aggregation = aggregation;
    fields = aggregation.fields().toArray(FilterField[]::new);
    by = aggregation.by().toArray(FilterField[]::new);
    buckets = aggregation.perNs() == 0 ? null : new Buckets(aggregation.perNs(), zone);
    if (aggregation.isOfAll()) {
      all = tallies();
      groups.put(new Key(0, List.of()), all);
    }
  }

  /** Counts an event in; throws a wrapped {@link FilterLimitException} where it is too much. */
  public void add(EventRecord record) {
    add(record.seq(), record.wallNs(), field -> field.read(record));
  }

  /** Counts the event of that head in; false where that and single fields do not tell enough. */
  public boolean add(EventHead head, FilterField.Payload payload) {
    for (FilterField field : fields) {
      if (field.read(head, payload) == FilterField.NOT_IN_HEAD) {
        return false;
      }
    }
    add(head.seq(), head.wallNs(), field -> field.read(head, payload));
    return true;
  }

  private void add(long seq, long wallNs, Function<FilterField, @Nullable Object> read) {
    List<Tally> tallies = all == null ? group(wallNs, read) : all;
    for (int i = 0; i < tallies.size(); i++) {
      tallies.get(i).add(seq, wallNs, read);
    }
  }

  private List<Tally> group(long wallNs, Function<FilterField, @Nullable Object> read) {
    @Nullable Object[] keys = new @Nullable Object[by.length];
    for (int i = 0; i < by.length; i++) {
      keys[i] = keyOf(read.apply(by[i]));
    }
    List<@Nullable Object> values = Arrays.asList(keys);
    Key key = new Key(buckets == null ? 0 : buckets.start(wallNs), values);
    List<Tally> tallies = groups.get(key);
    if (tallies == null) {
      checkLimits(values);
      tallies = tallies();
      groups.put(key, tallies);
    }
    return tallies;
  }

  private void checkLimits(List<@Nullable Object> values) {
    for (Object value : values) {
      characters += value instanceof String text ? text.length() : 0;
    }
    if (groups.size() >= MOST_GROUPS || characters > MOST_CHARACTERS) {
      throw new FilterLimitException(
              "'"
                  + aggregation
                  + "' makes more than "
                  + (groups.size() >= MOST_GROUPS
                      ? MOST_GROUPS + " groups"
                      : MOST_CHARACTERS + " characters of values")
                  + "; group by fewer fields or a longer time, or filter first")
          .unchecked();
    }
  }

  private List<Tally> tallies() {
    return aggregation.measures().stream().map(Tally::new).toList();
  }

  /** A value as the group is called. */
  private static @Nullable Object keyOf(@Nullable Object value) {
    if (value == null || value instanceof Long || value instanceof String) {
      return value;
    } else if (value instanceof DeviceRef ref) {
      return ref.name().isEmpty() ? ref.dev().toString() : ref.name();
    } else if (value instanceof FilterField.Disk disk) {
      return disk.name().isEmpty() ? disk.dev().toString() : disk.name();
    } else if (value instanceof Kind kind) {
      return kind.word();
    } else if (value instanceof Source source) {
      return source.word();
    } else if (value instanceof Certainty certainty) {
      return certainty.word();
    } else if (value instanceof Mark mark) {
      return mark.word();
    } else if (value instanceof List<?> several) {
      List<String> texts = new ArrayList<>();
      for (Object one : several) {
        texts.add(String.valueOf(keyOf(one)));
      }
      return texts.isEmpty() ? null : String.join(" ", texts);
    }
    return value instanceof Boolean ? value : value.toString();
  }

  Aggregation aggregation() {
    return aggregation;
  }

  @Nullable Buckets buckets() {
    return buckets;
  }

  /** How many groups there are. */
  public int size() {
    return groups.size();
  }

  /** By time, then the most frequent first where that is what is asked, then by value. */
  List<Row> rows() {
    List<Row> rows = new ArrayList<>(groups.size());
    groups.forEach(
        (key, tallies) ->
            rows.add(new Row(key.startNs(), key.values(), new ArrayList<>(results(tallies)))));
    Comparator<Row> byKeys =
        (a, b) -> {
          for (int i = 0; i < a.keys().size(); i++) {
            int order = KEY_ORDER.compare(a.keys().get(i), b.keys().get(i));
            if (order != 0) {
              return order;
            }
          }
          return 0;
        };
    Comparator<Row> order = Comparator.comparingLong(Row::startNs);
    if (aggregation.perNs() == 0) {
      order = order.thenComparing(row -> -row.count(aggregation));
    }
    rows.sort(order.thenComparing(byKeys));
    return rows;
  }

  private static List<@Nullable Object> results(List<Tally> tallies) {
    List<@Nullable Object> results = new ArrayList<>();
    for (Tally tally : tallies) {
      results.add(tally.result());
    }
    return results;
  }
}
