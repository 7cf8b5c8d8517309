package dmrec.journal;

import dmrec.event.EventRecord;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a journal holds, in numbers.
 *
 * @param path its folder
 * @param formatVersion the version of its format
 * @param firstSeq number of the first sound record; 0 where there is none
 * @param lastSeq number of the last sound record; 0 where there is none
 * @param firstWallNs wall clock of the first sound record
 * @param lastWallNs wall clock of the last sound record
 * @param recordCount how many records lie between the two, as their numbers say
 * @param allocatedBytes what it takes on the disk: the files up to their last document, in pages
 * @param apparentBytes the sum of the lengths of its files, which are sparse
 * @param cycles its cycle files, oldest first
 * @param sync when its last writer brings what it writes to the disk: what a power failure can take
 */
public record JournalInfo(
    Path path,
    int formatVersion,
    long firstSeq,
    long lastSeq,
    long firstWallNs,
    long lastWallNs,
    long recordCount,
    long allocatedBytes,
    long apparentBytes,
    List<Path> cycles,
    SyncPolicy sync) {
  private static final long PAGE_BYTES = 4096;

  /**
   * Looks at a journal, which may be written to meanwhile.
   *
   * @throws JournalException where it is none or cannot be read
   */
  public static JournalInfo of(Path folder) throws JournalException {
    List<Path> cycles = JournalFolder.cyclesOfJournal(folder);
    EventRecord first;
    EventRecord last;
    try (JournalReader reader = JournalReader.open(folder)) {
      first = reader.first();
      last = reader.last();
    }
    long apparent = 0;
    long allocated = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (Files.isRegularFile(file)) {
          long size = Files.size(file);
          apparent += size;
          allocated += cycles.contains(file) ? usedBytes(file) : Math.min(size, PAGE_BYTES);
        }
      }
    } catch (IOException e) {
      throw new JournalException(Reasons.cannot("list", folder, e), e);
    }
    return new JournalInfo(
        folder,
        RecordLayout.FORMAT_VERSION,
        first == null ? 0 : first.seq(),
        last == null ? 0 : last.seq(),
        first == null ? 0 : first.wallNs(),
        last == null ? 0 : last.wallNs(),
        first == null || last == null ? 0 : last.seq() - first.seq() + 1,
        allocated,
        apparent,
        cycles,
        syncOf(cycles));
  }

  /** Of the newest file whose header is sound. */
  private static SyncPolicy syncOf(List<Path> cycles) throws JournalException {
    for (int i = cycles.size() - 1; i >= 0; i--) {
      FileHeader header = CycleScanner.headerOf(cycles.get(i));
      if (header != null) {
        return header.sync();
      }
    }
    return SyncPolicy.OS;
  }

  /** Behind its last document a cycle file is a hole. */
  private static long usedBytes(Path cycle) throws JournalException {
    try (CycleFile file = CycleFile.open(cycle)) {
      long size = file.sizeBytes();
      long written = file.writePosition();
      if (written < 0 || written >= size) {
        return size;
      }
      int length = file.header(written) & CycleFile.LENGTH_MASK;
      long end = (written + 4 + length + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
      return Math.min(size, end);
    }
  }
}
