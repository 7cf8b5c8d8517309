package dmrec.target;

/**
 * Status of a verity target ({@code dm-verity-target.c:verity_status}).
 *
 * @param corrupted whether a block did not match its hash since the table was loaded
 * @param rest text behind the last known word, verbatim; newer kernels print more
 */
public record Verity(boolean corrupted, String rest) implements TargetStatus {

  @Override
  public String text() {
    return (corrupted ? "C" : "V") + rest;
  }

  static Verity read(Words words) {
    return switch (words.next()) {
      case "V" -> new Verity(false, words.rest());
      case "C" -> new Verity(true, words.rest());
      default -> throw Words.notThisForm();
    };
  }
}
