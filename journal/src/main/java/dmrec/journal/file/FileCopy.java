package dmrec.journal.file;

import dmrec.event.IoErrors;
import dmrec.journal.JournalException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Copies a cycle file into the journal while it grows.
 *
 * <p>Design note: whoever reads the copy must see whole documents in order, at any moment and
 * wherever this process is killed. So the copy gets its name when it holds what the file had at the
 * first look. What follows is written with zeros for the headers of its documents, which end a
 * file, and then header by header. The queue's hint at its last document goes behind them; its
 * indexes are copied again at the end, as it changes them in place.
 *
 * <p>Plain writes only: a file system that is full or fails says so, and everything here can be
 * done again from where it stopped. One thread.
 */
public final class FileCopy implements AutoCloseable {
  private static final int BATCH_BYTES = 256 << 10;

  private final Path to;
  private final Path staging;
  private final Path staged;
  private final DiskReserve reserve;
  private final CycleFile source;
  private final ByteBuffer word = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
  private @Nullable FileChannel channel;
  private boolean published;

  /** Everything before it is in the copy. */
  private long position;

  /** Where readers can come to; beyond {@link #position} where that is written once more. */
  private long visible;

  /** Everything before it survives a power failure. */
  private long synced;

  private int unsynced;

  /**
   * A copy that is begun, or gone on with where its file is there already; nothing is touched yet.
   *
   * @param from the file in the spool
   * @param journal the folder it goes to
   */
  public FileCopy(Path from, Path journal, DiskReserve reserve) throws JournalException {
    this.to = journal.resolve(JournalFolder.nameOf(from));
    this.staging = journal.resolve(CycleWriter.STAGING);
    this.staged = staging.resolve(JournalFolder.nameOf(from));
    this.reserve = reserve;
    this.source = CycleFile.open(from);
  }

  public Path from() {
    return source.path();
  }

  public Path path() {
    return to;
  }

  /** How much of the file is in the copy. */
  public long bytes() {
    return position;
  }

  /** How many documents a power failure may take. */
  public int unsynced() {
    return unsynced;
  }

  /** Copies what was added; the copy has its name in the journal when this returns. */
  public void advance() throws IOException {
    open();
    if (published && channel().size() < visible) {
      // What is written behind the end would hide that documents are gone.
      throw JournalFolder.cut(to, visible, channel().size());
    }
    boolean more = batch();
    while (more) {
      more = batch();
    }
    if (!published) {
      Files.createLink(to, staged);
      published = true;
      visible = position;
      CycleWriter.clear(staging);
    }
  }

  private void open() throws IOException {
    if (channel != null) {
      return;
    }
    if (published || Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
      if (!published) {
        try (CycleFile copy = CycleFile.open(to)) {
          position = agreedUpTo(source, copy);
        }
        published = true;
        visible = position;
      }
      channel = OwnFiles.open(to);
      return;
    }
    CycleWriter.clear(staging);
    CycleWriter.makeStaging(staging);
    channel = OwnFiles.create(staged, OwnFiles.FILE);
    position = 0;
  }

  private FileChannel channel() throws IOException {
    if (channel == null) {
      throw new IOException("the copy is closed");
    }
    return channel;
  }

  /** Copies the next documents; false where there are none. */
  private boolean batch() throws IOException {
    source.refresh();
    // Read first: what it counts is complete from here on.
    long written = source.writePosition();
    boolean again = position < visible;
    long most = again ? visible : Long.MAX_VALUE;
    long end = position;
    long last = -1;
    int documents = 0;
    for (int head = source.header(end); isComplete(head); head = source.header(end)) {
      long next = CycleFile.next(end, head);
      if (next > most || (next - position > BATCH_BYTES && end > position)) {
        break;
      }
      if ((head & CycleFile.META) == 0) {
        last = end;
        documents++;
      }
      end = next;
    }
    source.refresh();
    int length = (int) (end - position);
    int at = length == 0 ? -1 : source.load(position, length);
    if (at < 0) {
      return false;
    }
    byte[] bytes = Arrays.copyOfRange(source.window(), at, at + length);
    if (!reserve.allows(Math.max(0, end - channel().size()))) {
      throw reserve.full();
    }
    if (published && !again) {
      behindZeros(bytes);
    } else {
      write(ByteBuffer.wrap(bytes), position);
    }
    if (last >= 0 && !again) {
      long hint = source.writePositionAt();
      if (hint >= 0) {
        write(word.clear().putLong(0, written > 0 && written < end ? written : last), hint);
      }
    }
    position = end;
    visible = Math.max(visible, end);
    unsynced += documents;
    return true;
  }

  private void behindZeros(byte[] bytes) throws IOException {
    byte[] headless = bytes.clone();
    for (int i = 0; i < bytes.length; i = (int) CycleFile.next(i, RecordLayout.intAt(bytes, i))) {
      RecordLayout.INT_LE.set(headless, i, 0);
    }
    write(ByteBuffer.wrap(headless), position);
    for (int i = 0; i < bytes.length; i = (int) CycleFile.next(i, RecordLayout.intAt(bytes, i))) {
      write(ByteBuffer.wrap(bytes, i, 4), position + i);
    }
  }

  private void write(ByteBuffer bytes, long at) throws IOException {
    long to = at;
    try {
      while (bytes.hasRemaining()) {
        to += channel().write(bytes, to);
      }
    } catch (IOException e) {
      throw reserve.cause(e);
    }
  }

  /** Makes the copy equal to a file that is not written to any more, and safe. */
  public void finish() throws IOException {
    source.refresh();
    long end = source.sizeBytes();
    long tail;
    try (FileChannel file = FileChannel.open(from(), StandardOpenOption.READ)) {
      tail = Math.min(end, CycleWriter.endOfDocuments(file, position));
    }
    if (!reserve.allows(Math.max(0, tail - channel().size()))) {
      throw reserve.full();
    }
    raw(position, tail);
    for (long at = 0; at < position; ) {
      int head = source.header(at);
      long next = CycleFile.next(at, head);
      if ((head & CycleFile.META) != 0) {
        raw(at, next);
      }
      at = next;
    }
    channel().truncate(tail);
    sync();
  }

  /** Ends the copy of a file that somebody took away: what is in it stays, and is safe. */
  public void leave() throws IOException {
    channel().truncate(CycleWriter.endOfDocuments(channel(), position));
    sync();
  }

  /** Copies bytes as they are. */
  private void raw(long from, long end) throws IOException {
    for (long at = from; at < end; at += BATCH_BYTES) {
      int length = (int) Math.min(BATCH_BYTES, end - at);
      int window = source.load(at, length);
      if (window < 0) {
        throw new IOException("the file in the spool became shorter");
      }
      write(ByteBuffer.wrap(source.window(), window, length), at);
    }
  }

  /** What was written is written once more where this fails: the system has let go of it then. */
  public void sync() throws IOException {
    try {
      channel().force(false);
      synced = position;
      unsynced = 0;
    } catch (IOException e) {
      position = synced;
      throw e;
    }
  }

  private static boolean isComplete(int head) {
    return head != 0 && (head & CycleFile.NOT_COMPLETE) == 0;
  }

  // A copy that was begun by another process.

  /**
   * Up to where a copy holds what its source does.
   *
   * @throws JournalException where it holds something else, or more
   */
  public static long agreedUpTo(CycleFile source, CycleFile copy) throws JournalException {
    long at = 0;
    while (true) {
      int head = source.header(at);
      if (!isComplete(head) || copy.header(at) != head || !isSame(source, copy, at, head)) {
        if (isProved(copy, at)) {
          throw new JournalException(
              IoErrors.shown(copy.path())
                  + " at offset "
                  + at
                  + ": expected what "
                  + IoErrors.shown(source.path())
                  + " in the spool holds, found something else. Read both, then move one of them"
                  + " away");
        }
        return at;
      }
      at = CycleFile.next(at, head);
    }
  }

  private static boolean isSame(CycleFile source, CycleFile copy, long at, int head)
      throws JournalException {
    int length = head & CycleFile.LENGTH_MASK;
    if ((head & CycleFile.META) != 0) {
      return CycleFile.next(at, head) <= copy.sizeBytes();
    }
    int here = source.load(at + 4, length);
    int there = copy.load(at + 4, length);
    return here >= 0
        && there >= 0
        && Arrays.equals(
            source.window(), here, here + length, copy.window(), there, there + length);
  }

  private static boolean isProved(CycleFile file, long at) throws JournalException {
    int head = file.header(at);
    int length = head & CycleFile.LENGTH_MASK;
    if (!isComplete(head) || (head & CycleFile.META) != 0 || length > RecordLayout.MAX_READ_BYTES) {
      return false;
    }
    int window = file.load(at + 4, length);
    RecordDecoder decoder = new RecordDecoder();
    return window >= 0
        && (decoder.isDocument(file.window(), window, length)
            || FileHeader.decode(file.window(), window, length) != null);
  }

  /** Lets go of the copy, so that it is opened anew. */
  public void release() {
    FileChannel open = channel;
    channel = null;
    if (!published) {
      position = 0;
    }
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      position = synced; // What it could not write is written again.
    }
  }

  @Override
  public void close() {
    release();
    source.close();
  }
}
