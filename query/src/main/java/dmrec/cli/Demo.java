package dmrec.cli;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.record.CaptureReader;
import dmrec.record.EventSink;
import dmrec.record.Observation;
import dmrec.record.Recorder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
    name = "demo",
    description =
        "Show dmrec at work on a real multipath failover, recorded on a real kernel. Needs no"
            + " privileges and no device-mapper.")
public final class Demo implements Callable<Integer> {
  /** Made by samples/lab/make-samples. */
  public static final String CAPTURE = "/captures/failover.ndjson";

  private final Host host;

  Demo(Host host) {
    this.host = host;
  }

  /** The moments of the failover: numbers of the records that begin and end it. */
  private record Story(long firstFailure, long worst, long lastReinstated) {}

  @Override
  public Integer call() throws IOException {
    Path journal = Files.createTempDirectory("dmrec-demo-");
    long events = record(journal);
    Story story = story(journal);
    say("A real multipath failover, recorded by a kernel lab: " + events + " events.");
    say("The stack before:");
    run(journal, "tree", "--at", "#" + (story.firstFailure() - 1));
    say("What happened:");
    run(
        journal,
        "log",
        "--utc",
        "--kind",
        "path_failed,path_reinstated,group_switched,group_bypassed,table_live,device_removed",
        "--since",
        "#" + story.firstFailure(),
        "--until",
        "#" + story.lastReinstated());
    say("The stack at its worst:");
    run(journal, "tree", "--at", "#" + story.worst());
    say("What dmsetup would have said at that moment:");
    run(journal, "dmsetup", "status", "--at", "#" + story.worst());
    say("And afterwards:");
    run(journal, "tree", "--at", "#" + story.lastReinstated());
    host.print(
        """

        Try next, on the same journal:
          export DMREC_JOURNAL=%s
          ./dmrec log --all -v -n 5                   # every trace, and what proves it
          ./dmrec dmsetup table --at '#%d'            # what dmsetup printed then
          ./dmrec dmsetup info -c --at '#%d'
          ./dmrec log --output json | head -3       # for programs
          ./dmrec info
        For real, as root:
          ./dmrec doctor
          ./dmrec record
        """
            .formatted(journal, story.worst(), story.firstFailure()));
    return 0;
  }

  /** Records the failover into a new journal; the number of its events. */
  public static long record(Path journal) throws IOException {
    InputStream capture = Demo.class.getResourceAsStream(CAPTURE);
    if (capture == null) {
      throw Failure.of("this build holds no " + CAPTURE + "; build it from a whole source tree");
    }
    try (CaptureReader reader = CaptureReader.of("failover.ndjson", capture);
        JournalWriter writer = JournalWriter.open(journal, JournalOptions.usual().inAnyFolder())) {
      Recorder recorder = new Recorder(EventSink.of(writer), null);
      for (Observation next = reader.next(); next != null; next = reader.next()) {
        recorder.accept(next);
      }
      return writer.lastSeq();
    }
  }

  private static Story story(Path journal) throws IOException {
    long first = 0;
    long worst = 0;
    long last = 0;
    int fewest = Integer.MAX_VALUE;
    try (Journal recorded = Journal.open(journal);
        EventCursor events = recorded.events(EventQuery.ALL)) {
      for (EventRecord next = events.next(); next != null; next = events.next()) {
        if (next.event() instanceof dmrec.event.DmEvent.PathFailed failed) {
          first = first == 0 ? next.seq() : first;
          if (failed.validPaths() < fewest) {
            fewest = failed.validPaths();
            worst = next.seq();
          }
        } else if (next.kind() == Kind.PATH_REINSTATED) {
          last = next.seq();
        }
      }
    }
    if (first < 2 || last < worst) {
      throw Failure.of(CAPTURE + ": expected a failover in it, found none");
    }
    return new Story(first, worst, last);
  }

  private void say(String text) throws IOException {
    host.print("\n" + (host.colour() ? "\033[1m" + text + "\033[0m" : text) + "\n\n");
  }

  private void run(Path journal, String... command) throws IOException {
    List<String> args = new ArrayList<>(List.of("-j", journal.toString()));
    args.addAll(0, List.of(command));
    host.print("$ dmrec " + String.join(" ", command) + "\n");
    host.out().flush();
    if (command[0].equals("dmsetup")) {
      args.set(args.indexOf("-j"), "--journal");
    }
    Main.run(host, args);
  }
}
