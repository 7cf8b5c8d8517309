package dmrec.journal;

import dmrec.event.EventJson;
import dmrec.event.EventJsonException;
import dmrec.event.EventRecord;
import dmrec.fuzz.Scratch;
import dmrec.journal.file.MalformedException;
import dmrec.journal.file.RecordDecoder;
import dmrec.journal.file.RecordEncoder;
import java.nio.file.Path;
import java.util.List;

/** What holds of every event and journal that was accepted, wherever it came from. */
public final class Accepted {
  private static final ThreadLocal<RecordEncoder> ENCODER =
      ThreadLocal.withInitial(RecordEncoder::new);

  private Accepted() {}

  /** An event can be written as JSON and as a record, and comes back as it was. */
  public static void expectRoundTrip(EventRecord record) {
    try {
      EventRecord back = EventJson.read(EventJson.write(record));
      if (!back.equals(record)) {
        throw new AssertionError("as JSON " + record + " comes back as " + back);
      }
    } catch (EventJsonException e) {
      throw new AssertionError("as JSON " + record + " is not read again", e);
    }
    RecordEncoder encoder = ENCODER.get();
    EventRecord numbered = record.withSeq(Math.max(1, record.seq()));
    try {
      encoder.encode(numbered, numbered.seq());
    } catch (MalformedException e) {
      // What the format cannot say, or too much of it, is refused by the writer.
      Scratch.expectOneLine(e);
      return;
    }
    try {
      EventRecord back =
          new RecordDecoder()
              .decode(
                  encoder.bytes(),
                  0,
                  encoder.length(),
                  (dev, diskSeq, digest) -> numbered.device());
      if (!back.equals(numbered)) {
        throw new AssertionError("as a record " + numbered + " comes back as " + back);
      }
    } catch (MalformedException e) {
      throw new AssertionError("as a record " + numbered + " is not read again", e);
    }
  }

  /** A journal that was made of events holds these, and is whole. */
  public static void expectJournal(Path journal, List<EventRecord> events) {
    try {
      expectAll(journal, events);
    } catch (JournalException e) {
      throw new AssertionError("what was imported is not read again", e);
    }
  }

  private static void expectAll(Path journal, List<EventRecord> events) throws JournalException {
    List<EventRecord> found = Journals.events(journal);
    Scratch.expectSame(events, found, "read back");
    Verification verified = Journal.verify(journal, null, Verification.Progress.NONE);
    if (!verified.isIntact() || verified.events() != events.size()) {
      throw new AssertionError(verified.events() + " events, " + verified.findings());
    }
  }
}
