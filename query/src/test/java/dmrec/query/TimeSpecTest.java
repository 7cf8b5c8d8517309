package dmrec.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.journal.Position;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeSpecTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  /** Winter: local time is one hour ahead of UTC. */
  private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-03-01T15:00:00.5Z"), BERLIN);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "now                                     | 2026-03-01T15:00:00.5Z",
        "now-1s                                  | 2026-03-01T14:59:59.5Z",
        "-5m                                     | 2026-03-01T14:55:00.5Z",
        "-1h30m                                  | 2026-03-01T13:30:00.5Z",
        "+2d                                     | 2026-03-03T15:00:00.5Z",
        "-1w                                     | 2026-02-22T15:00:00.5Z",
        "-250ms                                  | 2026-03-01T15:00:00.25Z",
        "-1us                                    | 2026-03-01T15:00:00.499999Z",
        "-1ns                                    | 2026-03-01T15:00:00.499999999Z",
        "14:02                                   | 2026-03-01T13:02:00Z",
        "9:02                                    | 2026-03-01T08:02:00Z",
        "14:02:05.123                            | 2026-03-01T13:02:05.123Z",
        "14:02:05,123456789                      | 2026-03-01T13:02:05.123456789Z",
        "14:02Z                                  | 2026-03-01T14:02:00Z",
        "14:02 UTC                               | 2026-03-01T14:02:00Z",
        "today                                   | 2026-02-28T23:00:00Z",
        "today 00:00:01                          | 2026-02-28T23:00:01Z",
        "yesterday                               | 2026-02-27T23:00:00Z",
        "yesterday 23:10                         | 2026-02-28T22:10:00Z",
        "Yesterday 23:10                         | 2026-02-28T22:10:00Z",
        "2026-03-01                              | 2026-02-28T23:00:00Z",
        "2026-03-01 03:12                        | 2026-03-01T02:12:00Z",
        "2026-03-01   03:12                      | 2026-03-01T02:12:00Z",
        "2026-03-01T03:12:05.123456789Z          | 2026-03-01T03:12:05.123456789Z",
        "2026-03-01T03:12:05.1z                  | 2026-03-01T03:12:05.1Z",
        "2026-03-01T03:12:05+01:00               | 2026-03-01T02:12:05Z",
        "2026-03-01 03:12:05 +0530               | 2026-02-28T21:42:05Z",
        "2026-03-01T03:12:05-08                  | 2026-03-01T11:12:05Z",
        "2026-03-01T03:12:05 America/New_York    | 2026-03-01T08:12:05Z",
        "2026-03-01T03:12:05[America/New_York]   | 2026-03-01T08:12:05Z",
        "2026-03-01T03:12:05+01:00[Europe/Berlin]| 2026-03-01T02:12:05Z",
        "2026-07-01 12:00                        | 2026-07-01T10:00:00Z",
        "1969-12-31T23:59:59.999999999Z          | 1969-12-31T23:59:59.999999999Z",
        "@1772334725                             | 2026-03-01T03:12:05Z",
        "@1772334725.123456789                   | 2026-03-01T03:12:05.123456789Z",
        "@0.5                                    | 1970-01-01T00:00:00.5Z",
      })
  void readsATimeAsItIsMeant(String text, Instant expected) throws Exception {
    Position.AtTime moment = (Position.AtTime) TimeSpec.parse(text, CLOCK);

    assertEquals(expected, TimeSpec.instant(moment.wallNs()));
  }

  @Test
  void readsTheNumberOfARecord() throws Exception {
    assertEquals(Position.atSeq(812), TimeSpec.parse("#812", CLOCK));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\"\"                    | 0  | empty",
        "noon                    | 0  | expected a time as 14:02",
        "14                      | 2  | as 14:02",
        "14:6                    | 4  | minutes of two digits",
        "14:62                   | 3  | minutes go to 59",
        "24:00                   | 0  | hours go to 23",
        "14:02:60                | 6  | seconds go to 59",
        "14:02:05.               | 9  | digits of a second",
        "14:02:05.1234567890     | 18 | nine at most",
        "14:02 nowhere           | 6  | a zone as Europe/Berlin",
        "2026-13-01              | 5  | months go from 01 to 12",
        "2026-02-30              | 8  | no such day",
        "2026-02-3               | 9  | a day of two digits",
        "2026-03-01x             | 10 | expected a time behind the day",
        "2026-03-01T             | 11 | expected a time as 14:02",
        "-5                      | 2  | expected a unit",
        "-5y                     | 2  | expected a unit",
        "-                       | 1  | a number with a unit",
        "-1h3                    | 4  | expected a unit",
        "-99999999999999999w     | 0  | does not fit",
        "nowish                  | 3  | expected nothing",
        "#                       | 1  | the number of a record",
        "#8x                     | 2  | nothing behind the number",
        "@                       | 1  | seconds since 1970",
        "@1.2.3                  | 4  | nothing behind the seconds",
        "9999-01-01              | 0  | years go from",
        "yesterdayx              | 9  | behind the day",
      })
  void pointsAtWhatIsNoTime(String text, int position, String reason) {
    TimeSyntaxException error =
        assertThrows(TimeSyntaxException.class, () -> TimeSpec.parse(text, CLOCK));

    assertEquals(position, error.position(), error.getMessage());
    assertTrue(error.reason().contains(reason), error.getMessage());
    assertTrue(error.toString().endsWith("\n" + " ".repeat(position) + "^"));
  }

  @Test
  void refusesATimeThatTheClocksSkipped() {
    TimeSyntaxException error =
        assertThrows(TimeSyntaxException.class, () -> TimeSpec.parse("2026-03-29 02:30", CLOCK));

    assertEquals("clocks in Europe/Berlin went from 02:00 to 03:00 that day", error.reason());
  }

  @Test
  void asksWhichOneWhereTheClocksShowedATimeTwice() throws Exception {
    TimeSyntaxException error =
        assertThrows(TimeSyntaxException.class, () -> TimeSpec.parse("2026-10-25 02:30", CLOCK));

    assertTrue(error.reason().contains("add +02:00 for the first or +01:00 for the second"));
    assertEquals(
        TimeSpec.parse("2026-10-25T00:30Z", CLOCK),
        TimeSpec.parse("2026-10-25 02:30+02:00", CLOCK));
    assertEquals(
        TimeSpec.parse("2026-10-25T01:30Z", CLOCK),
        TimeSpec.parse("2026-10-25 02:30+01:00", CLOCK));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, 1772334725123456789L, 1792890000000000000L, 1792893600000000000L})
  void readsBackWhatItPrints(long wallNs) throws Exception {
    for (String zone : new String[] {"UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"}) {
      String printed = TimeSpec.format(wallNs, ZoneId.of(zone));

      assertEquals(Position.atTime(wallNs), TimeSpec.parse(printed, CLOCK), printed);
    }
  }

  @Test
  void printsLocalTimeWithItsOffset() {
    assertEquals(
        "2026-03-01T04:12:05.123456789+01:00", TimeSpec.format(1772334725123456789L, BERLIN));
    assertEquals(
        "2026-03-01T03:12:05.123456789Z", TimeSpec.format(1772334725123456789L, ZoneId.of("UTC")));
  }
}
