package dmrec.query;

import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import dmrec.journal.JournalIndex;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.journal.SealPolicy;
import dmrec.journal.Sought;
import dmrec.journal.SyncPolicy;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Prints how long questions about the past take, on journals of the sizes that are its arguments:
 * {@code samples/bench/past}. No test.
 */
public final class PastBench {
  private static final long T0 = 1_772_334_725_000_000_000L;
  private static final long STEP_NS = 20_000_000L;
  private static final int MAPS = 64;
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
        try (Stream<Path> files = Files.walk(folder)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
    }
  }

  private static DeviceRef map(int i) {
    return new DeviceRef(
        new DevNo(254, i), i + 1, "mpath" + i, "mpath-3600508b40010" + (100_000 + i));
  }

  private static EventRecord record(long i, DeviceRef device, DmEvent event, Bytes evidence) {
    return new EventRecord(
        i,
        T0 + i * STEP_NS,
        i * STEP_NS,
        0,
        0,
        Source.UEVENT,
        Certainty.REPORTED,
        0,
        null,
        device,
        event,
        evidence,
        Bytes.NONE);
  }

  /**
   * 64 multipath devices of four paths; one of them fails a path once a minute, the others always.
   */
  private static void write(Path journal, long count) throws IOException {
    JournalOptions options = JournalOptions.usual().with(SyncPolicy.OS).with(SealPolicy.DEFAULT);
    try (JournalWriter writer = JournalWriter.open(journal, options)) {
      long seq = 1;
      for (int i = 0; i < MAPS; i++, seq++) {
        add(writer, record(seq, map(i), new DmEvent.DeviceCreated(false, false), Bytes.NONE));
      }
      for (int i = 0; i < MAPS; i++, seq++) {
        List<DevNo> paths = new ArrayList<>();
        StringBuilder status = new StringBuilder("2 0 0 0 1 1 A 0 4 2 ");
        for (int p = 0; p < 4; p++) {
          paths.add(new DevNo(8, (i * 4 + p) * 16));
          status.append(paths.get(p)).append(" A 0 0 1 ");
        }
        Target target = new Target(0, 2_097_152, "multipath", "", status.toString());
        add(
            writer,
            record(seq, map(i), new DmEvent.TableLive(List.of(target), paths, false), Bytes.NONE));
      }
      SplittableRandom random = new SplittableRandom(1);
      for (; seq <= count; seq++) {
        boolean rare = seq % 3000 == 0;
        int device = rare ? MAPS - 1 : random.nextInt(MAPS - 1);
        DevNo path = new DevNo(8, (device * 4 + random.nextInt(4)) * 16);
        boolean failed = random.nextBoolean();
        DmEvent event =
            failed
                ? new DmEvent.PathFailed(path, "sdb", 3, seq)
                : new DmEvent.PathReinstated(path, "sdb", 4, seq);
        Bytes evidence =
            Bytes.of(
                ("change@/devices/virtual/block/dm-"
                        + device
                        + "\\0ACTION=change\\0DM_TARGET=multipath"
                        + "\\0DM_ACTION=PATH_FAILED\\0DM_SEQNUM="
                        + seq
                        + "\\0DM_PATH="
                        + path
                        + "\\0DM_NR_VALID_PATHS=3\\0DM_NAME=mpath"
                        + device
                        + "\\0SEQNUM="
                        + seq)
                    .getBytes(StandardCharsets.US_ASCII));
        add(writer, record(seq, map(device), event, evidence));
      }
    }
  }

  private static void add(JournalWriter writer, EventRecord record) throws IOException {
    writer.append(record);
    writer.topology().apply(record);
  }

  private static double ms(long sinceNs) {
    return (System.nanoTime() - sinceNs) / 1e6;
  }

  private static void measure(Path journal, long count) throws IOException {
    write(journal, count);
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
        Moment at = new Moment.AtTime(T0 + random.nextLong(count * STEP_NS));
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
      long hourFrom = T0 + count * STEP_NS / 2;
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
