package dmrec.handler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.journal.Journal;
import dmrec.journal.Journals;
import dmrec.journal.Position;
import dmrec.journal.Verification;
import dmrec.replay.EventChoice;
import dmrec.replay.Finding;
import dmrec.replay.Guide;
import dmrec.replay.JournalRecording;
import dmrec.replay.Outcome;
import dmrec.replay.Pace;
import dmrec.replay.Replay;
import dmrec.topology.Topology;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy of a part of a recording is a journal of its own. */
class JournalHandlerTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<Finding> findings = new ArrayList<>();

  @BeforeEach
  void importTheSample() throws IOException {
    Journals.sample("failover", source());
  }

  private Path source() {
    return folder.resolve("source");
  }

  private Path copy() {
    return folder.resolve("copy");
  }

  private Outcome copy(long from, long to, EventChoice choice)
      throws IOException, InterruptedException {
    try (Journal journal = Journal.open(source())) {
      return new Replay(
              JournalRecording.of(journal, from, to, choice),
              new JournalHandler(copy()),
              new Replay.Options(
                  Pace.MAX, 0, 1, new PrintStream(out, true, StandardCharsets.UTF_8)),
              new Guide() {
                @Override
                public boolean failed(Finding finding) {
                  findings.add(finding);
                  return false;
                }
              })
          .run();
    }
  }

  @Test
  void theStackAtEachEventOfACopyIsThatOfTheOriginal() throws Exception {
    List<EventRecord> all = Journals.events(source());

    copy(60, 120, EventChoice.ALL);

    assertEquals(List.of(), findings);
    assertEquals("61 events in " + copy() + "\n", out.toString(StandardCharsets.UTF_8));
    List<EventRecord> copied = Journals.events(copy());
    assertEquals(61, copied.size());
    try (Journal original = Journal.open(source());
        Journal journal = Journal.open(copy())) {
      for (int i = 0; i <= 61; i++) {
        if (i > 0) {
          assertEquals(all.get(58 + i).withSeq(i), copied.get(i - 1));
        }
        Topology expected = original.at(Position.atSeq(59 + i)).topology();
        Topology actual = journal.at(Position.atSeq(i)).topology();
        assertEquals(List.copyOf(expected.devices()), List.copyOf(actual.devices()));
        assertEquals(List.copyOf(expected.disks()), List.copyOf(actual.disks()));
        assertEquals(expected.recording(), actual.recording());
        assertEquals(expected.wallNs(), actual.wallNs());
      }
    }
    assertEquals(List.of(), Journal.verify(copy(), null, Verification.Progress.NONE).findings());
  }

  @Test
  void theStackOfAFilteredCopyIsTheFoldOfWhatIsInIt() throws Exception {
    copy(60, Long.MAX_VALUE, before -> record -> record.seq() % 3 == 0);

    Topology fold;
    try (Journal journal = Journal.open(source())) {
      fold = journal.at(Position.atSeq(59)).topology();
    }
    try (Journal journal = Journal.open(copy())) {
      for (EventRecord record : Journals.events(copy())) {
        fold.apply(record);
        Topology stack = journal.at(Position.atSeq(record.seq())).topology();
        assertEquals(List.copyOf(fold.devices()), List.copyOf(stack.devices()));
      }
    }
  }

  @Test
  void aFolderThatIsNotEmptyIsRefusedAndLeftAlone() throws Exception {
    Files.writeString(Files.createDirectory(copy()).resolve("mine"), "");

    Outcome outcome = copy(1, Long.MAX_VALUE, EventChoice.ALL);

    assertEquals(0, outcome.summary().events());
    assertEquals(Finding.Phase.OPEN, findings.get(0).phase());
    assertTrue(
        String.valueOf(findings.get(0).thrown().getMessage())
            .contains("expected an empty folder or none, found mine in it"));
    assertTrue(Files.exists(copy().resolve("mine")));
    assertFalse(Files.exists(copy().resolve("writer.lock")));
  }

  @Test
  void theJournalThatIsReplayedIsNotWrittenTo() throws Exception {
    HandlerException e =
        assertThrows(
            HandlerException.class,
            () -> {
              try (Journal journal = Journal.open(source())) {
                new JournalHandler(source())
                    .open(
                        new ReplayContext(
                            new Topology(),
                            java.time.Clock.systemUTC(),
                            new JournalIdentity("", "", "", "", 1),
                            new PrintStream(out, true, StandardCharsets.UTF_8)));
                assertNotNull(journal);
              }
            });

    assertTrue(String.valueOf(e.getMessage()).contains("expected an empty folder or none"));
    assertEquals(153, Journals.events(source()).size());
  }
}
