package dmrec.cli.host;

import dmrec.console.Standpoint;
import dmrec.event.Sha256;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code -j}: which journal. */
public final class JournalOption {
  private static final int NAME_CHARS = 32;

  /** What may stand for a journal wherever one is read. */
  public static final String READ = "The journal's folder, or a .dmrec bundle";

  @Option(
      names = {"-j", "--journal"},
      paramLabel = "PATH",
      description =
          READ
              + ". Default: DMREC_JOURNAL, else /var/lib/dmrec for root and ~/.local/state/dmrec"
              + " (XDG) for others.")
  private @Nullable Path journal;

  /** The folder to read: that of the journal, or what a bundle was unpacked to. */
  public Path path(Host host) {
    return OpenedBundles.journal(host, named(host));
  }

  /** What was named, or the default: the folder to write. */
  public Path named(Host host) {
    if (journal != null) {
      return journal;
    }
    return host.standpoint() != null ? host.standpoint().folder() : defaultPath(host);
  }

  /** Opens what {@link #path} names. */
  public Journal open(Host host) throws JournalException {
    return open(host, path(host));
  }

  /**
   * Opens a journal for reading, with indexes beside it or in the user's cache; that of a console
   * is shared, and closing it only lets go of its files.
   */
  public static Journal open(Host host, Path folder) throws JournalException {
    Standpoint here = host.standpoint();
    return here != null && here.folder().equals(folder)
        ? here.journal()
        : Journal.open(folder, indexes(host, folder));
  }

  /** A folder of the user's for one journal, named by where that lies; null without a home. */
  private static @Nullable Path indexes(Host host, Path folder) {
    Path caches = Caches.folder(host);
    if (caches == null) {
      return null;
    }
    try {
      byte[] place = folder.toRealPath().toString().getBytes(StandardCharsets.UTF_8);
      String name = HexFormat.of().formatHex(Sha256.of(place));
      return caches.resolve("index").resolve(name.substring(0, NAME_CHARS));
    } catch (IOException e) {
      return null; // Whoever opens the journal says what is wrong with it.
    }
  }

  /** Whether the user named a journal, by the option or the environment. */
  public boolean isNamed(Host host) {
    return journal != null || host.standpoint() != null || !host.env("DMREC_JOURNAL").isEmpty();
  }

  /** Where the environment or the user's rank puts the journal. */
  public static Path defaultPath(Host host) {
    String named = host.env("DMREC_JOURNAL");
    if (!named.isEmpty()) {
      return Path.of(named);
    }
    if (host.root()) {
      return Path.of("/var/lib/dmrec");
    }
    // The specification ignores a relative path there.
    String state = host.env("XDG_STATE_HOME");
    if (state.startsWith("/")) {
      return Path.of(state, "dmrec");
    }
    String home = host.env("HOME");
    if (home.isEmpty()) {
      throw Failure.usage("which journal? neither --journal nor DMREC_JOURNAL nor HOME is set");
    }
    return Path.of(home, ".local", "state", "dmrec");
  }
}
