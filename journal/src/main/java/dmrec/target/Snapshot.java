package dmrec.target;

import org.jspecify.annotations.Nullable;

/**
 * Status of a snapshot or snapshot-merge target ({@code dm-snap.c:snapshot_status}).
 *
 * @param state what the kernel says of it, tested in the order of {@link State}
 * @param usage sectors used, of all sectors of the copy-on-write device; null unless the state is
 *     {@link State#VALID}
 * @param metadataSectors sectors of those used that hold metadata
 * @param rest text behind the last known word, verbatim
 */
public record Snapshot(State state, @Nullable Ratio usage, long metadataSectors, String rest)
    implements TargetStatus {

  /** States in the order the kernel tests them. */
  public enum State {
    INVALID("Invalid"),
    MERGE_FAILED("Merge failed"),
    OVERFLOW("Overflow"),
    VALID(""),
    /** The exception store cannot tell its usage. */
    UNKNOWN("Unknown");

    private final String words;

    State(String words) {
      this.words = words;
    }
  }

  @Override
  public String text() {
    return usage == null
        ? state.words + rest
        : new Line().word(usage).word(metadataSectors).end(rest);
  }

  static Snapshot read(Words words) {
    return switch (words.peek()) {
      case "Invalid" -> failed(words, State.INVALID);
      case "Overflow" -> failed(words, State.OVERFLOW);
      case "Unknown" -> failed(words, State.UNKNOWN);
      case "Merge" -> {
        words.next();
        yield failed(words, State.MERGE_FAILED); // print-back tells where the second word differs
      }
      default -> new Snapshot(State.VALID, words.ratio(), words.number(), words.rest());
    };
  }

  private static Snapshot failed(Words words, State state) {
    words.next();
    return new Snapshot(state, null, 0, words.rest());
  }
}
