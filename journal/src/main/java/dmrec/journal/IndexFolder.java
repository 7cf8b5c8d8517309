package dmrec.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where the indexes of finished cycle files are kept: in the journal where its folder is the user's
 * own, else in a folder of the user's. All of it can be deleted and comes again; where nothing can
 * be kept, nothing is.
 */
final class IndexFolder {
  static final String NAME = ".index";
  private static final String SUFFIX = ".idx";

  private final @Nullable Path folder;

  private IndexFolder(@Nullable Path folder) {
    this.folder = folder;
  }

  /**
   * Finds or makes the folder.
   *
   * @param elsewhere a folder of the user's for this journal alone; null for none
   */
  static IndexFolder of(Path journal, @Nullable Path elsewhere) {
    if (isOwn(journal) && Files.isWritable(journal)) {
      return new IndexFolder(made(journal.resolve(NAME)));
    }
    return new IndexFolder(elsewhere == null ? null : made(elsewhere));
  }

  /** The index of a cycle file that is gone, in the journal's own folder. */
  static Path beside(Path cycle) {
    return cycle.resolveSibling(NAME).resolve(nameOf(cycle));
  }

  private static String nameOf(Path cycle) {
    String name = JournalFolder.nameOf(cycle);
    return name.substring(0, name.length() - JournalFolder.CYCLE_SUFFIX.length()) + SUFFIX;
  }

  private static boolean isOwn(Path path) {
    try {
      return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
          && Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS)
              .equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  private static @Nullable Path made(Path path) {
    try {
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectories(
            path,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      // A link could lead to where files of others are.
      return isOwn(path) ? path : null;
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  /** What tells a cycle file from others, or null where that cannot be asked. */
  static FileIndex.@Nullable Identity identityOf(Path cycle) {
    try {
      Map<String, Object> attributes = Files.readAttributes(cycle, "unix:ino,ctime,size");
      if (attributes.get("ino") instanceof Long inode
          && attributes.get("ctime") instanceof FileTime changed
          && attributes.get("size") instanceof Long size) {
        return new FileIndex.Identity(inode, changed.to(TimeUnit.NANOSECONDS), size);
      }
      return null;
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  /** The index that is kept of a cycle file as it is, or null. */
  @Nullable FileIndex load(Path cycle) {
    FileIndex.Identity identity = identityOf(cycle);
    if (folder == null || identity == null) {
      return null;
    }
    Path kept = folder.resolve(nameOf(cycle));
    try {
      // An index is smaller than what it is of.
      return Files.isRegularFile(kept, LinkOption.NOFOLLOW_LINKS)
              && Files.size(kept) <= Math.min(identity.sizeBytes(), Integer.MAX_VALUE - 8)
          ? FileIndex.decode(Files.readAllBytes(kept), identity)
          : null;
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * Keeps the index of a cycle file to which nothing is added any more.
   *
   * @param identity the file's before it was read
   */
  void save(Path cycle, FileIndex index, FileIndex.@Nullable Identity identity) {
    if (folder == null || identity == null || !identity.equals(identityOf(cycle))) {
      return;
    }
    Path kept = folder.resolve(nameOf(cycle));
    Path fresh = kept.resolveSibling(nameOf(cycle) + "." + ProcessHandle.current().pid());
    try {
      Files.deleteIfExists(fresh);
      ByteBuffer all = index.encode(identity);
      try (FileChannel out =
          FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        while (all.hasRemaining()) {
          out.write(all);
        }
      }
      Files.move(fresh, kept, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      forget(fresh);
    }
  }

  /** Removes what is kept of cycle files that are gone. */
  void clean(Path journal) {
    if (folder == null) {
      return;
    }
    try (DirectoryStream<Path> kept = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path each : kept) {
        String name = JournalFolder.nameOf(each);
        String cycle =
            name.substring(0, name.length() - SUFFIX.length()) + JournalFolder.CYCLE_SUFFIX;
        if (!Files.exists(journal.resolve(cycle))) {
          forget(each);
        }
      }
    } catch (IOException | RuntimeException e) {
      return; // Only room is lost.
    }
  }

  private static void forget(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      return; // Only room is lost.
    }
  }
}
