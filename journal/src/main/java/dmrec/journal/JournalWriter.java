package dmrec.journal;

import dmrec.event.EventRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.core.time.SystemTimeProvider;
import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import org.jspecify.annotations.Nullable;

/**
 * Appends to a journal, of which it is the only writer.
 *
 * <p>Design note: a record is encoded into a buffer of its own first and then copied into the
 * queue's mapped page in one go, so that a process that is killed leaves a whole record or none,
 * and a record that cannot be encoded leaves the journal as it was. What {@link #append} returned
 * for survives the death of the process; what {@link #sync} returned for survives the machine's.
 *
 * <p>The append path allocates nothing. For any thread, one at a time.
 */
public final class JournalWriter implements AutoCloseable {
  /** A quarter of it is the largest document; a new file is sparse and takes a few pages. */
  private static final int BLOCK_BYTES = 16 << 20;

  /** What must be free before a journal is opened: a mapped page that finds no room is fatal. */
  private static final long RESERVE_BYTES = 32L << 20;

  private static final byte[] PADDING = new byte[4];

  private final Path folder;
  private final WriterLock lock;
  private final SingleChronicleQueue queue;
  private final ExcerptAppender appender;
  private final RecordEncoder encoder = new RecordEncoder();
  private final byte[] format = FormatRecord.current().encode();
  private long lastSeq;
  private int formattedCycle = Integer.MIN_VALUE;
  private @Nullable JournalException broken;
  private boolean closed;

  private JournalWriter(Path folder, WriterLock lock, long lastSeq, TimeProvider clock) {
    this.folder = folder;
    this.lock = lock;
    this.lastSeq = lastSeq;
    this.queue =
        SingleChronicleQueueBuilder.binary(folder)
            .rollCycle(RollCycles.FAST_DAILY)
            .blockSize(BLOCK_BYTES)
            .syncMode(SyncMode.SYNC)
            .timeProvider(clock)
            .build();
    this.appender = queue.createAppender();
    this.appender.singleThreadedCheckDisabled(true);
  }

  /**
   * Opens a journal for writing, and makes the folder where it is missing.
   *
   * @throws JournalException where another writer holds it, there is no room or no permission, or
   *     the journal is of a newer format
   */
  public static JournalWriter open(Path folder) throws JournalException {
    return open(folder, SystemTimeProvider.INSTANCE);
  }

  /** As {@link #open(Path)}; the clock decides when a new cycle file begins. */
  static JournalWriter open(Path folder, TimeProvider clock) throws JournalException {
    ChronicleSetup.quiet();
    create(folder);
    WriterLock lock = WriterLock.take(folder);
    try {
      checkSpace(folder);
      boolean fresh = JournalFolder.cycles(folder).isEmpty();
      JournalWriter writer = new JournalWriter(folder, lock, fresh ? 0 : lastSeq(folder), clock);
      try {
        writer.begin();
      } catch (RuntimeException | InternalError | JournalException e) {
        writer.close();
        throw e;
      }
      return writer;
    } catch (JournalException e) {
      lock.close();
      throw e;
    } catch (RuntimeException | InternalError e) {
      lock.close();
      throw new JournalException(Reasons.cannot("open", folder, e), e);
    }
  }

  private static void create(Path folder) throws JournalException {
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
    } catch (IOException | UnsupportedOperationException e) {
      throw new JournalException(Reasons.cannot("create", folder, e), e);
    }
  }

  private static void checkSpace(Path folder) throws JournalException {
    try {
      long free = Files.getFileStore(folder).getUsableSpace();
      if (free < RESERVE_BYTES) {
        throw new JournalException(
            Reasons.shown(folder)
                + ": expected at least "
                + (RESERVE_BYTES >> 20)
                + " MiB free, found "
                + (free >> 20)
                + " MiB. Make room, or record into another file system");
      }
    } catch (JournalException e) {
      throw e;
    } catch (IOException e) {
      throw new JournalException(Reasons.cannot("find out the free space of", folder, e), e);
    }
  }

  /** The number to go on from: damaged records behind the last sound one count as one each. */
  private static long lastSeq(Path folder) throws JournalException {
    try (JournalReader reader = JournalReader.open(folder)) {
      return reader.lastNumber();
    }
  }

  /** Names the format, so that a reader finds a journal before the first event. */
  private void begin() throws JournalException {
    try (DocumentContext document = appender.writingDocument()) {
      int cycle = appender.cycle();
      boolean first = queue.rollCycle().toSequenceNumber(document.index()) == 0;
      if (first) {
        put(document, format, format.length);
      } else {
        document.rollbackOnClose();
      }
      formattedCycle = cycle;
    }
  }

  /**
   * Appends an event and gives it the next number, whatever number it has.
   *
   * @return the number
   * @throws JournalException where it cannot be written: too large, or the file system refuses; in
   *     the latter case the writer is of no more use
   */
  public synchronized long append(EventRecord record) throws JournalException {
    checkUsable();
    long seq = lastSeq + 1;
    try {
      encoder.encode(record, seq);
    } catch (MalformedException e) {
      throw new JournalException(
          Reasons.shown(folder)
              + ": record #"
              + seq
              + " ("
              + record.kind().word()
              + ") was not written: "
              + e.getMessage(),
          e);
    }
    try {
      while (!write()) {
        // A new cycle file began; its format is named now.
      }
    } catch (RuntimeException | InternalError e) {
      throw fail("append record #" + seq + " to", e);
    }
    lastSeq = seq;
    return seq;
  }

  /** Writes the record; or, where a new file begins, its format, and returns false. */
  private boolean write() {
    DocumentContext document = appender.writingDocument();
    try {
      int cycle = appender.cycle();
      if (cycle == formattedCycle) {
        put(document, encoder.bytes(), encoder.length());
        return true;
      }
      put(document, format, format.length);
      formattedCycle = cycle;
      return false;
    } catch (Throwable e) {
      document.rollbackOnClose();
      throw e;
    } finally {
      document.close();
    }
  }

  /** Documents are padded to multiples of four, as the queue aligns them. */
  private static void put(DocumentContext document, byte[] bytes, int length) {
    Bytes<?> out = Objects.requireNonNull(document.wire()).bytes();
    out.write(bytes, 0, length);
    out.write(PADDING, 0, -length & 3);
  }

  /** The number of the last record; 0 in an empty journal. */
  public synchronized long lastSeq() {
    return lastSeq;
  }

  /**
   * Waits until everything appended is on the disk.
   *
   * @throws JournalException where it cannot be
   */
  public synchronized void sync() throws JournalException {
    checkUsable();
    try {
      appender.sync();
    } catch (RuntimeException | InternalError e) {
      throw fail("sync", e);
    }
  }

  private void checkUsable() throws JournalException {
    if (closed) {
      throw new JournalException(Reasons.shown(folder) + ": this writer is closed");
    }
    if (broken != null) {
      throw new JournalException(String.valueOf(broken.getMessage()), broken);
    }
  }

  private JournalException fail(String what, Throwable cause) {
    JournalException failure =
        new JournalException(
            Reasons.cannot(what, folder, cause) + ". Check the file system, then open it again",
            cause);
    broken = failure;
    return failure;
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      appender.close();
      queue.close();
    } catch (RuntimeException | InternalError e) {
      broken = fail("close", e);
    } finally {
      lock.close();
    }
  }
}
