package dmrec.query;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.JournalInfo;
import dmrec.journal.Position;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a journal holds.
 *
 * @param info in numbers
 * @param recordings oldest first
 * @param gaps every gap, oldest first
 * @param exactness how its changes are known
 */
public record JournalFacts(
    JournalInfo info, List<Recording> recordings, List<Gap> gaps, Exactness exactness) {
  private static final Set<Kind> STARTS_AND_GAPS = EnumSet.of(Kind.RECORDING_STARTED, Kind.GAP);

  public JournalFacts {
    recordings = List.copyOf(recordings);
    gaps = List.copyOf(gaps);
  }

  /**
   * One recording.
   *
   * @param started its first event, or what is known of it where the journal begins in its middle;
   *     null where nothing is
   * @param stopped its last event; null where it did not end as it should, or goes on
   * @param isLast whether it is the journal's last, which may be going on
   */
  public record Recording(
      DmEvent.@Nullable RecordingStarted started,
      DmEvent.@Nullable RecordingStopped stopped,
      long firstSeq,
      long lastSeq,
      long firstWallNs,
      long lastWallNs,
      boolean isLast) {}

  /** A gap and where it is. */
  public record Gap(long seq, DmEvent.Gap gap) {}

  public static JournalFacts of(Journal journal) throws JournalException {
    JournalInfo info = journal.info();
    long end = info.extent().lastSeq();
    List<EventRecord> firsts = new ArrayList<>();
    List<Gap> gaps = new ArrayList<>();
    try (EventCursor all = journal.events(EventQuery.ALL.to(end));
        EventCursor some = journal.events(EventQuery.ALL.to(end).kinds(STARTS_AND_GAPS))) {
      EventRecord first = all.next();
      if (first != null && first.kind() != Kind.RECORDING_STARTED) {
        firsts.add(first);
      }
      for (EventRecord record = some.next(); record != null; record = some.next()) {
        if (record.event() instanceof DmEvent.Gap gap) {
          gaps.add(new Gap(record.seq(), gap));
        } else {
          firsts.add(record);
        }
      }
    }
    List<Recording> recordings = new ArrayList<>();
    for (int i = 0; i < firsts.size(); i++) {
      boolean isLast = i + 1 == firsts.size();
      long lastSeq = isLast ? end : firsts.get(i + 1).seq() - 1;
      recordings.add(recording(journal, firsts.get(i), lastSeq, isLast));
    }
    return new JournalFacts(info, recordings, gaps, Exactness.of(journal, end));
  }

  /** Only the first can begin in its middle. */
  private static Recording recording(
      Journal journal, EventRecord first, long lastSeq, boolean isLast) throws JournalException {
    EventRecord last = first;
    try (EventCursor back =
        journal.events(EventQuery.ALL.from(first.seq()).to(lastSeq).backward())) {
      EventRecord found = back.next();
      last = found == null ? first : found;
    }
    return new Recording(
        first.event() instanceof DmEvent.RecordingStarted e
            ? e
            : journal.at(Position.atSeq(first.seq() - 1)).topology().recording(),
        last.event() instanceof DmEvent.RecordingStopped e ? e : null,
        first.seq(),
        last.seq(),
        first.wallNs(),
        last.wallNs(),
        isLast);
  }
}
