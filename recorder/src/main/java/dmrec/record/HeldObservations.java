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
 *   |__________________________________|       some ms
 * </pre>
 *
 * <p>How long it waits is counted in what was polled, not in time: reading the hits of a storm may
 * take long, and nothing is polled meanwhile.
 *
 * <p>One thread.
 */
final class HeldObservations {
  /** Answers in a row that bring no table: one of a busy device is asked for each 2 ms. */
  private static final int MOST_ANSWERS = 500;

  /** Rounds of polls that bring no table; the first may have begun before. */
  private static final int MOST_ROUNDS = 3;

  private static final int MOST_ITEMS = 20_000;

  /** Exactly one of them is null. */
  private record Item(@Nullable Happening happening, @Nullable Observation observation) {}

  /** Interprets what was held. */
  interface Interpreting {
    void happened(Happening happening, Tables tables) throws IOException;

    void observed(Observation observation) throws IOException;
  }

  /** A table, and what the snapshot shows of its device; the dependencies are of the live table. */
  record Table(List<Target> targets, List<DevNo> dependencies, boolean readOnly, long eventNr) {}

  /** The tables of a device as the first snapshot behind an event shows them. */
  interface Tables {
    /** The table that the event put into its slot; null where no snapshot behind it shows it. */
    @Nullable Table find();
  }

  private enum Slot {
    INACTIVE,
    LIVE
  }

  private List<Item> items = new ArrayList<>();
  private final Set<DevNo> awaited = new HashSet<>();
  private int answers;
  private int rounds;
  private boolean isAnswering = true;

  boolean isEmpty() {
    return items.isEmpty();
  }

  /** Adds what happened; {@code polled} says whether snapshots can be taken at all. */
  void add(Happening happening, boolean polled) {
    if (items.isEmpty()) {
      answers = 0;
      rounds = 0;
    }
    items.add(new Item(happening, null));
    if (polled && isAnswering && happening.needsTable()) {
      awaited.add(happening.device().dev());
    }
  }

  /** Adds what was read behind. */
  void add(Observation observation) {
    items.add(new Item(null, observation));
    if (observation instanceof Observation.Polled o) {
      came(o.dev());
    } else if (observation instanceof Observation.Vanished o) {
      came(o.dev());
    } else if (observation instanceof Observation.Sampled) {
      rounds++;
    }
  }

  private void came(DevNo dev) {
    if (awaited.remove(dev)) {
      answers = 0;
      rounds = 0;
    }
  }

  /** Something was read, of use or not. While the control device fails, nothing is waited for. */
  void read(Observation observation) {
    if (observation instanceof Observation.Lost lost && lost.source() == Source.DM) {
      isAnswering = false;
      awaited.clear();
    } else if (observation instanceof Observation.Polled
        || observation instanceof Observation.Listed
        || observation instanceof Observation.Vanished) {
      isAnswering = true;
      answers++;
    }
  }

  /** Whether all is there that was waited for, or was waited for long enough. */
  boolean isReady() {
    return awaited.isEmpty()
        || answers > MOST_ANSWERS
        || rounds >= MOST_ROUNDS
        || items.size() > MOST_ITEMS;
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
