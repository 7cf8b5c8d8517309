package dmrec.console;

import dmrec.journal.Journal;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a console stands when it runs a command: what the command takes where it is told nothing
 * else.
 *
 * @param journal the console's, which stays open
 * @param seq number of the record at the moment; 0 where the journal holds none
 * @param wallNs wall clock of that record
 * @param bookmarks names of moments: numbers of records
 */
public record Standpoint(Journal journal, long seq, long wallNs, Map<String, Long> bookmarks) {
  /** The journal's end, as a word for a moment. */
  static final String LAST = "last";

  public Standpoint {
    bookmarks = Map.copyOf(bookmarks);
  }

  /** The folder of the console's journal. */
  public Path folder() {
    return journal.folder();
  }

  /**
   * The number of the record that a word means here: a bookmark, or {@code last} for whatever is
   * the last; null where it means none, and may be a time.
   */
  public @Nullable Long named(String word) {
    return word.equals(LAST) ? Long.valueOf(Long.MAX_VALUE) : bookmarks.get(word);
  }
}
