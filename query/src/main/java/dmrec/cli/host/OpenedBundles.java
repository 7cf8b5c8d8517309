package dmrec.cli.host;

import dmrec.bundle.Bundle;
import dmrec.bundle.BundleImport;
import dmrec.bundle.EventsImport;
import dmrec.bundle.FolderTree;
import dmrec.bundle.Manifest;
import dmrec.event.KernelText;
import dmrec.event.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Bundles as journals: each is checked and imported once, into a folder of the user's cache that
 * its hash names. Nothing of what a bundle says goes into a path.
 */
public final class OpenedBundles {
  private static final String FOLDER = "bundles";
  private static final String JOURNAL = "journal";
  private static final Pattern OURS = Pattern.compile("\\.?[0-9a-f]{32}(\\.[0-9]+)?");
  private static final int NAME_CHARS = 32;

  /** What nobody has used for so long goes. */
  private static final Duration KEPT = Duration.ofDays(30);

  private OpenedBundles() {}

  /** The journal that was named: the folder itself, or what a bundle is unpacked to. */
  public static Path journal(Host host, Path named) {
    if (!Files.isRegularFile(named)) {
      return named;
    }
    if (!Bundle.isOne(named)) {
      throw Failure.of(
          named
              + ": expected a journal's folder or a .dmrec bundle, found another file; 'dmrec"
              + " import' makes a journal of evidence from elsewhere");
    }
    try {
      Path place = folder(host).resolve(nameOf(named, new byte[0]));
      if (isOpened(host, place)) {
        return place.resolve(JOURNAL);
      }
      try (Bundle bundle = Bundle.open(named)) {
        return journal(host, named, bundle);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The journal of an opened bundle. */
  public static Path journal(Host host, Path file, Bundle bundle) throws IOException {
    return journal(host, file, bundle, new byte[0], EventsImport.Change.NONE);
  }

  /**
   * The journal of an opened bundle, with its events changed.
   *
   * @param changedBy what tells this change from others
   */
  public static Path journal(
      Host host, Path file, Bundle bundle, byte[] changedBy, EventsImport.Change change)
      throws IOException {
    Path folder = folder(host);
    makePrivate(folder);
    sweep(folder, host.clock().instant());
    String name = nameOf(file, changedBy);
    Path place = folder.resolve(name);
    if (!isOpened(host, place)) {
      Path part = folder.resolve("." + name + "." + ProcessHandle.current().pid());
      FolderTree.delete(part);
      Files.createDirectory(part);
      try {
        EventsImport told = BundleImport.into(part.resolve(JOURNAL), bundle, change);
        tell(host, file, bundle.manifest(), told);
        Files.move(part, place, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        // Somebody else may have opened the same bundle meanwhile.
        if (!isOpened(host, place)) {
          throw e;
        }
      } finally {
        FolderTree.delete(part);
      }
    }
    return place.resolve(JOURNAL);
  }

  private static Path folder(Host host) {
    Path caches = Caches.folder(host);
    if (caches == null) {
      throw Failure.usage("a bundle is unpacked into the user's cache; set HOME or XDG_CACHE_HOME");
    }
    return caches.resolve(FOLDER);
  }

  /** Whether the same bytes were checked and imported before; then they are kept on. */
  private static boolean isOpened(Host host, Path place) throws IOException {
    boolean opened = Files.isDirectory(place.resolve(JOURNAL));
    if (opened) {
      Files.setLastModifiedTime(place, FileTime.from(host.clock().instant()));
    }
    return opened;
  }

  private static void tell(Host host, Path file, Manifest manifest, EventsImport told)
      throws IOException {
    host.note(
        String.format(
            Locale.ROOT,
            "%s: %,d %s, checked%s",
            KernelText.printable(file.toString()),
            told.events(),
            told.events() == 1 ? "event" : "events",
            told.isRenumbered()
                ? String.format(
                    Locale.ROOT,
                    "; some were left out, so that #1 is #%d of the journal they are from",
                    manifest.window().firstSeq())
                : ""));
  }

  private static void makePrivate(Path folder) throws IOException {
    Files.createDirectories(folder.getParent() == null ? folder : folder.getParent());
    try {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
  }

  private static String nameOf(Path file, byte[] changedBy) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = Sha256.digest();
      byte[] block = new byte[1 << 16];
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        digest.update(block, 0, n);
      }
      digest.update(changedBy);
      return Sha256.hex(digest).substring(0, NAME_CHARS);
    }
  }

  private static void sweep(Path folder, Instant now) throws IOException {
    List<Path> all;
    try (Stream<Path> places = Files.list(folder)) {
      all =
          places
              .filter(place -> OURS.matcher(String.valueOf(place.getFileName())).matches())
              .toList();
    }
    for (Path place : all) {
      try {
        if (Files.getLastModifiedTime(place).toInstant().isBefore(now.minus(KEPT))) {
          FolderTree.delete(place);
        }
      } catch (IOException e) {
        // Somebody else sweeps too, or another user's is in the way: it is not worth a command.
      }
    }
  }
}
