package dmrec.target;

/**
 * Status of an integrity target ({@code dm-integrity.c:dm_integrity_status}).
 *
 * @param mismatches checksum failures since the table was loaded
 * @param providedSectors data sectors the device offers
 * @param recalculating the sector recalculation has reached, {@code -} where none is under way;
 *     empty on kernels that do not print it
 * @param rest text behind the last known word, verbatim
 */
public record Integrity(long mismatches, long providedSectors, String recalculating, String rest)
    implements TargetStatus {

  @Override
  public String text() {
    Line line = new Line().word(mismatches).word(providedSectors);
    if (!recalculating.isEmpty()) {
      line.word(recalculating);
    }
    return line.end(rest);
  }

  static Integrity read(Words words) {
    return new Integrity(
        words.number(), words.number(), words.hasNext() ? words.next() : "", words.rest());
  }
}
