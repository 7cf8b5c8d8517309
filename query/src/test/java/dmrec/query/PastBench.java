package dmrec.query;

import dmrec.bundle.FolderTree;
import dmrec.event.Kind;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Prints how long questions about the past take, on journals of the sizes that are its arguments:
 * {@code samples/bench/past}. No test.
 */
public final class PastBench {
  private static final int QUESTIONS = 200;
  private static final EventQuery GAPS = EventQuery.ALL.kinds(EnumSet.of(Kind.GAP));

  private PastBench() {}

  public static void main(String[] args) throws IOException {
    System.out.println(
        "events     size MiB  first index s  kept index s  tree --at: median ms  95% ms  max ms"
            + "  an hour ms (read)  kind+device ms (matches)  count kind ms");
    for (String count : args) {
      Path folder = Files.createTempDirectory("dmrec-bench");
      try {
        measure(folder.resolve("journal"), Long.parseLong(count));
      } finally {
        FolderTree.delete(folder);
      }
    }
  }

  private static double ms(long sinceNs) {
    return (System.nanoTime() - sinceNs) / 1e6;
  }

  private static void measure(Path journal, long count) throws IOException {
    BenchJournal.write(journal, count, BenchJournal.STEP_NS);
    long bytes = 0;
    try (Stream<Path> files = Files.list(journal)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
    }
    double[] index = new double[2];
    for (int i = 0; i < 2; i++) {
      long began = System.nanoTime();
      try (Journal past = Journal.open(journal)) {
        ask(past, GAPS);
      }
      index[i] = ms(began) / 1e3;
    }
    try (Journal past = Journal.open(journal)) {
      SplittableRandom random = new SplittableRandom(2);
      double[] tree = new double[QUESTIONS];
      for (int i = -QUESTIONS; i < QUESTIONS; i++) {
        Position at =
            Position.atTime(BenchJournal.T0 + random.nextLong(count * BenchJournal.STEP_NS));
        long began = System.nanoTime();
        String drawn = StackTree.draw(past.at(at).topology(), new StackTree.Options(true, false));
        if (drawn.isEmpty()) {
          throw new AssertionError();
        }
        if (i >= 0) {
          tree[i] = ms(began);
        }
      }
      Arrays.sort(tree);
      long hourFrom = BenchJournal.T0 + count * BenchJournal.STEP_NS / 2;
      Answer hour = ask(past, EventQuery.ALL.since(hourFrom).until(hourFrom + 3_600_000_000_000L));
      Answer selective =
          ask(
              past,
              EventQuery.ALL
                  .kinds(EnumSet.of(Kind.PATH_FAILED))
                  .device(device -> device.name().equals("mpath63")));
      Answer gaps = ask(past, GAPS);
      System.out.printf(
          Locale.ROOT,
          "%-10d %8d %14.2f %13.2f %21.2f %7.2f %7.2f %12.0f (%d) %15.0f (%d) %14.0f%n",
          count,
          bytes >> 20,
          index[0],
          index[1],
          tree[QUESTIONS / 2],
          tree[QUESTIONS * 95 / 100],
          tree[QUESTIONS - 1],
          hour.ms,
          hour.found,
          selective.ms,
          selective.found,
          gaps.ms);
    }
  }

  private record Answer(double ms, long found) {}

  private static Answer ask(Journal past, EventQuery query) throws IOException {
    long began = System.nanoTime();
    long found = 0;
    try (EventCursor events = past.events(query)) {
      while (events.next() != null) {
        found++;
      }
    }
    return new Answer(ms(began), found);
  }
}
