package dmrec.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Actor;
import dmrec.event.Certainty;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** What a process asked for, and what happens by itself, is told once, in order, at its moment. */
@Order(8)
class ExactTest extends RecordedScenario {
  /** A line of {@code asked.tsv}. */
  private record Asked(
      long beforeNs, long afterNs, List<Kind> kinds, String dev, int pid, String command) {}

  ExactTest() {
    super("exact");
  }

  private List<Asked> asked() throws IOException {
    List<Asked> all = new ArrayList<>();
    for (String line :
        Files.readAllLines(out().resolve("asked.tsv"), StandardCharsets.ISO_8859_1)) {
      String[] columns = line.split("\t", 6);
      List<Kind> kinds = new ArrayList<>();
      for (String word : columns[2].split(",", 0)) {
        kinds.add(Objects.requireNonNull(Kind.ofWord(word), word));
      }
      all.add(
          new Asked(
              Long.parseLong(columns[0]),
              Long.parseLong(columns[1]),
              kinds,
              columns[3],
              Integer.parseInt(columns[4]),
              columns[5]));
    }
    return all;
  }

  /** What the journal says that a process asked for, in the journal's order. */
  private List<EventRecord> by(int pid) {
    List<EventRecord> all = new ArrayList<>();
    for (EventRecord record : events()) {
      @Nullable Actor actor = record.actor();
      if (actor != null && actor.pid() == pid && actor.relation() == Actor.Relation.ASKED) {
        all.add(record);
      }
    }
    return all;
  }

  @Test
  void eachProcessIsToldWithAllThatItAskedFor() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (Asked asked : asked()) {
      List<EventRecord> told = by(asked.pid());
      if (!told.stream().map(EventRecord::kind).toList().equals(asked.kinds())) {
        wrong.add(asked + " is told as " + told);
      }
      for (EventRecord record : told) {
        boolean isIn = asked.beforeNs() <= record.wallNs() && record.wallNs() <= asked.afterNs();
        if (!isIn
            || record.source() != Source.PROBE
            || record.certainty() != Certainty.REPORTED
            || !record.device().dev().toString().equals(asked.dev())) {
          wrong.add(asked + " is told at another moment or of another device: " + record);
        }
      }
    }
    assertEquals("", String.join("\n", wrong));
  }

  /** What has a kind that a probe tells is told by nothing else, and once. */
  @Test
  void nothingIsToldTwice() throws IOException {
    List<Kind> kinds = asked().stream().flatMap(each -> each.kinds().stream()).distinct().toList();
    List<EventRecord> others = new ArrayList<>();
    for (EventRecord record : events()) {
      Actor actor = record.actor();
      boolean isAsked = actor != null && actor.relation() == Actor.Relation.ASKED;
      if (kinds.contains(record.kind()) && !isAsked) {
        others.add(record);
      }
    }
    // The deferred removal is done when the last user closes the device, by whoever that is.
    others.removeIf(each -> each.kind() == Kind.DEVICE_REMOVED && each.source() == Source.PROBE);
    // What happens by itself is held against its own list.
    List<Kind> happened = happened().stream().map(Happened::kind).toList();
    others.removeIf(each -> each.source() == Source.PROBE && happened.contains(each.kind()));
    // A multipath table's text has the number of the current group.
    others.removeIf(
        each -> each.kind() == Kind.TABLE_CHANGED && each.certainty() == Certainty.DERIVED);
    assertEquals(List.of(), others);
  }

  /** A line of {@code happened.tsv}. */
  private record Happened(long beforeNs, long afterNs, Kind kind, String dev, String command) {
    private boolean is(EventRecord record) {
      return record.kind() == kind
          && record.device().dev().toString().equals(dev)
          && beforeNs <= record.wallNs()
          && record.wallNs() <= afterNs;
    }
  }

  private List<Happened> happened() throws IOException {
    List<Happened> all = new ArrayList<>();
    for (String line :
        Files.readAllLines(out().resolve("happened.tsv"), StandardCharsets.ISO_8859_1)) {
      String[] columns = line.split("\t", 5);
      all.add(
          new Happened(
              Long.parseLong(columns[0]),
              Long.parseLong(columns[1]),
              Objects.requireNonNull(Kind.ofWord(columns[2]), columns[2]),
              columns[3],
              columns[4]));
    }
    return all;
  }

  /** A look that shows it later adds no event, nor does a uevent or a line of the log. */
  @Test
  void whatHappensByItselfIsToldOnceAtItsMoment() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (Happened happened : happened()) {
      List<EventRecord> told = events().stream().filter(happened::is).toList();
      // Each look at a corrupted block is one.
      boolean isCount =
          happened.kind() == Kind.VERITY_CORRUPTED ? !told.isEmpty() : told.size() == 1;
      boolean isExact =
          told.stream()
              .allMatch(
                  each -> each.source() == Source.PROBE && each.certainty() == Certainty.REPORTED);
      if (!isCount || !isExact) {
        wrong.add(happened + " is told as " + told);
      }
    }
    assertEquals("", String.join("\n", wrong));
  }

  /** None of these kinds is told at another moment, of another device or by another source. */
  @Test
  void nothingElseHappensByItself() throws IOException {
    List<Happened> all = happened();
    List<EventRecord> others = new ArrayList<>(events());
    others.removeIf(record -> all.stream().noneMatch(each -> each.kind() == record.kind()));
    others.removeIf(record -> all.stream().anyMatch(each -> each.is(record)));
    others.removeIf(record -> record.actor() != null && record.kind() == Kind.GROUP_SWITCHED);
    assertEquals(List.of(), others);
  }

  /** The key of a {@code key set} message, and of a table. */
  @Test
  void keysAreNowhere() throws IOException {
    String key = Files.readString(out().resolve("crypt.key")).strip();
    assertEquals(64, key.length());
    try (Stream<String> lines = Files.lines(out().resolve("capture.ndjson"))) {
      assertEquals(0, lines.filter(line -> line.contains(key)).count());
    }
    for (EventRecord record : events()) {
      assertFalse(record.toString().contains(key), record.kind().word());
      assertFalse(record.evidence().toString().contains(key), record.kind().word());
    }
  }

  @Test
  void onlyATableThatWasGoneAtOnceIsUnread() throws IOException {
    List<Kind> unread = new ArrayList<>();
    long endNs = Long.parseLong(Files.readString(out().resolve("by-itself.ns")).strip());
    for (EventRecord record : events()) {
      if (record.wallNs() > endNs) {
        break;
      } else if ((record.event() instanceof DmEvent.TableLoaded loaded
              && loaded.targets().isEmpty())
          || (record.event() instanceof DmEvent.TableLive live && live.targets().isEmpty())) {
        unread.add(record.kind());
      }
    }
    assertEquals(List.of(Kind.TABLE_LOADED), unread);
  }

  @Test
  void theProcessIsDescribed() throws IOException {
    for (Asked asked : asked()) {
      for (EventRecord record : by(asked.pid())) {
        Actor actor = Objects.requireNonNull(record.actor());
        assertTrue(asked.command().contains(actor.command()), actor.toString());
        assertEquals(0, actor.uid());
      }
    }
  }
}
