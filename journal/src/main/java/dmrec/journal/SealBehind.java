package dmrec.journal;

import dmrec.journal.file.ControlRecord;
import dmrec.journal.file.CycleFile;
import dmrec.journal.file.DocumentScanner;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.SealRecord;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first seal behind an event: what vouches for all up to there.
 *
 * @param journal the journal's name; empty where no file tells
 * @param publicKey the key of epoch 0 that signs; empty where nobody does
 * @param seq the last event that the seal holds for; 0 where there is none behind the event
 * @param value the seal's SHA-256 as 64 hexadecimal digits; empty where there is none
 */
public record SealBehind(String journal, String publicKey, long seq, String value) {
  /**
   * Looks for it.
   *
   * @throws JournalException where the folder is no journal or cannot be read
   */
  static SealBehind of(Path folder, long seq) throws JournalException {
    List<Path> files = JournalFolder.cyclesOfJournal(folder);
    SealBehind found = new SealBehind("", "", 0, "");
    // Mostly it is near the end.
    for (int i = files.size() - 1; i >= 0; i--) {
      try (DocumentScanner scanner = new DocumentScanner(CycleFile.open(files.get(i)))) {
        SealRecord seal = firstSeal(scanner, seq);
        FileHeader header = scanner.header();
        if (header != null) {
          found = new SealBehind(header.journal().toString(), key(header), found.seq, found.value);
        }
        if (seal != null) {
          found =
              new SealBehind(
                  found.journal,
                  found.publicKey,
                  seal.seq(),
                  HexFormat.of().formatHex(seal.value().toArray()));
        }
        if (header != null && header.firstSeq() <= seq) {
          return found;
        }
      }
    }
    return found;
  }

  private static String key(FileHeader header) {
    return header.isSigned() ? SigningKey.text(header.publicKey()) : "";
  }

  private static @Nullable SealRecord firstSeal(DocumentScanner scanner, long seq)
      throws JournalException {
    for (DocumentScanner.Found found = scanner.next(false);
        found != null;
        found = scanner.next(false)) {
      if (found == DocumentScanner.Found.CONTROL
          && ControlRecord.at(scanner.bytes(), scanner.at()) == ControlRecord.SEAL) {
        SealRecord seal = SealRecord.decode(scanner.bytes(), scanner.at());
        if (seal != null && seal.seq() >= seq) {
          return seal;
        }
      }
    }
    return null;
  }
}
