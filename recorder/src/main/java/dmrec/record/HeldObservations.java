package dmrec.record;

import dmrec.decode.DecodeException;
import dmrec.event.DmEvent;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds what a probe told until the snapshot behind it shows the table that belongs to it, and what
 * was read meanwhile: so that all of it is interpreted in order, with the tables known.
 *
 * <pre>
 *   table_load  table_live  uevent  snapshot
 *   |__________________________________|       some ms; at most a second for each device
 * </pre>
 *
 * <p>One thread.
 */
final class HeldObservations {
  /** A snapshot is taken in the same turn of the loop, unless its device is busy. */
  private static final long MOST_NS = 1_000_000_000L;

  private static final int MOST_ITEMS = 20_000;

  /** Either is null. */
  private record Item(@Nullable Happening happening, @Nullable Observation observation) {}

  /** Interprets what was held. */
  interface Interpreting {
    void happened(Happening happening, Tables tables) throws IOException;

    void observed(Observation observation) throws IOException;
  }

  /** What a snapshot showed of a table, with the devices that it uses. */
  record Table(List<Target> targets, List<DevNo> dependencies, boolean readOnly, long eventNr) {}

  /** The tables of a device as the first snapshot behind an event shows them. */
  interface Tables {
    /** The table that the event put into its slot; null where it was gone by the snapshot. */
    @Nullable Table find();
  }

  private enum Slot {
    INACTIVE,
    LIVE
  }

  private List<Item> items = new ArrayList<>();
  private final Set<DevNo> awaited = new HashSet<>();
  private long sinceMonoNs;

  boolean isEmpty() {
    return items.isEmpty();
  }

  /** Adds what happened; {@code polled} says whether snapshots can be taken at all. */
  void add(Happening happening, boolean polled) {
    begin(happening.hit().at());
    items.add(new Item(happening, null));
    if (polled && happening.needsTable()) {
      awaited.add(happening.device().dev());
    }
  }

  /** Adds what was read behind. */
  void add(Observation observation) {
    begin(observation.at());
    items.add(new Item(null, observation));
    if (observation instanceof Observation.Polled o) {
      came(o.dev(), o.at());
    } else if (observation instanceof Observation.Vanished o) {
      came(o.dev(), o.at());
    } else if (observation instanceof Observation.Lost o && o.source() == Source.DM) {
      awaited.clear(); // The control device does not answer.
    }
  }

  /** Of many devices that changed at once the snapshots come one after the other. */
  private void came(DevNo dev, Stamp at) {
    if (awaited.remove(dev)) {
      sinceMonoNs = at.monoNs();
    }
  }

  private void begin(Stamp at) {
    if (items.isEmpty()) {
      sinceMonoNs = at.monoNs();
    }
  }

  /** Whether all is there that was waited for, or was waited for long enough. */
  boolean isReady(long nowMonoNs) {
    return awaited.isEmpty() || nowMonoNs - sinceMonoNs > MOST_NS || items.size() > MOST_ITEMS;
  }

  /** Interprets all of it, in order. */
  void release(Interpreting to) throws IOException {
    List<Item> all = items;
    items = new ArrayList<>();
    awaited.clear();
    for (int i = 0; i < all.size(); i++) {
      Happening happening = all.get(i).happening();
      Observation observation = all.get(i).observation();
      if (happening != null) {
        int at = i;
        to.happened(happening, () -> table(all, at, happening));
      } else if (observation != null) {
        to.observed(observation);
      }
    }
  }

  private static @Nullable Table table(List<Item> all, int at, Happening put) {
    DevNo dev = put.device().dev();
    Slot slot = put.event() instanceof DmEvent.TableLoaded ? Slot.INACTIVE : Slot.LIVE;
    for (Item item : all.subList(at + 1, all.size())) {
      Happening next = item.happening();
      if (next != null && next.device().dev().equals(dev)) {
        boolean moves = slot == Slot.INACTIVE && next.event() instanceof DmEvent.TableLive;
        if (isLost(slot, next.event())) {
          return null;
        }
        slot = moves ? Slot.LIVE : slot;
      } else if (item.observation() instanceof Observation.Polled o && o.dev().equals(dev)) {
        return of(o, slot);
      }
    }
    return null;
  }

  /** Whether an event takes away what is in the slot. */
  private static boolean isLost(Slot slot, DmEvent event) {
    return switch (event.kind()) {
      case DEVICE_REMOVED -> true;
      case TABLE_LIVE, TABLE_CHANGED -> slot == Slot.LIVE;
      case TABLE_LOADED, TABLE_CLEARED -> slot == Slot.INACTIVE;
      default -> false;
    };
  }

  private static @Nullable Table of(Observation.Polled polled, Slot slot) {
    try {
      DeviceSnapshot snapshot = DeviceSnapshot.of(polled);
      List<Target> targets = slot == Slot.LIVE ? snapshot.live() : snapshot.inactive();
      return targets == null
          ? null
          : new Table(
              targets,
              snapshot.state().dependencies(),
              snapshot.state().readOnly(),
              snapshot.state().eventNr());
    } catch (DecodeException e) {
      return null; // Whoever interprets it says so.
    }
  }
}
