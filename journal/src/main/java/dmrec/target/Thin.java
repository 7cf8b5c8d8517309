package dmrec.target;

/**
 * Status of a thin target ({@code dm-thin.c:thin_status}).
 *
 * @param mappedSectors sectors mapped; -1 where {@code highest} is a failure
 * @param highest the highest mapped sector, {@code -} for none; or, alone on the line, {@code
 *     Fail}, {@code Error}, or {@code -} for a device its pool does not have
 * @param rest text behind the last known word, verbatim
 */
public record Thin(long mappedSectors, String highest, String rest) implements TargetStatus {

  /** Whether the kernel could tell the usage. */
  public boolean isUsable() {
    return mappedSectors >= 0;
  }

  @Override
  public String text() {
    Line line = new Line();
    if (isUsable()) {
      line.word(mappedSectors);
    }
    return line.word(highest).end(rest);
  }

  static Thin read(Words words) {
    return switch (words.peek()) {
      case "Fail", "Error", "-" -> new Thin(-1, words.next(), words.rest());
      default -> {
        long mapped = words.number();
        String highest = words.next();
        if (!highest.equals("-")) {
          Words.numberOf(highest);
        }
        yield new Thin(mapped, highest, words.rest());
      }
    };
  }
}
