package dmrec.journal.file;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * What a name leads to at the moment.
 *
 * @param key device and inode number, which no other file has as long as this one is open
 * @param bytes its size
 * @param changed when it was changed last; of a folder, when a name in it was
 */
record Inode(Object key, long bytes, FileTime changed) {
  private static final Path OPEN_FILES = Path.of("/proc/self/fd");
  private static final String DELETED = " (deleted)";

  /** What a name that leads nowhere leads to. */
  static final Inode NONE = new Inode(new Object(), -1, FileTime.fromMillis(0));

  /** Of a folder; links are followed. */
  static Inode ofFolder(Path folder) throws IOException {
    return of(folder);
  }

  /** Of a file of the journal, which is no link. */
  static Inode ofFile(Path file) throws IOException {
    return of(file, LinkOption.NOFOLLOW_LINKS);
  }

  private static Inode of(Path path, LinkOption... options) throws IOException {
    try {
      BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class, options);
      Object key = found.fileKey();
      return new Inode(key == null ? path : key, found.size(), found.lastModifiedTime());
    } catch (NoSuchFileException | NotDirectoryException | FileSystemLoopException e) {
      return NONE;
    } catch (FileSystemException e) {
      if (String.valueOf(e.getReason()).contains("Not a directory")) {
        return NONE;
      }
      throw e;
    }
  }

  boolean isSame(Object other) {
    return key.equals(other);
  }

  /** The name that a file or folder which this process has open bears now; null for none. */
  static @Nullable Path whereabouts(Object key) {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(OPEN_FILES)) {
      for (Path each : open) {
        String name = nameOf(each, key);
        if (name != null && !name.endsWith(DELETED)) {
          return Path.of(name);
        }
      }
    } catch (IOException | DirectoryIteratorException | IllegalArgumentException e) {
      return null; // It only decorates a message.
    }
    return null;
  }

  private static @Nullable String nameOf(Path descriptor, Object key) {
    try {
      return ofFolder(descriptor).isSame(key)
          ? Files.readSymbolicLink(descriptor).toString()
          : null;
    } catch (IOException | RuntimeException e) {
      return null; // Closed meanwhile, or no file.
    }
  }

  /** Another name of a file in its folder; null for none. */
  static @Nullable Path renamed(Path file, Object key) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      return null;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path each : all) {
        boolean other = !JournalFolder.nameOf(each).equals(JournalFolder.nameOf(file));
        if (other && ofFile(each).isSame(key)) {
          return each;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return null; // It only decorates a message.
    }
    return null;
  }
}
