package dmrec.target;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A thin-pool table line ({@code dm-thin.c:pool_status}).
 *
 * @param metadata device the metadata is kept on
 * @param data device the data blocks are kept on
 * @param blockSectors size of a data block
 * @param lowWaterBlocks free data blocks at or below which the kernel raises an event
 * @param features {@code skip_block_zeroing}, {@code error_if_no_space}, ...
 */
public record ThinPoolTable(
    DevNo metadata, DevNo data, long blockSectors, long lowWaterBlocks, List<String> features) {

  public ThinPoolTable {
    features = List.copyOf(features);
  }

  /** Reads the line's text behind {@code thin-pool}; null where it is of another form. */
  public static @Nullable ThinPoolTable parse(String params) {
    Words words = new Words(params);
    try {
      return new ThinPoolTable(
          words.device(),
          words.device(),
          words.number(),
          words.number(),
          words.hasNext() ? words.list(words.count()) : List.of());
    } catch (Words.NotThisForm e) {
      return null;
    }
  }
}
