package dmrec.journal.seal;

import dmrec.journal.Finding.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Says what is wrong with documents: which were damaged, changed, added or moved, and which are
 * missing. The numbers of the events around tell which those were. One thread.
 */
final class Discrepancies {
  private final Interval found;
  private final Findings findings;
  private long seqBefore;
  private int told;

  Discrepancies(Interval found, Findings findings) {
    this.found = found;
    this.findings = findings;
  }

  /**
   * What lies before the documents.
   *
   * @param seq the last number; -1 where it is not known
   */
  void behind(long seq) {
    told = 0;
    seqBefore = seq;
  }

  /** The last number before the documents; -1 where it is not known. */
  long seqBefore() {
    return seqBefore;
  }

  /** How much was said. */
  int told() {
    return told;
  }

  void forget() {
    told = 0;
  }

  void tell(Kind kind, int index, long firstSeq, long lastSeq, String text) {
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

  /** Whether the numbers of sound documents go up one by one. */
  void numbers(int from, int to) {
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
  long wrong(List<Integer> slots, long before, long next, int expected, int end) {
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
          count(expected - slots.size(), between < 0 ? "document" : "control record") + " missing");
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
    int controls = 0;
    for (int i = 0; i < event.length; i++) {
      controls += found.isControl(slots.get(i)) ? 1 : 0;
    }
    for (int i = 0; i < event.length; i++) {
      if (between == 0) {
        event[i] = false;
      } else if (between == event.length) {
        event[i] = true;
      } else if (between == event.length - controls) {
        event[i] = !found.isControl(slots.get(i));
      } else {
        event[i] = found.isEvent(slots.get(i));
      }
    }
    return event;
  }

  private static String count(long count, String what) {
    return count == 1 ? "1 " + what + " is" : count + " " + what + "s are";
  }
}
