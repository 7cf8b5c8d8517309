package dmrec.journal;

import dmrec.event.IoErrors;
import dmrec.event.Kind;
import dmrec.journal.file.CycleFile;
import dmrec.journal.file.DocumentScanner;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.index.JournalParts;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a {@link JournalInfo}. */
final class InfoReader {
  private static final long PAGE_BYTES = 4096;

  private InfoReader() {}

  static JournalInfo read(Journal journal, JournalParts parts) throws JournalException {
    Path folder = journal.folder();
    List<Path> files = JournalFolder.cyclesOfJournal(folder);
    Verification verified = Journal.verify(folder, null, Verification.Progress.NONE);
    Map<Kind, Long> kinds = parts.kinds();
    FileHeader newest = newest(files);
    long apparent = 0;
    long allocated = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path file : all) {
        if (Files.isRegularFile(file)) {
          long size = Files.size(file);
          apparent += size;
          allocated += JournalFolder.isCycle(file) ? usedBytes(file) : Math.min(size, PAGE_BYTES);
        }
      }
    } catch (IOException e) {
      throw new JournalException(IoErrors.cannot("list", folder, e), e);
    }
    return new JournalInfo(
        folder,
        newest == null ? 0 : newest.formatVersion(),
        journal.extent(),
        kinds.values().stream().mapToLong(Long::longValue).sum(),
        kinds,
        allocated,
        apparent,
        files,
        newest == null ? SyncPolicy.OS : newest.sync(),
        new JournalInfo.Seals(
            verified.publicKey(),
            newest == null ? SealPolicy.NEVER : newest.seals(),
            verified.sealed().seq(),
            verified.sealed().wallNs(),
            verified.epochs(),
            verified.keyDueNs()),
        verified.isIntact(),
        Damage.of(parts.faults()));
  }

  /** Of the newest file whose header is sound. */
  private static @Nullable FileHeader newest(List<Path> files) throws JournalException {
    for (int i = files.size() - 1; i >= 0; i--) {
      FileHeader header = DocumentScanner.headerOf(files.get(i));
      if (header != null && header.isReadable()) {
        return header;
      }
    }
    return null;
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
