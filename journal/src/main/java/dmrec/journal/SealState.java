package dmrec.journal;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a journal is sealed, as its last file says; {@link JournalVerifier} proves it.
 *
 * @param publicKey the key of epoch 0 that signs; empty where nobody does
 * @param policy how often it is sealed
 * @param sealedSeq number of the last event that is sealed; 0 where none is
 * @param sealedWallNs wall clock of that
 */
public record SealState(String publicKey, SealPolicy policy, long sealedSeq, long sealedWallNs) {
  private static final SealState NONE = new SealState("", SealPolicy.NEVER, 0, 0);

  /**
   * Looks at a journal's last file.
   *
   * @throws JournalException where it is none or cannot be read
   */
  public static SealState of(Path folder) throws JournalException {
    List<Path> files = JournalFolder.cyclesOfJournal(folder);
    if (files.isEmpty()) {
      return NONE;
    }
    try (CycleScanner scanner = new CycleScanner(CycleFile.open(files.get(files.size() - 1)))) {
      SealNote last = null;
      while (true) {
        try {
          CycleScanner.Found found = scanner.nextDocument(false);
          if (found == null) {
            return state(scanner.header(), last);
          }
          if (found == CycleScanner.Found.NOTE
              && Note.at(scanner.bytes(), scanner.at()) == Note.SEAL) {
            SealNote seal = SealNote.decode(scanner.bytes(), scanner.at());
            last = seal == null ? last : seal;
          }
        } catch (MalformedException e) {
          // Told by those who verify.
        }
      }
    }
  }

  private static SealState state(@Nullable FileHeader header, @Nullable SealNote last) {
    if (header == null) {
      return last == null ? NONE : new SealState("", SealPolicy.NEVER, last.seq(), last.wallNs());
    }
    // Without a seal of its own it vouches for what lies before it.
    return new SealState(
        header.isSigned() ? SigningKey.text(header.publicKey()) : "",
        header.seals(),
        last == null ? header.firstSeq() - 1 : last.seq(),
        last == null ? header.wallMaxNs() : last.wallNs());
  }
}
