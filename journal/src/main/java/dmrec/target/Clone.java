package dmrec.target;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Status of a clone target ({@code dm-clone-target.c:clone_status}).
 *
 * @param modeWord {@code rw}, {@code ro}, {@code Fail} or {@code Error}
 * @param usage null where the target has failed or its metadata cannot be read
 * @param rest text behind the last known word, verbatim
 */
public record Clone(String modeWord, @Nullable Usage usage, String rest) implements TargetStatus {

  /**
   * How far the copy is.
   *
   * @param metadataBlockSectors size of a metadata block
   * @param metadata metadata blocks used, of all
   * @param regionSectors size of a region
   * @param hydrated regions copied, of all
   * @param hydrating regions being copied
   * @param features {@code no_hydration}, {@code no_discard_passdown}
   * @param coreArgs pairs of name and value
   */
  public record Usage(
      long metadataBlockSectors,
      Ratio metadata,
      long regionSectors,
      Ratio hydrated,
      long hydrating,
      List<String> features,
      List<String> coreArgs) {
    public Usage {
      features = List.copyOf(features);
      coreArgs = List.copyOf(coreArgs);
    }
  }

  @Override
  public String text() {
    if (usage == null) {
      return modeWord + rest;
    }
    Line line = new Line();
    line.word(usage.metadataBlockSectors()).word(usage.metadata()).word(usage.regionSectors());
    line.word(usage.hydrated()).word(usage.hydrating());
    line.counted(usage.features()).counted(usage.coreArgs());
    return line.word(modeWord).end(rest);
  }

  static Clone read(Words words) {
    String first = words.peek();
    if (first.equals("Fail") || first.equals("Error")) {
      return new Clone(words.next(), null, words.rest());
    }
    Usage usage =
        new Usage(
            words.number(),
            words.ratio(),
            words.number(),
            words.ratio(),
            words.number(),
            words.list(words.count()),
            words.list(words.count()));
    return new Clone(words.next(), usage, words.rest());
  }
}
