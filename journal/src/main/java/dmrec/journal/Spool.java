package dmrec.journal;

import dmrec.event.IoErrors;
import dmrec.journal.file.ChronicleSetup;
import dmrec.journal.file.Content;
import dmrec.journal.file.CycleFile;
import dmrec.journal.file.CycleWriter;
import dmrec.journal.file.DiskReserve;
import dmrec.journal.file.DocumentScanner;
import dmrec.journal.file.FileCopy;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.JournalFiles;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.JournalTail;
import dmrec.journal.file.WriterLock;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A journal that is written by way of a folder on another file system, in memory as a rule: whoever
 * records never waits for the journal's.
 *
 * <p>Design note: the spool is written by the ordinary writer, with the journal's numbers and
 * seals, so its files are the journal's files already; they only have to move. What a killed
 * recorder left there is judged and moved first: the journal ends where the spool does. What was
 * only in memory when the machine stopped is gone, as what no sync had reached is without a spool.
 */
public final class Spool implements AutoCloseable {
  private static final long END_NS = 10_000_000_000L;

  /** A file leaves the spool when it is complete, so that it must not take all of it. */
  private static final int FILES = 8;

  private final Path journal;
  private final Path spool;
  private final JournalOptions options;
  private final WriterLock lock;
  private final JournalWriter writer;
  private final MovedFiles moved;
  private final SpoolDrainer drainer;

  private boolean closed;

  private Spool(Path journal, Path spool, JournalOptions options, WriterLock lock)
      throws JournalException {
    this.journal = journal;
    this.spool = spool;
    this.options = options;
    this.lock = lock;
    CycleWriter.clear(journal.resolve(CycleWriter.STAGING));
    DiskReserve reserve = DiskReserve.in(journal, options.reserveBytes());
    WriterLock own = WriterLock.take(spool);
    try {
      List<Path> there = JournalFolder.cycles(journal);
      List<Path> left = JournalFolder.cycles(spool);
      JournalTail tail = there.isEmpty() ? JournalTail.none() : JournalTail.of(there);
      boolean inPart = joins(there, left, tail);
      JournalFiles files =
          JournalFiles.of(inPart ? there.subList(0, there.size() - 1) : there, tail.number());
      this.writer =
          new JournalWriter(
              spool,
              left,
              left.isEmpty() ? tail : JournalTail.of(left),
              options.with(RetentionPolicy.KEEP_ALL).withReserve(-1),
              Math.min(options.fileBytes(), Math.max(1L << 20, totalBytes(spool) / FILES)),
              System::nanoTime,
              own);
      this.moved = new MovedFiles(journal, options, lock, files, writer.journal());
      this.drainer =
          new SpoolDrainer(
              spool,
              journal,
              options,
              reserve,
              moved,
              left.isEmpty() ? "" : JournalFolder.nameOf(left.get(left.size() - 1)),
              writer);
    } catch (JournalException | RuntimeException | Error e) {
      own.close();
      throw e;
    }
  }

  /**
   * Opens a journal for writing by way of a spool; either folder is made where it is missing.
   *
   * @param options the journal's; its retention and syncs are the journal's folder's
   * @throws JournalException as {@link JournalWriter#open}; and where the spool holds something
   *     that does not belong behind the journal's end
   */
  public static Spool open(Path journalFolder, Path spoolFolder, JournalOptions options)
      throws JournalException {
    ChronicleSetup.quiet();
    Path journal = JournalFolder.prepare(journalFolder, options);
    Path spool = JournalFolder.prepare(spoolFolder, options);
    if (isSame(journal, spool)) {
      throw new JournalException(
          IoErrors.shown(spool)
              + ": expected a folder for the spool, found the journal itself. Name a folder on"
              + " another file system, as /run/dmrec");
    }
    WriterLock lock = WriterLock.take(journal);
    try {
      return new Spool(journal, spool, options, lock);
    } catch (JournalException e) {
      lock.close();
      throw e;
    } catch (RuntimeException | InternalError e) {
      lock.close();
      throw new JournalException(IoErrors.cannot("open", journal, e), e);
    }
  }

  private static boolean isSame(Path journal, Path spool) throws JournalException {
    try {
      return Files.isSameFile(journal, spool);
    } catch (IOException e) {
      throw new JournalException(IoErrors.cannot("look at", spool, e), e);
    }
  }

  private static long totalBytes(Path folder) throws JournalException {
    try {
      FileStore store = Files.getFileStore(folder);
      return store.getTotalSpace();
    } catch (IOException e) {
      throw new JournalException(
          IoErrors.cannot("find out the size of the file system of", folder, e), e);
    }
  }

  // What another recorder left.

  /**
   * Whether the first file left in the spool is in the journal in part.
   *
   * @throws JournalException where what is left does not belong behind the journal's end
   */
  private boolean joins(List<Path> there, List<Path> left, JournalTail tail)
      throws JournalException {
    FileHeader first = null;
    FileHeader before = null;
    for (Path file : left) {
      FileHeader header = DocumentScanner.headerOf(file);
      if (header == null) {
        throw refused("the header of " + JournalFolder.nameOf(file) + " is damaged");
      }
      if (before != null
          && (!header.journal().equals(before.journal())
              || header.number() != before.number() + 1)) {
        throw refused("file " + header.number() + " behind file " + before.number());
      }
      first = first == null ? header : first;
      before = header;
    }
    if (first == null) {
      return false; // Nothing is left.
    }
    if (there.isEmpty()) {
      if (first.number() != 1 && !isToldMissing(left, first.firstSeq() - 1)) {
        throw refused("file " + first.number() + " of a journal, while this one is empty");
      }
      return false;
    }
    if (!first.journal().equals(tail.journal())) {
      throw refused("a part of another journal, " + first.journal());
    }
    if (first.number() == tail.number()) {
      Path last = there.get(there.size() - 1);
      if (!JournalFolder.nameOf(last).equals(JournalFolder.nameOf(left.get(0)))) {
        throw refused("another file " + first.number() + " than the journal has");
      }
      try (CycleFile source = CycleFile.open(left.get(0));
          CycleFile copy = CycleFile.open(last)) {
        FileCopy.agreedUpTo(source, copy);
      }
      return true;
    }
    boolean follows =
        first.number() == tail.number() + 1
            && first.firstSeq() == tail.lastSeq() + 1
            && first.link().equals(tail.link());
    long missing = first.firstSeq() - 1 - tail.lastSeq();
    boolean isBehind = first.number() > tail.number() + 1 && missing >= 0;
    if (!follows && !(isBehind && isToldMissing(left, missing))) {
      throw refused(
          "file "
              + first.number()
              + " from record #"
              + first.firstSeq()
              + " on, while the journal ends with file "
              + tail.number()
              + " and record #"
              + tail.lastSeq());
    }
    return false;
  }

  /** Whether what is left says itself that somebody took so many events out of the journal. */
  private static boolean isToldMissing(List<Path> left, long events) throws JournalException {
    long told = 0;
    for (Path file : left) {
      told += Content.whole(file).lost();
    }
    return told >= events;
  }

  private JournalException refused(String found) {
    return new JournalException(
        IoErrors.shown(spool)
            + ": expected what a recorder left for the end of the journal "
            + IoErrors.shown(journal)
            + ", found "
            + found
            + ". Read it (dmrec log -j) and move it away, or name another folder");
  }

  /**
   * Watches over spool and journal: where somebody takes files away, what the spool still has is
   * moved once more, and a gap says exactly how many events are gone. Before the first append.
   *
   * @param alarm called by another thread when something is found; the writer's next append or tick
   *     mends it
   */
  public void guard(Runnable alarm) {
    writer.guard(alarm, moved::orphan, moved.files().lost());
    drainer.alarm(alarm);
  }

  /** Writes into the spool; {@link #close} closes it. */
  public JournalWriter writer() {
    return writer;
  }

  /** What the journal takes on the disk, as of the last time that something was moved. */
  public long allocatedBytes() {
    return drainer.journalBytes();
  }

  /** Says so where the journal's file system hangs; to be called from time to time. */
  public void tick() {
    drainer.watch();
  }

  /**
   * Ends the writer and moves what is left, for ten seconds at most. What could not be moved stays
   * in the spool, for the next recorder.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    writer.close();
    boolean ended = drainer.end(END_NS);
    if (!ended) {
      options
          .notices()
          .accept(
              IoErrors.shown(journal)
                  + ": could not be written; "
                  + (leftBytes() >> 10)
                  + " KiB are still in the spool "
                  + IoErrors.shown(spool)
                  + ". Record with this --spool again before the machine stops, and they follow");
    }
    if (!drainer.isAlive()) {
      lock.close();
    }
  }

  private long leftBytes() {
    try {
      long bytes = 0;
      for (Path file : JournalFolder.cycles(spool)) {
        bytes += Files.size(file);
      }
      return bytes;
    } catch (IOException e) {
      return 0;
    }
  }
}
