package dmrec.target;

import org.jspecify.annotations.Nullable;

/**
 * Status of a thin-pool target ({@code dm-thin.c:pool_status}).
 *
 * @param modeWord the pool's mode as printed; {@link #mode()} reads it
 * @param usage null where the pool has failed or its metadata cannot be read
 * @param rest text behind the last known word, verbatim; the kernel prints one blank
 */
public record ThinPool(String modeWord, @Nullable Usage usage, String rest)
    implements TargetStatus {

  /** Mode of a pool. */
  public enum Mode {
    READ_WRITE,
    READ_ONLY,
    OUT_OF_DATA_SPACE,
    FAIL,
    /** The metadata could not be read for this status. */
    ERROR,
    UNKNOWN;

    static Mode of(String word) {
      return switch (word) {
        case "rw" -> READ_WRITE;
        case "ro" -> READ_ONLY;
        case "out_of_data_space" -> OUT_OF_DATA_SPACE;
        case "Fail" -> FAIL;
        case "Error" -> ERROR;
        default -> UNKNOWN;
      };
    }
  }

  /**
   * What the pool uses.
   *
   * @param metadata metadata blocks (4 KiB) used, of all
   * @param data data blocks (of the table's block size) used, of all
   * @param heldRoot block of the held metadata root, or {@code -}
   * @param discard {@code ignore_discard}, {@code discard_passdown}, {@code no_discard_passdown}
   * @param noSpace {@code error_if_no_space} or {@code queue_if_no_space}; empty on older kernels
   * @param check {@code needs_check} or {@code -}; empty on older kernels
   * @param metadataLowWatermark free metadata blocks below which the kernel raises an event; -1 on
   *     kernels that do not print it
   */
  public record Usage(
      long transactionId,
      Ratio metadata,
      Ratio data,
      String heldRoot,
      String discard,
      String noSpace,
      String check,
      long metadataLowWatermark) {

    public boolean needsCheck() {
      return check.equals("needs_check");
    }

    public boolean queuesIfNoSpace() {
      return noSpace.equals("queue_if_no_space");
    }

    /** Data blocks left. */
    public long freeDataBlocks() {
      return Math.max(0, data.whole() - data.part());
    }

    /** Metadata blocks left. */
    public long freeMetadataBlocks() {
      return Math.max(0, metadata.whole() - metadata.part());
    }
  }

  public Mode mode() {
    return Mode.of(modeWord);
  }

  @Override
  public String text() {
    if (usage == null) {
      return modeWord + rest;
    }
    Line line = new Line();
    line.word(usage.transactionId()).word(usage.metadata()).word(usage.data());
    line.word(usage.heldRoot()).word(modeWord).word(usage.discard());
    if (!usage.noSpace().isEmpty()) {
      line.word(usage.noSpace());
    }
    if (!usage.check().isEmpty()) {
      line.word(usage.check());
    }
    if (usage.metadataLowWatermark() >= 0) {
      line.word(usage.metadataLowWatermark());
    }
    return line.end(rest);
  }

  static ThinPool read(Words words) {
    String first = words.peek();
    if (first.equals("Fail") || first.equals("Error")) {
      return new ThinPool(words.next(), null, words.rest());
    }
    long transactionId = words.number();
    Ratio metadata = words.ratio();
    Ratio data = words.ratio();
    String heldRoot = words.next();
    String mode = words.next();
    String discard = words.next();
    String noSpace = words.peek().endsWith("_if_no_space") ? words.next() : "";
    String second = words.peek();
    String check = second.equals("needs_check") || second.equals("-") ? words.next() : "";
    long lowWatermark = !check.isEmpty() && words.hasNext() ? words.number() : -1;
    return new ThinPool(
        mode,
        new Usage(transactionId, metadata, data, heldRoot, discard, noSpace, check, lowWatermark),
        words.rest());
  }
}
