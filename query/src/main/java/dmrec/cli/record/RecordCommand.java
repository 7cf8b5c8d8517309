package dmrec.cli.record;

import dmrec.cli.host.Amounts;
import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.cli.host.JournalOption;
import dmrec.cli.host.Version;
import dmrec.event.KernelText;
import dmrec.journal.JournalException;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.journal.RetentionPolicy;
import dmrec.journal.SealPolicy;
import dmrec.journal.SigningKey;
import dmrec.journal.SyncPolicy;
import dmrec.kernel.KernelException;
import dmrec.kernel.MemoryLock;
import dmrec.kernel.UeventReceiver;
import dmrec.query.EventText;
import dmrec.query.KindCounts;
import dmrec.query.TimeSpec;
import dmrec.record.CaptureException;
import dmrec.record.CaptureReader;
import dmrec.record.CaptureWriter;
import dmrec.record.JournalSink;
import dmrec.record.Observation;
import dmrec.record.Recorder;
import dmrec.record.RecordingLoop;
import dmrec.record.RecordingOptions;
import dmrec.record.RecordingSummary;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.Locale;
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
public final class RecordCommand implements Callable<Integer> {
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
      names = "--no-probes",
      description =
          "Place no probes in the kernel. They tell the exact moment and who asked; without, what"
              + " raises no uevent is found by polling, up to --sample late, and nobody is named."
              + " They need root and an x86-64 kernel with tracefs and BTF.")
  private boolean noProbes;

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
      names = "--ring",
      paramLabel = "SIZE",
      description =
          "Memory for uevents that were received and are not recorded yet, 256k to 1G. Default:"
              + " ${DEFAULT-VALUE}.")
  private String ring = "64M";

  @Option(
      names = "--sample",
      paramLabel = "TIME",
      description =
          "Time between two polls of the states that raise no event, as 500ms or 5s; 0 for never."
              + " Default: ${DEFAULT-VALUE}.")
  private String sample = "1s";

  @Option(
      names = "--lock-memory",
      description =
          "Bring all of the process into memory before recording begins and keep it there, so that"
              + " no event waits for a disk. Takes about 230 MB of memory, and a second at the"
              + " start; needs root, CAP_IPC_LOCK or 'ulimit -l unlimited'.")
  private boolean lockMemory;

  @Option(
      names = "--sync",
      paramLabel = "WHEN",
      description =
          "When events are brought to the disk: TIME/COUNT for the latest of each, always for"
              + " before each counts as recorded, os for when the system likes. Until then a power"
              + " failure takes them. Default: ${DEFAULT-VALUE}.")
  private String sync = "100ms/1000";

  @Option(
      names = "--keep",
      paramLabel = "TIME",
      description =
          "Remove files of the journal in which nothing is newer, as 30d; a file holds a day at"
              + " most.")
  private @Nullable String keep;

  @Option(
      names = "--max-size",
      paramLabel = "SIZE",
      description =
          "Remove the oldest files of the journal before it takes more, as 1G; also where the file"
              + " system is full.")
  private @Nullable String maxSize;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description =
          "Sign the journal's seals with this key, which 'dmrec key new' made. It is replaced when"
              + " its epoch is over, so keep it where the recorder may write; where it cannot be"
              + " replaced it signs on, and that is said. One recorder at a time.")
  private @Nullable Path key;

  @Option(
      names = "--unsigned",
      description =
          "Go on without signatures in a journal that was signed so far, or where another recorder"
              + " signs with the key.")
  private boolean unsigned;

  @Option(
      names = "--group",
      paramLabel = "NAME",
      description =
          "Let this group read the journal, which else only its owner and the group of its folder"
              + " can: files have mode 0640 in a folder of mode 0750, whatever the umask is.")
  private String group = "";

  @Option(
      names = "--unsafe-folder",
      description =
          "Record even where others than the owner can write to the journal's folder, to the"
              + " spool's or to one above it: they could put files of their own there.")
  private boolean unsafeFolder;

  @Option(
      names = "--metrics",
      paramLabel = "HOST:PORT",
      description =
          "Serve how the recording fares over HTTP for Prometheus, as on 127.0.0.1:9464; port 0"
              + " for any. Default: not served.")
  private @Nullable String metrics;

  @Option(
      names = "--force",
      description =
          "Record even where the journal or the capture lies on a mapped device, which is recorded"
              + " too: when that device is suspended or fails, the recording stops.")
  private boolean force;

  @Option(
      names = "--spool",
      paramLabel = "DIR",
      description =
          "Write into this folder first, in memory as /run/dmrec, and move it into the journal from"
              + " there: recording never waits for the journal's disk.")
  private @Nullable Path spool;

  /** What signs the journal. */
  private volatile @Nullable SigningKey signing;

  /** What the journal takes on the disk, for whoever asks while it is written. */
  private volatile long journalBytes;

  public RecordCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    if (from != null && metrics != null) {
      throw Failure.usage("--metrics shows a recording from the kernel; leave it out with --from");
    }
    if (from == null) {
      checkPlace();
    }
    CaptureWriter copy = capture == null ? null : CaptureWriter.create(capture);
    try (copy) {
      return from != null ? fromCapture(from, copy) : fromKernel(copy);
    }
  }

  /** Before anything is made: what must not be written to need not be touched at all. */
  private void checkPlace() {
    JournalPlace.Choice choice = new JournalPlace.Choice(force, spool != null);
    JournalPlace.check(JournalPlace.Part.JOURNAL, journal.named(host), choice, host::say);
    if (capture != null) {
      JournalPlace.check(JournalPlace.Part.CAPTURE, capture, choice, host::say);
    }
  }

  private int fromKernel(@Nullable CaptureWriter copy) throws IOException {
    Path folder = journal.named(host);
    RecordingOptions options =
        new RecordingOptions(
            udev,
            !noKernelLog,
            !noProbes,
            ueventsOnly,
            Amounts.bytes("--receive-buffer", receiveBuffer),
            ringBytes(),
            Amounts.durationNs("--sample", sample),
            lockMemory,
            Version.number());
    Service service = Service.of(host, System::nanoTime, host::say);
    try (MetricsEndpoint endpoint =
            MetricsEndpoint.open(
                metrics, () -> journalBytes, this::keyTrouble, System::nanoTime, host::say);
        RecordedJournal opened = RecordedJournal.open(folder, spool, journalOptions());
        RecordingLoop loop = open(options)) {
      JournalWriter writer = opened.writer();
      opened.guard(loop::wake);
      JournalSink sink = JournalSink.of(writer, host::say);
      Recorder recorder = new Recorder(endpoint.measuring(sink), copy);
      sink.countIn(recorder.summary());
      Signals.register("INT", () -> loop.stop("SIGINT"));
      Signals.register("TERM", () -> loop.stop("SIGTERM"));
      StatusLine status = new StatusLine(host, recorder, this::keyTrouble);
      loop.run(
          recorder,
          () -> {
            int devices = recorder.topology().devices().size();
            host.say(
                "recording "
                    + devices
                    + (devices == 1 ? " device to " : " devices to ")
                    + folder
                    + (host.errIsTerminal() ? "; Ctrl-C ends it" : ""));
            endpoint.turn(recorder, loop);
            service.ready(status(recorder, folder));
          },
          () -> {
            status.show();
            tick(opened, sink, copy);
            endpoint.turn(recorder, loop);
            service.turn(() -> status(recorder, folder));
          });
      service.stopping();
      status.clear();
      sink.sync();
      tell(recorder.summary(), folder);
    }
    return 0;
  }

  private int ringBytes() {
    int bytes = Amounts.bytes("--ring", ring);
    if (bytes < UeventReceiver.LEAST_RING_BYTES) {
      throw Failure.usage("--ring: expected a size from 256k to 1G, found " + ring);
    }
    return bytes;
  }

  private String status(Recorder recorder, Path folder) {
    return String.format(
        Locale.ROOT,
        "%d events, %d devices, lost %d%s; to %s",
        recorder.summary().events(),
        recorder.topology().devices().size(),
        recorder.summary().lost(),
        keyTrouble() ? ", key not changed" : "",
        KernelText.printable(folder.toString()));
  }

  /** Whether the key that signs cannot be changed. */
  private boolean keyTrouble() {
    SigningKey now = signing;
    return now != null && !now.trouble().isEmpty();
  }

  private RecordingLoop open(RecordingOptions options) throws IOException {
    try {
      return RecordingLoop.open(options, host::say);
    } catch (KernelException e) {
      throw Failure.of(
          e.getMessage()
              + (options.ueventsOnly() ? "" : " Or give --uevents-only to record uevents alone."),
          e);
    }
  }

  private int fromCapture(Path file, @Nullable CaptureWriter copy) throws IOException {
    if (!journal.isNamed(host)) {
      throw Failure.usage(
          "--from needs -j PATH: events of a capture do not belong into the journal of this"
              + " machine; name a new folder");
    }
    Path folder = journal.named(host);
    int damaged = 0;
    try (CaptureReader reader = CaptureReader.open(file);
        RecordedJournal opened =
            RecordedJournal.open(folder, spool, journalOptions().with(new SealPolicy(1000, 0)))) {
      JournalWriter writer = opened.writer();
      opened.guard(() -> {});
      long endNs = writer.topology().wallNs();
      JournalSink sink = JournalSink.of(writer, host::say);
      Recorder recorder = new Recorder(sink, copy);
      sink.countIn(recorder.summary());
      Observation last = null;
      while (true) {
        try {
          Observation next = reader.next();
          if (next == null) {
            break;
          }
          if (last == null && next.at().wallNs() < endNs) {
            throw Failure.of(
                folder
                    + ": expected a journal that ends before the capture begins, "
                    + TimeSpec.format(next.at().wallNs(), ZoneOffset.UTC)
                    + ", found a record of "
                    + TimeSpec.format(endNs, ZoneOffset.UTC)
                    + "; name a new folder");
          }
          recorder.accept(next);
          last = next;
        } catch (CaptureException e) {
          damaged++;
          host.say(String.valueOf(e.getMessage()));
        }
      }
      if (last == null) {
        throw Failure.of(file + ": expected a capture, found no observation in it");
      }
      if (!(last instanceof Observation.Stopped)) {
        recorder.accept(new Observation.Stopped(last.at(), "the capture ends here", 0));
      }
      sink.sync();
      tell(recorder.summary(), folder);
    }
    return damaged == 0 ? 0 : 1;
  }

  private JournalOptions journalOptions() throws JournalException {
    JournalOptions options = JournalOptions.usual();
    SyncPolicy when = Amounts.sync("--sync", sync);
    if (spool != null && when.equals(SyncPolicy.ALWAYS)) {
      throw Failure.usage(
          "--sync always and --spool contradict each other: a spool takes events into memory so"
              + " that they need not wait for the disk. Leave one of them out");
    }
    signing = key == null ? null : SigningKey.read(key);
    return new JournalOptions(
        when,
        options.seals(),
        new RetentionPolicy(keep == null ? 0 : Amounts.durationNs("--keep", keep), maxBytes()),
        options.reserveBytes(),
        signing,
        unsigned,
        unsafeFolder,
        group,
        host::say,
        MemoryLock::release);
  }

  private long maxBytes() {
    if (maxSize == null) {
      return 0;
    }
    long bytes = Amounts.longBytes("--max-size", maxSize);
    if (bytes < RetentionPolicy.LEAST_BYTES) {
      throw Failure.usage(
          "--max-size: expected at least "
              + (RetentionPolicy.LEAST_BYTES >> 20)
              + "M, as less would keep nothing of use, found "
              + maxSize);
    }
    return bytes;
  }

  private void tick(RecordedJournal opened, JournalSink sink, @Nullable CaptureWriter copy) {
    try {
      opened.tick();
      sink.tick();
      journalBytes = opened.allocatedBytes();
      if (copy != null) {
        copy.flush();
      }
    } catch (IOException e) {
      throw Failure.of(String.valueOf(e.getMessage()), e);
    }
  }

  private void tell(RecordingSummary summary, Path folder) {
    StringBuilder text = new StringBuilder();
    text.append("recorded ")
        .append(summary.events())
        .append(summary.events() == 1 ? " event in " : " events in ")
        .append(EventText.duration(summary.durationNs()))
        .append(" to ")
        .append(folder)
        .append(
            summary.removed() == 0
                ? ""
                : ", from where somebody removed " + summary.removed() + " meanwhile")
        .append("; lost ")
        .append(summary.lost())
        .append(", refused ")
        .append(summary.dropped());
    KindCounts.lines(summary.byKind()).forEach(line -> text.append('\n').append(line));
    host.say(text.toString());
  }
}
