package dmrec.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Certainty;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Mark;
import dmrec.event.Source;
import dmrec.journal.Journal;
import dmrec.journal.JournalWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExactnessTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  @Test
  void countsByHeadsHowEachChangeIsKnown() throws Exception {
    SplittableRandom random = new SplittableRandom(31);
    List<EventRecord> records = new ArrayList<>();
    try (JournalWriter writer = JournalWriter.open(folder.resolve("j"))) {
      for (EventRecord record : RandomHistory.of(31, 1000).records()) {
        int certainty = random.nextInt(Certainty.values().length);
        EventRecord told =
            record.toBuilder()
                .certainty(Objects.requireNonNull(Certainty.ofCode(certainty)))
                .source(random.nextBoolean() ? Source.PROBE : Source.UEVENT)
                .marks(random.nextInt(8))
                .build();
        records.add(told);
        writer.append(told);
      }
    }
    try (Journal journal = Journal.open(folder.resolve("j"))) {
      Exactness exactness = Exactness.of(journal, 800);
      for (Kind kind : Kind.values()) {
        Predicate<EventRecord> of =
            r -> r.seq() <= 800 && r.kind() == kind && !Mark.INJECTED.isIn(r.marks());
        Predicate<EventRecord> isProbed = r -> r.source() == Source.PROBE;
        Exactness.Count expected =
            new Exactness.Count(
                count(records, of.and(is(Certainty.REPORTED)).and(isProbed)),
                count(records, of.and(is(Certainty.REPORTED)).and(isProbed.negate())),
                count(records, of.and(is(Certainty.DERIVED))),
                count(records, of.and(is(Certainty.INFERRED))));
        boolean isCounted = kind.isChange() && expected.all() > 0;
        assertEquals(isCounted ? expected : null, exactness.kinds().get(kind), kind.word());
      }
    }
  }

  @Test
  void whatOnlyTellsOfOthersIsNoChange() {
    for (Kind kind :
        Set.of(Kind.UEVENT, Kind.BASELINE, Kind.GAP, Kind.REQUEST_FAILED, Kind.UNKNOWN)) {
      assertFalse(kind.isChange(), kind.word());
    }
    for (Kind kind : Set.of(Kind.PATH_FAILED, Kind.STATUS_CHANGED, Kind.DISK_REMOVED)) {
      assertTrue(kind.isChange(), kind.word());
    }
  }

  private static Predicate<EventRecord> is(Certainty certainty) {
    return record -> record.certainty() == certainty;
  }

  private static long count(List<EventRecord> records, Predicate<EventRecord> of) {
    return records.stream().filter(of).count();
  }
}
