package dmrec.query;

import dmrec.event.Actor;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.Damage;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.Snapshot;
import dmrec.query.filter.FilterLimitException;
import dmrec.query.filter.StackRelations;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everybody who touched a device or what lay under it.
 *
 * @param device as it was asked for
 * @param devices the lives of it and of what lay under it, by what they were called last
 * @param origins who: those who asked before those in whose context something happened, each the
 *     latest first
 * @param ofNobody how many changes and refusals of each kind no process is known for
 * @param damage what could not be read
 */
public record DeviceActors(
    String device,
    List<DeviceRef> devices,
    List<Origin> origins,
    Map<Kind, Long> ofNobody,
    Damage damage) {
  private static final int MOST_KEPT = 1_000_000;

  /**
   * Processes that differ in nothing but their numbers and when they began.
   *
   * @param last the one that was last there
   * @param processes how many they are
   * @param deeds what they did, and how often
   */
  public record Origin(
      Actor last, int processes, long firstNs, long lastNs, Map<Deed, Long> deeds) {}

  /** Events of one kind on one device; of requests refused, one request and one errno. */
  public record Deed(DeviceRef device, Kind kind, String request, int error) {}

  private static final class Group {
    private final Set<List<Long>> processes = new HashSet<>();
    private final Map<Deed, Long> deeds = new LinkedHashMap<>();
    private Actor last;
    private long firstNs;
    private long lastNs;

    private Group(Actor actor) {
      last = actor;
    }

    private int size() {
      return processes.size() + deeds.size();
    }

    private void add(Actor actor, DeviceRef device, EventRecord record) {
      last = actor;
      lastNs = record.wallNs();
      firstNs = deeds.isEmpty() ? lastNs : firstNs;
      processes.add(List.of((long) actor.pid(), actor.startNs()));
      deeds.merge(
          record.event() instanceof DmEvent.RequestFailed refused
              ? new Deed(device, record.kind(), refused.request(), refused.error())
              : new Deed(device, record.kind(), "", 0),
          1L,
          Long::sum);
    }

    private Origin origin() {
      return new Origin(last, processes.size(), firstNs, lastNs, deeds);
    }
  }

  public DeviceActors {
    ofNobody = ofNobody.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(ofNobody));
  }

  /**
   * Reads it.
   *
   * @param selection when, and which events; its device is not asked for
   */
  public static DeviceActors read(Journal journal, String device, EventSelection selection)
      throws JournalException {
    SeqRange range = SeqRange.of(journal, selection.since(), selection.until());
    Snapshot beginning = range.before(journal);
    RelatedDevices lower = new RelatedDevices(device, beginning.topology(), false);
    Damage damage = beginning.damage();
    EventQuery all = EventQuery.ALL.from(range.fromSeq()).to(range.toSeq());
    try (EventCursor changes = journal.events(all.kinds(StackRelations.structuralKinds()))) {
      for (EventRecord record = changes.next(); record != null; record = changes.next()) {
        lower.see(record);
      }
      damage = damage.and(changes.damage());
    }
    Map<Actor, Group> groups = new HashMap<>();
    Map<Kind, Long> ofNobody = new EnumMap<>(Kind.class);
    int kept = 0;
    try (SelectedEvents events = SelectedEvents.open(journal, selection, lower::mayBe)) {
      for (EventRecord record = events.next(); record != null; record = events.next()) {
        DeviceRef on = lower.find(record);
        Actor actor = record.actor();
        if (on != null && actor != null) {
          Group group = groups.computeIfAbsent(origin(actor), Group::new);
          kept -= group.size();
          group.add(actor, on, record);
          kept += group.size();
        } else if (on != null
            && (record.kind().isChange() || record.kind() == Kind.REQUEST_FAILED)) {
          ofNobody.merge(record.kind(), 1L, Long::sum);
        }
        if (kept > MOST_KEPT) {
          throw new FilterLimitException(
                  "more than "
                      + MOST_KEPT
                      + " processes touched it; ask for less with --since, --until or --where")
              .unchecked();
        }
      }
      List<Origin> origins =
          groups.values().stream()
              .map(Group::origin)
              .sorted(
                  Comparator.comparing((Origin origin) -> origin.last.relation())
                      .thenComparing(Origin::lastNs, Comparator.reverseOrder())
                      .thenComparing(origin -> origin.last.command()))
              .toList();
      return new DeviceActors(device, lower.refs(), origins, ofNobody, damage.and(events.damage()));
    }
  }

  private static Actor origin(Actor actor) {
    return new Actor(
        actor.relation(),
        0,
        0,
        0,
        actor.uid(),
        actor.loginUid(),
        actor.command(),
        actor.executable(),
        0,
        actor.parentCommand(),
        actor.unit());
  }
}
