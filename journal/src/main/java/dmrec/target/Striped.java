package dmrec.target;

import java.util.List;

/**
 * Status of a striped target ({@code dm-stripe.c:stripe_status}).
 *
 * @param health one letter a stripe: A, or D once it had an I/O error
 * @param rest text behind the last known word, verbatim
 */
public record Striped(List<DevNo> stripes, String health, String rest) implements TargetStatus {

  public Striped {
    stripes = List.copyOf(stripes);
  }

  /** Whether the stripe at {@code index}, counted from 0, had an I/O error. */
  public boolean hadError(int index) {
    return index < health.length() && health.charAt(index) == 'D';
  }

  @Override
  public String text() {
    return new Line().counted(stripes).word(1).word(health).end(rest);
  }

  static Striped read(Words words) {
    List<DevNo> stripes = words.devices(words.count());
    words.expect("1");
    return new Striped(stripes, words.next(), words.rest());
  }
}
