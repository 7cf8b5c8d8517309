package dmrec.journal.file;

import dmrec.event.IoErrors;
import dmrec.journal.JournalException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * The room ahead of a file's writer: zeros that plain writes put there, which fail as they should
 * where the file system is full. A page that is mapped and finds no room would be a SIGBUS.
 *
 * <p>One thread, but for {@link #fillAhead}: the two share how far the file is filled, and
 * whichever fills holds the monitor.
 */
final class FileRoom {
  private static final int STEP_BYTES = 1 << 20;

  /** How much is appended until it is said again that room is low. */
  private static final int ASKED_BYTES = 64 << 10;

  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 << 10);

  private final Path file;
  private final FileChannel channel;
  private final DiskReserve reserve;
  private long bytes;
  private long askedBytes;

  /** Up to where the file is filled; changed under the monitor. */
  private volatile long filledBytes;

  private boolean isEnded;

  private FileRoom(Path file, FileChannel channel, DiskReserve reserve, long bytes) {
    this.file = file;
    this.channel = channel;
    this.reserve = reserve;
    this.bytes = bytes;
    this.filledBytes = bytes;
  }

  /**
   * The room of a file that is begun.
   *
   * @param file what it will be called
   * @throws JournalException where there is none
   */
  static FileRoom begin(Path file, FileChannel channel, DiskReserve reserve, long bytes)
      throws IOException {
    if (!fill(channel, 0, bytes)) {
      throw reserve.full();
    }
    return new FileRoom(file, channel, reserve, bytes);
  }

  /**
   * Writes zeros; false where the file system is full. Those written until then are not counted.
   */
  static boolean fill(FileChannel channel, long from, long to) throws IOException {
    ByteBuffer zeros = ZEROS.duplicate();
    long at = from;
    try {
      while (at < to) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), to - at));
        at += channel.write(zeros, at);
      }
      return true;
    } catch (IOException e) {
      if (DiskReserve.isFull(e)) {
        return false;
      }
      throw e;
    }
  }

  /** How much the writer has taken; a step more may be filled ahead. */
  long bytes() {
    return bytes;
  }

  /** Makes room up to there; false where there is none. */
  boolean reserve(long neededBytes) throws JournalException {
    if (neededBytes > bytes) {
      bytes = filledBytes;
    }
    return neededBytes <= bytes || grow(neededBytes);
  }

  private synchronized boolean grow(long neededBytes) throws JournalException {
    bytes = filledBytes;
    if (neededBytes <= bytes) {
      return true;
    }
    long target = Math.max(neededBytes, bytes + Math.min(STEP_BYTES, bytes));
    if (!reserve.allows(target - bytes)) {
      return false;
    }
    try {
      if (channel.size() < bytes) {
        // Zeros behind the end would hide that documents are gone.
        throw JournalFolder.cut(file, bytes, channel.size());
      }
      if (fill(channel, bytes, target)) {
        bytes = target;
        filledBytes = target;
      }
      return neededBytes <= bytes;
    } catch (JournalException e) {
      throw e;
    } catch (IOException e) {
      throw new JournalException(IoErrors.cannot("write", file, e), e);
    }
  }

  /** Whether the file should be filled ahead by now; says so again only some way on. */
  boolean isLow(long endBytes) {
    if (filledBytes - endBytes >= STEP_BYTES / 2 || endBytes - askedBytes < ASKED_BYTES) {
      return false;
    }
    askedBytes = endBytes;
    return true;
  }

  /**
   * Makes room before it is needed; from any thread. What prevents that is found by whoever needs
   * it.
   */
  synchronized void fillAhead() {
    try {
      long from = filledBytes;
      if (!isEnded
          && channel.size() >= from
          && reserve.allows(STEP_BYTES)
          && fill(channel, from, from + STEP_BYTES)) {
        filledBytes = from + STEP_BYTES;
      }
    } catch (IOException e) {
      return;
    }
  }

  /** Nothing more is filled ahead. */
  synchronized void end() {
    isEnded = true;
  }
}
