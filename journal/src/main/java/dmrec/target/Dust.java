package dmrec.target;

/**
 * Status of a dust target ({@code dm-dust.c:dust_status}).
 *
 * @param mode {@code fail_read_on_bad_block} or {@code bypass}
 * @param verbosity {@code quiet} or {@code verbose}; empty on older kernels
 * @param rest text behind the last known word, verbatim
 */
public record Dust(DevNo device, String mode, String verbosity, String rest)
    implements TargetStatus {

  @Override
  public String text() {
    Line line = new Line().word(device).word(mode);
    if (!verbosity.isEmpty()) {
      line.word(verbosity);
    }
    return line.end(rest);
  }

  static Dust read(Words words) {
    return new Dust(
        words.device(), words.next(), words.hasNext() ? words.next() : "", words.rest());
  }
}
