package dmrec.journal.file;

import dmrec.event.IoErrors;
import dmrec.event.KernelText;
import dmrec.journal.JournalException;
import dmrec.journal.JournalOptions;
import dmrec.journal.index.IndexStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** The files of a journal. The names of cycle files sort in the order of time. */
public final class JournalFolder {
  public static final String CYCLE_SUFFIX = ".cq4";

  /** What a folder may hold in which a journal is about to begin. */
  private static final Set<String> OWN_FILES =
      Set.of(WriterLock.FILE, CycleWriter.STAGING, IndexStore.NAME, "lost+found");

  private JournalFolder() {}

  /** The cycle files, oldest first; none where there are none yet. */
  public static List<Path> cycles(Path folder) throws JournalException {
    List<Path> cycles = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + CYCLE_SUFFIX)) {
      for (Path file : files) {
        if (Files.isRegularFile(file)) {
          cycles.add(file);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new JournalException(IoErrors.cannot("list", folder, e), e);
    }
    Collections.sort(cycles);
    return cycles;
  }

  public static boolean isCycle(Path file) {
    return nameOf(file).endsWith(CYCLE_SUFFIX);
  }

  public static long sizeOf(Path file) throws JournalException {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new JournalException(IoErrors.cannot("look at", file, e), e);
    }
  }

  /** Brings the names in a folder to the disk. */
  public static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  public static String nameOf(Path file) {
    return String.valueOf(file.getFileName());
  }

  /**
   * Makes a folder ready for a writer.
   *
   * @return where it really is: through all links, so that none is followed later
   * @throws JournalException where it is no folder, holds something else than a journal, belongs to
   *     another user, others could put files into it, or it cannot be made
   */
  public static Path prepare(Path named, JournalOptions options) throws JournalException {
    try {
      Path folder = FolderAccess.resolve(named);
      FolderAccess.expectSafe(folder, options);
      if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
        FolderAccess.create(folder);
      } else {
        expectOurs(folder);
      }
      FolderAccess.share(folder, options);
      FolderAccess.tellWide(folder, options);
      return folder;
    } catch (JournalException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) {
      throw new JournalException(IoErrors.cannot("create", named, e), e);
    }
  }

  private static void expectOurs(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new JournalException(
          IoErrors.shown(folder)
              + ": expected a journal, which is a folder, found a file. Name a folder, or one that"
              + " does not exist yet");
    }
    Object owner = Files.getAttribute(folder, "unix:uid");
    Object me = OwnFiles.me();
    if (!owner.equals(me)) {
      throw new JournalException(
          IoErrors.shown(folder)
              + ": expected a journal of the user who records (uid "
              + me
              + "), found one of "
              + KernelText.printable(Files.getOwner(folder).getName())
              + " (uid "
              + owner
              + "), who could change what is recorded. Record as that user, or into another"
              + " folder");
    }
    expectJournal(folder);
    FolderAccess.expectNoLinks(folder);
  }

  /**
   * Makes sure that a folder can become a new journal.
   *
   * @throws JournalException where there is anything in it, or a file in its place
   */
  public static void expectEmpty(Path folder) throws JournalException {
    if (!Files.isDirectory(folder)) {
      return; // That is told by whoever makes it.
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        throw notEmpty(folder, file);
      }
    } catch (JournalException e) {
      throw e;
    } catch (IOException | DirectoryIteratorException e) {
      throw new JournalException(IoErrors.cannot("list", folder, e), e);
    }
  }

  public static JournalException notEmpty(Path folder, Path file) {
    return new JournalException(
        IoErrors.shown(folder)
            + ": expected an empty folder or none, found "
            + KernelText.printable(nameOf(file))
            + " in it. Name a folder that does not exist yet");
  }

  /** Files of others are no place to record into. */
  private static void expectJournal(Path folder) throws IOException {
    if (!cycles(folder).isEmpty()) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        boolean isNew = isCycle(file) && Files.isRegularFile(file); // Its writer makes it now.
        if (!isNew && !OWN_FILES.contains(nameOf(file))) {
          throw new JournalException(
              IoErrors.shown(folder)
                  + ": expected a journal or an empty folder, found "
                  + KernelText.printable(nameOf(file))
                  + " in it. Name the folder of a journal, or one that does not exist yet");
        }
      }
    }
  }

  /** The cycle files of a folder that must be a journal; none where its writer has just come. */
  public static List<Path> cyclesOfJournal(Path folder) throws JournalException {
    if (!Files.exists(folder)) {
      throw new JournalException(
          IoErrors.shown(folder)
              + ": there is no such journal. Give the folder of one, or record one first");
    }
    if (!Files.isDirectory(folder)) {
      throw new JournalException(
          IoErrors.shown(folder) + ": expected a journal, which is a folder, found a file");
    }
    List<Path> cycles = cycles(folder);
    if (cycles.isEmpty() && !Files.exists(folder.resolve(WriterLock.FILE))) {
      throw notJournal(folder, "no file in it ends in " + CYCLE_SUFFIX);
    }
    return cycles;
  }

  /** Removes the files of a journal that is of no use, and its folder where that is asked for. */
  public static void discard(Path folder, boolean withFolder) {
    try {
      for (Path each : cycles(folder)) {
        Files.delete(each);
      }
      Files.deleteIfExists(folder.resolve(WriterLock.FILE));
      if (withFolder) {
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      return; // Whatever made it of no use is told.
    }
  }

  /** Somebody cut a file while it was written. */
  static JournalException cut(Path file, long expected, long found) {
    return new JournalException(
        IoErrors.shown(file)
            + ": expected at least "
            + expected
            + " bytes, found "
            + found
            + ": somebody cut it while it was written. Record again");
  }

  public static JournalException notJournal(Path folder, String found) {
    return new JournalException(
        IoErrors.shown(folder)
            + ": expected a journal of dmrec, found none: "
            + found
            + ". Give the folder that dmrec recorded into");
  }
}
