package dmrec.query.filter;

import java.math.BigInteger;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The state of one measure of one group; its size does not grow with the events. */
final class Tally {
  /** An event's place in the journal. */
  record Place(long seq, long wallNs) {}

  private final Measure measure;
  private long count;
  private long extreme;
  private long sum;

  /** What no longer fits into {@link #sum}. */
  private @Nullable BigInteger carried;

  private @Nullable Place place;

  Tally(Measure measure) {
    this.measure = measure;
  }

  /** Counts an event in, whose fields {@code read} gives. */
  void add(long seq, long wallNs, Function<FilterField, @Nullable Object> read) {
    switch (measure.how()) {
      case COUNT -> count++;
      case FIRST -> {
        if (place == null) {
          place = new Place(seq, wallNs);
        }
      }
      case LAST -> place = new Place(seq, wallNs);
      case MIN, MAX, AVG, SUM -> {
        FilterField field = measure.field();
        Long value = field == null ? null : number(read.apply(field));
        if (value != null) {
          addValue(value);
        }
      }
    }
  }

  private static @Nullable Long number(@Nullable Object value) {
    if (value instanceof Long n) {
      return n;
    }
    if (value instanceof List<?> several) {
      for (Object one : several) {
        if (one instanceof Long n) {
          return n;
        }
      }
    }
    return null;
  }

  private void addValue(long value) {
    boolean isExtreme =
        count == 0 || (measure.how() == Measure.How.MIN ? value < extreme : value > extreme);
    extreme = isExtreme ? value : extreme;
    count++;
    long total = sum + value;
    if (((sum ^ total) & (value ^ total)) < 0) {
      BigInteger more = BigInteger.valueOf(sum);
      carried = carried == null ? more : carried.add(more);
      total = value;
    }
    sum = total;
  }

  /**
   * What came out: a {@link Long}, a {@link BigInteger}, a {@link Double} or a {@link Place}; null
   * where no event had a value.
   */
  @Nullable Object result() {
    return switch (measure.how()) {
      case COUNT -> count;
      case FIRST, LAST -> place;
      case MIN, MAX -> count == 0 ? null : extreme;
      case SUM -> count == 0 ? null : carried == null ? (Object) sum : total();
      case AVG -> count == 0 ? null : total().doubleValue() / count;
    };
  }

  private BigInteger total() {
    BigInteger rest = BigInteger.valueOf(sum);
    return carried == null ? rest : carried.add(rest);
  }
}
