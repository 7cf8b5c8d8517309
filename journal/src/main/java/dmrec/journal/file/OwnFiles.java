package dmrec.journal.file;

import dmrec.event.IoErrors;
import dmrec.journal.JournalException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes and opens the files that dmrec writes: never through a link, a new one never over another,
 * with dmrec's own modes whatever the umask is.
 *
 * <p>A new file gets the group of the folder it is in, as far as the user may give it away: so the
 * readers that a folder is for can read what comes into it.
 */
public final class OwnFiles {
  /** Of a folder that readers of its group may look into: 0750. */
  public static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwxr-x---");

  /** Of a file that readers of its group may read: 0640. */
  public static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-r-----");

  /** Of a folder that only its owner may look into: 0700. */
  public static final Set<PosixFilePermission> PRIVATE_FOLDER =
      PosixFilePermissions.fromString("rwx------");

  /** Of a file for its owner alone: 0600. */
  public static final Set<PosixFilePermission> PRIVATE_FILE =
      PosixFilePermissions.fromString("rw-------");

  private OwnFiles() {}

  /** Makes a file and opens it for reading and writing. */
  public static FileChannel create(Path file, Set<PosixFilePermission> mode) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS),
            // The umask may take some of it, and never gives more.
            PosixFilePermissions.asFileAttribute(mode));
    try {
      own(file, mode);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Opens a file that is there for reading and writing. */
  public static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
  }

  /** Locks a file; null where somebody else holds it, be it in this process. */
  public static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  /** Makes a folder; what is above it must be there. */
  static void createFolder(Path folder, Set<PosixFilePermission> mode) throws IOException {
    Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(mode));
    own(folder, mode);
  }

  private static void own(Path path, Set<PosixFilePermission> mode) throws IOException {
    PosixFileAttributeView view = view(path);
    PosixFileAttributes made = view.readAttributes();
    Path folder = path.toAbsolutePath().getParent();
    if (!mode.equals(PRIVATE_FILE) && folder != null) {
      PosixFileAttributes above = view(folder).readAttributes();
      if (above.owner().equals(made.owner()) && !above.group().equals(made.group())) {
        try {
          view.setGroup(above.group());
        } catch (IOException e) {
          // It is a group that the user is not in: the file stays his own group's.
          made = view.readAttributes();
        }
      }
    }
    if (!made.permissions().equals(mode)) {
      view.setPermissions(mode);
    }
  }

  /** What is at a path itself, be it a link. */
  public static PosixFileAttributes attributes(Path path) throws IOException {
    return view(path).readAttributes();
  }

  public static PosixFileAttributeView view(Path path) {
    PosixFileAttributeView view =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (view == null) {
      throw new UnsupportedOperationException("a file system without owners and modes");
    }
    return view;
  }

  /** The user who runs this, as files have their owner. */
  public static Object me() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  /**
   * Makes sure that what is at a path is a file of the user's own, which has no other name.
   *
   * @throws JournalException where it is a link or something else
   */
  static void expectOwn(Path file) throws IOException {
    Map<String, Object> found =
        Files.readAttributes(
            file, "unix:uid,nlink,isRegularFile,isSymbolicLink", LinkOption.NOFOLLOW_LINKS);
    String what;
    if (Boolean.TRUE.equals(found.get("isSymbolicLink"))) {
      what = "a link to " + IoErrors.shown(Files.readSymbolicLink(file));
    } else if (!Boolean.TRUE.equals(found.get("isRegularFile"))) {
      what = "something that is no file";
    } else if (!me().equals(found.get("uid"))) {
      what = "a file of another user (uid " + found.get("uid") + ")";
    } else if (!Integer.valueOf(1).equals(found.get("nlink"))) {
      what = "a file that has another name too";
    } else {
      return;
    }
    throw new JournalException(
        IoErrors.shown(file)
            + ": expected a file of the user who records or none, found "
            + what
            + ". See who put it there, then remove it");
  }

  /** A mode as people write it, and as they read it. */
  public static String shown(int mode) {
    return String.format(Locale.ROOT, "%04o", mode & 07777);
  }

  /** All bits of a mode, those that Java has no names for too. */
  public static int mode(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777;
  }
}
