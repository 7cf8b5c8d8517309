package dmrec.journal.seal;

import dmrec.event.Bytes;
import dmrec.journal.Finding.Kind;
import dmrec.journal.file.SealRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The documents found against the list of a seal: the longest run of them that stand in the listed
 * order is proved, and what lies between two of these was changed, removed, added or moved.
 */
final class Alignment {
  private final Interval found;
  private final Discrepancies said;
  private final SealRecord seal;
  private final int slots;
  private final int entries;

  /** Which entry of the list a document is; -1 for none. */
  private final int[] entryOf;

  /** Whether it stands where the list has it. */
  private final boolean[] kept;

  private final boolean[] isFound;

  /** The last number before what is looked at. */
  private long number;

  Alignment(Interval found, Discrepancies said, SealRecord seal) {
    this.found = found;
    this.said = said;
    this.seal = seal;
    this.slots = found.count();
    this.entries = seal.count();
    this.entryOf = new int[slots];
    this.kept = new boolean[slots];
    this.number = said.seqBefore();
    this.isFound = new boolean[entries];
    Map<Long, Integer> places = new HashMap<>();
    for (int i = 0; i < entries; i++) {
      places.put(seal.digest(i), i);
    }
    for (int i = 0; i < slots; i++) {
      Integer place = places.get(found.shortDigest(i));
      entryOf[i] = place == null || found.isDamaged(i) ? -1 : place;
      if (entryOf[i] >= 0) {
        isFound[entryOf[i]] = true;
      }
    }
    longestRun();
  }

  /** Marks the longest row of documents whose entries go up. */
  private void longestRun() {
    int[] tails = new int[slots];
    int[] previous = new int[slots];
    int length = 0;
    for (int i = 0; i < slots; i++) {
      if (entryOf[i] < 0) {
        continue;
      }
      int low = 0;
      int high = length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (entryOf[tails[middle]] < entryOf[i]) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      previous[i] = low == 0 ? -1 : tails[low - 1];
      tails[low] = i;
      length = Math.max(length, low + 1);
    }
    for (int i = length == 0 ? -1 : tails[length - 1]; i >= 0; i = previous[i]) {
      kept[i] = true;
    }
  }

  /**
   * Says what is wrong.
   *
   * @param last the chain's value before the documents
   * @param wallBeforeNs wall clock of the last event before them
   */
  void judge(Bytes last, long wallBeforeNs) {
    int first = 0;
    while (first < slots && !kept[first]) {
      first++;
    }
    int candidate = first < slots ? first - entryOf[first] : -1;
    boolean lostSeal =
        candidate > 0 && !isFound[0] && (found.isDamaged(candidate) || !found.isDamaged(0));
    if (lostSeal) {
      lostSeal(candidate, last, wallBeforeNs);
    } else {
      align(0, 0);
    }
  }

  /** The list begins with a seal that is not there, or damaged. */
  private void lostSeal(int candidate, Bytes last, long wallBeforeNs) {
    boolean there = found.isDamaged(candidate) || found.isSeal(candidate);
    int end = there ? candidate : candidate + 1;
    Bytes value = found.value(last, 0, end);
    byte[] rebuilt =
        found.rebuiltSeal(value, end, there ? candidate : -1, said.seqBefore(), wallBeforeNs);
    boolean proved =
        Interval.begins(rebuilt, seal.digest(0))
            && found.value(value, rebuilt, candidate + 1, slots).equals(seal.value());
    int event = found.eventBefore(end);
    String what =
        proved
            ? "; the next one vouches for what it sealed"
            : "; but for their checksums nothing vouches for what it sealed, up to #"
                + (event < 0 ? Math.max(0, said.seqBefore()) : found.seq(event));
    if (there) {
      said.tell(
          found.isDamaged(candidate) ? Kind.DAMAGED : Kind.CHANGED,
          candidate,
          0,
          0,
          "a seal is " + (found.isDamaged(candidate) ? "damaged" : "changed") + what);
    } else {
      said.tell(Kind.MISSING, end, 0, 0, "a seal is missing" + what);
    }
    if (proved) {
      said.numbers(0, slots);
      return;
    }
    int next = candidate + 1;
    while (next < slots && found.seq(next) == 0) {
      next++;
    }
    said.unsealed(0, end, next < slots && kept[next] ? found.seq(next) : -1);
    number = Math.max(number, event < 0 ? -1 : found.seq(event));
    align(candidate + 1, 1);
  }

  private void align(int slot, int entry) {
    int fromSlot = slot;
    int fromEntry = entry;
    for (int i = slot; i <= slots; i++) {
      if (i == slots || kept[i]) {
        between(fromSlot, i, fromEntry, i == slots ? entries : entryOf[i]);
        number = i < slots && found.seq(i) > 0 ? found.seq(i) : number;
        fromSlot = i + 1;
        fromEntry = i == slots ? entries : entryOf[i] + 1;
      }
    }
  }

  /** What lies between two documents that are in their place. */
  private void between(int fromSlot, int toSlot, int fromEntry, int toEntry) {
    List<Integer> wrong = new ArrayList<>();
    for (int i = fromSlot; i < toSlot; i++) {
      if (entryOf[i] < 0) {
        wrong.add(i);
      } else {
        misplaced(i);
      }
    }
    int expected = 0;
    for (int i = fromEntry; i < toEntry; i++) {
      expected += isFound[i] ? 0 : 1;
    }
    if (!wrong.isEmpty() || expected > 0) {
      number = said.wrong(wrong, number, next(toSlot, toEntry), expected, toSlot);
    }
  }

  /** The next number that is in its place; -1 where moved documents lie between. */
  private long next(int slot, int entry) {
    int at = entry;
    for (int i = slot; i < slots; i++) {
      if (kept[i]) {
        if (entryOf[i] != at) {
          return -1;
        }
        at++;
        if (found.seq(i) > 0) {
          return found.seq(i);
        }
      }
    }
    return at == entries ? seal.seq() + 1 : -1;
  }

  private void misplaced(int slot) {
    boolean twice = false;
    for (int i = 0; i < slots; i++) {
      twice |= i != slot && kept[i] && entryOf[i] == entryOf[slot];
    }
    long seq = found.seq(slot);
    said.tell(
        twice ? Kind.DUPLICATED : Kind.MOVED,
        slot,
        seq,
        seq,
        found.what(slot) + (twice ? " is here a second time" : " is not where it was sealed"));
  }
}
