package dmrec.journal.index;

import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.OwnFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where the indexes of cycle files are kept: in the journal where its folder is the user's own,
 * else in a folder of the user's. All of it can be deleted and comes again; where nothing can be
 * kept, nothing is.
 */
public final class IndexStore {
  public static final String NAME = ".index";
  private static final String SUFFIX = ".idx";
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private final @Nullable Path folder;

  private IndexStore(@Nullable Path folder) {
    this.folder = folder;
  }

  /**
   * Where they are kept; the folder is made with the first of them.
   *
   * @param elsewhere a folder of the user's for this journal alone; null for none
   */
  public static IndexStore of(Path journal, @Nullable Path elsewhere) {
    return new IndexStore(
        isOwn(journal) && Files.isWritable(journal) ? journal.resolve(NAME) : elsewhere);
  }

  /** The index of a cycle file that is gone, in the journal's own folder. */
  public static Path beside(Path cycle) {
    return cycle.resolveSibling(NAME).resolve(nameOf(cycle));
  }

  private static String nameOf(Path cycle) {
    String name = JournalFolder.nameOf(cycle);
    return name.substring(0, name.length() - JournalFolder.CYCLE_SUFFIX.length()) + SUFFIX;
  }

  private static boolean isOwn(Path path) {
    try {
      return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
          && Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(OwnFiles.me());
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  private static boolean isMade(Path path) {
    try {
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectories(
            path, PosixFilePermissions.asFileAttribute(OwnFiles.PRIVATE_FOLDER));
        OwnFiles.view(path).setPermissions(OwnFiles.PRIVATE_FOLDER);
      }
      // A link could lead to where files of others are.
      return isOwn(path);
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  /** What tells a cycle file from others, or null where that cannot be asked. */
  public static IndexBytes.@Nullable Identity identityOf(Path cycle) {
    try {
      Map<String, Object> attributes = Files.readAttributes(cycle, "unix:ino,ctime,size");
      if (attributes.get("ino") instanceof Long inode
          && attributes.get("ctime") instanceof FileTime changed
          && attributes.get("size") instanceof Long size) {
        return new IndexBytes.Identity(inode, changed.to(TimeUnit.NANOSECONDS), size);
      }
      return null;
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  /**
   * What tells a cycle file that grows from others, within this boot: a stranger who sends an index
   * along cannot know it.
   */
  private static IndexBytes.@Nullable Identity growing(IndexBytes.Identity identity) {
    try {
      UUID boot = UUID.fromString(Files.readString(BOOT_ID).strip());
      return new IndexBytes.Identity(
          identity.inode(), boot.getMostSignificantBits(), boot.getLeastSignificantBits());
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  /**
   * The index that is kept of a cycle file as it is, or null. One with a {@link FileIndex#checksum}
   * is of a part, and has yet to be proved.
   */
  public @Nullable FileIndex load(Path cycle) {
    IndexBytes.Identity identity = identityOf(cycle);
    if (folder == null || identity == null || !isOwn(folder)) {
      return null;
    }
    Path kept = folder.resolve(nameOf(cycle));
    try {
      // An index is smaller than what it is of.
      return Files.isRegularFile(kept, LinkOption.NOFOLLOW_LINKS)
              && Files.size(kept) <= Math.min(identity.sizeBytes(), Integer.MAX_VALUE - 8)
          ? IndexBytes.decode(Files.readAllBytes(kept), identity, growing(identity))
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
  public void save(Path cycle, FileIndex index, IndexBytes.@Nullable Identity identity) {
    if (identity != null && identity.equals(identityOf(cycle))) {
      write(cycle, index, identity, -1);
    }
  }

  /** Keeps the index of what there is of a cycle file that may grow. */
  void saveGrowing(Path cycle, FileIndex index) {
    IndexBytes.Identity identity = identityOf(cycle);
    IndexBytes.Identity growing = identity == null ? null : growing(identity);
    if (growing != null && index.checksum >= 0) {
      write(cycle, index, growing, index.checksum);
    }
  }

  private void write(Path cycle, FileIndex index, IndexBytes.Identity identity, long checksum) {
    if (folder == null || !isMade(folder)) {
      return;
    }
    Path kept = folder.resolve(nameOf(cycle));
    String unique = ProcessHandle.current().pid() + "-" + Thread.currentThread().getId();
    Path fresh = kept.resolveSibling(nameOf(cycle) + "." + unique);
    try {
      Files.deleteIfExists(fresh);
      ByteBuffer all = IndexBytes.encode(index, identity, checksum);
      try (FileChannel out = OwnFiles.create(fresh, OwnFiles.PRIVATE_FILE)) {
        while (all.hasRemaining()) {
          out.write(all);
        }
      }
      Files.move(fresh, kept, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      remove(fresh);
    }
  }

  /** Removes what is kept of a cycle file. */
  void forget(Path cycle) {
    if (folder != null && isOwn(folder)) {
      remove(folder.resolve(nameOf(cycle)));
    }
  }

  /** Removes what is kept of cycle files that are gone. */
  public void clean(Path journal) {
    if (folder == null || !isOwn(folder)) {
      return;
    }
    try (DirectoryStream<Path> kept = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path each : kept) {
        String name = JournalFolder.nameOf(each);
        String cycle =
            name.substring(0, name.length() - SUFFIX.length()) + JournalFolder.CYCLE_SUFFIX;
        if (!Files.exists(journal.resolve(cycle))) {
          remove(each);
        }
      }
    } catch (IOException | RuntimeException e) {
      return; // Only room is lost.
    }
  }

  private static void remove(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      return; // Only room is lost.
    }
  }
}
