package dmrec.journal;

import dmrec.event.DmEvent;
import dmrec.journal.file.JournalFiles;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Lets the oldest files of a journal go, as its owner wants it. One thread. */
final class Retention {
  /** What a journal can grow by between two looks at how large it is. */
  private static final long SLACK_BYTES = 2L << 20;

  /** Whose journal it is. */
  interface Owner {
    /**
     * Says in the journal what is about to be removed: a file that is missing without a word was
     * removed by somebody else.
     *
     * @return false where it cannot be said, so that nothing is removed
     */
    boolean tell(DmEvent.FilesRemoved event) throws IOException;

    /** It was removed. */
    void removed();
  }

  private final RetentionPolicy policy;
  private final JournalFiles files;
  private final Consumer<String> notices;
  private final Owner owner;

  Retention(RetentionPolicy policy, JournalFiles files, Consumer<String> notices, Owner owner) {
    this.policy = policy;
    this.files = files;
    this.notices = notices;
    this.owner = owner;
  }

  /**
   * Removes the oldest file where the journal is about to grow too large.
   *
   * @param openBytes what the file takes that is written
   * @param lastSeq the number of the last event
   */
  void removeForSize(long openBytes, long lastSeq) throws IOException {
    long max = policy.maxBytes();
    if (max > 0 && files.closedBytes() + openBytes + SLACK_BYTES > max) {
      remove(files.oldest(lastSeq), "--max-size is reached");
    }
  }

  /** Removes the oldest file where there is no room; false where it may remove none. */
  boolean removeForRoom(long lastSeq) throws IOException {
    return policy.maxBytes() > 0 && remove(files.oldest(lastSeq), "the file system is full");
  }

  /** Removes the files that are too old. */
  void removeOld(long nowNs) throws IOException {
    if (policy.keepNs() > 0) {
      remove(files.olderThan(nowNs - policy.keepNs()), "--keep has passed");
    }
  }

  private boolean remove(JournalFiles.@Nullable Removal removal, String reason) throws IOException {
    if (removal == null || !owner.tell(removal.event(reason))) {
      return false;
    }
    files.remove(removal);
    owner.removed();
    notices.accept(removal.notice(reason));
    return true;
  }
}
