package dmrec.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.Kind;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.journal.Journals;
import dmrec.journal.Position;
import dmrec.query.BenchJournal;
import dmrec.query.EventText;
import dmrec.topology.Topology;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HtmlReportTest {
  private static final Pattern INLINE = Pattern.compile("(?s)<(script|style)>(.*?)</\\1>");

  @TempDir @Nullable Path folder;

  @Test
  void theSameStretchGivesTheSameBytesWhereverTheJournalLies() throws IOException {
    Path here = sample("failover", "here");
    Path there = sample("failover", "there");
    assertArrayEquals(report(here, null, null), report(there, null, null));
    assertFalse(
        new String(report(here, null, null), StandardCharsets.UTF_8).contains(folder().toString()));
  }

  @Test
  void everyEventAndItsEvidenceIsInIt() throws IOException {
    Path journal = sample("lost-disk", "journal");
    Unpacked data = Unpacked.of(report(journal, null, null));
    List<EventRecord> events = Journals.events(journal);
    for (EventRecord record : events) {
      assertTrue(data.texts().contains(EventText.sentence(record)), "#" + record.seq());
      for (String line : record.evidence().text().stripTrailing().split("[\0\n]", -1)) {
        assertTrue(data.texts().contains(line.replace("\\", "\\x5c")), line);
      }
    }
    assertEquals(events.size(), data.events());
  }

  @Test
  void aStretchHoldsItsEventsAndTheStackBeforeThem() throws IOException {
    Path journal = sample("failover", "journal");
    EventRecord failure = Journals.first(journal, Kind.PATH_FAILED);
    Position from = Position.atSeq(failure.seq());
    Position to = Position.atSeq(failure.seq() + 9);
    Unpacked data = Unpacked.of(report(journal, from, to));
    assertEquals(10, data.events());
    assertTrue(data.facts().contains("\"first_seq\":" + failure.seq()), data.facts());
    assertTrue(data.facts().contains("\"kernel\":\"6.1"), "the recording that it is a part of");
    assertTrue(data.texts().contains("data-home"), "a device that no event of it tells");
    byte[] byTime =
        report(
            journal,
            Position.atTime(failure.wallNs()),
            Position.atTime(failure.wallNs() + 1_000_000_000L));
    assertTrue(Unpacked.of(byTime).events() > 0);
  }

  @Test
  void anEmptyStretchAndAnEmptyJournalAreReportsToo() throws IOException {
    Path journal = sample("failover", "journal");
    Unpacked none = Unpacked.of(report(journal, Position.atSeq(100_000), Position.atSeq(100_001)));
    assertEquals(0, none.events());
    Path empty = folder().resolve("empty");
    JournalWriter.begin(empty, JournalOptions.usual(), new Topology()).close();
    assertEquals(0, Unpacked.of(report(empty, null, null)).events());
  }

  @Test
  void aJournalThatBeginsInTheMiddleShowsTheStackThatItBeginsWith() throws IOException {
    Path whole = sample("failover", "whole");
    Path part = folder().resolve("part");
    EventRecord failure = Journals.first(whole, Kind.PATH_FAILED);
    List<EventRecord> rest;
    Topology before;
    try (Journal journal = Journal.open(whole)) {
      before = journal.at(Position.atSeq(failure.seq() - 1)).topology();
      rest = Journals.read(journal, EventQuery.ALL.from(failure.seq())).events();
    }
    try (JournalWriter writer =
        JournalWriter.begin(part, JournalOptions.usual(), before.withSeq(0))) {
      for (EventRecord record : rest) {
        writer.append(record);
      }
      writer.sync();
    }
    Unpacked data = Unpacked.of(report(part, null, null));
    assertEquals(rest.size(), data.events());
    assertTrue(data.texts().contains("data-home"));
    assertTrue(data.facts().contains("\"kernel\":\"6.1"), data.facts());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<img src=x onerror=alert(1)>",
        "</script><script>alert(1)</script>",
        "<!--<script>",
        "]]>\u2028\u202e{{data}}{{programs}}"
      })
  void noTextOfAJournalStandsInThePage(String text) throws IOException {
    Path journal = folder().resolve("hostile");
    HostileJournal.write(journal, text);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Journal opened = Journal.open(journal)) {
      HtmlReport.write(opened, null, null, "", out);
    }
    String plain = new String(report(sample("failover", "plain"), null, null), UTF);
    // Beside the data the page is the same for any journal.
    assertEquals(withoutData(plain), withoutData(out.toString(UTF)));
    Unpacked data = Unpacked.of(out.toByteArray());
    data.texts().forEach(HtmlReportTest::assertShowable);
    assertShowable(data.facts());
  }

  @Test
  void aTitleIsTextAndNoPartOfTheTemplate() throws IOException {
    Path journal = sample("failover", "journal");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String title = "</title><b>{{data}} & {{programs}}";
    try (Journal opened = Journal.open(journal)) {
      HtmlReport.write(opened, null, null, title, out);
    }
    String page = out.toString(UTF);
    assertTrue(
        page.contains("<title>&lt;/title&gt;&lt;b&gt;{{data}} &amp; {{programs}}</title>"),
        page.substring(0, 2000));
    assertEquals(153, Unpacked.of(out.toByteArray()).events());
  }

  @Test
  void everyProgramAndStyleIsAllowedByItsHashAndNothingElseIs() throws Exception {
    String page = new String(report(sample("failover", "journal"), null, null), UTF);
    String policy = page.substring(page.indexOf("default-src"), page.indexOf("base-uri"));
    int found = 0;
    Matcher inline = INLINE.matcher(page);
    while (inline.find()) {
      found++;
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(inline.group(2).getBytes(UTF));
      String hash = "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
      assertTrue(policy.contains(hash), inline.group(2).substring(0, 60));
    }
    assertEquals(4, found);
    assertTrue(policy.startsWith("default-src 'none'; script-src 'sha256-"), policy);
    assertFalse(policy.contains("unsafe"), policy);
    assertFalse(page.contains(" style="), "a style attribute would need unsafe-inline");
    assertFalse(Pattern.compile("<[a-z]+ [^>]*\\bon[a-z]+=").matcher(page).find());
  }

  @Test
  void theLicencesOfTheLibrariesAreInIt() throws IOException {
    String page = new String(report(sample("failover", "journal"), null, null), UTF);
    assertTrue(page.contains("Copyright 2010-2026 Mike Bostock"));
    assertTrue(page.contains("Copyright (c) 2012-2014 Chris Pettitt"));
  }

  @Test
  void anyKindOfEventWithAnyTextIsTaken() throws IOException {
    Path journal = folder().resolve("any");
    EventRecords records = new EventRecords(6);
    try (JournalWriter writer =
        JournalWriter.begin(journal, JournalOptions.usual(), new Topology())) {
      for (EventRecord record : records.oneOfEach()) {
        writer.append(record);
      }
      for (EventRecord record : records.list(500)) {
        writer.append(record);
      }
      writer.sync();
    }
    Unpacked data = Unpacked.of(report(journal, null, null));
    assertEquals(500 + Kind.values().length, data.events());
    data.texts().forEach(HtmlReportTest::assertShowable);
  }

  @Test
  void tenThousandEventsWithEvidenceTakeLessThanFiveMegabytes() throws IOException {
    Path journal = folder().resolve("ten");
    BenchJournal.write(journal, 10_000, BenchJournal.STEP_NS);
    int size = report(journal, null, null).length;
    assertTrue(size < 5_000_000, "it takes " + size);
  }

  private static final Charset UTF = StandardCharsets.UTF_8;

  /** What a terminal or a browser acts on is spelled out. */
  private static void assertShowable(String text) {
    text.codePoints()
        .forEach(
            point ->
                assertFalse(
                    Character.getType(point) == Character.FORMAT
                        || Character.getType(point) == Character.CONTROL
                        || Character.getType(point) == Character.SURROGATE,
                    () -> text + " has " + Integer.toHexString(point)));
  }

  private static String withoutData(String page) {
    int from = page.indexOf("id=\"data\">");
    return page.substring(0, from) + page.substring(page.indexOf("</script>", from));
  }

  /** The data of a page, as far as tests look at it. */
  private record Unpacked(String facts, List<String> texts, long events) {
    static Unpacked of(byte[] report) throws IOException {
      String page = new String(report, UTF);
      int from = page.indexOf("id=\"data\">") + "id=\"data\">".length();
      byte[] packed = Base64.getDecoder().decode(page.substring(from, page.indexOf("<", from)));
      assertEquals(0, packed[4] | packed[5] | packed[6] | packed[7], "no time in the header");
      byte[] data;
      try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
        data = in.readAllBytes();
      }
      Cursor at = new Cursor(data);
      String facts = at.text();
      List<String> texts = new ArrayList<>();
      for (long i = at.number(); i > 0; i--) {
        texts.add(at.text());
      }
      long lists = at.number();
      at.number();
      for (long i = 0; i < lists; i++) {
        for (long k = at.number(); k > 0; k--) {
          at.number();
        }
      }
      return new Unpacked(facts, texts, at.number());
    }
  }

  private static final class Cursor {
    private final byte[] data;
    private int at;

    Cursor(byte[] data) {
      this.data = data;
    }

    long number() {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte next = data[at++];
        value |= (next & 0x7fL) << shift;
        if (next >= 0) {
          return value;
        }
      }
    }

    String text() {
      int length = (int) number();
      at += length;
      return new String(data, at - length, length, UTF);
    }
  }

  private Path sample(String name, String as) throws IOException {
    return Journals.sample(name, folder().resolve(as));
  }

  private static byte[] report(Path journal, @Nullable Position since, @Nullable Position until)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Journal opened = Journal.open(journal)) {
      HtmlReport.write(opened, since, until, "", out);
    }
    return out.toByteArray();
  }

  private Path folder() {
    return Objects.requireNonNull(folder);
  }
}
