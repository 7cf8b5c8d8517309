package dmrec.cli.replay;

import dmrec.bundle.FolderTree;
import dmrec.handler.DmEventHandler;
import dmrec.handler.ReplayedEvent;
import dmrec.journal.Journal;
import dmrec.query.BenchJournal;
import dmrec.replay.EventChoice;
import dmrec.replay.Finding;
import dmrec.replay.Guide;
import dmrec.replay.JournalRecording;
import dmrec.replay.Outcome;
import dmrec.replay.Pace;
import dmrec.replay.Replay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** How fast events are fed, and how well a pace is kept; samples/bench/replay runs it. */
public final class ReplayBench {
  private static final int ROUNDS = 5;
  private static final long MINUTE = 60;

  private ReplayBench() {}

  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory("dmrec-bench");
    try {
      Path path = folder.resolve("journal");
      long count = Long.parseLong(args[0]);
      BenchJournal.write(path, count, BenchJournal.STEP_NS);
      try (Journal journal = Journal.open(path)) {
        for (int round = 0; round < ROUNDS; round++) {
          speed(journal, false);
          speed(journal, true);
        }
      }
      Path minute = folder.resolve("minute");
      BenchJournal.write(
          minute, MINUTE * 1_000_000_000L / BenchJournal.STEP_NS, BenchJournal.STEP_NS);
      try (Journal journal = Journal.open(minute)) {
        pace(journal);
      }
    } finally {
      FolderTree.delete(folder);
    }
  }

  private static final class Counter implements DmEventHandler {
    private final boolean topology;
    private long count;
    private long devices;

    Counter(boolean topology) {
      this.topology = topology;
    }

    @Override
    public void handle(ReplayedEvent event) {
      count++;
      if (topology) {
        devices += event.before().devices().size() + event.after().devices().size();
      }
    }

    @Override
    public boolean wantsTopology() {
      return topology;
    }
  }

  private static Outcome replay(Journal journal, DmEventHandler handler, Pace pace)
      throws IOException, InterruptedException {
    Guide stops =
        new Guide() {
          @Override
          public boolean failed(Finding finding) {
            throw new IllegalStateException(finding.thrown());
          }
        };
    JournalRecording all = JournalRecording.of(journal, 0, Long.MAX_VALUE, EventChoice.ALL);
    return new Replay(all, handler, new Replay.Options(pace, 30_000_000_000L, 1, System.out), stops)
        .run();
  }

  private static void speed(Journal journal, boolean topology)
      throws IOException, InterruptedException {
    Counter counter = new Counter(topology);
    Outcome outcome = replay(journal, counter, Pace.MAX);
    System.out.printf(
        Locale.ROOT,
        "counting handler %s the topology: %,d events, %,.0f events/s (%d)%n",
        topology ? "with" : "without",
        counter.count,
        counter.count * 1e9 / outcome.summary().tookNs(),
        counter.devices);
  }

  private static void pace(Journal journal) throws IOException, InterruptedException {
    long[] late = new long[(int) (MINUTE * 1_000_000_000L / BenchJournal.STEP_NS)];
    DmEventHandler watch =
        new DmEventHandler() {
          private int count;
          private long beganNs;
          private long firstNs;

          @Override
          public void handle(ReplayedEvent event) {
            long nowNs = System.nanoTime();
            if (count == 0) {
              beganNs = nowNs;
              firstNs = event.record().wallNs();
            }
            late[count++] = nowNs - beganNs - (event.record().wallNs() - firstNs);
          }
        };
    replay(journal, watch, new Pace(1, Long.MAX_VALUE, 0));
    long[] off = Arrays.stream(late).map(Math::abs).sorted().toArray();
    System.out.printf(
        Locale.ROOT,
        "1x over a minute, %,d events: off by %.3f ms at the median, %.3f ms at 99 %%, %.3f ms at"
            + " most%n",
        off.length,
        off[off.length / 2] / 1e6,
        off[off.length * 99 / 100] / 1e6,
        off[off.length - 1] / 1e6);
  }
}
