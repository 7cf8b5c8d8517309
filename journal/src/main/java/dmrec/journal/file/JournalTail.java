package dmrec.journal.file;

import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.IoErrors;
import dmrec.journal.JournalException;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * @param keys who signs its last file
 * @param topology the stack behind its last event
 * @param lost says what cannot be read at its end; null where all can
 */
public record JournalTail(
    UUID journal,
    long number,
    long lastSeq,
    long wallMaxNs,
    Bytes link,
    long minute,
    Keys keys,
    Topology topology,
    DmEvent.@Nullable Gap lost) {
  /** So many of the files that are damaged at the end are named. */
  private static final int NAMED_FILES = 8;

  /**
   * Who signs a journal's last file.
   *
   * @param root the public key of epoch 0; zeros where nobody does
   * @param epoch the last one that its control records tell of; -1 where they tell of none
   */
  public record Keys(Bytes root, int epoch) {
    static final Keys NONE = new Keys(Chain.ZERO, -1);

    public boolean isSigned() {
      return !root.equals(Chain.ZERO);
    }
  }

  /** Of a journal without files. */
  public static JournalTail none() {
    return none(new Topology());
  }

  /**
   * Of a journal without files, whose first event finds a stack and goes on from its number; it
   * stays as it is.
   */
  public static JournalTail none(Topology before) {
    return new JournalTail(
        UUID.randomUUID(), 0, before.seq(), 0, Chain.ZERO, -1, Keys.NONE, before.copy(), null);
  }

  /**
   * Reads the last file, and those before it up to one whose header is sound. The zeros behind its
   * end, which a killed writer leaves, are cut off.
   */
  public static JournalTail of(List<Path> files) throws JournalException {
    int first = files.size() - 1;
    FileHeader header = DocumentScanner.headerOf(files.get(first));
    while (first > 0 && header == null) {
      header = DocumentScanner.headerOf(files.get(--first));
    }
    if (header != null && !header.isReadable()) {
      throw new JournalException(IoErrors.shown(files.get(first)) + ": " + header.newerFormat());
    }
    Walk walk = new Walk();
    for (int i = first; i < files.size(); i++) {
      walk.file(files.get(i), i == files.size() - 1);
    }
    Path last = files.get(files.size() - 1);
    return new JournalTail(
        header == null ? UUID.randomUUID() : header.journal(),
        header == null ? files.size() : header.number() + files.size() - 1 - first,
        walk.lastSeq + walk.damagedBehind,
        walk.wallMaxNs,
        walk.chain.close(),
        CycleWriter.minuteOf(last),
        header == null ? Keys.NONE : new Keys(header.publicKey(), walk.epoch),
        walk.topology,
        walk.lost());
  }

  private static void cut(Path file, long end) throws JournalException {
    try (FileChannel channel = OwnFiles.open(file)) {
      long to = CycleWriter.endOfDocuments(channel, end);
      if (to < channel.size() && isEmpty(channel, to)) {
        channel.truncate(to);
      }
    } catch (IOException e) {
      throw new JournalException(IoErrors.cannot("go on behind", file, e), e);
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

  /** One walk through the last files. */
  private static final class Walk {
    private final Topology topology = new Topology();
    private final NameTable names = new NameTable();
    private Chain chain = new Chain(Chain.ZERO);
    private long lastSeq;
    private long wallMaxNs;

    /** Damaged documents since the last event. */
    private long damagedBehind;

    /** What is wrong with the first of them in each file. */
    private final Map<Path, String> faults = new LinkedHashMap<>();

    /** Whether more may be lost than the documents that were found damaged. */
    private boolean isMore;

    private boolean hasEvents;
    private int epoch = -1;

    void file(Path path, boolean isLast) throws JournalException {
      names.clear();
      try (DocumentScanner scanner = new DocumentScanner(CycleFile.open(path))) {
        boolean any = false;
        for (DocumentScanner.Found found = scanner.next(true);
            found != null;
            found = scanner.next(true)) {
          if (!any && found != DocumentScanner.Found.HEADER) {
            chain.close();
          }
          any = true;
          document(scanner, found);
        }
        if (!any) {
          damaged(scanner, "holds nothing that can be read");
          damagedBehind--;
          isMore = true;
        } else if (scanner.isCut()) {
          damaged(scanner, scanner.fault());
          isMore = true;
        } else if (isLast) {
          cut(path, scanner.position());
        }
      }
    }

    private void damaged(DocumentScanner scanner, String what) {
      faults.putIfAbsent(
          scanner.file().path(),
          IoErrors.shown(scanner.file().path()) + " at offset " + scanner.offset() + ": " + what);
      damagedBehind++;
    }

    DmEvent.@Nullable Gap lost() {
      if (faults.isEmpty()) {
        return null;
      }
      return new DmEvent.Gap(
          DmEvent.Gap.RECORDS,
          isMore ? -1 : damagedBehind,
          wallMaxNs,
          wallMaxNs,
          IoErrors.few(
              faults.values().stream().limit(NAMED_FILES).toList(), faults.size() - NAMED_FILES));
    }

    private void document(DocumentScanner scanner, DocumentScanner.Found found) {
      switch (found) {
        case HEADER -> {
          FileHeader header = scanner.header();
          if (header != null) {
            chain = new Chain(header.link());
            wallMaxNs = Math.max(wallMaxNs, header.wallMaxNs());
            lastSeq = Math.max(lastSeq, header.firstSeq() - 1);
          }
          add(scanner);
        }
        case EVENT -> {
          add(scanner);
          event(scanner);
        }
        case CONTROL -> control(scanner);
        case DAMAGED -> {
          isMore |= scanner.length() == 0;
          damaged(scanner, scanner.fault());
        }
        case QUEUE -> {}
      }
    }

    private void add(DocumentScanner scanner) {
      chain.add(scanner.bytes(), scanner.at(), scanner.length());
    }

    private void event(DocumentScanner scanner) {
      byte[] bytes = scanner.bytes();
      lastSeq = RecordLayout.longAt(bytes, scanner.at() + RecordLayout.SEQ);
      wallMaxNs =
          Math.max(wallMaxNs, RecordLayout.longAt(bytes, scanner.at() + RecordLayout.WALL_NS));
      damagedBehind = 0;
      faults.clear();
      isMore = false;
      hasEvents = true;
      try {
        topology.apply(scanner.decoder().decode(bytes, scanner.at(), scanner.length(), names));
      } catch (MalformedException e) {
        return; // Told by those who read; it has its number all the same.
      }
    }

    private void control(DocumentScanner scanner) {
      byte[] bytes = scanner.bytes();
      ControlRecord control = ControlRecord.at(bytes, scanner.at());
      SealRecord seal =
          control == ControlRecord.SEAL ? SealRecord.decode(bytes, scanner.at()) : null;
      if (seal != null) {
        // A seal ends an interval and is the first document of the next.
        chain.restart(seal.value());
      }
      add(scanner);
      if (control == ControlRecord.KEYS || control == ControlRecord.KEY_PATH) {
        epoch = Math.max(epoch, KeysRecord.epochOf(bytes, scanner.at()));
      }
      try {
        if (control == ControlRecord.CHECKPOINT && !hasEvents) {
          CheckpointRecord.apply(bytes, scanner.at(), scanner.decoder(), topology);
        } else if (control == ControlRecord.DEFINITION) {
          names.add(bytes, scanner.at());
        }
      } catch (MalformedException e) {
        return; // As above.
      }
    }
  }
}
