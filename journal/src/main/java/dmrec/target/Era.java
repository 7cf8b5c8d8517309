package dmrec.target;

import org.jspecify.annotations.Nullable;

/**
 * Status of an era target ({@code dm-era-target.c:era_status}).
 *
 * @param metadataBlockSectors size of a metadata block; 0 where the metadata cannot be read
 * @param metadata metadata blocks used, of all; null where the metadata cannot be read and the
 *     kernel prints {@code Error}
 * @param era the current era
 * @param heldRoot block of the metadata snapshot, or {@code -}
 * @param rest text behind the last known word, verbatim
 */
public record Era(
    long metadataBlockSectors, @Nullable Ratio metadata, long era, String heldRoot, String rest)
    implements TargetStatus {

  @Override
  public String text() {
    return metadata == null
        ? "Error" + rest
        : new Line().word(metadataBlockSectors).word(metadata).word(era).word(heldRoot).end(rest);
  }

  static Era read(Words words) {
    if (words.peek().equals("Error")) {
      words.next();
      return new Era(0, null, 0, "-", words.rest());
    }
    return new Era(words.number(), words.ratio(), words.number(), words.next(), words.rest());
  }
}
