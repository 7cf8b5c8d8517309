package dmrec.cli.answer;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.cli.host.JournalOption;
import dmrec.journal.Journal;
import dmrec.journal.Snapshot;
import dmrec.query.StackData;
import dmrec.query.StackTree;
import dmrec.query.SubStack;
import dmrec.query.TimeSpec;
import dmrec.topology.TopologyView;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "tree",
    description = "Draw the stack as it was at a time: devices, and what they stand on.",
    footer = {"", "TIME is " + TimeSpec.FORMS + "; without it, the end of the journal."})
public final class Tree implements Callable<Integer> {
  private final Host host;

  @Mixin private JournalOption journal = new JournalOption();

  @Parameters(
      paramLabel = "DEVICE",
      arity = "0..1",
      description =
          "Only what this device stands on and what stands on it: a name, a UUID, 254:3, dm-3, or"
              + " a disk as sdb or 8:16.")
  private @Nullable String device;

  @Option(names = "--at", paramLabel = "TIME", description = "The time to look at.")
  private @Nullable String at;

  @Mixin private AnswerOptions answer = new AnswerOptions();

  public Tree(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    Snapshot past;
    try (Journal opened = journal.open(host)) {
      past = Past.at(host, opened, at);
    }
    TopologyView stack = past.topology();
    if (device != null) {
      stack = SubStack.of(stack, device);
      if (stack.seq() == 0) {
        throw Failure.of(
            "there is no device or disk '" + device + "' at that time; see 'dmrec tree'");
      }
    }
    host.print(
        switch (answer.form()) {
          case TEXT -> StackTree.draw(stack, answer.drawing(host));
          case JSON -> StackData.json(stack);
          case CSV -> StackData.csv(stack);
        },
        answer.form());
    return host.report(past.damage());
  }
}
