package dmrec.cli.answer;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.cli.host.JournalOption;
import dmrec.cli.host.SelectionOptions;
import dmrec.cli.host.WholeFile;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.journal.Journal;
import dmrec.query.EventSelection;
import dmrec.query.SelectedEvents;
import dmrec.query.TimeSpec;
import dmrec.query.export.EventExport;
import dmrec.query.export.ExportFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "export",
    description = "Write the events of a journal as a table for SQL, or as packets for Wireshark.",
    footer = {
      "",
      "One row for each event, traces among them. The columns: seq, time (UTC, nanoseconds),"
          + " received, mono_ns, kind, code, source, certainty, not_before, kernel_ns, marks,"
          + " actor_pid and what else is known of the process (actor_), dev, diskseq, device, uuid,"
          + " evidence; then each payload field under the name it has in JSON. A field that an"
          + " event does not have is NULL, or empty in CSV. Lists are JSON text.",
      "Names in CSV are the bytes that they were, unless on a terminal. In Parquet a byte that is"
          + " no UTF-8, a NUL and a backslash are \\xNN; so they are in the columns evidence and"
          + " link of both. JSON is what 'log --output json' prints: nothing is left out.",
      "pcapng is for Wireshark: each recorded uevent as nlmon captures it, with number and words as"
          + " its comment (frame.comment); all other events as systemd journal entries, for they"
          + " were never packets. 'dmrec import' reads the uevents back.",
      "TIME is " + TimeSpec.FORMS + "; FILTER as for 'dmrec log'.",
      "Exit code: 0, 1 where some of the journal is damaged, 2 for wrong usage."
    })
public final class Export implements Callable<Integer> {
  private final Host host;

  @Mixin private JournalOption journal = new JournalOption();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}. Default: by the end of FILE's name.")
  private @Nullable ExportFormat format;

  @Option(
      names = {"-o", "--file"},
      paramLabel = "FILE",
      description = "Write to FILE, which appears when it is whole. Default: standard output.")
  private @Nullable Path file;

  @Option(names = "--force", description = "Replace FILE if it exists.")
  private boolean force;

  @Mixin private SelectionOptions which = new SelectionOptions();

  public Export(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    ExportFormat as = format();
    boolean binary = as == ExportFormat.PARQUET || as == ExportFormat.PCAPNG;
    if (binary && file == null && host.outIsTerminal()) {
      throw Failure.usage(
          "a "
              + (as == ExportFormat.PARQUET ? "Parquet" : "pcapng")
              + " file is nothing to read on a terminal; name a file with -o");
    }
    EventSelection selection = which.selection(host, true);
    try (Journal opened = journal.open(host);
        SelectedEvents events = SelectedEvents.open(opened, selection)) {
      if (file == null) {
        EventExport export = EventExport.begin(as, host.out(), host.outIsTerminal());
        write(events, export);
      } else {
        long count;
        try (WholeFile whole = WholeFile.begin(file, force)) {
          OutputStream out = whole.out();
          count = write(events, EventExport.begin(as, out, false));
          whole.keep();
        }
        host.note(
            KernelText.printable(file.toString())
                + ": "
                + count
                + (count == 1 ? " event" : " events"));
      }
      return host.report(events.damage());
    }
  }

  private ExportFormat format() {
    if (format != null) {
      return format;
    }
    Path name = file == null ? null : file.getFileName();
    ExportFormat byName = name == null ? null : ExportFormat.ofFileName(name.toString());
    if (byName == null) {
      throw Failure.usage("which format? --format csv, json, parquet or pcapng");
    }
    return byName;
  }

  private static long write(SelectedEvents events, EventExport export) throws IOException {
    long count = 0;
    for (EventRecord record = events.next(); record != null; record = events.next()) {
      export.write(record);
      count++;
    }
    export.finish();
    return count;
  }
}
