package dmrec.journal;

import dmrec.journal.file.Fault;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What could not be read of a journal while the rest was: an answer that comes with any may lack
 * something.
 *
 * @param count how many places
 * @param messages what is wrong with the first of them, for a person: file, offset, what was
 *     expected and found
 */
public record Damage(long count, List<String> messages) {
  /** Nothing is damaged. */
  public static final Damage NONE = new Damage(0, List.of());

  private static final int KEPT = 100;

  public Damage {
    messages = List.copyOf(messages);
  }

  static Damage of(Collection<Fault> faults) {
    return faults.isEmpty()
        ? NONE
        : new Damage(faults.size(), faults.stream().limit(KEPT).map(Fault::text).toList());
  }

  /** What ended a reading, as one place. */
  public static Damage of(JournalException e) {
    return new Damage(1, List.of(String.valueOf(e.getMessage())));
  }

  public boolean isNone() {
    return count == 0;
  }

  /** What was added since {@code told}, which is an earlier state of it. */
  public Damage without(Damage told) {
    List<String> fresh = messages.stream().filter(each -> !told.messages.contains(each)).toList();
    return new Damage(count - told.count, fresh);
  }

  /** Both; a place that both name counts once. */
  public Damage and(Damage other) {
    if (isNone() || other.isNone()) {
      return isNone() ? other : this;
    }
    Set<String> all = new LinkedHashSet<>(messages);
    all.addAll(other.messages);
    // Of what has no message here nobody can tell whether it is the same.
    long unnamed = Math.max(count - messages.size(), other.count - other.messages.size());
    return new Damage(all.size() + unnamed, all.stream().limit(KEPT).toList());
  }
}
