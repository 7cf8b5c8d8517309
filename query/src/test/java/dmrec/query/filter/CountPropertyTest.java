package dmrec.query.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.journal.Journal;
import dmrec.journal.JournalWriter;
import dmrec.query.EventSelection;
import dmrec.query.SelectedEvents;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is counted by heads and single fields is what reading event by event comes to. */
class CountPropertyTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-01T03:00:10Z"), ZoneOffset.UTC);
  private static final long DAY_NS = 86_400_000_000_000L;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private Path journal() {
    return folder.resolve("j");
  }

  /** Several files. */
  private void write(long seed, int count) throws IOException {
    try (JournalWriter writer = JournalWriter.open(journal())) {
      for (EventRecord record : new RandomRecords(seed).list(count)) {
        long days = record.seq() * 5 / count;
        writer.append(
            record.toBuilder()
                .at(record.wallNs() + days * DAY_NS, record.monoNs())
                .receivedNs(record.wallNs() + days * DAY_NS + record.seq())
                .build());
      }
    }
  }

  private static String figures(SplittableRandom random) {
    List<FilterField> all = new ArrayList<>(FilterFields.all());
    all.removeIf(field -> field.name().equals("evidence"));
    String of = all.get(random.nextInt(all.size())).name();
    String by = all.get(random.nextInt(all.size())).name();
    FilterField number = all.get(random.nextInt(all.size()));
    while (!number.types().equals(List.of(ValueType.NUMBER))) {
      number = all.get(random.nextInt(all.size()));
    }
    return switch (random.nextInt(5)) {
      case 0 -> "count";
      case 1 -> "count by " + of;
      case 2 -> "count, first, last by " + (of.equals(by) ? of : of + ", " + by);
      case 3 -> "count by kind, " + (of.equals("kind") ? "valid_paths" : of) + " per 1m";
      default -> "count, min " + number + ", sum " + number + " by " + by;
    };
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void countsWhatItWouldReadOneByOne(long seed) throws Exception {
    write(seed, 700);
    SplittableRandom random = new SplittableRandom(seed);
    RandomFilters filters = new RandomFilters(seed, false);
    long matched = 0;
    long unread = 0;
    for (int i = 0; i < 90; i++) {
      if (i == 60) {
        damage(random);
      }
      String asked = filters.next() + " | " + figures(random);
      Query query = Query.parse(asked, CLOCK);
      boolean traces = random.nextBoolean();
      EventSelection selection =
          new EventSelection(Set.of(), null, null, null, traces, query.filter());
      Aggregation figures = Objects.requireNonNull(query.aggregation());
      Aggregator counted = new Aggregator(figures, ZoneOffset.UTC);
      Aggregator read = new Aggregator(figures, ZoneOffset.UTC);
      try (Journal journal = Journal.open(journal());
          SelectedEvents some = SelectedEvents.open(journal, selection);
          SelectedEvents each = SelectedEvents.open(journal, selection)) {
        some.countInto(counted);
        for (EventRecord r = each.next(); r != null; r = each.next()) {
          read.add(r);
        }
        assertEquals(each.matched(), some.matched(), asked);
        assertEquals(each.damage().count(), some.damage().count(), asked);
        assertTrue(some.read() <= each.read(), asked);
        matched += some.matched();
        unread += each.read() - some.read();
      }
      assertEquals(AggregateData.csv(read), AggregateData.csv(counted), asked);
    }
    assertTrue(matched > 3_000, "too few matched to prove anything: " + matched);
    assertTrue(unread > 1_500, "too few were left unread to prove anything: " + unread);
  }

  /** Changes a byte of some records. */
  private void damage(SplittableRandom random) throws IOException {
    List<Path> files;
    try (var all = Files.list(journal())) {
      files = all.filter(file -> file.toString().endsWith(".cq4")).sorted().toList();
    }
    assertTrue(files.size() > 3, files.toString());
    for (Path each : files) {
      try (RandomAccessFile file = new RandomAccessFile(each.toFile(), "rw")) {
        for (int i = 0; i < 3; i++) {
          long at = 50_000 + random.nextLong(20_000);
          file.seek(at);
          int old = file.read();
          file.seek(at);
          file.write(old ^ (1 << random.nextInt(8)));
        }
      }
    }
  }
}
