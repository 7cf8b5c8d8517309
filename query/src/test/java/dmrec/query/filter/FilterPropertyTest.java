package dmrec.query.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.journal.EventHead;
import dmrec.journal.EventQuery;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilterPropertyTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-01T03:00:10Z"), ZoneOffset.UTC);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void neverNarrowsAwayWhatMatches(long seed) throws Exception {
    RandomFilters filters = new RandomFilters(seed, false);
    List<EventRecord> records = new RandomRecords(seed).list(300);
    long matched = 0;
    long leftOut = 0;
    for (int i = 0; i < 800; i++) {
      Filter filter = Filter.parse(filters.next(), CLOCK);
      EventQuery query = filter.query();
      for (EventRecord record : records) {
        boolean within =
            record.seq() >= query.minSeq()
                && record.seq() <= query.maxSeq()
                && record.wallNs() >= query.minWallNs()
                && record.wallNs() <= query.maxWallNs()
                && query.mayBe(record.kind())
                && query.mayBe(record.device());
        boolean matches = filter.matches(record, Relations.NONE);
        assertTrue(within || !matches, () -> filter + " does match " + record);
        matched += matches ? 1 : 0;
        leftOut += within ? 0 : 1;
      }
    }
    assertTrue(matched > 20_000, "too few matched to prove anything: " + matched);
    assertTrue(leftOut > 20_000, "too few left out to prove anything: " + leftOut);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aHeadTellsOfAFieldWhatTheEventDoesOrNothing(long seed) {
    long told = 0;
    for (EventRecord record : new RandomRecords(seed).list(2000)) {
      EventHead head = EventHead.of(record);
      FilterField.Payload payload =
          asked -> record.seq() % 3 == 0 ? null : asked.get(record.event());
      for (FilterField field : FilterFields.all()) {
        Object value = field.read(head, payload);
        if (value != FilterField.NOT_IN_HEAD) {
          assertEquals(field.read(record), value, () -> field + " of " + record);
          told += value == null ? 0 : 1;
        }
      }
    }
    assertTrue(told > 2000 * 4, "too little was told to prove anything: " + told);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whatIsKnownByTheHeadIsSo(long seed) throws Exception {
    RandomFilters filters = new RandomFilters(seed, false);
    List<EventRecord> records = new RandomRecords(seed).list(300);
    long known = 0;
    for (int i = 0; i < 800; i++) {
      Filter filter = Filter.parse(filters.next(), CLOCK);
      for (EventRecord record : records) {
        Tri given =
            filter.given(
                EventHead.of(record),
                asked -> record.seq() % 3 == 0 ? null : asked.get(record.event()));
        if (given != Tri.MAYBE) {
          known++;
          boolean isMeant = given == Tri.YES;
          assertEquals(
              filter.matches(record, Relations.NONE), isMeant, () -> filter + " of " + record);
        }
      }
    }
    assertTrue(known > 20_000, "too little was known to prove anything: " + known);
  }

  @Test
  void readsBackWhatItPrints() throws Exception {
    RandomFilters filters = new RandomFilters(7, true);
    for (int i = 0; i < 5000; i++) {
      String text = filters.next();
      Filter filter = Filter.parse(text, CLOCK);
      String printed = filter.toString();
      assertEquals(filter, Filter.parse(printed, CLOCK), () -> text + " became " + printed);
      assertEquals(printed, Filter.parse(printed, CLOCK).toString());
      String plain = printed.replace("\\", "");
      assertEquals(KernelText.printable(plain), plain, "can be shown as it is");
    }
  }

  @Test
  void refusesWhateverIsNoFilterAndNothingElse() {
    SplittableRandom random = new SplittableRandom(11);
    String[] pieces = {
      "(",
      ")",
      "not ",
      "and ",
      " or ",
      "kind",
      "=",
      "!=",
      "~",
      "/a",
      "/",
      "'",
      "\"",
      "\\",
      "device",
      " in ",
      "path_failed",
      ",",
      "|",
      "count",
      " by ",
      "per ",
      "1h",
      "under ",
      "time",
      "<",
      "-5m",
      "\u001b",
      "\n",
      "\ud83d",
      "seq",
      "{9999}",
      "*",
      "\\x",
      "\\u{",
      "gap",
      " where ",
      "#1",
      "max "
    };
    for (int i = 0; i < 15_000; i++) {
      StringBuilder text = new StringBuilder();
      if (random.nextBoolean()) {
        byte[] bytes = new byte[random.nextInt(60)];
        random.nextBytes(bytes);
        text.append(new String(bytes, StandardCharsets.ISO_8859_1));
      } else {
        for (int k = random.nextInt(14); k >= 0; k--) {
          text.append(pieces[random.nextInt(pieces.length)]);
        }
      }
      check(text.toString());
    }
  }

  private static void check(String text) {
    try {
      Query query = Query.parse(text, CLOCK);
      assertEquals(query, Query.parse(query.toString(), CLOCK), text);
    } catch (FilterSyntaxException e) {
      assertTrue(e.position() >= 0 && e.position() <= text.length(), text);
      List<String> lines = String.valueOf(e.getMessage()).lines().toList();
      assertTrue(lines.get(lines.size() - 1).endsWith("^"), text);
    }
  }

  @Test
  void boundsItsDepthAndLength() {
    for (String text :
        List.of(
            "(".repeat(60_000),
            "not ".repeat(16_000) + "gap",
            "(not ".repeat(10_000) + "gap",
            "gap or ".repeat(20_000) + "gap",
            "evidence ~ /" + "(".repeat(900) + "a" + ")*".repeat(900) + "/",
            "evidence ~ /" + "(a{1000}){1000}" + "/",
            "evidence ~ " + "*a".repeat(5000))) {
      check(text);
    }
  }

  @Test
  void takesLongListsOfConditions() throws Exception {
    String text = "gap or ".repeat(9000) + "gap";

    assertFalse(Filter.parse(text, CLOCK).matches(new RandomRecords(1).next(), Relations.NONE));
  }
}
