package dmrec.journal;

import dmrec.event.Bytes;
import dmrec.journal.Finding.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares the documents found with those that a seal, or the next file's header, vouches for, and
 * says which are wrong.
 *
 * <p>Design note: where the chain's value is right there is nothing to say. Where it is not, the
 * short digests of a seal tell each document's place: the longest run of documents that stand in
 * the listed order is proved, and what lies between two of them was changed, removed, added or
 * moved. The numbers of the events around tell which those were. One thread.
 */
final class IntervalJudge {
  /** Takes what is found. */
  interface Findings {
    void tell(Kind kind, long offset, long firstSeq, long lastSeq, long wallNs, String text);
  }

  private static final int TRIES = 16;

  private final Interval found;
  private final Findings findings;
  private Bytes last = Chain.ZERO;
  private long seqBefore;
  private long wallBeforeNs;
  private int told;

  IntervalJudge(Interval found, Findings findings) {
    this.found = found;
    this.findings = findings;
  }

  /**
   * What lies before the documents.
   *
   * @param value the chain's value
   * @param seq the last number; -1 where it is not known
   */
  void behind(Bytes value, long seq, long wallNs) {
    told = 0;
    last = value;
    seqBefore = seq;
    wallBeforeNs = wallNs;
  }

  /** How much was said of them. */
  int told() {
    return told;
  }

  private void tell(Kind kind, int index, long firstSeq, long lastSeq, String text) {
    told++;
    boolean in = index < found.count();
    findings.tell(
        kind,
        in ? found.offset(index) : -1,
        firstSeq,
        lastSeq,
        in ? found.wallNs(index) : found.count() > 0 ? found.wallNs(found.count() - 1) : 0,
        text);
  }

  /** Whether the documents are those that a seal vouches for. */
  boolean isSealed(SealNote seal) {
    told = 0;
    int count = found.count();
    if (found.isOverflown()) {
      tell(
          Kind.SEAL_ABSENT,
          0,
          0,
          0,
          "more documents without a seal than any policy allows; they are not judged");
      return false;
    }
    if (found.value(last, 0, count).equals(seal.value())) {
      if (!found.shortDigests(0, count).equals(seal.digests())) {
        tell(
            Kind.SEAL_WRONG,
            count,
            seal.seq(),
            seal.seq(),
            "the list of the next seal is not that of the documents that its value vouches for");
      }
      numbers(0, count);
      return told == 0;
    }
    new Alignment(seal).judge();
    if (told == 0) {
      tell(
          Kind.SEAL_WRONG,
          count,
          seal.seq(),
          seal.seq(),
          "the value of the seal behind #"
              + seal.seq()
              + " is not that of the documents it lists: it, or what lies before them, was"
              + " replaced");
    }
    return false;
  }

  /**
   * Whether the documents are those that the next file's header vouches for.
   *
   * @param nextSeq the first number of the next file
   */
  boolean isLinked(Bytes link, long nextSeq) {
    told = 0;
    int count = found.count();
    if (found.isOverflown()) {
      return isSealed(new SealNote(nextSeq - 1, 0, link, Bytes.NONE, 0, Bytes.NONE));
    }
    if (found.value(last, 0, count).equals(link)) {
      numbers(0, count);
      return told == 0;
    }
    if (found.valueOfSound(last).equals(link)) {
      // Whoever began the next file saw the same damage, and vouches for the rest.
      unsealed(0, count, nextSeq);
      return false;
    }
    if (isLinkedBySeal(link)) {
      return false;
    }
    unsealed(0, count, nextSeq);
    if (told == 0) {
      tell(
          Kind.FILE_REPLACED,
          count,
          Math.max(0, seqBefore),
          nextSeq,
          "the next file's header vouches for another end of this file: one of the two was replaced,"
              + " or what lies between the last seal here and #"
              + nextSeq
              + " was changed");
    }
    return false;
  }

  /** A seal that is damaged or gone may be known whole from what it sealed. */
  private boolean isLinkedBySeal(Bytes link) {
    int tries = 0;
    int count = found.count();
    for (int i = 1; i < count && tries < TRIES; i++) {
      if (found.isDamaged(i)) {
        tries++;
        Bytes value = found.value(last, 0, i);
        if (found.value(value, rebuilt(value, i, i), i + 1, count).equals(link)) {
          tell(
              Kind.DAMAGED, i, 0, 0, "a seal is damaged; the next file vouches for what it sealed");
          numbers(0, count);
          return true;
        }
      }
    }
    Bytes value = found.value(last, 0, count);
    if (found.value(value, rebuilt(value, count, -1), count, count).equals(link)) {
      tell(
          Kind.MISSING,
          count,
          0,
          0,
          "the seal at the end is gone; the next file vouches for what it sealed");
      numbers(0, count);
      return true;
    }
    return false;
  }

  /** The seal over the documents before {@code end}, as far as it is not known in another way. */
  private byte[] rebuilt(Bytes value, int end, int damagedAt) {
    int event = found.eventBefore(end);
    Bytes left = damagedAt < 0 ? null : found.beginning(damagedAt);
    int epoch = 0;
    Bytes signature = Bytes.NONE;
    if (left != null) {
      byte[] bytes = left.toArray();
      int at = Note.HEADER_BYTES + Chain.BYTES + 4;
      if (RecordLayout.intAt(bytes, at + 4) == SealNote.SIGNATURE_BYTES) {
        epoch = RecordLayout.intAt(bytes, at);
        signature = Bytes.of(Arrays.copyOfRange(bytes, at + 8, bytes.length));
      }
    }
    return new SealNote(
            event < 0 ? Math.max(0, seqBefore) : found.seq(event),
            event < 0 ? wallBeforeNs : found.wallNs(event),
            value,
            found.shortDigests(0, end),
            epoch,
            signature)
        .encode();
  }

  /** Whether the numbers of sound documents go up one by one. */
  private void numbers(int from, int to) {
    long before = seqBefore;
    for (int i = from; i < to; i++) {
      if (found.seq(i) > 0) {
        before = follow(before, i, 0);
      }
    }
  }

  private long follow(long before, int index, long damaged) {
    long seq = found.seq(index);
    if (before >= 0 && seq > before + 1 + damaged) {
      tell(
          Kind.MISSING,
          index,
          before + 1 + damaged,
          seq - 1,
          count(seq - 1 - before - damaged, "event") + " missing");
    } else if (before >= 0 && seq <= before) {
      tell(
          Kind.MOVED,
          index,
          seq,
          seq,
          "#" + seq + " stands behind #" + before + ": moved, or here twice");
      return before;
    }
    return seq;
  }

  /**
   * Says what can be said of documents that nothing vouches for.
   *
   * @param nextSeq the number that follows them, or -1
   * @return how much was said
   */
  int unsealed(int from, int to, long nextSeq) {
    int toldBefore = told;
    long before = seqBefore;
    List<Integer> damaged = new ArrayList<>();
    for (int i = from; i < to; i++) {
      if (found.isDamaged(i)) {
        damaged.add(i);
      } else if (found.seq(i) > 0) {
        long seq = found.seq(i);
        if (before >= 0 && seq <= before) {
          before = follow(before, i, 0);
          continue;
        }
        wrong(damaged, before, seq, damaged.size(), i);
        damaged.clear();
        before = seq;
      }
    }
    wrong(damaged, before, nextSeq, damaged.size(), to);
    return told - toldBefore;
  }

  /**
   * Names documents that are not what they should be.
   *
   * @param slots where they stand
   * @param before the number before them, or -1
   * @param next the number behind them, or -1
   * @param expected how many should be there
   * @param end where the next document stands
   * @return the last number up to the next document
   */
  private long wrong(List<Integer> slots, long before, long next, int expected, int end) {
    long between = before < 0 || next < 0 ? -1 : next - before - 1;
    boolean[] event = events(slots, between);
    boolean isAnyDamaged = slots.stream().anyMatch(found::isDamaged);
    long seq = before;
    for (int i = 0; i < slots.size(); i++) {
      int slot = slots.get(i);
      boolean isLast = i == slots.size() - 1;
      long first = 0;
      long lastSeq = 0;
      if (event[i] && seq >= 0) {
        first = ++seq;
        lastSeq = first;
      }
      if (isLast && isAnyDamaged && between >= 0 && next - 1 > seq && expected > slots.size()) {
        // A stretch whose frames are gone too.
        first = first == 0 ? seq + 1 : first;
        seq = next - 1;
        lastSeq = seq;
      }
      if (i >= expected) {
        tell(
            found.isDamaged(slot) ? Kind.DAMAGED : Kind.ADDED,
            slot,
            found.seq(slot),
            found.seq(slot),
            found.what(slot) + " that was not sealed: added");
      } else {
        one(slot, first, lastSeq);
      }
    }
    if (between >= 0 && seq < next - 1) {
      tell(Kind.MISSING, end, seq + 1, next - 1, count(next - 1 - seq, "event") + " missing");
    } else if (expected > slots.size() && !(isAnyDamaged && between != 0)) {
      tell(
          Kind.MISSING,
          end,
          0,
          0,
          count(expected - slots.size(), between < 0 ? "document" : "note") + " missing");
    }
    return between >= 0 ? next - 1 : seq;
  }

  private void one(int slot, long first, long lastSeq) {
    if (found.isDamaged(slot)) {
      tell(Kind.DAMAGED, slot, first, lastSeq, found.what(slot) + " is damaged");
    } else {
      long says = found.seq(slot);
      tell(
          Kind.CHANGED,
          slot,
          first,
          lastSeq,
          found.what(slot)
              + " was changed: its checksum is right, but it is not what was sealed"
              + (says > 0 && says != first ? "; it says it is #" + says : ""));
    }
  }

  /** Which of some documents are events, where the numbers around tell how many there must be. */
  private boolean[] events(List<Integer> slots, long between) {
    boolean[] event = new boolean[slots.size()];
    int notes = 0;
    for (int i = 0; i < event.length; i++) {
      notes += found.isNote(slots.get(i)) ? 1 : 0;
    }
    for (int i = 0; i < event.length; i++) {
      if (between == 0) {
        event[i] = false;
      } else if (between == event.length) {
        event[i] = true;
      } else if (between == event.length - notes) {
        event[i] = !found.isNote(slots.get(i));
      } else {
        event[i] = found.isEvent(slots.get(i));
      }
    }
    return event;
  }

  private static String count(long count, String what) {
    return count == 1 ? "1 " + what + " is" : count + " " + what + "s are";
  }

  /** The documents found against the list of a seal. */
  private final class Alignment {
    private final SealNote seal;
    private final int slots = found.count();
    private final int entries;

    /** Which entry of the list a document is; -1 for none. */
    private final int[] entryOf = new int[slots];

    /** Whether it stands where the list has it. */
    private final boolean[] kept = new boolean[slots];

    private final boolean[] isFound;

    /** The last number before what is looked at. */
    private long number = seqBefore;

    Alignment(SealNote seal) {
      this.seal = seal;
      this.entries = seal.count();
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

    void judge() {
      int first = 0;
      while (first < slots && !kept[first]) {
        first++;
      }
      int candidate = first < slots ? first - entryOf[first] : -1;
      boolean lostSeal =
          candidate > 0 && !isFound[0] && (found.isDamaged(candidate) || !found.isDamaged(0));
      if (lostSeal) {
        lostSeal(candidate);
      } else {
        align(0, 0);
      }
    }

    /** The list begins with a seal that is not there, or damaged. */
    private void lostSeal(int candidate) {
      boolean there = found.isDamaged(candidate) || found.isSeal(candidate);
      int end = there ? candidate : candidate + 1;
      Bytes value = found.value(last, 0, end);
      byte[] rebuilt = rebuilt(value, end, there ? candidate : -1);
      boolean proved =
          Interval.begins(rebuilt, seal.digest(0))
              && found.value(value, rebuilt, candidate + 1, slots).equals(seal.value());
      int event = found.eventBefore(end);
      String what =
          proved
              ? "; the next one vouches for what it sealed"
              : "; but for their checksums nothing vouches for what it sealed, up to #"
                  + (event < 0 ? Math.max(0, seqBefore) : found.seq(event));
      if (there) {
        tell(
            found.isDamaged(candidate) ? Kind.DAMAGED : Kind.CHANGED,
            candidate,
            0,
            0,
            "a seal is " + (found.isDamaged(candidate) ? "damaged" : "changed") + what);
      } else {
        tell(Kind.MISSING, end, 0, 0, "a seal is missing" + what);
      }
      if (proved) {
        numbers(0, slots);
        return;
      }
      int next = candidate + 1;
      while (next < slots && found.seq(next) == 0) {
        next++;
      }
      unsealed(0, end, next < slots && kept[next] ? found.seq(next) : -1);
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
        number = wrong(wrong, number, next(toSlot, toEntry), expected, toSlot);
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
      tell(
          twice ? Kind.DUPLICATED : Kind.MOVED,
          slot,
          seq,
          seq,
          found.what(slot) + (twice ? " is here a second time" : " is not where it was sealed"));
    }
  }

  /** The judged documents' last sound number, or the one before them. */
  long lastSeq() {
    int event = found.eventBefore(found.count());
    return event < 0 ? seqBefore : Math.max(seqBefore, found.seq(event));
  }
}
