package dmrec.selftest;

import dmrec.event.Actor;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.query.ActorText;
import dmrec.query.EventText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Holds what a journal tells of a self-test's devices against what was done to them: each change
 * once, at its device, at its moment, by its process, and in order.
 */
final class JournalCheck {
  /** Parts of a table's change that a poll may fall between. */
  private static final Set<Kind> STEPS =
      EnumSet.of(
          Kind.DEVICE_SUSPENDED,
          Kind.DEVICE_RESUMED,
          Kind.TABLE_LOADED,
          Kind.TABLE_CLEARED,
          Kind.READ_ONLY_CHANGED);

  /** A change, and the index of its finding. */
  private record Place(int index, Cause cause, Cause.Change change) {}

  private final List<Cause> causes;
  private final boolean hasProbes;
  private final List<EventRecord> left = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();

  private JournalCheck(List<Cause> causes, List<EventRecord> events, boolean hasProbes) {
    this.causes = causes;
    this.hasProbes = hasProbes;
    for (EventRecord record : events) {
      if (isOfInterest(record.kind()) && causes.stream().anyMatch(cause -> isOf(record, cause))) {
        left.add(record);
      }
    }
  }

  /**
   * One finding for each change of each cause, in their order.
   *
   * @param causes in the order in which they were caused
   * @param events of the journal, in its order
   * @param hasProbes whether the recorder had the kernel's probes
   */
  static List<Finding> of(List<Cause> causes, List<EventRecord> events, boolean hasProbes) {
    JournalCheck check = new JournalCheck(causes, events, hasProbes);
    check.match();
    check.findMisplaced();
    check.findRepeated();
    check.findDisorder();
    return check.findings;
  }

  private static boolean isOfInterest(Kind kind) {
    return kind.isChange() || kind == Kind.REQUEST_FAILED;
  }

  /** Numbers are used again, so the name must be one of the self-test's too. */
  private static boolean isOf(EventRecord record, Cause cause) {
    return record.device().dev().equals(cause.dev())
        && record.device().name().startsWith(Remains.PREFIX);
  }

  /** Whether it may have happened while the cause went on. */
  static boolean isAt(EventRecord record, Cause cause) {
    return record.wallNs() >= cause.beforeNs()
        && (Finding.How.of(record) == Finding.How.EXACT ? record.wallNs() : record.notBeforeNs())
            <= cause.afterNs();
  }

  /** Whether it tells that change of that cause. */
  static boolean tells(EventRecord record, Cause cause, Kind kind) {
    return record.kind() == kind && isOf(record, cause) && isAt(record, cause);
  }

  /** What lasts takes its events first: those of a poll fit what was brief before it as well. */
  private void match() {
    List<Place> places = new ArrayList<>();
    for (Cause cause : causes) {
      for (Cause.Change change : cause.changes()) {
        places.add(new Place(places.size(), cause, change));
        findings.add(missing(cause, change));
      }
    }
    places.sort(Comparator.comparing((Place place) -> place.change().brief()));
    for (Place place : places) {
      Cause cause = place.cause();
      Kind kind = place.change().kind();
      EventRecord found = take(record -> tells(record, cause, kind));
      if (found != null) {
        findings.set(place.index(), Finding.of(cause, kind, found, who(cause, found)));
      }
    }
  }

  private Finding missing(Cause cause, Cause.Change change) {
    Finding.How how = change.brief() && !hasProbes ? Finding.How.TOO_BRIEF : Finding.How.NOT_TOLD;
    return new Finding(cause, change.kind(), how, null, "");
  }

  private @Nullable EventRecord take(Predicate<EventRecord> condition) {
    for (EventRecord record : left) {
      if (condition.test(record)) {
        left.remove(record);
        return record;
      }
    }
    return null;
  }

  /** What is wrong with the process that an event names. */
  private static String who(Cause cause, EventRecord record) {
    Actor actor = record.actor();
    if (cause.pid() == 0 || Finding.How.of(record) != Finding.How.EXACT) {
      return "";
    }
    if (actor == null) {
      return "asked for by process " + cause.pid() + ", told with nobody";
    }
    return actor.relation() == Actor.Relation.ASKED && actor.pid() == cause.pid()
        ? ""
        : "asked for by process " + cause.pid() + ", told " + ActorText.brief(actor);
  }

  /** What was not found in its place may be told of another moment or device. */
  private void findMisplaced() {
    for (int i = 0; i < findings.size(); i++) {
      Finding finding = findings.get(i);
      Cause cause = finding.cause();
      if (finding.how() != Finding.How.NOT_TOLD) {
        continue;
      }
      EventRecord other =
          take(
              record ->
                  record.kind() == finding.kind() && isOf(record, cause) && !isByTheWay(record));
      if (other != null) {
        findings.set(i, Finding.of(cause, finding.kind(), other, awayFrom(cause, other)));
        continue;
      }
      other = take(record -> record.kind() == finding.kind() && isAt(record, cause));
      if (other != null) {
        findings.set(
            i,
            Finding.of(
                cause,
                finding.kind(),
                other,
                "happened to " + cause.name() + ", told of " + other.device().name()));
      }
    }
  }

  private static String awayFrom(Cause cause, EventRecord record) {
    long earlyNs = cause.beforeNs() - record.wallNs();
    long lateNs = Math.max(record.notBeforeNs(), record.wallNs()) - cause.afterNs();
    return "told at another moment, "
        + (earlyNs > 0
            ? EventText.duration(earlyNs) + " before it"
            : EventText.duration(lateNs) + " after it");
  }

  private void findRepeated() {
    for (EventRecord record : left) {
      for (int i = findings.size() - 1; i >= 0; i--) {
        Finding finding = findings.get(i);
        Cause cause = finding.cause();
        if (finding.kind() == record.kind()
            && isOf(record, cause)
            && record.wallNs() >= cause.beforeNs()
            && !isByTheWay(record)) {
          findings.set(
              i,
              new Finding(
                  cause,
                  finding.kind(),
                  finding.how(),
                  finding.record(),
                  "told again as #" + record.seq()));
          break;
        }
      }
    }
  }

  /** Whether it comes of what was done without being asked for. */
  private boolean isByTheWay(EventRecord record) {
    if (Finding.How.of(record) == Finding.How.EXACT) {
      // The first I/O after a switch is asked for goes to a group by itself.
      Actor actor = record.actor();
      return record.kind() == Kind.GROUP_SWITCHED
          && (actor == null || actor.relation() != Actor.Relation.ASKED);
    }
    if (record.kind() == Kind.GROUP_SWITCHED || record.kind() == Kind.TABLE_CHANGED) {
      return true;
    }
    return STEPS.contains(record.kind())
        && causes.stream()
            .anyMatch(
                cause ->
                    isOf(record, cause)
                        && isAt(record, cause)
                        && cause.changes().stream()
                            .anyMatch(change -> change.kind() == Kind.TABLE_LIVE));
  }

  /** What is exact must come in the order in which it was caused. */
  private void findDisorder() {
    long lastSeq = 0;
    for (int i = 0; i < findings.size(); i++) {
      Finding finding = findings.get(i);
      EventRecord record = finding.record();
      if (record == null || finding.how() != Finding.How.EXACT || finding.isWrong()) {
        continue;
      }
      if (record.seq() < lastSeq) {
        findings.set(
            i,
            Finding.of(
                finding.cause(),
                finding.kind(),
                record,
                "told as #" + record.seq() + ", before #" + lastSeq + " that came before it"));
      }
      lastSeq = Math.max(lastSeq, record.seq());
    }
  }
}
