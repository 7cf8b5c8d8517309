package dmrec.journal;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a journal is written.
 *
 * @param sync when what was written is brought to the disk
 * @param seals how often it is sealed
 * @param retention which old files go
 * @param reserveBytes how much of the file system is left to others; below 0 for the usual: a
 *     twentieth of it, 64 MiB at most
 * @param key signs the seals; null for seals without signatures
 * @param mayEndSigning whether a journal that was signed so far may go on without signatures
 * @param mayBeUnsafe whether others may be able to put files into the journal's folder
 * @param group who may read the journal beside its owner; empty for whatever group the folder has
 * @param notices gets what a person should know at once, a line each
 * @param pages lets go of the memory of what was written
 */
public record JournalOptions(
    SyncPolicy sync,
    SealPolicy seals,
    RetentionPolicy retention,
    long reserveBytes,
    @Nullable SigningKey key,
    boolean mayEndSigning,
    boolean mayBeUnsafe,
    String group,
    Consumer<String> notices,
    Pages pages) {
  /** Memory of this process into which a file is mapped. */
  @FunctionalInterface
  public interface Pages {
    /**
     * Lets go of pages that are hardly touched again: they stay in the system's cache, and a touch
     * brings them back.
     *
     * @param address of the first one
     * @param lengthBytes a multiple of a page's
     */
    void release(long address, long lengthBytes);
  }

  /** The largest file; a new one begins with each day, and before a file grows larger than this. */
  private static final long FILE_BYTES = 64L << 20;

  private static final int FILES = 8;

  /** How many states of the stack a file holds at most. */
  private static final int CHECKPOINTS = 256;

  /** What a recorder does where nothing else is asked for. */
  public static JournalOptions usual() {
    return new JournalOptions(
        SyncPolicy.DEFAULT,
        SealPolicy.DEFAULT,
        RetentionPolicy.KEEP_ALL,
        -1,
        null,
        false,
        false,
        "",
        notice -> {},
        (address, lengthBytes) -> {});
  }

  public JournalOptions with(SyncPolicy other) {
    return new JournalOptions(
        other,
        seals,
        retention,
        reserveBytes,
        key,
        mayEndSigning,
        mayBeUnsafe,
        group,
        notices,
        pages);
  }

  public JournalOptions with(SealPolicy other) {
    return new JournalOptions(
        sync,
        other,
        retention,
        reserveBytes,
        key,
        mayEndSigning,
        mayBeUnsafe,
        group,
        notices,
        pages);
  }

  public JournalOptions with(RetentionPolicy other) {
    return new JournalOptions(
        sync, seals, other, reserveBytes, key, mayEndSigning, mayBeUnsafe, group, notices, pages);
  }

  public JournalOptions with(@Nullable SigningKey other) {
    return new JournalOptions(
        sync,
        seals,
        retention,
        reserveBytes,
        other,
        mayEndSigning,
        mayBeUnsafe,
        group,
        notices,
        pages);
  }

  public JournalOptions withReserve(long bytes) {
    return new JournalOptions(
        sync, seals, retention, bytes, key, mayEndSigning, mayBeUnsafe, group, notices, pages);
  }

  public JournalOptions withNotices(Consumer<String> to) {
    return new JournalOptions(
        sync, seals, retention, reserveBytes, key, mayEndSigning, mayBeUnsafe, group, to, pages);
  }

  /** Lets a long recording hold no more of its files in memory than it writes to. */
  public JournalOptions releasing(Pages to) {
    return new JournalOptions(
        sync, seals, retention, reserveBytes, key, mayEndSigning, mayBeUnsafe, group, notices, to);
  }

  /** Writes wherever it is told to, as a person does who makes a journal for himself. */
  public JournalOptions inAnyFolder() {
    return new JournalOptions(
        sync, seals, retention, reserveBytes, key, mayEndSigning, true, group, notices, pages);
  }

  /** Lets a group read the journal. */
  public JournalOptions sharedWith(String name) {
    return new JournalOptions(
        sync,
        seals,
        retention,
        reserveBytes,
        key,
        mayEndSigning,
        mayBeUnsafe,
        name,
        notices,
        pages);
  }

  /** How many bytes of events lie between two states of the stack where that is small. */
  long checkpointBytes() {
    return fileBytes() / CHECKPOINTS;
  }

  /** What retention removes is whole files, so that they are small beside what is kept. */
  long fileBytes() {
    return retention.maxBytes() == 0
        ? FILE_BYTES
        : Math.min(FILE_BYTES, Math.max(1 << 20, retention.maxBytes() / FILES));
  }
}
