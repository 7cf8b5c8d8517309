package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.Kind;
import dmrec.journal.FolderTree;
import dmrec.journal.JournalIndex;
import dmrec.journal.Sought;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Prints how long questions about the past take, on journals of the sizes that are its arguments:
 * {@code samples/bench/past}. No test.
 */
public final class PastBench {
  private static final int QUESTIONS = 200;

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
      try (JournalIndex past = JournalIndex.open(journal, null)) {
        past.search(kind(Kind.GAP)).next();
      }
      index[i] = ms(began) / 1e3;
    }
    try (JournalIndex past = JournalIndex.open(journal, null)) {
      SplittableRandom random = new SplittableRandom(2);
      double[] tree = new double[QUESTIONS];
      for (int i = -QUESTIONS; i < QUESTIONS; i++) {
        Moment at =
            new Moment.AtTime(BenchJournal.T0 + random.nextLong(count * BenchJournal.STEP_NS));
        long began = System.nanoTime();
        past.refresh();
        String drawn =
            StackTree.draw(TopologyAt.of(past, at).topology(), new StackTree.Options(true, false));
        if (drawn.isEmpty()) {
          throw new AssertionError();
        }
        if (i >= 0) {
          tree[i] = ms(began);
        }
      }
      Arrays.sort(tree);
      long hourFrom = BenchJournal.T0 + count * BenchJournal.STEP_NS / 2;
      Answer hour =
          ask(
              past,
              new Sought() {
                @Override
                public long minWallNs() {
                  return hourFrom;
                }

                @Override
                public long maxWallNs() {
                  return hourFrom + 3_600_000_000_000L;
                }
              });
      Answer selective =
          ask(
              past,
              new Sought() {
                @Override
                public boolean mayBe(Kind kind) {
                  return kind == Kind.PATH_FAILED;
                }

                @Override
                public boolean mayBe(DeviceRef device) {
                  return device.name().equals("mpath63");
                }
              });
      long began = System.nanoTime();
      past.search(kind(Kind.GAP)).next();
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
          ms(began));
    }
  }

  private static Sought kind(Kind wanted) {
    return new Sought() {
      @Override
      public boolean mayBe(Kind kind) {
        return kind == wanted;
      }
    };
  }

  private record Answer(double ms, long found) {}

  private static Answer ask(JournalIndex past, Sought sought) throws IOException {
    long began = System.nanoTime();
    JournalIndex.Search search = past.search(sought);
    long found = 0;
    while (search.next() != null) {
      found++;
    }
    return new Answer(ms(began), found);
  }
}
