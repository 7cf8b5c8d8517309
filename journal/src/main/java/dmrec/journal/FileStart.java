package dmrec.journal;

import dmrec.event.IoErrors;
import dmrec.journal.file.Chain;
import dmrec.journal.file.CheckpointPace;
import dmrec.journal.file.CheckpointRecord;
import dmrec.journal.file.CycleWriter;
import dmrec.journal.file.DiskReserve;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.JournalFiles;
import dmrec.journal.file.LostRecord;
import dmrec.journal.file.MalformedException;
import dmrec.journal.file.RecordEncoder;
import dmrec.journal.file.RecordLayout;
import dmrec.journal.seal.Sealer;
import dmrec.topology.Topology;
import java.nio.file.Path;
import java.util.List;

/**
 * Begins files: each with its header, what proves its signatures, and the state of the stack, so
 * that it can be read without those before it. That state is told again within a file, at a pace.
 * One thread.
 */
final class FileStart {
  private static final long MINUTE_NS = 60_000_000_000L;

  /**
   * A file that can be seen.
   *
   * @param chain over what it begins with
   */
  record Begun(FileHeader header, Chain chain) {}

  private final Path folder;
  private final JournalOptions options;
  private final Topology topology;
  private final CheckpointPace pace;
  private final RecordEncoder encoder = new RecordEncoder();
  private DiskReserve reserve;

  /** What the last file is called after. */
  private long minute;

  /**
   * @param topology what each file begins with
   * @throws JournalFullException where there is no room for any: whoever begins to record on a full
   *     disk should hear of it at once
   */
  FileStart(Path folder, JournalOptions options, Topology topology, long minute)
      throws JournalException {
    this.folder = folder;
    this.options = options;
    this.topology = topology;
    this.minute = minute;
    this.pace = new CheckpointPace(options.checkpointBytes());
    this.reserve = DiskReserve.in(folder, options.reserveBytes());
    if (!reserve.allows(CycleWriter.LEAST_BYTES)) {
      throw reserve.full();
    }
  }

  /** Another folder stands where the journal's was: it may be on another file system. */
  void moved() throws JournalException {
    reserve = DiskReserve.in(folder, options.reserveBytes());
  }

  JournalFullException full() throws JournalException {
    return reserve.full();
  }

  /** Makes a file that nobody sees yet, for events from a time on. */
  CycleWriter create(long wallNs) throws JournalException {
    long next = Math.max(0, Math.max(minute + 1, Math.floorDiv(wallNs, MINUTE_NS)));
    return CycleWriter.create(
        folder, CycleWriter.freeMinute(folder, next), reserve, options.pages());
  }

  /** Writes what a file begins with; then the file can be seen. */
  Begun begin(
      CycleWriter next,
      Sealer sealer,
      JournalFiles files,
      long lastSeq,
      long lastWallNs,
      long wallMaxNs)
      throws JournalException {
    FileHeader header =
        new FileHeader(
            RecordLayout.FORMAT_VERSION,
            FileHeader.thisWriter(),
            sealer.journal(),
            files.number() + 1,
            lastSeq + 1,
            wallMaxNs,
            sealer.link(),
            options.seals(),
            options.sync(),
            sealer.publicKey());
    Chain chain = new Chain(sealer.link());
    put(next, chain, header.encode());
    for (byte[] keys : sealer.beginning(lastSeq, lastWallNs)) {
      put(next, chain, keys);
    }
    if (files.lost() > 0) {
      put(next, chain, LostRecord.encode(files.lost(), lastSeq, lastWallNs));
    }
    long from = next.endBytes();
    for (byte[] part : state(lastSeq, lastWallNs)) {
      put(next, chain, part);
    }
    pace.written(next.endBytes(), next.endBytes() - from);
    next.publish();
    minute = CycleWriter.minuteOf(next.path());
    return new Begun(header, chain);
  }

  private void put(CycleWriter to, Chain chain, byte[] document) throws JournalException {
    if (!to.reserve(document.length, false)) {
      throw reserve.full();
    }
    to.append(document, document.length);
    chain.add(document, 0, document.length);
  }

  /** How many bytes the state of the stack takes. */
  long stateBytes(long lastSeq, long lastWallNs) throws JournalException {
    return state(lastSeq, lastWallNs).stream().mapToLong(part -> part.length).sum();
  }

  private List<byte[]> state(long lastSeq, long lastWallNs) throws JournalException {
    try {
      return CheckpointRecord.encode(topology, lastSeq, lastWallNs, encoder);
    } catch (MalformedException e) {
      throw new JournalException(IoErrors.cannot("write a checkpoint to", folder, e), e);
    }
  }

  /** Adds the state of the stack to a file where it is long ago that it was told. */
  void checkpointWhereDue(CycleWriter to, SealedOutput out, long lastSeq, long lastWallNs)
      throws JournalException {
    if (!pace.isDue(to.endBytes())) {
      return;
    }
    long from = to.endBytes();
    for (byte[] part : state(lastSeq, lastWallNs)) {
      if (!to.reserve(part.length, false)) {
        break; // A reader takes the one before, and the record to come tells of the full disk.
      }
      out.add(to, part, part.length);
    }
    pace.written(to.endBytes(), to.endBytes() - from);
  }
}
