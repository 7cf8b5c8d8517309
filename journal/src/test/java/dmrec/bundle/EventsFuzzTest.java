package dmrec.bundle;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dmrec.event.EventRecord;
import dmrec.fuzz.Scratch;
import dmrec.journal.Accepted;
import dmrec.journal.JournalException;
import dmrec.topology.Topology;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whatever a file of events holds: a journal, or one error and nothing. */
class EventsFuzzTest {
  private static final Scratch SCRATCH = new Scratch("events");

  @DictionaryFile(resourcePath = "/dmrec/fuzz/json.dict")
  @FuzzTest(maxDuration = "20s")
  void lines(byte[] bytes) throws JournalException {
    List<EventRecord> told = new ArrayList<>();
    JournalException wrong = read(bytes, told);
    Topology stack = new Topology();
    for (EventRecord record : told) {
      Accepted.expectRoundTrip(record);
      stack.apply(record);
    }
    stack.records().forEach(Accepted::expectRoundTrip);
    // A journal that comes to nothing takes a hundred times as long as what is wrong with it.
    if (wrong != null && Arrays.hashCode(bytes) % 64 != 0) {
      return;
    }
    importAll(bytes, told, wrong);
  }

  private static @Nullable JournalException read(byte[] bytes, List<EventRecord> into) {
    try (EventsReader reader = EventsReader.of("events", new ByteArrayInputStream(bytes))) {
      for (EventRecord r = reader.next(); r != null; r = reader.next()) {
        into.add(r);
      }
      return null;
    } catch (JournalException e) {
      Scratch.expectOneLine(e);
      return e;
    }
  }

  private static void importAll(
      byte[] bytes, List<EventRecord> told, @Nullable JournalException wrong)
      throws JournalException {
    Path journal = SCRATCH.path("journal");
    try (EventsReader reader = EventsReader.of("events", new ByteArrayInputStream(bytes))) {
      EventsImport imported = EventsImport.of(reader, journal);
      if (wrong != null) {
        throw new AssertionError("imported all the same", wrong);
      }
      SCRATCH.expect("journal");
      List<EventRecord> numbered = new ArrayList<>();
      for (EventRecord record : told) {
        numbered.add(record.withSeq(numbered.size() + 1));
      }
      if (imported.events() != told.size() || imported.isRenumbered() == numbered.equals(told)) {
        throw new AssertionError(imported + " of " + told.size());
      }
      Accepted.expectJournal(journal, numbered);
    } catch (JournalException e) {
      Scratch.expectOneLine(e);
      SCRATCH.expect();
    } finally {
      SCRATCH.clear();
    }
  }
}
