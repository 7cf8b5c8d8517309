package dmrec.journal.index;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.journal.JournalException;
import dmrec.journal.file.CycleFile;
import dmrec.journal.file.MalformedException;
import dmrec.journal.file.NameDigests;
import dmrec.journal.file.NameResolver;
import dmrec.journal.file.RecordDecoder;
import dmrec.journal.file.RecordLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the events that indexes point at. None is believed before its own checksum and number prove
 * it. One thread.
 */
final class EventReader implements AutoCloseable {
  private final JournalParts parts;
  private final RecordDecoder decoder = new RecordDecoder();
  private final NameDigests digests = new NameDigests();
  private @Nullable CycleFile open;
  private @Nullable Part openPart;
  private int at;

  EventReader(JournalParts parts) {
    this.parts = parts;
  }

  /**
   * Reads an event.
   *
   * @throws MalformedException where its checksum is right and its content is not
   */
  EventRecord read(Part part, FileIndex index, int event)
      throws JournalException, MalformedException {
    CycleFile file = load(part, index, event);
    int length = RecordLayout.intAt(file.window(), at + RecordLayout.TOTAL_LENGTH);
    return decoder.decode(file.window(), at, length, names(index, event));
  }

  /** A payload field of an event; null where it is not spelled so that it can be told alone. */
  @Nullable Object value(Part part, FileIndex index, int event, Field field)
      throws JournalException {
    CycleFile file = load(part, index, event);
    return RecordDecoder.value(file.window(), at, index.kind(event), field);
  }

  /** Finds an event: where in the file's window it is, {@link #at} says. */
  private CycleFile load(Part part, FileIndex index, int event) throws JournalException {
    for (int attempt = 0; ; attempt++) {
      CycleFile file = open;
      if (file == null || openPart != part) {
        close();
        file = CycleFile.open(part.path());
        open = file;
        openPart = part;
      }
      try {
        at = find(file, index.place(event));
        if (at < 0) {
          // The window may be older than the document.
          file.refresh();
          at = find(file, index.place(event));
        }
        if (at >= 0
            && RecordLayout.longAt(file.window(), at + RecordLayout.SEQ) == index.seq(event)) {
          return file;
        }
      } catch (JournalException e) {
        // An interrupt closes the file under the reader; the next one opens it anew.
        close();
        throw e;
      }
      if (attempt > 0) {
        throw parts.stale(part);
      }
      close();
    }
  }

  /** Who knows the names of an event's device; a digest proves them, as all that an index says. */
  NameResolver names(FileIndex index, int event) {
    return (dev, diskSeq, digest) -> {
      DeviceRef device = index.device(event);
      boolean isProved =
          dev.equals(device.dev())
              && diskSeq == device.diskSeq()
              && Objects.equals(digests.of(device), digest);
      return isProved ? device : null;
    };
  }

  /**
   * Where in the file's window the record is whose document begins at {@code place}, or -1. Its own
   * length counts, as its frame may be damaged.
   */
  private int find(CycleFile file, long place) throws JournalException {
    int head = file.load(place + 4, RecordLayout.HEADER_BYTES);
    int length =
        head < 0 ? -1 : RecordLayout.intAt(file.window(), head + RecordLayout.TOTAL_LENGTH);
    if (length < RecordLayout.HEADER_BYTES || length > RecordLayout.MAX_READ_BYTES) {
      return -1;
    }
    int found = file.load(place + 4, length);
    return found >= 0 && decoder.isRecord(file.window(), found, length) ? found : -1;
  }

  @Override
  public void close() {
    if (open != null) {
      open.close();
      open = null;
      openPart = null;
    }
  }
}
