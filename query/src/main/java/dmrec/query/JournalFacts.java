package dmrec.query;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.JournalException;
import dmrec.journal.JournalInfo;
import dmrec.journal.JournalReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * What a journal holds, found by reading all of it.
 *
 * @param info its files
 * @param recordings oldest first
 * @param counts how many records of each kind that occurs
 * @param gaps every gap, oldest first
 * @param damage what could not be read
 */
public record JournalFacts(
    JournalInfo info,
    List<Recording> recordings,
    Map<Kind, Long> counts,
    List<Gap> gaps,
    Damage damage) {

  /**
   * One recording.
   *
   * @param started its first record, or what is known of it where the journal begins in its middle;
   *     null where nothing is
   * @param stopped its last record; null where it did not end as it should, or goes on
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

  public static JournalFacts of(Path folder) throws JournalException {
    List<Recording> recordings = new ArrayList<>();
    List<Gap> gaps = new ArrayList<>();
    Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    Damage damage = new Damage();
    EventRecord first = null;
    EventRecord last = null;
    JournalInfo info = JournalInfo.of(folder);
    try (JournalReader reader = JournalReader.open(folder)) {
      DmEvent.RecordingStarted goingOn = reader.seekFoldSeq(0).recording();
      while (true) {
        if (Thread.interrupted()) {
          throw new CancellationException("interrupted");
        }
        try {
          EventRecord record = reader.next();
          boolean begins = record == null || record.kind() == Kind.RECORDING_STARTED;
          if (begins && first != null && last != null) {
            recordings.add(recording(goingOn, first, last, record == null));
            first = null;
          }
          if (record == null) {
            break;
          }
          first = first == null ? record : first;
          last = record;
          counts.merge(record.kind(), 1L, Long::sum);
          if (record.event() instanceof DmEvent.Gap gap) {
            gaps.add(new Gap(record.seq(), gap));
          }
        } catch (JournalException e) {
          damage.add(e);
        }
      }
    }
    return new JournalFacts(
        info,
        List.copyOf(recordings),
        Collections.unmodifiableMap(counts),
        List.copyOf(gaps),
        damage);
  }

  /** Only the first can begin in its middle; {@code goingOn} is that one. */
  private static Recording recording(
      DmEvent.@Nullable RecordingStarted goingOn,
      EventRecord first,
      EventRecord last,
      boolean isLast) {
    return new Recording(
        first.event() instanceof DmEvent.RecordingStarted e ? e : goingOn,
        last.event() instanceof DmEvent.RecordingStopped e ? e : null,
        first.seq(),
        last.seq(),
        first.wallNs(),
        last.wallNs(),
        isLast);
  }
}
