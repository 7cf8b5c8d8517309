package dmrec.journal.file;

import dmrec.event.DmEvent;
import dmrec.event.IoErrors;
import dmrec.event.KernelText;
import java.util.ArrayList;
import java.util.List;

/**
 * Events that were in the journal and are no longer, until a gap tells of them. One thread at a
 * time.
 */
public final class Loss {
  private static final int NAMED_FILES = 3;

  private final List<String> found = new ArrayList<>();
  private int files;

  /** How many of them {@link #found} names. */
  private int named;

  private long events;
  private long gone;
  private long fromNs = Long.MAX_VALUE;
  private long toNs;

  /** What happened to all of the journal. */
  void because(String what) {
    if (!found.contains(what)) {
      found.add(what);
    }
  }

  /** A file that is not as it was; what its own gaps told of is untold again. */
  void add(Inspection.Missing file) {
    Held was = file.was();
    files++;
    gone += file.events();
    if (named < NAMED_FILES) {
      named++;
      found.add(KernelText.printable(was.name()) + numbers(was) + " " + file.found());
    }
    long count = file.events() + file.lost();
    if (count > 0) {
      events += count;
      fromNs = Math.min(fromNs, was.fromNs());
      toNs = Math.max(toNs, was.toNs());
    }
  }

  /** What another loss is of, too. */
  public void add(Loss other) {
    found.addAll(other.found);
    files += other.files;
    named += other.named;
    gone += other.gone;
    events += other.events;
    fromNs = Math.min(fromNs, other.fromNs);
    toNs = Math.max(toNs, other.toNs);
  }

  private static String numbers(Held file) {
    long last = file.firstSeq() + file.events() - 1;
    if (file.events() == 0) {
      return "";
    }
    return file.events() == 1
        ? " (#" + file.firstSeq() + ")"
        : " (#" + file.firstSeq() + " to #" + last + ")";
  }

  /** Whether nothing happened. */
  public boolean isNone() {
    return found.isEmpty();
  }

  /** How many events are no longer there. */
  public long gone() {
    return gone;
  }

  /** How many events are no longer there, or no longer told of. */
  public long events() {
    return events;
  }

  /** What happened, in words for a person. */
  String words() {
    return IoErrors.few(found, files - named);
  }

  public DmEvent.Gap gap() {
    return new DmEvent.Gap(
        DmEvent.Gap.JOURNAL,
        events,
        Math.min(fromNs, toNs),
        toNs,
        "somebody changed the journal while it was written: " + words());
  }
}
