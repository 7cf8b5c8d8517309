package dmrec.journal;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.journal.file.Chain;
import dmrec.journal.file.CycleWriter;
import dmrec.journal.file.DefinedNames;
import dmrec.journal.file.JournalTail;
import dmrec.journal.file.Syncer;
import dmrec.journal.seal.Sealer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the documents of a journal go: into the file at hand, into its chain, and with its syncs to
 * the disk. It seals them and changes the key that signs. One thread, but for {@link #sync}.
 */
final class SealedOutput {
  private final Path folder;
  private final JournalOptions options;
  private final LongSupplier nanoClock;
  private final Sealer sealer;
  private final DefinedNames names = new DefinedNames();
  private volatile Syncer syncer;
  private @Nullable CycleWriter file;

  SealedOutput(Path folder, JournalTail tail, JournalOptions options, LongSupplier nanoClock)
      throws JournalException {
    this.folder = folder;
    this.options = options;
    this.nanoClock = nanoClock;
    // It holds the key, which only close() gives back.
    this.sealer = new Sealer(folder, tail, options);
    this.syncer = new Syncer(folder, options.sync());
  }

  UUID journal() {
    return sealer.journal();
  }

  Sealer sealer() {
    return sealer;
  }

  /** The file at hand; null where none was begun yet. */
  @Nullable CycleWriter file() {
    return file;
  }

  /** Adds a document, for which there is room, behind those of the file at hand. */
  void add(CycleWriter to, byte[] document, int length) {
    to.append(document, length);
    if (to.isRoomLow()) {
      syncer.wantRoom();
    }
    sealer.add(document, length, nanoClock.getAsLong());
  }

  /**
   * Adds the definition of a device's names where the record to come needs one before it: for
   * {@link DefinedNames#MOST_BYTES} there is room.
   */
  void define(CycleWriter to, DeviceRef device, long lastSeq, long lastWallNs) {
    if (names.isDue(device, to.endBytes())) {
      long at = to.endBytes();
      names.encode(device, lastSeq, lastWallNs);
      add(to, names.bytes(), names.length());
      names.defined(device, at);
    }
  }

  // Seals.

  boolean isSealDue() {
    return sealer.isOverdue(nanoClock.getAsLong());
  }

  boolean isKeyRetryDue() {
    return sealer.isKeyRetryDue(nanoClock.getAsLong());
  }

  boolean isSealFull() {
    return sealer.isFull();
  }

  /**
   * Seals what is not sealed, as far as there is room.
   *
   * @return what the journal should tell of its key; null for nothing
   */
  @Nullable DmEvent seal(long lastSeq, long lastWallNs) throws IOException {
    CycleWriter to = file;
    if (to == null) {
      return null;
    }
    if (sealer.hasUnsealed() && addKeys(to, lastSeq, lastWallNs)) {
      byte[] seal = sealer.seal(lastSeq, lastWallNs);
      if (to.reserve(seal.length, true)) {
        to.append(seal, seal.length);
        sealer.sealed(seal);
      }
    }
    return changeKey(to, lastSeq, lastWallNs);
  }

  /** A new key signs from here on, where it is time; the old one says so and is erased. */
  private @Nullable DmEvent changeKey(CycleWriter to, long lastSeq, long lastWallNs)
      throws IOException {
    if (!sealer.isKeyDue(lastWallNs, nanoClock.getAsLong())) {
      return null;
    }
    // The old key vouches for what lies before, so that has to be on the disk first.
    syncer.sync();
    DmEvent told = sealer.changeKey(lastSeq, lastWallNs, nanoClock.getAsLong());
    addKeys(to, lastSeq, lastWallNs);
    return told;
  }

  /** Says which key signs from here on; false where there is no room to say it yet. */
  private boolean addKeys(CycleWriter to, long lastSeq, long lastWallNs) throws IOException {
    List<byte[]> untold = sealer.untoldKeys(lastSeq, lastWallNs);
    for (byte[] keys : untold) {
      if (!to.reserve(keys.length, true)) {
        return false;
      }
      add(to, keys, keys.length);
    }
    sealer.toldKeys();
    return true;
  }

  // Files.

  /**
   * Another file is written from here on.
   *
   * @param chain over what it begins with
   */
  void goOn(CycleWriter next, Chain chain) {
    names.clear();
    syncer.begin(next);
    sealer.goOnWith(chain, nanoClock.getAsLong());
    file = next;
  }

  /** Nothing more is written to the file at hand, which somebody took away. */
  void forsake() {
    CycleWriter last = file;
    if (last != null) {
      file = null;
      last.forsake();
      syncer.close();
      syncer = new Syncer(folder, options.sync());
    }
  }

  // Syncs.

  /** An event was added. */
  void appended() throws IOException {
    syncer.appended();
  }

  /** A file was removed. */
  void folderChanged() {
    syncer.folderChanged();
  }

  /** Returns when all that was added before is on the disk; from any thread. */
  void sync() throws IOException {
    syncer.sync();
  }

  /** What went wrong with the last sync; null for nothing. */
  @Nullable IOException failure() {
    return syncer.failure();
  }

  /** Ends the file at hand. */
  void finish() throws IOException {
    CycleWriter last = file;
    if (last != null) {
      last.finish();
      if (options.sync().records() > 0) {
        syncer.sync();
      }
    }
  }

  /** Gives up the file at hand: nothing is added to it any more. */
  void abandon() throws JournalException {
    CycleWriter last = file;
    if (last != null) {
      last.abandon();
    }
  }

  void close() {
    syncer.close();
    sealer.close();
  }
}
