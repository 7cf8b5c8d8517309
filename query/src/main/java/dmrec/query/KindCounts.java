package dmrec.query;

import dmrec.event.Kind;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How many events there are of each kind, for people: the most first. */
public final class KindCounts {
  private KindCounts() {}

  /** The most first; what is as many, in the order of the kinds. */
  public static List<Map.Entry<Kind, Long>> mostFirst(Map<Kind, Long> counts) {
    return counts.entrySet().stream()
        .sorted(
            Map.Entry.<Kind, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .toList();
  }

  /** A line for each kind, without its end. */
  public static List<String> lines(Map<Kind, Long> counts) {
    return mostFirst(counts).stream()
        .map(each -> String.format(Locale.ROOT, "%10d  %s", each.getValue(), each.getKey().word()))
        .toList();
  }
}
