package dmrec.journal.file;

import dmrec.event.KernelText;
import dmrec.journal.JournalException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What became of the files of a journal that others change while it is written.
 *
 * @param missing the files that are not as they should be
 * @param left what is there, oldest first
 */
public record Inspection(List<Missing> missing, List<Held> left) {
  /**
   * A file that is not as it should be.
   *
   * @param was what it should be
   * @param events how many of its events are not there any more; 0 where all are
   * @param lost how many events the gaps among these told of
   * @param found what is found in its place
   */
  public record Missing(Held was, long events, long lost, String found) {}

  /**
   * Looks at files.
   *
   * @param journal the name of the journal; files of another are not its files
   */
  static Inspection of(List<Held> files, UUID journal) throws IOException {
    List<Missing> missing = new ArrayList<>();
    List<Held> left = new ArrayList<>();
    for (Held file : files) {
      Inode inode = Inode.ofFile(file.path());
      if (file.isIntact(inode)) {
        left.add(file);
        continue;
      }
      Content content = contentOf(file, journal);
      Held now = null;
      if (content != null) {
        now = file.as(inode, content);
        left.add(now);
      }
      missing.add(
          new Missing(
              file,
              file.events() - (now == null ? 0 : now.events()),
              file.lost() - (now == null ? 0 : now.lost()),
              found(file, inode)));
    }
    return new Inspection(List.copyOf(missing), List.copyOf(left));
  }

  /** What can be read of a file under its name; null where that is not the file any more. */
  private static @Nullable Content contentOf(Held file, UUID journal) {
    try {
      Content content = Content.whole(file.path());
      FileHeader header = content.header();
      return header != null && header.journal().equals(journal) && header.number() == file.number()
          ? content
          : null;
    } catch (JournalException e) {
      return null; // It is gone, or is a folder, or may not be read.
    }
  }

  private static String found(Held file, Inode now) {
    if (now.isSame(file.key())) {
      return "was cut to " + now.bytes() + " bytes";
    }
    Path renamed = Inode.renamed(file.path(), file.key());
    if (renamed != null) {
      return "was renamed to " + KernelText.printable(JournalFolder.nameOf(renamed));
    }
    return now.equals(Inode.NONE) ? "is gone" : "was replaced";
  }

  /** Whether a file is not as it should be. */
  public boolean concerns(Path file) {
    return missing.stream().anyMatch(each -> each.was().path().equals(file));
  }
}
