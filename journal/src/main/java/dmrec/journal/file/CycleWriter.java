package dmrec.journal.file;

import dmrec.event.IoErrors;
import dmrec.journal.JournalException;
import dmrec.journal.JournalFullException;
import dmrec.journal.JournalOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.time.SetTimeProvider;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.rollcycles.LegacyRollCycles;
import net.openhft.chronicle.wire.DocumentContext;
import net.openhft.chronicle.wire.Wire;
import org.jspecify.annotations.Nullable;

/**
 * Writes one cycle file.
 *
 * <p>Design note: the queue's library opens and changes every file that it finds in its folder, and
 * trusts them. So each file is made in a folder of its own inside the journal, by a queue that
 * knows no other file, and gets its name in the journal when it begins with a header and a
 * checkpoint: a file of the journal is whole from its first moment, and is never opened for writing
 * again.
 *
 * <p>The library maps the file, so that room is made first ({@link FileRoom}). One thread, but for
 * {@link #force} and {@link #fillAhead}.
 */
public final class CycleWriter {
  public static final RollCycle NAMES = LegacyRollCycles.MINUTELY;
  public static final String STAGING = ".writing";

  /** Beside each queue; written to by the queue alone, and gone with it. */
  private static final String OWN_FILE = "metadata.cq4t";

  private static final int OWN_BYTES = 128 << 10;

  /** A quarter of it is the largest document. */
  private static final int BLOCK_BYTES = 16 << 20;

  /** What the queue puts behind a document: two index pages at most. */
  private static final int INDEX_BYTES = 40 << 10;

  /** Kept free for what must be said at the end: seals, gaps, removals. */
  private static final int LAST_WORDS_BYTES = 96 << 10;

  private static final int FIRST_BYTES = 256 << 10;

  /** What must be free for a file to begin. */
  public static final long LEAST_BYTES = 2L * FIRST_BYTES;

  private static final int PAGE_BYTES = 4096;

  /** How much of a file is let go of at once, and how much before its end is kept in memory. */
  private static final int RELEASED_BYTES = 1 << 20;

  private static final byte[] PADDING = new byte[4];
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("uuuuMMdd-HHmm").withZone(ZoneOffset.UTC);

  private final Path staged;
  private final Path published;
  private final JournalOptions.Pages pages;
  private final FileChannel channel;
  private final SingleChronicleQueue queue;
  private final ExcerptAppender appender;
  private final FileRoom room;
  private long endBytes;
  private long releasedBytes;

  /** How large it is once it has ended. */
  private long endedBytes;

  private CycleWriter(
      Path staged, Path published, DiskReserve reserve, JournalOptions.Pages pages, long minute)
      throws IOException {
    this.staged = staged;
    this.published = published;
    this.pages = pages;
    if (!fillOwnFile(staged.resolveSibling(OWN_FILE))) {
      throw reserve.full();
    }
    SetTimeProvider clock = new SetTimeProvider();
    clock.currentTimeMillis(minute * 60_000);
    this.queue =
        SingleChronicleQueueBuilder.binary(Objects.requireNonNull(staged.getParent()))
            .rollCycle(NAMES)
            .blockSize(BLOCK_BYTES)
            .timeProvider(clock)
            .build();
    this.appender = queue.createAppender();
    this.appender.singleThreadedCheckDisabled(true);
    // Only now: the queue would wait for the header of a file that it finds.
    this.channel = OwnFiles.create(staged, OwnFiles.FILE);
    try {
      this.room = FileRoom.begin(published, channel, reserve, FIRST_BYTES);
    } catch (IOException e) {
      appender.close();
      queue.close();
      closeQuietly(channel);
      throw e;
    }
  }

  /** The queue maps that one as well, and would find holes in it. */
  private static boolean fillOwnFile(Path path) throws IOException {
    try (FileChannel own = OwnFiles.create(path, OwnFiles.FILE)) {
      return FileRoom.fill(own, 0, OWN_BYTES);
    }
  }

  /** What the file of a minute is called. */
  public static String nameOf(long minute) {
    return NAME.format(Instant.ofEpochSecond(minute * 60)) + JournalFolder.CYCLE_SUFFIX;
  }

  /** The first minute from one on whose name nothing in the folder has. */
  public static long freeMinute(Path folder, long from) {
    long minute = from;
    while (Files.exists(folder.resolve(nameOf(minute)), LinkOption.NOFOLLOW_LINKS)) {
      minute++;
    }
    return minute;
  }

  /** The minute a file is called after; -1 where it has no such name. */
  public static long minuteOf(Path file) {
    String name = JournalFolder.nameOf(file);
    try {
      return LocalDateTime.parse(
                  name.substring(0, name.length() - JournalFolder.CYCLE_SUFFIX.length()),
                  DateTimeFormatter.ofPattern("uuuuMMdd-HHmm"))
              .toEpochSecond(ZoneOffset.UTC)
          / 60;
    } catch (RuntimeException e) {
      return -1;
    }
  }

  /**
   * Begins a file that nobody sees yet.
   *
   * @throws JournalFullException where there is no room for it
   */
  public static CycleWriter create(
      Path folder, long minute, DiskReserve reserve, JournalOptions.Pages pages)
      throws JournalException {
    Path staging = folder.resolve(STAGING);
    Path staged = staging.resolve(nameOf(minute));
    try {
      clear(staging);
      makeStaging(staging);
      // Twice as much as is filled, so that the queue's own small file beside it finds room too.
      if (!reserve.allows(LEAST_BYTES)) {
        throw reserve.full();
      }
      return new CycleWriter(staged, folder.resolve(nameOf(minute)), reserve, pages, minute);
    } catch (JournalException e) {
      clear(staging);
      throw e;
    } catch (IOException | RuntimeException | InternalError e) {
      throw new JournalException(IoErrors.cannot("begin a file in", folder, e), e);
    }
  }

  /** Makes the folder that files are begun in; it passes the journal's group on to them. */
  static void makeStaging(Path staging) throws IOException {
    OwnFiles.createFolder(staging, OwnFiles.PRIVATE_FOLDER);
  }

  /**
   * Removes what a writer that was killed has left. Its file has a name in the journal, or none.
   */
  public static void clear(Path staging) throws JournalException {
    try {
      if (Files.isDirectory(staging, LinkOption.NOFOLLOW_LINKS)) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(staging)) {
          for (Path file : files) {
            Files.delete(file);
          }
        }
      }
      Files.deleteIfExists(staging);
    } catch (IOException e) {
      throw new JournalException(IoErrors.cannot("clear", staging, e), e);
    }
  }

  public Path path() {
    return published;
  }

  /** Where its last document ends. */
  public long endBytes() {
    return endBytes;
  }

  /** What it takes on the disk; up to a MiB more where room was made ahead. */
  public long allocatedBytes() {
    return endedBytes > 0 ? endedBytes : room.bytes();
  }

  /**
   * Makes room for a document.
   *
   * @param lastWords whether it may use what is kept for the end
   * @return false where there is none
   */
  public boolean reserve(int length, boolean lastWords) throws JournalException {
    long needed = endBytes + 4 + length + INDEX_BYTES + (lastWords ? 0 : LAST_WORDS_BYTES);
    return room.reserve(needed);
  }

  /** Whether {@link #fillAhead} should be called by now. */
  public boolean isRoomLow() {
    return room.isLow(endBytes);
  }

  /** Makes room before it is needed; from any thread. */
  public void fillAhead() {
    room.fillAhead();
  }

  /** Appends a document for which there is room. */
  public void append(byte[] bytes, int length) {
    if (endBytes - releasedBytes >= 2 * RELEASED_BYTES) {
      release();
    }
    DocumentContext document = appender.writingDocument();
    try {
      // Documents are padded to multiples of four, as the queue aligns them.
      Bytes<?> out = Objects.requireNonNull(document.wire()).bytes();
      out.write(bytes, 0, length);
      out.write(PADDING, 0, -length & 3);
      endBytes = out.writePosition();
    } catch (Throwable e) {
      document.rollbackOnClose();
      throw e;
    } finally {
      document.close();
    }
  }

  private void release() {
    try {
      // The queue maps blocks of the file, and gives no address of one that it does not map.
      Wire wire = Objects.requireNonNull(appender.wire());
      pages.release(wire.bytes().addressForRead(releasedBytes), RELEASED_BYTES);
    } catch (RuntimeException | InternalError e) {
      // It stays in memory, and that is all.
    }
    releasedBytes += RELEASED_BYTES;
  }

  /** Gives the file its name in the journal. */
  public void publish() throws JournalException {
    try {
      Files.createLink(published, staged);
    } catch (IOException | UnsupportedOperationException e) {
      throw new JournalException(IoErrors.cannot("name", published, e), e);
    }
  }

  /** Waits until all of it is on the disk, mapped pages too; from any thread. */
  public void force() throws IOException {
    channel.force(false);
  }

  /** Ends the queue; the file is not changed any more, but for the zeros behind its end. */
  public void finish() throws JournalException {
    room.end();
    try {
      appender.close();
      queue.close();
      channel.truncate(Math.min(channel.size(), endOfDocuments(channel, endBytes)));
      endedBytes = channel.size();
    } catch (IOException | RuntimeException | InternalError e) {
      throw new JournalException(IoErrors.cannot("close", published, e), e);
    } finally {
      clear(Objects.requireNonNull(staged.getParent()));
    }
  }

  /** Gives up a file: nothing is added to it any more. One that was not named is gone. */
  public void abandon() throws JournalException {
    room.end();
    try {
      appender.close();
      queue.close();
    } catch (RuntimeException | InternalError e) {
      throw new JournalException(IoErrors.cannot("close", published, e), e);
    } finally {
      closeQuietly(channel);
      clear(Objects.requireNonNull(staged.getParent()));
    }
  }

  /** As {@link #abandon} where what fails is told elsewhere. */
  public void forsake() {
    try {
      abandon();
    } catch (JournalException e) {
      return;
    }
  }

  /** Closes the file behind the last {@link #force}. */
  public void close() {
    closeQuietly(channel);
  }

  /** Where a file can be cut, given where a document begins or would begin: behind the last one. */
  public static long endOfDocuments(FileChannel channel, long from) throws IOException {
    ByteBuffer word = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    long at = CycleFile.align(from);
    while (channel.read(word.clear(), at) == 4 && word.getInt(0) != 0) {
      at = CycleFile.next(at, word.getInt(0));
    }
    // The end of a file is told by a header of zeros, which has to be there.
    return (at + 4 + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      return; // What was to be kept was forced before.
    }
  }
}
