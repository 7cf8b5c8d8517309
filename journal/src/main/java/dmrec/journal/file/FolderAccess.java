package dmrec.journal.file;

import dmrec.event.IoErrors;
import dmrec.journal.JournalException;
import dmrec.journal.JournalOptions;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.HashSet;
import java.util.Set;

/**
 * Who may write to a folder that is recorded into, and who may read it.
 *
 * <p>Whoever can write to the folder, or to one above it, can put files and folders of his own
 * where the recorder's are expected. A folder with the sticky bit, as /tmp, is safe: there only the
 * owner of a thing can replace it.
 */
final class FolderAccess {
  private static final int STICKY = 01000;
  private static final int WRITABLE_BY_OTHERS = 022;

  private FolderAccess() {}

  /**
   * Where a folder really is or will be, through all links.
   *
   * @throws JournalException where it is a link to nothing
   */
  static Path resolve(Path folder) throws IOException {
    Path whole = folder.toAbsolutePath().normalize();
    Path above = whole;
    while (above.getParent() != null && !Files.exists(above, LinkOption.NOFOLLOW_LINKS)) {
      above = above.getParent();
    }
    if (!Files.exists(above)) {
      throw new JournalException(
          IoErrors.shown(above)
              + ": expected a folder, found a link to "
              + IoErrors.shown(Files.readSymbolicLink(above))
              + ", where nothing is. Make that folder, or remove the link");
    }
    return above.toRealPath().resolve(above.relativize(whole)).normalize();
  }

  /**
   * Makes sure that nobody else can put files where the recorder's are.
   *
   * @param folder resolved; it need not be there yet
   * @param options say whether it may be unsafe nevertheless
   * @throws JournalException where somebody can
   */
  static void expectSafe(Path folder, JournalOptions options) throws IOException {
    for (Path at = folder; at != null; at = at.getParent()) {
      if (!Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      int mode = OwnFiles.mode(at);
      boolean isSafe =
          (mode & WRITABLE_BY_OTHERS) == 0 || (!at.equals(folder) && (mode & STICKY) != 0);
      if (isSafe) {
        continue;
      }
      String found =
          at.equals(folder)
              ? IoErrors.shown(folder)
                  + ": expected a folder that only its owner can write to, found mode "
                  + OwnFiles.shown(mode)
                  + ": others can put files of their own into it"
              : IoErrors.shown(folder)
                  + ": expected folders above it that only their owners can write to, found "
                  + IoErrors.shown(at)
                  + " with mode "
                  + OwnFiles.shown(mode)
                  + ": others can put a folder of their own in its place";
      if (!options.mayBeUnsafe()) {
        throw new JournalException(
            found
                + ". 'chmod go-w "
                + IoErrors.shown(at)
                + "' mends it; or name another folder, or record there nevertheless"
                + " (--unsafe-folder)");
      }
      options.notices().accept(found);
      return;
    }
  }

  /** Makes a folder, and those above it that are missing. */
  static void create(Path folder) throws IOException {
    Path above = folder.getParent();
    if (above != null && !Files.exists(above)) {
      create(above);
    }
    OwnFiles.createFolder(folder, OwnFiles.FOLDER);
  }

  /** Gives a folder and the files in it to the group that may read them, where one is named. */
  static void share(Path folder, JournalOptions options) throws IOException {
    String name = options.group();
    if (name.isEmpty()) {
      return;
    }
    GroupPrincipal group;
    try {
      group =
          folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(name);
    } catch (UserPrincipalNotFoundException e) {
      throw new JournalException(
          IoErrors.shown(folder)
              + ": expected a group of this machine that may read it, found none of the name "
              + name
              + ". Make it (groupadd), or name another (--group)",
          e);
    }
    share(folder, group, OwnFiles.FOLDER);
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, "*" + JournalFolder.CYCLE_SUFFIX)) {
      for (Path file : files) {
        share(file, group, OwnFiles.FILE);
      }
    }
  }

  private static void share(Path path, GroupPrincipal group, Set<PosixFilePermission> mode)
      throws IOException {
    PosixFileAttributeView view = OwnFiles.view(path);
    PosixFileAttributes found = view.readAttributes();
    if (found.isSymbolicLink()) {
      return;
    }
    try {
      // Never for a moment open to more than before and after.
      if (!found.permissions().equals(mode)) {
        Set<PosixFilePermission> less = new HashSet<>(found.permissions());
        less.retainAll(mode);
        view.setPermissions(less);
      }
      if (!found.group().equals(group)) {
        view.setGroup(group);
      }
      if (!found.permissions().equals(mode)) {
        view.setPermissions(mode);
      }
    } catch (IOException e) {
      throw new JournalException(
          IoErrors.cannot("give", path, e)
              + ". A user can only share with groups he is in: name one of these (--group)",
          e);
    }
  }

  /** Says so once where what is there can be read or written by more than it should be. */
  static void tellWide(Path folder, JournalOptions options) throws IOException {
    Path widest = null;
    int more = 0;
    if (isWide(folder, 0750)) {
      widest = folder;
    }
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, "*" + JournalFolder.CYCLE_SUFFIX)) {
      for (Path file : files) {
        if (isWide(file, 0640)) {
          more += widest == null ? 0 : 1;
          widest = widest == null ? file : widest;
        }
      }
    }
    if (widest == null) {
      return;
    }
    boolean isFolder = widest.equals(folder);
    options
        .notices()
        .accept(
            IoErrors.shown(widest)
                + ": expected mode "
                + (isFolder ? "0750" : "0640")
                + ", found "
                + OwnFiles.shown(OwnFiles.mode(widest))
                + (more == 0 ? "" : ", and " + more + (more == 1 ? " file" : " files") + " like it")
                + ": more users than should may read or change it. 'chmod -R g-w,o= "
                + IoErrors.shown(folder)
                + "' mends it");
  }

  private static boolean isWide(Path path, int mode) throws IOException {
    return !Files.isSymbolicLink(path) && (OwnFiles.mode(path) & 0777 & ~mode) != 0;
  }

  /** Makes sure that what is to be written to later, or removed, is no link. */
  static void expectNoLinks(Path folder) throws IOException {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, "*" + JournalFolder.CYCLE_SUFFIX)) {
      for (Path file : files) {
        if (Files.isSymbolicLink(file)) {
          OwnFiles.expectOwn(file);
        }
      }
    }
  }
}
