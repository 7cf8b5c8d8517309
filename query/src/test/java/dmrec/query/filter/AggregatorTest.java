package dmrec.query.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AggregatorTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-01T03:00:10Z"), ZoneOffset.UTC);
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final long HOUR = 3_600_000_000_000L;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void countsAsABruteForceDoes(long seed) throws Exception {
    List<EventRecord> records = new RandomRecords(seed).list(5000);

    List<Aggregator.Row> rows = groups("count by kind per 1m", records).rows();

    Map<String, Long> expected =
        records.stream()
            .collect(
                Collectors.groupingBy(
                    r -> Math.floorDiv(r.wallNs(), 60_000_000_000L) + " " + r.kind().word(),
                    TreeMap::new,
                    Collectors.counting()));
    Map<String, Long> actual =
        rows.stream()
            .collect(
                Collectors.toMap(
                    row -> row.startNs() / 60_000_000_000L + " " + row.keys().get(0),
                    row -> (Long) Objects.requireNonNull(row.results().get(0)),
                    (a, b) -> a,
                    TreeMap::new));
    assertEquals(expected, actual);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void figuresAreThoseOfABruteForce(long seed) throws Exception {
    List<EventRecord> records = new RandomRecords(seed).list(4000);
    FilterField field = FilterFields.get("log_seq");
    Map<Kind, List<Long>> values =
        records.stream()
            .filter(r -> field.read(r) != null)
            .collect(
                Collectors.groupingBy(
                    EventRecord::kind,
                    Collectors.mapping(
                        r -> (Long) Objects.requireNonNull(field.read(r)), Collectors.toList())));

    List<Aggregator.Row> rows =
        groups(
                "min log_seq, max log_seq, sum log_seq, avg log_seq, first, last, count by kind",
                records)
            .rows();

    assertEquals(records.stream().map(EventRecord::kind).distinct().count(), rows.size());
    for (Aggregator.Row row : rows) {
      Kind kind = Objects.requireNonNull(Kind.ofWord(String.valueOf(row.keys().get(0))));
      List<Long> of = values.getOrDefault(kind, List.of());
      List<EventRecord> events = records.stream().filter(r -> r.kind() == kind).toList();
      BigInteger sum =
          of.stream().map(BigInteger::valueOf).reduce(BigInteger.ZERO, BigInteger::add);
      List<Object> expected = new ArrayList<>();
      expected.add(of.stream().min(Long::compare).map(Object::toString).orElse("null"));
      expected.add(of.stream().max(Long::compare).map(Object::toString).orElse("null"));
      expected.add(of.isEmpty() ? "null" : sum.toString());
      expected.add(of.isEmpty() ? "null" : String.valueOf(sum.doubleValue() / of.size()));
      expected.add(place(events.get(0)));
      expected.add(place(events.get(events.size() - 1)));
      expected.add(String.valueOf(events.size()));
      assertEquals(expected, row.results().stream().map(String::valueOf).toList(), kind.word());
    }
  }

  private static String place(EventRecord record) {
    return new Tally.Place(record.seq(), record.wallNs()).toString();
  }

  @Test
  void sumsBeyondALong() throws Exception {
    Tally tally = new Tally(new Measure(Measure.How.SUM, FilterFields.get("mono_ns")));
    EventRecord record = new RandomRecords(1).next();
    EventRecord large =
        EventRecord.of(record.event())
            .seq(1)
            .at(0, Long.MAX_VALUE)
            .source(record.source())
            .certainty(record.certainty())
            .device(record.device())
            .evidence(record.evidence())
            .extra(record.extra())
            .build();
    for (int i = 0; i < 5; i++) {
      tally.add(large.seq(), large.wallNs(), field -> field.read(large));
    }

    assertEquals(
        BigInteger.valueOf(Long.MAX_VALUE).multiply(BigInteger.valueOf(5)), tally.result());
  }

  @Test
  void countsNothingAsZero() throws Exception {
    assertEquals("count\n    0\n", text("count", List.of(), 80));
    assertEquals("", text("count by kind", List.of(), 80));
  }

  @Test
  void refusesMoreGroupsThanItMayHold() throws Exception {
    Aggregator groups = groups("count by seq", List.of());
    RandomRecords records = new RandomRecords(1);

    UncheckedIOException e =
        assertThrows(
            UncheckedIOException.class,
            () -> {
              for (int i = 0; i <= 100_000; i++) {
                groups.add(records.next());
              }
            });
    assertEquals(
        "'count by seq' makes more than 100000 groups; group by fewer fields or a longer time, or"
            + " filter first",
        Objects.requireNonNull(e.getCause()).getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "24, 2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z", // the day of 23 hours
    "24, 2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z", // the day of 25 hours
    "6, 2026-03-28T23:00:00Z, 2026-03-29T04:00:00Z",
    "6, 2026-10-24T22:00:00Z, 2026-10-25T05:00:00Z",
    "1, 2026-03-29T00:00:00Z, 2026-03-29T01:00:00Z",
    "1, 2026-10-25T00:00:00Z, 2026-10-25T01:00:00Z",
    "1, 2026-10-25T01:00:00Z, 2026-10-25T02:00:00Z",
    "168, 2026-10-18T22:00:00Z, 2026-10-25T23:00:00Z", // a week, from Monday
  })
  void cutsTimeWhereTheLocalClockIsRound(long hours, String start, String next) {
    Buckets buckets = new Buckets(hours * HOUR, BERLIN);

    assertEquals(ns(start), buckets.start(ns(start)));
    assertEquals(ns(start), buckets.start(ns(next) - 1));
    assertEquals(ns(next), buckets.start(ns(next)));
    assertEquals(ns(next), buckets.next(ns(start)));
  }

  @Test
  void showsEmptyTimesAndBarsWithinTheWidth() throws Exception {
    List<EventRecord> all = new RandomRecords(3).list(1);
    List<EventRecord> records = new ArrayList<>();
    for (long second : List.of(0L, 0L, 0L, 0L, 3L, 3L, 100L)) {
      records.add(at(all.get(0), RandomRecords.T0 + second * RandomRecords.SECOND));
    }

    String table = text("count per 1s", records, 40);

    List<String> lines = table.lines().toList();
    assertEquals("time                  count", lines.get(0));
    assertEquals("2026-03-01T03:00:00Z      4  ███████████", lines.get(1));
    assertEquals("2026-03-01T03:00:01Z      0", lines.get(2));
    assertEquals("2026-03-01T03:00:03Z      2  █████▌", lines.get(4));
    assertTrue(table.contains("(66 more empty)"), table);
    assertTrue(lines.stream().allMatch(l -> l.codePointCount(0, l.length()) <= 40), table);
  }

  @Test
  void roundTripsHostileNamesAndShowsThemEscaped() throws Exception {
    List<EventRecord> records = new RandomRecords(5).list(3000);
    Aggregator groups = groups("count, first by device, actor", records);

    String table = AggregateText.print(groups, new AggregateText.Options(BERLIN, 80, true, false));
    table
        .lines()
        .forEach(
            line ->
                assertEquals(KernelText.printable(line.replace("\\", "")), line.replace("\\", "")));
    assertTrue(
        AggregateData.json(groups).chars().allMatch(c -> (c >= ' ' && c < 0x7f) || c == '\n'));
    assertTrue(AggregateData.json(groups).contains("\"device\":\"\\uDCFF\\uDC80\""));
    assertTrue(AggregateData.csv(groups).contains("\"a\"\"b'c\""));
  }

  @Test
  void readsQueriesInTheirForms() throws Exception {
    assertEquals(
        "kind = gap | count, max valid_paths by device, kind per 1h",
        printed("gap | COUNT, max valid_paths by device, kind per 60m"));
    assertEquals("kind = gap | count", printed("count where gap"));
    assertEquals("count = 3", printed("count = 3"));
    assertEquals("count > 3 | count", printed("count>3|count"));
    assertEquals("count by count", printed("count by count"));
    assertEquals("first, last", printed("first,last"));
    assertFalse(Query.parse("gap", CLOCK).aggregation() != null);
    assertNotNull(Query.parse("count", CLOCK).aggregation());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "gap | cuont;6;count",
        "count by devce;9;device",
        "count pre 1h;6;per",
        "count per x;10;",
        "count per 0s;10;",
        "max;3;",
        "max device;4;",
        "sum time;4;",
        "count by;8;",
        "gap | count | count;12;",
        "gap |;5;",
        "count where;11;",
        "count,;6;"
      })
  void pointsAtWhatIsWrong(String text, int position, String suggestion) {
    FilterSyntaxException e =
        assertThrows(FilterSyntaxException.class, () -> Query.parse(text, CLOCK));

    assertEquals(position, e.position(), e.getMessage());
    assertEquals(suggestion, e.suggestion(), e.getMessage());
  }

  private static String printed(String text) throws FilterSyntaxException {
    return Query.parse(text, CLOCK).toString();
  }

  private static Aggregator groups(String query, List<EventRecord> records)
      throws FilterSyntaxException {
    Aggregation aggregation = Objects.requireNonNull(Query.parse(query, CLOCK).aggregation());
    Aggregator groups = new Aggregator(aggregation, ZoneOffset.UTC);
    records.forEach(record -> groups.add(record));
    return groups;
  }

  private static String text(String query, List<EventRecord> records, int columns)
      throws FilterSyntaxException {
    return AggregateText.print(
        groups(query, records), new AggregateText.Options(ZoneOffset.UTC, columns, true, false));
  }

  private static EventRecord at(EventRecord record, long wallNs) {
    return EventRecord.of(record.event())
        .seq(1)
        .at(wallNs, 1)
        .source(record.source())
        .certainty(record.certainty())
        .device(record.device())
        .evidence(record.evidence())
        .extra(record.extra())
        .build();
  }

  private static long ns(String instant) {
    return Instant.parse(instant).getEpochSecond() * 1_000_000_000L;
  }
}
