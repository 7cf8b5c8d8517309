package dmrec.journal;

import dmrec.topology.Topology;

/** Reads the notes that a file begins with. */
final class Beginning {
  private Beginning() {}

  /**
   * Reads up to the checkpoint's last part; the next event is the file's first.
   *
   * @param stack takes what the checkpoint says
   * @return whether there is a whole one; where not, what {@code stack} has is of no use
   * @throws JournalException where the file cannot be read
   */
  static boolean read(CycleScanner scanner, Topology stack) throws JournalException {
    int part = 0;
    try {
      for (CycleScanner.Found found = scanner.nextDocument(false);
          found == CycleScanner.Found.HEADER || found == CycleScanner.Found.NOTE;
          found = scanner.nextDocument(false)) {
        byte[] bytes = scanner.bytes();
        int at = scanner.at();
        if (found == CycleScanner.Found.HEADER || Note.at(bytes, at) != Note.CHECKPOINT) {
          continue;
        }
        if (!CheckpointNote.isPart(bytes, at, part)) {
          break;
        }
        CheckpointNote.apply(bytes, at, scanner.decoder(), stack);
        if (CheckpointNote.isLast(bytes, at)) {
          return true;
        }
        part++;
      }
    } catch (MalformedException e) {
      // Damage, which those who read the events hear of.
    }
    // Not to lose the event that was found instead.
    scanner.rewind();
    return false;
  }
}
