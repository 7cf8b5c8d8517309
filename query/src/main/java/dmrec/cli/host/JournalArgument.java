package dmrec.cli.host;

import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A journal as a command's own argument, or by {@code -j}. */
public final class JournalArgument {
  @Parameters(
      paramLabel = "JOURNAL",
      arity = "0..1",
      description = JournalOption.READ + ", as with --journal.")
  private @Nullable Path argument;

  @Mixin private JournalOption option = new JournalOption();

  /** The folder to read: that of the journal, or what a bundle was unpacked to. */
  public Path path(Host host) {
    return argument != null ? OpenedBundles.journal(host, argument) : option.path(host);
  }

  /** Opens what {@link #path} names. */
  public Journal open(Host host) throws JournalException {
    return JournalOption.open(host, path(host));
  }

  /** What was named, as it is. */
  public Path named(Host host) {
    return argument != null ? argument : option.named(host);
  }
}
