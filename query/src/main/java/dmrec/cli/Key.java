package dmrec.cli;

import dmrec.cli.host.Amounts;
import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.event.KernelText;
import dmrec.journal.SigningKey;
import dmrec.query.EventText;
import dmrec.query.TimeSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "key",
    description = "Make or look at a key that signs a journal's seals.",
    subcommands = {Key.New.class, Key.Show.class})
final class Key implements Callable<Integer> {
  @Override
  public Integer call() {
    throw Failure.usage("which command? 'dmrec key new FILE' or 'dmrec key show FILE'");
  }

  @Command(
      name = "new",
      description = "Make a key and print its public half.",
      footer = {
        "",
        "The key changes itself with each epoch and erases what it was before: who steals the file"
            + " cannot seal anew what was sealed in an earlier epoch. So keep it in a folder that the"
            + " recorder may write to, on one machine, for one recorder."
      })
  static final class New implements Callable<Integer> {
    private final Host host;

    @Parameters(paramLabel = "FILE", description = "Where to write it; must not exist yet.")
    private Path file = Path.of("");

    @Option(
        names = "--epoch",
        paramLabel = "TIME",
        description = "How long each key signs, as 1h or 1d. Default: ${DEFAULT-VALUE}.")
    private String epoch = "1d";

    New(Host host) {
      this.host = host;
    }

    @Override
    public Integer call() throws IOException {
      long epochNs = Amounts.durationNs("--epoch", epoch);
      if (epochNs <= 0) {
        throw Failure.usage("--epoch: expected more than 0, as 1h or 1d, found " + epoch);
      }
      Instant now = host.clock().instant();
      SigningKey key =
          SigningKey.create(
              file, epochNs, TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano());
      host.print(key.publicKey() + "\n");
      host.note(
          "keep this public key where the recorded machine cannot change it; sign with 'dmrec"
              + " record --key "
              + KernelText.printable(file.toString())
              + "', check with 'dmrec verify --key PUBLIC'");
      return 0;
    }
  }

  @Command(name = "show", description = "Print a key's public half and its epoch, no secret.")
  static final class Show implements Callable<Integer> {
    private final Host host;

    @Parameters(paramLabel = "FILE", description = "A key that 'dmrec key new' made.")
    private Path file = Path.of("");

    Show(Host host) {
      this.host = host;
    }

    @Override
    public Integer call() throws IOException {
      SigningKey key = SigningKey.read(file);
      host.print(
          "public     "
              + key.publicKey()
              + "\nepoch      "
              + key.epoch()
              + ", of "
              + EventText.duration(key.epochNs())
              + " each\nsince      "
              + TimeSpec.format(key.sinceNs(), host.clock().getZone())
              + "\n");
      return 0;
    }
  }
}
