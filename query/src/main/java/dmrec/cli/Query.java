package dmrec.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "query",
    description = "Ask about a journal in a conversation: the console.",
    footer = {
      "",
      "The console has a current moment, which its prompt shows, and runs the other commands there,"
          + " without the 'dmrec'. 'help' lists them and those that move the moment.",
      "Without a terminal it runs each line of its input, and goes on behind one that fails.",
      "Exit code: 0, 1 where a line of the input failed, 2 for wrong usage."
    })
final class Query implements Callable<Integer> {
  private final Host host;

  @Mixin private JournalOption journal = new JournalOption();

  @Option(names = "--utc", description = "Times in UTC instead of local time.")
  private boolean utc;

  Query(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    return ConsoleCommands.console(host, journal.path(host), utc);
  }
}
