package dmrec.cli.host;

import dmrec.event.Kind;
import dmrec.query.EventSelection;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which events of a journal a command is asked for. */
public final class SelectionOptions {
  @Option(
      names = "--kind",
      paramLabel = "KIND",
      split = ",",
      description = "Only events of these kinds, as path_failed,path_reinstated.")
  private List<String> kinds = List.of();

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description =
          "Only events of this device: a name, a UUID, 254:3, dm-3, or a disk as sdb or 8:16."
              + " A device that is renamed is followed.")
  private @Nullable String device;

  @Option(names = "--since", paramLabel = "TIME", description = "Nothing before this time.")
  private @Nullable String since;

  @Option(names = "--until", paramLabel = "TIME", description = "Nothing after this time.")
  private @Nullable String until;

  @Option(names = "--where", paramLabel = "FILTER", description = "Only events that match.")
  private @Nullable String where;

  /** What is asked for; {@code traces} as {@link EventSelection} has it. */
  public EventSelection selection(Host host, boolean traces) {
    return new EventSelection(
        kindsOf(kinds),
        device,
        Times.parse(host, "--since", since),
        Times.parse(host, "--until", until),
        traces,
        Filters.parse(host, "--where", where));
  }

  private static Set<Kind> kindsOf(List<String> words) {
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    for (String word : words) {
      Kind kind = Kind.ofWord(word.strip().toLowerCase(Locale.ROOT).replace('-', '_'));
      if (kind == null) {
        throw Failure.usage(
            "--kind: there is no kind '"
                + word
                + "'; the kinds are "
                + Arrays.stream(Kind.values()).map(Kind::word).collect(Collectors.joining(", ")));
      }
      kinds.add(kind);
    }
    return kinds;
  }
}
