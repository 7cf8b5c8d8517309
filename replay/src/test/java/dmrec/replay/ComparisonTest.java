package dmrec.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Certainty;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.handler.DmEventHandler;
import dmrec.handler.HandlerException;
import dmrec.handler.HandlerProcesses;
import dmrec.handler.JournalIdentity;
import dmrec.handler.Orphans;
import dmrec.handler.ProcessHandlers;
import dmrec.handler.ReplayContext;
import dmrec.handler.ReplaySummary;
import dmrec.handler.ReplayedEvent;
import dmrec.topology.Topology;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ComparisonTest {
  @TempDir private Path folder = Path.of("");
  private final HandlerProcesses processes = new HandlerProcesses(Orphans.LEFT_TO_INIT, null);

  /** Says something of an event. */
  private interface Says {
    void about(long seq, PrintStream out) throws Exception;
  }

  private static DmEventHandler java(Says says) {
    return new DmEventHandler() {
      private PrintStream out = System.out;

      @Override
      public void open(ReplayContext context) {
        out = context.out();
      }

      @Override
      public void handle(ReplayedEvent event) throws Exception {
        says.about(event.seq(), out);
      }
    };
  }

  private DmEventHandler exec(String command) throws HandlerException {
    return ProcessHandlers.exec(command, processes, true, Duration.ofSeconds(30)).make();
  }

  private static Comparison of(DmEventHandler first, DmEventHandler second) {
    return Comparison.of(first, "old", second, "new", record -> "event " + record.seq());
  }

  private static String run(Comparison comparison, long from, long to) throws Exception {
    PrintStream before = System.out;
    comparison.open(
        new ReplayContext(
            new Topology(),
            Clock.systemUTC(),
            new JournalIdentity("journal", "host", "boot", "6.1", from),
            before));
    for (long seq = from; seq <= to; seq++) {
      comparison.handle(
          new ReplayedEvent(
              EventRecord.of(new DmEvent.DeviceRemoved())
                  .seq(seq)
                  .at(seq, seq)
                  .source(Source.DM)
                  .certainty(Certainty.DERIVED)
                  .build()));
    }
    comparison.close(new ReplaySummary(to - from + 1, 0, from, to, 0, 0));
    assertSame(before, System.out);
    return comparison.report();
  }

  private Path expected(DmEventHandler handler, long from, long to) throws Exception {
    Path file = folder.resolve("expected");
    run(Comparison.recording(handler, "handler", Files.newOutputStream(file)), from, to);
    return file;
  }

  private static Comparison expecting(Path file, DmEventHandler handler) throws IOException {
    return Comparison.expecting(
        ExpectedOutput.open(file), handler, "new", record -> "event " + record.seq());
  }

  @Test
  void findsTheFirstEventAndCountsThoseAfterIt() throws Exception {
    Comparison comparison =
        of(
            java((seq, out) -> out.println("same\nold " + seq)),
            java((seq, out) -> out.println("same\n" + (seq % 5 == 0 ? "new " : "old ") + seq)));

    assertEquals(
        """
        first difference at #5, line 2 of its output
          event 5
          old says
            old 5
          new says
            new 5
        3 later differences; 20 events compared
        """,
        run(comparison, 1, 20));
    assertTrue(comparison.differs());
  }

  @Test
  void findsNothingWhereBothSayTheSame() throws Exception {
    Says says = (seq, out) -> out.println(seq);
    Comparison comparison = of(java(says), java(says));

    assertEquals("new says what old says: 20 events compared\n", run(comparison, 1, 20));
    assertFalse(comparison.differs());
  }

  @Test
  void comparesWhatIsThrown() throws Exception {
    Comparison comparison =
        of(
            java((seq, out) -> {}),
            java(
                (seq, out) -> {
                  if (seq == 3) {
                    throw new IllegalStateException("no such\ndevice");
                  }
                }));

    assertEquals(
        """
        first difference at #3
          event 3
          old says
            (nothing)
          new says
            !java.lang.IllegalStateException: no such\\x0adevice
        no later difference; 5 events compared
        """,
        run(comparison, 1, 5));
  }

  @Test
  void takesWhatIsPrintedToSystemOutForItsPrinters() throws Exception {
    Comparison comparison =
        of(
            java((seq, out) -> System.out.println("one")),
            java((seq, out) -> System.out.println("two")));

    assertTrue(run(comparison, 1, 1).contains("old says\n    one\n  new says\n    two\n"));
  }

  @Test
  void tellsOutputApartThatEndsWithoutALineEndOrIsLong() throws Exception {
    assertTrue(
        run(of(java((s, out) -> out.print("a")), java((s, out) -> out.println("a"))), 1, 1)
            .contains("    a\\\n  new says\n    a\n"));
    String line = "x".repeat(3 * OutputLines.LONGEST_BYTES);
    Comparison comparison =
        of(java((s, out) -> out.println(line + "a")), java((s, out) -> out.println(line + "b")));
    assertTrue(run(comparison, 1, 1).contains("    a\n  new says\n    b\n"), comparison.report());
  }

  @Test
  void comparesMoreThanItKeeps() throws Exception {
    Says much =
        (seq, out) -> {
          for (int i = 0; i < 100_000; i++) {
            out.println("line " + i);
          }
        };
    Comparison same = of(java(much), java(much));
    run(same, 1, 2);
    assertFalse(same.differs());

    Comparison comparison =
        of(
            java(much),
            java(
                (seq, out) -> {
                  for (int i = 0; i < 100_000; i++) {
                    out.println("line " + (i == 99_999 ? 0 : i));
                  }
                }));
    assertTrue(run(comparison, 1, 1).contains("first difference at #1"), comparison.report());
  }

  @Test
  void comparesProcessesLineByLine() throws Exception {
    String old = "n=0; while read -r line; do n=$((n+1)); echo \"{\\\"seq\\\":$n}\"; done";
    Comparison same = of(exec(old), exec(old));
    assertEquals("new says what old says: 500 lines of output compared\n", run(same, 1, 500));

    Comparison comparison = of(exec(old), exec(old.replace("$n}", "$((n==3?30:n))}")));
    assertEquals(
        """
        first difference at line 3 (#3)
          old says
            {"seq":3}
          new says
            {"seq":30}
        no later difference; 50 lines compared
        """,
        run(comparison, 1, 50));
  }

  @Test
  void comparesHowProcessesEnd() throws Exception {
    Comparison comparison =
        of(exec("cat >/dev/null; echo done"), exec("cat >/dev/null; echo done; exit 3"));

    assertTrue(
        run(comparison, 1, 5)
            .startsWith(
                """
                first difference at line 2
                  old says
                    (nothing more)
                  new says
                    !exited with status 3
                """),
        comparison.report());
  }

  @Test
  void endsWhereOneOfTwoProcessesPrintsForEver() throws Exception {
    Comparison comparison = of(exec("cat >/dev/null"), exec("yes & cat >/dev/null; sleep 1"));

    assertTrue(run(comparison, 1, 5).contains("where new ran ahead\n"), comparison.report());
  }

  @Test
  void storesOutputAndExpectsIt() throws Exception {
    Says says =
        (seq, out) -> {
          if (seq == 13) {
            throw new IOException("bad luck");
          }
          if (seq % 2 == 0) {
            out.print("even " + seq + "\n!\t \n\n");
          }
        };
    Path file = expected(java(says), 11, 14);
    assertEquals(
        """
        dmrec expected output 1, by event
        #12 even 12
        #12 \\x21\\x09\\x20
        #12
        #13 !java.io.IOException: bad luck
        #14 even 14
        #14 \\x21\\x09\\x20
        #14
        """,
        Files.readString(file));

    Comparison same = expecting(file, java(says));
    assertEquals("new says what is expected: 4 events compared\n", run(same, 11, 14));
    assertFalse(same.differs());
    Says changed =
        (seq, out) -> {
          if (seq == 13) {
            out.println("odd");
          } else {
            says.about(seq, out);
          }
        };
    assertEquals(
        """
        first difference at #13
          event 13
          FILE expects
            !java.io.IOException: bad luck
          new says
            odd
        no later difference; 4 events compared
        """,
        run(expecting(file, java(changed)), 11, 14).replace(file.toString(), "FILE"));
  }

  @Test
  void missesWhatIsExpectedOfEventsThatAreNotFed() throws Exception {
    Says says = (seq, out) -> out.println(seq);
    Path file = expected(java(says), 1, 10);

    assertTrue(
        run(expecting(file, java(says)), 4, 10)
            .startsWith("first difference at #1, which was not fed"));
    assertTrue(
        run(expecting(file, java(says)), 1, 8)
            .startsWith("first difference at #9, which was not fed"));
  }

  @Test
  void storesWhatAProcessPrintsWithoutNumbers() throws Exception {
    Path file = expected(exec("wc -l; exit 2"), 1, 10);
    assertEquals(
        """
        dmrec expected output 1, by line
        # 10
        # !exited with status 2
        """,
        Files.readString(file));

    assertEquals(
        "new says what is expected: 2 lines of output compared\n",
        run(expecting(file, exec("wc -l; exit 2")), 1, 10));
    assertTrue(
        run(expecting(file, exec("wc -l")), 1, 10)
            .contains("at line 2\n  " + file + " expects\n    !exited with status 2\n"));
    assertTrue(
        run(expecting(file, exec("wc -l; echo; exit 2")), 1, 10)
            .endsWith("1 later difference; 3 lines compared\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "anything\n",
        "1",
        "\n#1 x\n0\n",
        "\n#-1 x\n",
        "\n#1x\n",
        "\n#2 x\n#1 x\n",
        "\n# \u001b[2J\n",
        "\n#1 \u009b\n",
        "\n#99999999999999999999 x\n"
      })
  void refusesAFileThatIsNone(String text) throws Exception {
    Path file = folder.resolve("hostile");
    Files.writeString(file, text.startsWith("\n") ? ExpectedWriter.BY_EVENT + text : text);
    Exception e =
        assertThrows(Exception.class, () -> run(expecting(file, java((seq, out) -> {})), 1, 3));

    assertTrue(String.valueOf(e.getMessage()).contains(file.toString()), e.toString());
    assertTrue(String.valueOf(e.getMessage()).contains("expected"), e.toString());
  }

  @Test
  void refusesAFileWithAnEndlessLine() throws Exception {
    Path file = folder.resolve("hostile");
    Files.writeString(file, "x".repeat(1 << 20));
    IOException e = assertThrows(IOException.class, () -> ExpectedOutput.open(file));

    assertTrue(String.valueOf(e.getMessage()).contains("line 1: expected a line of at most"));
  }

  @Test
  void readsBackWhateverIsPrinted() throws Exception {
    java.util.Random random = new java.util.Random(3);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] some = new byte[20_000];
    random.nextBytes(some);
    for (byte b : some) {
      all.write(b);
      if (random.nextInt(40) == 0) {
        all.write("\n".repeat(random.nextInt(3)).getBytes(StandardCharsets.UTF_8));
      }
    }
    byte[] bytes = all.toByteArray();
    Says says = (seq, out) -> out.write(bytes, (int) seq * 100, 100);
    Path file = expected(java(says), 1, 199);
    Comparison same = expecting(file, java(says));
    run(same, 1, 199);

    assertFalse(same.differs(), same.report());
  }
}
