package dmrec.cli.host;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code -j}: which journal. */
public final class JournalOption {
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
    return host.standpoint() != null ? host.standpoint().journal() : defaultPath(host);
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
