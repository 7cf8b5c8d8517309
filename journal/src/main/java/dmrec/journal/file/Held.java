package dmrec.journal.file;

import dmrec.event.IoErrors;
import dmrec.journal.JournalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of the journal, as its writer knows it.
 *
 * @param key which file it is, beyond its name
 * @param bytes how large it is at least
 * @param number its number in the journal; 0 where its header is damaged
 * @param firstSeq number of its first event; 0 where its header is damaged
 * @param events how many events it holds
 * @param lost how many events the gaps in it tell of
 * @param fromNs wall clock not behind its events, and not behind what its gaps tell of
 * @param toNs wall clock not before its events
 */
public record Held(
    Path path,
    Object key,
    long bytes,
    long number,
    long firstSeq,
    long events,
    long lost,
    long fromNs,
    long toNs) {
  /** A file of which all was read. */
  public static Held of(Path path, Content content) throws JournalException {
    FileHeader header = content.header();
    Inode inode = inodeOf(path);
    return new Held(
        path,
        inode.key(),
        inode.bytes(),
        header == null ? 0 : header.number(),
        header == null ? 0 : header.firstSeq(),
        content.events(),
        content.lost(),
        content.fromNs(),
        content.toNs());
  }

  private static Inode inodeOf(Path path) throws JournalException {
    try {
      return Inode.ofFile(path);
    } catch (IOException e) {
      throw new JournalException(IoErrors.cannot("look at", path, e), e);
    }
  }

  /** Whether what its name leads to is it, with no less in it. */
  boolean isIntact(Inode now) {
    return now.isSame(key) && now.bytes() >= bytes;
  }

  String name() {
    return JournalFolder.nameOf(path);
  }

  /** The same as it is found now: with less in it, or in another file of its name. */
  Held as(Inode inode, Content content) {
    return new Held(
        path,
        inode.key(),
        inode.bytes(),
        number,
        firstSeq,
        Math.min(content.events(), events),
        Math.min(content.lost(), lost),
        fromNs,
        toNs);
  }

  /** The same, complete. */
  Held sized(long newBytes) {
    return new Held(path, key, newBytes, number, firstSeq, events, lost, fromNs, toNs);
  }

  /** The same content in a copy. */
  public Held copiedTo(Path copy) throws JournalException {
    Inode inode = inodeOf(copy);
    return new Held(copy, inode.key(), inode.bytes(), number, firstSeq, events, lost, fromNs, toNs);
  }

  /** Removes the file where its name still leads to it. */
  public void delete() throws IOException {
    if (Inode.ofFile(path).isSame(key)) {
      Files.deleteIfExists(path);
    }
  }
}
