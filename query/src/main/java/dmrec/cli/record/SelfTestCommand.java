package dmrec.cli.record;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.cli.host.OutputForm;
import dmrec.selftest.Report;
import dmrec.selftest.ReportJson;
import dmrec.selftest.ReportText;
import dmrec.selftest.SelfTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "selftest",
    description =
        "Cause changes on mapped devices of its own while a recorder records, hold the journal"
            + " against what was done, and tell what recordings of this host can be trusted for.",
    footer = {
      "",
      "Needs root, dmsetup and losetup; takes a minute, two without probes. It makes one loop device"
          + " over a sparse file of 64 MiB, of which it writes some 10, and mapped devices on that."
          + " All are named dmrec-selftest-PID-..., and all are removed at its end, also after"
          + " Ctrl-C or SIGTERM. It uses no other device. The kernel loads what it has of the modules"
          + " for linear, multipath, mirror, raid, snapshot and thin-pool, udev sees the devices come"
          + " and go, and the kernel log tells of the failures that are caused. What the kernel does not"
          + " have is not tried.",
      "Where another recorder has the kernel's probes, this one does without.",
      "Exit code: 0, 1 where a change was not told or told wrong, or could not be caused, 2 for wrong"
          + " usage. What is too brief for a recorder without probes counts as expected."
    })
public final class SelfTestCommand implements Callable<Integer> {
  private final Host host;

  @Option(
      names = {"-j", "--journal"},
      paramLabel = "PATH",
      description =
          "Record into this new folder, which stays, for 'dmrec log -j PATH'. Default: a temporary"
              + " one.")
  private @Nullable Path journal;

  @Option(
      names = "--tmp",
      paramLabel = "DIR",
      description =
          "Where its file and its journal are, best in memory and on no mapped device. Default:"
              + " ${DEFAULT-VALUE}.")
  private Path tmp = Path.of("/run");

  @Option(
      names = "--no-probes",
      description = "Test a recorder that places no probes in the kernel.")
  private boolean noProbes;

  @Option(
      names = "--clean-up",
      description =
          "First remove what an earlier test with this --tmp left that was killed; else it is only"
              + " named.")
  private boolean cleanUp;

  @Option(
      names = "--output",
      paramLabel = "FORM",
      description = "text or json. Default: ${DEFAULT-VALUE}.")
  private OutputForm output = OutputForm.TEXT;

  public SelfTestCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!host.root()) {
      throw Failure.of("selftest: expected root, as it makes devices; run it with sudo");
    }
    String launcher = System.getProperty("dmrec.launcher", "");
    if (launcher.isEmpty()) {
      throw Failure.of(
          "selftest: expected to be started by the program dmrec, which it starts too");
    }
    if (journal != null && Files.exists(journal)) {
      throw Failure.usage("-j: expected a new folder, found that " + journal + " exists");
    }
    SelfTest test =
        new SelfTest(
            new SelfTest.Options(
                Path.of(launcher), tmp.toAbsolutePath().normalize(), journal, !noProbes),
            host.env("PATH"),
            host.clock(),
            System::nanoTime,
            host::say);
    test.prepare(cleanUp);
    Report report = test.run();
    host.print(
        output == OutputForm.JSON ? ReportJson.of(report) : ReportText.of(report, host.colour()));
    return report.isGood() ? 0 : 1;
  }
}
