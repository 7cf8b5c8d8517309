package dmrec.journal;

import dmrec.event.Bytes;
import dmrec.event.EventRecord;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a journal ends: what a writer has to know to go on.
 *
 * @param journal the journal's name
 * @param number how many files it has had
 * @param lastSeq the number of its last record; damaged ones behind it count as one each
 * @param wallMaxNs the largest wall clock of its events
 * @param link the chain's value over all of it
 * @param minute what its last file is called after
 * @param isSigned whether its last file was to be signed
 * @param topology the stack behind its last event
 */
record JournalTail(
    UUID journal,
    long number,
    long lastSeq,
    long wallMaxNs,
    Bytes link,
    long minute,
    boolean isSigned,
    Topology topology) {

  /** Of a journal without files. */
  static JournalTail none() {
    return none(new Topology());
  }

  /**
   * Of a journal without files, whose first event finds a stack and goes on from its number; it
   * stays as it is.
   */
  static JournalTail none(Topology before) {
    return new JournalTail(
        UUID.randomUUID(), 0, before.seq(), 0, Chain.ZERO, -1, false, before.copy());
  }

  /** Reads the last file; the zeros behind its end, which a killed writer leaves, are cut off. */
  static JournalTail of(Path folder, List<Path> files) throws JournalException {
    Path last = files.get(files.size() - 1);
    try (CycleScanner scanner = new CycleScanner(CycleFile.open(last))) {
      Walk walk = new Walk();
      walk.all(scanner);
      FileHeader header = scanner.header();
      cut(last, scanner.position());
      return new JournalTail(
          header == null ? UUID.randomUUID() : header.journal(),
          header == null ? files.size() : header.number(),
          walk.lastSeq > 0 ? walk.lastSeq + walk.damagedBehind : numberBefore(folder, header),
          walk.wallMaxNs,
          walk.chain.close(),
          CycleWriter.minuteOf(last),
          header != null && header.isSigned(),
          walk.topology);
    }
  }

  /** The number to go on from where the last file holds no event. */
  private static long numberBefore(Path folder, @Nullable FileHeader header)
      throws JournalException {
    if (header != null) {
      return header.firstSeq() - 1;
    }
    try (JournalReader reader = JournalReader.open(folder)) {
      return reader.lastNumber();
    }
  }

  private static void cut(Path file, long end) throws JournalException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long to = CycleWriter.endOfDocuments(channel, end);
      if (to < channel.size() && isEmpty(channel, to)) {
        channel.truncate(to);
      }
    } catch (IOException e) {
      throw new JournalException(Reasons.cannot("go on behind", file, e), e);
    }
  }

  private static boolean isEmpty(FileChannel channel, long from) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(256 << 10);
    for (long at = from; channel.read(block.clear(), at) > 0; at += block.position()) {
      for (int i = 0; i < block.position(); i++) {
        if (block.get(i) != 0) {
          return false;
        }
      }
    }
    return true;
  }

  /** One walk through a file. */
  private static final class Walk {
    private final Topology topology = new Topology();
    private Chain chain = new Chain(Chain.ZERO);
    private long lastSeq;
    private long wallMaxNs;
    private long damagedBehind;

    void all(CycleScanner scanner) throws JournalException {
      int damagedBefore = 0;
      while (true) {
        try {
          CycleScanner.Found found = scanner.nextDocument(true);
          if (found == null) {
            damagedBehind = (long) scanner.damaged() - damagedBefore;
            return;
          }
          document(scanner, found);
          if (found == CycleScanner.Found.EVENT) {
            damagedBefore = scanner.damaged();
          }
        } catch (MalformedException e) {
          // Told by those who read; here it only matters what comes behind it.
        }
      }
    }

    private void document(CycleScanner scanner, CycleScanner.Found found)
        throws MalformedException {
      if (found == CycleScanner.Found.HEADER) {
        FileHeader header = scanner.header();
        if (header != null) {
          chain = new Chain(header.link());
          wallMaxNs = header.wallMaxNs();
        }
      }
      chain.add(scanner.bytes(), scanner.at(), scanner.length());
      if (found == CycleScanner.Found.EVENT) {
        lastSeq = RecordLayout.longAt(scanner.bytes(), scanner.at() + RecordLayout.SEQ);
        wallMaxNs =
            Math.max(
                wallMaxNs,
                RecordLayout.longAt(scanner.bytes(), scanner.at() + RecordLayout.WALL_NS));
        EventRecord record = scanner.decode();
        topology.apply(record);
      } else if (found == CycleScanner.Found.NOTE) {
        Note note = Note.at(scanner.bytes(), scanner.at());
        if (note == Note.SEAL) {
          seal(scanner);
        } else if (note == Note.CHECKPOINT && lastSeq == 0) {
          CheckpointNote.apply(scanner.bytes(), scanner.at(), scanner.decoder(), topology);
        }
      }
    }

    /** A seal ends an interval and is the first document of the next. */
    private void seal(CycleScanner scanner) {
      // Added above to the interval that it ends; that one began anew with its value.
      SealNote seal = SealNote.decode(scanner.bytes(), scanner.at());
      if (seal != null) {
        chain.restart(seal.value());
        chain.add(scanner.bytes(), scanner.at(), scanner.length());
      }
    }
  }
}
