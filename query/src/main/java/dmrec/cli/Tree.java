package dmrec.cli;

import dmrec.query.StackTree;
import dmrec.query.TimeSpec;
import dmrec.query.TopologyAt;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "tree",
    description = "Draw the stack as it was at a time: devices, and what they stand on.",
    footer = {"", "TIME is " + TimeSpec.FORMS + "; without it, the end of the journal."})
final class Tree implements Callable<Integer> {
  private final Host host;

  @Mixin private JournalOption journal = new JournalOption();

  @Option(names = "--at", paramLabel = "TIME", description = "The time to look at.")
  private @Nullable String at;

  @Option(names = "--ascii", description = "Draw with ASCII characters only.")
  private boolean ascii;

  Tree(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    TopologyAt past = Past.at(host, journal.path(host), at);
    StackTree.Options options =
        new StackTree.Options(!ascii && (host.utf8() || !host.outIsTerminal()), host.colour());
    host.print(StackTree.draw(past.topology(), options));
    return host.report(past.damage());
  }
}
