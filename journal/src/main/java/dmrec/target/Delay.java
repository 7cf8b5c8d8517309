package dmrec.target;

/**
 * Status of a delay target: delayed reads, writes and flushes under way ({@code
 * dm-delay.c:delay_status}).
 *
 * @param rest text behind the last known word, verbatim
 */
public record Delay(long reads, long writes, long flushes, String rest) implements TargetStatus {

  @Override
  public String text() {
    return new Line().word(reads).word(writes).word(flushes).end(rest);
  }

  static Delay read(Words words) {
    return new Delay(words.number(), words.number(), words.number(), words.rest());
  }
}
