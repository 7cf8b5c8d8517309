package dmrec.journal;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The files of a journal. The names of cycle files sort in the order of time. */
final class JournalFolder {
  static final String CYCLE_SUFFIX = ".cq4";

  private JournalFolder() {}

  /** The cycle files, oldest first; none where there are none yet. */
  static List<Path> cycles(Path folder) throws JournalException {
    List<Path> cycles = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + CYCLE_SUFFIX)) {
      for (Path file : files) {
        if (Files.isRegularFile(file)) {
          cycles.add(file);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new JournalException(Reasons.cannot("list", folder, e), e);
    }
    Collections.sort(cycles);
    return cycles;
  }

  /** The cycle files of a folder that must be a journal. */
  static List<Path> cyclesOfJournal(Path folder) throws JournalException {
    if (!Files.exists(folder)) {
      throw new JournalException(
          Reasons.shown(folder)
              + ": there is no such journal. Give the folder of one, or record one first");
    }
    if (!Files.isDirectory(folder)) {
      throw new JournalException(
          Reasons.shown(folder) + ": expected a journal, which is a folder, found a file");
    }
    List<Path> cycles = cycles(folder);
    if (cycles.isEmpty()) {
      throw notJournal(folder, "no file in it ends in " + CYCLE_SUFFIX);
    }
    return cycles;
  }

  static JournalException notJournal(Path folder, String found) {
    return new JournalException(
        Reasons.shown(folder)
            + ": expected a journal of dmrec, found none: "
            + found
            + ". Give the folder that dmrec recorded into");
  }
}
