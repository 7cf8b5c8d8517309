package dmrec.query;

import dmrec.event.Actor;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.Damage;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.query.filter.FilterLimitException;
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
   */
  public record Origin(Actor last, int processes, long firstNs, long lastNs, List<Deed> deeds) {}

  /** What they did to one device: events of one kind, or one request refused with one error. */
  public record Deed(DeviceRef device, Kind kind, String request, int error, long count) {}

  private record DeedKey(DeviceRef device, Kind kind, String request, int error) {}

  private static final class Group {
    private final Set<List<Long>> processes = new HashSet<>();
    private final Map<DeedKey, Long> deeds = new LinkedHashMap<>();
    private Actor last;
    private long firstNs;
    private long lastNs;

    private Group(Actor actor) {
      last = actor;
    }

    /** How many things more have to be kept. */
    private int add(Actor actor, DeviceRef device, EventRecord record) {
      last = actor;
      lastNs = record.wallNs();
      firstNs = deeds.isEmpty() ? lastNs : firstNs;
      DeedKey deed =
          record.event() instanceof DmEvent.RequestFailed refused
              ? new DeedKey(device, record.kind(), refused.request(), refused.error())
              : new DeedKey(device, record.kind(), "", 0);
      boolean isNew = deeds.merge(deed, 1L, Long::sum) == 1;
      return (isNew ? 1 : 0)
          + (processes.add(List.of((long) actor.pid(), actor.startNs())) ? 1 : 0);
    }

    private Origin origin() {
      List<Deed> all =
          deeds.entrySet().stream()
              .map(
                  each -> {
                    DeedKey key = each.getKey();
                    return new Deed(key.device, key.kind, key.request, key.error, each.getValue());
                  })
              .toList();
      return new Origin(last, processes.size(), firstNs, lastNs, all);
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
    LowerDevices lower =
        new LowerDevices(
            journal, device, SeqRange.of(journal, selection.since(), selection.until()));
    Map<Actor, Group> groups = new HashMap<>();
    Map<Kind, Long> ofNobody = new EnumMap<>(Kind.class);
    int kept = 0;
    try (SelectedEvents events = SelectedEvents.open(journal, selection, lower::mayBe)) {
      for (EventRecord record = events.next(); record != null; record = events.next()) {
        DeviceRef on = lower.find(record);
        Actor actor = record.actor();
        if (on != null && actor != null) {
          kept += groups.computeIfAbsent(origin(actor), Group::new).add(actor, on, record);
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
      return new DeviceActors(
          device, lower.refs(), origins, ofNobody, lower.damage().and(events.damage()));
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
