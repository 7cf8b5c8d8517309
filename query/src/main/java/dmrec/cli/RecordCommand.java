package dmrec.cli;

import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.kernel.KernelException;
import dmrec.query.EventText;
import dmrec.record.CaptureException;
import dmrec.record.CaptureReader;
import dmrec.record.CaptureWriter;
import dmrec.record.JournalSink;
import dmrec.record.KernelWatch;
import dmrec.record.Observation;
import dmrec.record.Recorder;
import dmrec.record.RecordingSummary;
import dmrec.record.WatchOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "record",
    description = "Record what the kernel says about mapped devices, until SIGINT or SIGTERM.",
    footer = {
      "",
      "Tables and status need root (CAP_SYS_ADMIN); without it, uevents and sysfs are recorded.",
      "Exit code: 0, 1 where the recording failed, 2 for wrong usage."
    })
final class RecordCommand implements Callable<Integer> {
  private static final long SYNC_NS = 1_000_000_000L;

  private final Host host;

  @Mixin private JournalOption journal = new JournalOption();

  @Option(
      names = "--capture",
      paramLabel = "FILE",
      description = "Also write every observation, word for word, into this new file.")
  private @Nullable Path capture;

  @Option(
      names = "--from",
      paramLabel = "CAPTURE",
      description = "Record from a capture instead of the kernel, into the journal named by -j.")
  private @Nullable Path from;

  @Option(names = "--udev", description = "Record also what udev sends on to its listeners.")
  private boolean udev;

  @Option(
      names = "--no-kernel-log",
      description = "Do not read the kernel log; snapshots then have no reasons.")
  private boolean noKernelLog;

  @Option(
      names = "--uevents-only",
      description = "Only listen to uevents; ask neither device-mapper nor sysfs.")
  private boolean ueventsOnly;

  @Option(
      names = "--receive-buffer",
      paramLabel = "SIZE",
      description = "Size of the uevent socket's buffer, as 128M or 4k. Default: ${DEFAULT-VALUE}.")
  private String receiveBuffer = "128M";

  @Option(
      names = "--sample",
      paramLabel = "TIME",
      description =
          "Time between two looks at the states that raise no event, as 500ms or 5s; 0 for never."
              + " Default: ${DEFAULT-VALUE}.")
  private String sample = "1s";

  @Option(names = "--lock-memory", description = "Keep all of the process in memory (mlockall).")
  private boolean lockMemory;

  @Option(
      names = "--spool",
      paramLabel = "DIR",
      description =
          "Write into this folder first, in memory as /run/dmrec, and move it into the journal from"
              + " there: recording never waits for the journal's disk.")
  private @Nullable Path spool;

  RecordCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    CaptureWriter copy = capture == null ? null : CaptureWriter.create(capture);
    try (copy) {
      return from != null ? fromCapture(from, copy) : fromKernel(copy);
    }
  }

  private int fromKernel(@Nullable CaptureWriter copy) throws IOException {
    Path folder = journal.path(host);
    WatchOptions options =
        new WatchOptions(
            udev,
            !noKernelLog,
            ueventsOnly,
            Amounts.bytes("--receive-buffer", receiveBuffer),
            Amounts.durationNs("--sample", sample),
            lockMemory,
            Version.number());
    try (RecordedJournal opened =
            RecordedJournal.open(folder, spool, JournalOptions.usual().withNotices(this::say));
        KernelWatch watch = open(options)) {
      JournalWriter writer = opened.writer();
      JournalSink sink = JournalSink.of(writer, this::say);
      Recorder recorder = new Recorder(sink, copy, writer.topology());
      sink.countIn(recorder.summary());
      Signals.register("INT", () -> watch.stop("SIGINT"));
      Signals.register("TERM", () -> watch.stop("SIGTERM"));
      StatusLine status = new StatusLine(host, recorder);
      Syncing syncing = new Syncing(writer, sink, copy);
      watch.run(
          recorder,
          () -> {
            int devices = recorder.topology().devices().size();
            say(
                "recording "
                    + devices
                    + (devices == 1 ? " device to " : " devices to ")
                    + folder
                    + (host.errIsTerminal() ? "; Ctrl-C ends it" : ""));
          },
          () -> {
            status.show();
            opened.tick();
            syncing.turn(recorder.summary().events());
          });
      status.clear();
      writer.sync();
      tell(recorder.summary(), folder);
    }
    return 0;
  }

  private KernelWatch open(WatchOptions options) throws IOException {
    try {
      return KernelWatch.open(options, this::say);
    } catch (KernelException e) {
      throw Failure.of(
          e.getMessage()
              + (options.ueventsOnly() ? "" : " Or give --uevents-only to record uevents alone."),
          e);
    }
  }

  /** Brings what was written to the disk, at most once a second and only where there is more. */
  private static final class Syncing {
    private final JournalWriter writer;
    private final JournalSink sink;
    private final @Nullable CaptureWriter copy;
    private long syncedEvents;
    private long syncedAtNs = System.nanoTime();

    Syncing(JournalWriter writer, JournalSink sink, @Nullable CaptureWriter copy) {
      this.writer = writer;
      this.sink = sink;
      this.copy = copy;
    }

    void turn(long events) {
      try {
        sink.tick();
      } catch (IOException e) {
        throw Failure.of(String.valueOf(e.getMessage()), e);
      }
      if (events == syncedEvents || System.nanoTime() - syncedAtNs < SYNC_NS) {
        return;
      }
      try {
        writer.sync();
        if (copy != null) {
          copy.flush();
        }
      } catch (IOException e) {
        throw Failure.of(String.valueOf(e.getMessage()), e);
      }
      syncedEvents = events;
      syncedAtNs = System.nanoTime();
    }
  }

  private int fromCapture(Path file, @Nullable CaptureWriter copy) throws IOException {
    if (!journal.isNamed(host)) {
      throw Failure.usage(
          "--from needs -j PATH: events of a capture do not belong into the journal of this"
              + " machine; name a new folder");
    }
    Path folder = journal.path(host);
    int damaged = 0;
    try (CaptureReader reader = CaptureReader.open(file);
        RecordedJournal opened =
            RecordedJournal.open(folder, spool, JournalOptions.usual().withNotices(this::say))) {
      JournalWriter writer = opened.writer();
      JournalSink sink = JournalSink.of(writer, this::say);
      Recorder recorder = new Recorder(sink, copy, writer.topology());
      sink.countIn(recorder.summary());
      Observation last = null;
      while (true) {
        try {
          Observation next = reader.next();
          if (next == null) {
            break;
          }
          recorder.accept(next);
          last = next;
        } catch (CaptureException e) {
          damaged++;
          say(String.valueOf(e.getMessage()));
        }
      }
      if (last == null) {
        throw Failure.of(file + ": expected a capture, found no observation in it");
      }
      if (!(last instanceof Observation.Stopped)) {
        recorder.accept(new Observation.Stopped(last.at(), "the capture ends here", 0));
      }
      writer.sync();
      tell(recorder.summary(), folder);
    }
    return damaged == 0 ? 0 : 1;
  }

  private void tell(RecordingSummary summary, Path folder) {
    StringBuilder text = new StringBuilder();
    text.append("recorded ")
        .append(summary.events())
        .append(summary.events() == 1 ? " event in " : " events in ")
        .append(EventText.duration(summary.durationNs()))
        .append(" to ")
        .append(folder)
        .append("; lost ")
        .append(summary.lost())
        .append(", refused ")
        .append(summary.dropped());
    summary.byKind().entrySet().stream()
        .sorted(
            Map.Entry.<Kind, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .forEach(
            each ->
                text.append(
                    String.format(
                        Locale.ROOT, "%n%10d  %s", each.getValue(), each.getKey().word())));
    say(text.toString());
  }

  private void say(String text) {
    StringBuilder shown = new StringBuilder("dmrec: ");
    for (String line : text.split("\n", -1)) {
      shown.append(shown.length() > 7 ? "\n" : "").append(KernelText.printable(line));
    }
    host.err().println(shown);
    host.err().flush();
  }
}
