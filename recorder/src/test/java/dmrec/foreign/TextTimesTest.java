package dmrec.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Days without a year, as syslog writes them. */
class TextTimesTest {
  private static long at(String time) {
    return Instant.parse(time).getEpochSecond() * TextTimes.SECOND_NS;
  }

  /** What the days are of a file that was written at that time. */
  private static List<Instant> read(String written, String... days) throws Exception {
    long writtenNs = at(written);
    ForeignOptions options =
        new ForeignOptions(When.UNKNOWN, When.UNKNOWN, ZoneOffset.UTC, writtenNs, "test");
    TextTimes times = new TextTimes("f", options, writtenNs);
    times.survey();
    for (String each : days) {
      wallNs(each, times);
    }
    times.settle();
    Stream.Builder<Instant> told = Stream.builder();
    for (String each : days) {
      told.add(Instant.ofEpochSecond(0, wallNs(each, times)));
    }
    return told.build().toList();
  }

  private static long wallNs(String day, TextTimes times) throws Exception {
    LogPrefix prefix = LogPrefix.of(day + " h multipathd: x");
    if (prefix == null) {
      throw new AssertionError(day);
    }
    return prefix.time().wallNs(times);
  }

  @Test
  void disorderAtMidnightIsOneNewYear() throws Exception {
    assertEquals(
        List.of(
            Instant.parse("2025-12-31T23:59:59Z"),
            Instant.parse("2026-01-01T00:00:00Z"),
            Instant.parse("2025-12-31T23:59:59Z"),
            Instant.parse("2026-01-01T00:00:01Z"),
            Instant.parse("2026-02-01T00:00:01Z")),
        read(
            "2026-03-01T00:00:00Z",
            "Dec 31 23:59:59",
            "Jan  1 00:00:00",
            "Dec 31 23:59:59",
            "Jan  1 00:00:01",
            "Feb  1 00:00:01"));
  }

  @Test
  void aFileThatEndsInDisorderAtMidnightIsOfBothYears() throws Exception {
    assertEquals(
        List.of(
            Instant.parse("2025-12-31T23:59:59Z"),
            Instant.parse("2026-01-01T00:00:00Z"),
            Instant.parse("2025-12-31T23:59:59Z")),
        read("2026-01-01T00:00:01Z", "Dec 31 23:59:59", "Jan  1 00:00:00", "Dec 31 23:59:59"));
  }

  @Test
  void aNewYearIsSeenWhereDecemberSaysNothing() throws Exception {
    assertEquals(
        List.of(Instant.parse("2025-11-30T10:00:00Z"), Instant.parse("2026-01-02T10:00:00Z")),
        read("2026-03-01T00:00:00Z", "Nov 30 10:00:00", "Jan  2 10:00:00"));
  }

  @Test
  void disorderAtTheEndOfAMonthIsNoNewYear() throws Exception {
    assertEquals(
        List.of(
            Instant.parse("2026-01-31T23:59:59Z"),
            Instant.parse("2026-02-01T00:00:00Z"),
            Instant.parse("2026-01-31T23:59:59Z")),
        read("2026-03-01T00:00:00Z", "Jan 31 23:59:59", "Feb  1 00:00:00", "Jan 31 23:59:59"));
  }

  @Test
  void aYearLaterIsNotDisorder() throws Exception {
    assertEquals(
        List.of(
            Instant.parse("2024-12-20T10:00:00Z"),
            Instant.parse("2025-01-02T10:00:00Z"),
            Instant.parse("2025-12-20T10:00:00Z"),
            Instant.parse("2026-01-02T10:00:00Z")),
        read(
            "2026-03-01T00:00:00Z",
            "Dec 20 10:00:00",
            "Jan  2 10:00:00",
            "Dec 20 10:00:00",
            "Jan  2 10:00:00"));
  }

  @Test
  void aLeapSecondIsTheFirstMomentOfTheNextDay() throws Exception {
    assertEquals(
        List.of(
            Instant.parse("2016-12-31T23:59:59Z"),
            Instant.parse("2017-01-01T00:00:00Z"),
            Instant.parse("2017-01-01T00:00:00Z")),
        read("2017-01-02T00:00:00Z", "Dec 31 23:59:59", "Dec 31 23:59:60", "Jan  1 00:00:00"));
    assertEquals(
        List.of(Instant.parse("2015-07-01T00:00:00Z")),
        read("2015-07-02T00:00:00Z", "Jun 30 23:59:60"));
    assertEquals(
        List.of(Instant.parse("2017-01-01T00:00:00Z")),
        List.of(
            Instant.ofEpochSecond(
                0,
                wallNs("[Sat Dec 31 23:59:60 2016]", new TextTimes("f", Imported.options(), 0)))));
  }
}
