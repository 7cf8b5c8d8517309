package dmrec.target;

import java.util.ArrayList;
import java.util.List;

/**
 * Status of a writecache target ({@code dm-writecache.c:writecache_status}).
 *
 * @param error 0 while there is none
 * @param blocks all blocks
 * @param freeBlocks blocks free
 * @param writebackBlocks blocks being written back
 * @param counters reads, read hits, writes, write hits uncommitted and committed, writes around,
 *     writes allocated, writes blocked, flushes, discards; empty on kernels that count nothing
 * @param rest text behind the last number, verbatim
 */
public record Writecache(
    long error,
    long blocks,
    long freeBlocks,
    long writebackBlocks,
    List<Long> counters,
    String rest)
    implements TargetStatus {

  public Writecache {
    counters = List.copyOf(counters);
  }

  @Override
  public String text() {
    Line line = new Line().word(error).word(blocks).word(freeBlocks).word(writebackBlocks);
    return line.words(counters).end(rest);
  }

  static Writecache read(Words words) {
    long error = words.number();
    long blocks = words.number();
    long freeBlocks = words.number();
    long writebackBlocks = words.number();
    List<Long> counters = new ArrayList<>();
    while (words.hasNext()) {
      counters.add(words.number());
    }
    return new Writecache(error, blocks, freeBlocks, writebackBlocks, counters, words.rest());
  }
}
