package dmrec.query;

import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.target.DevNo;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Something about a device that is not as it should be, as its own state shows.
 *
 * @param health how bad it is
 * @param words what it is, safe for a terminal
 * @param path the path that it is about; null where it is about the device
 * @param kinds which kinds of events can begin or end it
 * @param test what an event of such a kind says of it
 * @param below the devices underneath in which it may have its cause
 * @param parts what it is made of, as failed paths are of a degraded multipath device
 */
record Trouble(
    Health health,
    String words,
    @Nullable DevNo path,
    Set<Kind> kinds,
    Test test,
    List<DevNo> below,
    List<Trouble> parts) {

  /** What an event says of a trouble. */
  @FunctionalInterface
  interface Test {
    /**
     * True where the trouble is there after the event, false where not, null where it is silent.
     */
    @Nullable Boolean isThereAfter(EventRecord record);
  }

  Trouble {
    kinds = Set.copyOf(kinds);
    below = List.copyOf(below);
    parts = List.copyOf(parts);
  }

  static Trouble of(Health health, String words, Set<Kind> kinds, Test test) {
    return new Trouble(health, words, null, kinds, test, List.of(), List.of());
  }

  Trouble over(List<DevNo> devices) {
    return new Trouble(health, words, path, kinds, test, devices, parts);
  }

  Trouble madeOf(List<Trouble> troubles) {
    return new Trouble(health, words, path, kinds, test, below, troubles);
  }

  Trouble ofPath(DevNo device) {
    return new Trouble(health, words, device, kinds, test, below, parts);
  }
}
