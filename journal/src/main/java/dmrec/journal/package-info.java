/**
 * Where events are kept: an append-only journal over Chronicle Queue. This package is its one door;
 * what is behind it, in {@code file}, {@code seal} and {@code index}, is nobody else's.
 *
 * <p>To read: {@link dmrec.journal.Journal}, which answers an {@link dmrec.journal.EventQuery} with
 * an {@link dmrec.journal.EventCursor} of events or of their {@link dmrec.journal.EventHead}s, a
 * {@link dmrec.journal.Position} with a {@link dmrec.journal.Snapshot}, and names the {@link
 * dmrec.journal.Damage} that either passed. {@link dmrec.journal.JournalInfo} is what it is in
 * numbers, {@link dmrec.journal.Verification} with its {@link dmrec.journal.Finding}s whether it is
 * what was written, and {@link dmrec.journal.SealBehind} what vouches for an event.
 *
 * <p>To write: {@link dmrec.journal.JournalWriter}, or {@link dmrec.journal.Spool} where the
 * journal's disk may be slow, full or gone. {@link dmrec.journal.JournalOptions} say how: {@link
 * dmrec.journal.SyncPolicy}, {@link dmrec.journal.SealPolicy} with a {@link
 * dmrec.journal.SigningKey}, {@link dmrec.journal.RetentionPolicy}, and the {@link
 * dmrec.journal.FolderLock} of whoever has native code. {@link dmrec.journal.JournalRepair} copies
 * what is sound of a damaged journal.
 *
 * <p>All of it fails with a {@link dmrec.journal.JournalException}, or a {@link
 * dmrec.journal.JournalFullException} where the same writer goes on as soon as there is room.
 */
@NullMarked
package dmrec.journal;

import org.jspecify.annotations.NullMarked;
