package dmrec.query;

import dmrec.event.EventRecord;
import dmrec.event.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Since when something is as it is.
 *
 * @param began the first event that shows it; null where none is recorded
 * @param before the last event before it that shows that it was not so yet; null where none does
 * @param recordingNs when the recording began, wall clock
 */
public record Since(@Nullable EventRecord began, @Nullable EventRecord before, long recordingNs) {

  /** Whether it was so when the recording began, and nobody saw it begin. */
  public boolean isOlder() {
    return before == null
        && (began == null || began.kind() == Kind.BASELINE || began.kind() == Kind.DISK_BASELINE);
  }
}
