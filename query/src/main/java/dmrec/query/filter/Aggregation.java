package dmrec.query.filter;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is to be told of the events that match, instead of the events.
 *
 * @param measures the figures; at least one
 * @param by the fields whose values make the groups; none for one group of all
 * @param perNs the length of the times that make the groups; 0 for none
 */
public record Aggregation(List<Measure> measures, List<FilterField> by, long perNs) {
  public Aggregation {
    measures = List.copyOf(measures);
    by = List.copyOf(by);
  }

  /** Whether all events are one group, which is told even where there is none. */
  boolean isOfAll() {
    return by.isEmpty() && perNs == 0;
  }

  /** The fields whose values are asked for. */
  List<FilterField> fields() {
    return Stream.concat(
            by.stream(), measures.stream().map(Measure::field).filter(Objects::nonNull))
        .toList();
  }

  @Override
  public String toString() {
    return measures.stream().map(Measure::toString).collect(Collectors.joining(", "))
        + (by.isEmpty()
            ? ""
            : " by " + by.stream().map(FilterField::name).collect(Collectors.joining(", ")))
        + (perNs == 0 ? "" : " per " + Durations.format(perNs));
  }
}
