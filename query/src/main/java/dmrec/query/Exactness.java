package dmrec.query;

import dmrec.event.Certainty;
import dmrec.event.Kind;
import dmrec.event.Mark;
import dmrec.event.Source;
import dmrec.journal.EventCursor;
import dmrec.journal.EventHead;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How the changes in a journal are known, by kind ({@link Kind#isChange}). What was injected or
 * claimed changed nothing and is not counted.
 */
public record Exactness(Map<Kind, Count> kinds) {
  private static final Set<Kind> CHANGES =
      Arrays.stream(Kind.values()).filter(Kind::isChange).collect(Collectors.toUnmodifiableSet());

  /**
   * Numbers of events.
   *
   * @param exact the kernel told them with their moment, by a probe
   * @param read the kernel told them, and their moment is when that was read
   * @param looked seen only by a look, so that they happened some time before
   * @param inferred only correlated
   */
  public record Count(long exact, long read, long looked, long inferred) {
    private static final Count NONE = new Count(0, 0, 0, 0);

    public long told() {
      return exact + read;
    }

    public long all() {
      return exact + read + looked + inferred;
    }

    private Count and(Count more) {
      return new Count(
          exact + more.exact, read + more.read, looked + more.looked, inferred + more.inferred);
    }
  }

  public Exactness {
    kinds = kinds.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(kinds));
  }

  /** Counts the heads up to a number; what cannot be read is not counted. */
  static Exactness of(Journal journal, long toSeq) throws JournalException {
    Map<Kind, Count> kinds = new EnumMap<>(Kind.class);
    try (EventCursor events = journal.heads(EventQuery.ALL.to(toSeq).kinds(CHANGES))) {
      for (EventHead head = events.nextHead(); head != null; head = events.nextHead()) {
        Certainty certainty = head.certainty();
        if (certainty != null
            && certainty != Certainty.CLAIMED
            && !Mark.INJECTED.isIn(head.marks())) {
          kinds.merge(head.kind(), one(certainty, head.source() == Source.PROBE), Count::and);
        }
      }
    }
    return new Exactness(kinds);
  }

  private static Count one(Certainty certainty, boolean isProbed) {
    return switch (certainty) {
      case REPORTED -> isProbed ? new Count(1, 0, 0, 0) : new Count(0, 1, 0, 0);
      case DERIVED -> new Count(0, 0, 1, 0);
      case INFERRED, CLAIMED -> new Count(0, 0, 0, 1);
    };
  }

  public Count sum() {
    return kinds.values().stream().reduce(Count.NONE, Count::and);
  }

  /** The kinds of which the kernel told the least first. */
  public List<Map.Entry<Kind, Count>> blindFirst() {
    return kinds.entrySet().stream()
        .sorted(
            Comparator.comparingLong(
                    (Map.Entry<Kind, Count> each) -> each.getValue().told() - each.getValue().all())
                .thenComparingLong(each -> -each.getValue().all()))
        .toList();
  }
}
