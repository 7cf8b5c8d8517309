package dmrec.target;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Status of a cache target ({@code dm-cache-target.c:cache_status}).
 *
 * @param modeWord the metadata's mode as printed; {@link #mode()} reads it
 * @param usage null where the cache has failed or its metadata cannot be read
 * @param rest text behind the last known word, verbatim; the kernel prints one blank
 */
public record Cache(String modeWord, @Nullable Usage usage, String rest) implements TargetStatus {

  /** Mode of the cache's metadata. */
  public enum Mode {
    READ_WRITE,
    READ_ONLY,
    FAIL,
    /** The metadata could not be read for this status. */
    ERROR,
    /** Not printed (older kernels) or a word this version does not know. */
    UNKNOWN;

    static Mode of(String word) {
      return switch (word) {
        case "rw" -> READ_WRITE;
        case "ro" -> READ_ONLY;
        case "Fail" -> FAIL;
        case "Error" -> ERROR;
        default -> UNKNOWN;
      };
    }
  }

  /**
   * What the cache uses and did.
   *
   * @param metadataBlockSectors size of a metadata block
   * @param metadata metadata blocks used, of all
   * @param blockSectors size of a cache block
   * @param cache cache blocks used, of all
   * @param features {@code writethrough}, {@code writeback}, {@code passthrough}, {@code
   *     metadata2}, {@code no_discard_passdown}
   * @param coreArgs pairs of name and value
   * @param policyArgs pairs of name and value
   * @param check {@code needs_check} or {@code -}; empty on older kernels
   */
  public record Usage(
      long metadataBlockSectors,
      Ratio metadata,
      long blockSectors,
      Ratio cache,
      long readHits,
      long readMisses,
      long writeHits,
      long writeMisses,
      long demotions,
      long promotions,
      long dirtyBlocks,
      List<String> features,
      List<String> coreArgs,
      String policy,
      List<String> policyArgs,
      String check) {
    public Usage {
      features = List.copyOf(features);
      coreArgs = List.copyOf(coreArgs);
      policyArgs = List.copyOf(policyArgs);
    }

    public boolean needsCheck() {
      return check.equals("needs_check");
    }
  }

  public Mode mode() {
    return Mode.of(modeWord);
  }

  /** {@code writethrough}, {@code writeback} or {@code passthrough}; empty where not said. */
  public String ioMode() {
    if (usage != null) {
      for (String feature : usage.features()) {
        if (feature.equals("writethrough")
            || feature.equals("writeback")
            || feature.equals("passthrough")) {
          return feature;
        }
      }
    }
    return "";
  }

  @Override
  public String text() {
    if (usage == null) {
      return modeWord + rest;
    }
    Line line = new Line();
    line.word(usage.metadataBlockSectors()).word(usage.metadata());
    line.word(usage.blockSectors()).word(usage.cache());
    line.word(usage.readHits()).word(usage.readMisses());
    line.word(usage.writeHits()).word(usage.writeMisses());
    line.word(usage.demotions()).word(usage.promotions()).word(usage.dirtyBlocks());
    line.counted(usage.features()).counted(usage.coreArgs());
    line.word(usage.policy()).counted(usage.policyArgs());
    if (!modeWord.isEmpty()) {
      line.word(modeWord);
    }
    if (!usage.check().isEmpty()) {
      line.word(usage.check());
    }
    return line.end(rest);
  }

  static Cache read(Words words) {
    String first = words.peek();
    if (first.equals("Fail") || first.equals("Error")) {
      return new Cache(words.next(), null, words.rest());
    }
    long metadataBlockSectors = words.number();
    Ratio metadata = words.ratio();
    long blockSectors = words.number();
    Ratio cache = words.ratio();
    long readHits = words.number();
    long readMisses = words.number();
    long writeHits = words.number();
    long writeMisses = words.number();
    long demotions = words.number();
    long promotions = words.number();
    long dirtyBlocks = words.number();
    List<String> features = words.list(words.count());
    List<String> coreArgs = words.list(words.count());
    String policy = words.next();
    List<String> policyArgs = words.list(words.count());
    String mode = words.hasNext() ? words.next() : "";
    String check = words.hasNext() ? words.next() : "";
    return new Cache(
        mode,
        new Usage(
            metadataBlockSectors,
            metadata,
            blockSectors,
            cache,
            readHits,
            readMisses,
            writeHits,
            writeMisses,
            demotions,
            promotions,
            dirtyBlocks,
            features,
            coreArgs,
            policy,
            policyArgs,
            check),
        words.rest());
  }
}
