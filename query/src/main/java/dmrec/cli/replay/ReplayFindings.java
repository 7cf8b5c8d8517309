package dmrec.cli.replay;

import dmrec.cli.host.Host;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.handler.HandlerException;
import dmrec.handler.ProcessHandlers;
import dmrec.handler.TypedHandler;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.Position;
import dmrec.journal.Snapshot;
import dmrec.query.EventText;
import dmrec.query.StackTree;
import dmrec.query.SubStack;
import dmrec.replay.Finding;
import dmrec.topology.TopologyView;
import java.util.List;
import java.util.function.LongFunction;

/** What is said of a handler that failed: at which event, how, on which stack, and how to again. */
final class ReplayFindings {
  private static final int FRAMES = 12;
  private static final int CAUSES = 4;
  private static final int STACK_LINES = 40;

  private final Host host;
  private final Journal journal;
  private final EventText text;
  private final StackTree.Options drawing;
  private final String name;
  private final LongFunction<String> again;

  /**
   * Findings about one handler.
   *
   * @param again the command that replays from an event of that number on
   */
  ReplayFindings(
      Host host,
      Journal journal,
      EventText text,
      StackTree.Options drawing,
      String name,
      LongFunction<String> again) {
    this.host = host;
    this.journal = journal;
    this.text = text;
    this.drawing = drawing;
    this.name = name;
    this.again = again;
  }

  /** The finding in lines, safe for a terminal. */
  String describe(Finding finding) {
    EventRecord record = finding.record();
    StringBuilder out = new StringBuilder();
    out.append("dmrec: ").append(KernelText.printable(name)).append(' ').append(what(finding));
    if (finding.phase() == Finding.Phase.OPEN) {
      out.append(" when it was opened, before any event");
    } else if (finding.phase() == Finding.Phase.CLOSE) {
      out.append(" when it was closed");
    } else if (record != null) {
      out.append(" at #").append(record.seq());
    }
    out.append('\n');
    if (record != null && finding.phase() == Finding.Phase.HANDLE) {
      text.print(record).lines().forEach(line -> out.append("  ").append(line).append('\n'));
    }
    addThrown(out, finding);
    if (record != null && finding.phase() == Finding.Phase.HANDLE) {
      try {
        addStack(out, record);
      } catch (OutOfMemoryError e) {
        out.append("  the stack before it takes more memory than the handler left\n");
      }
      out.append("  again:  ").append(again.apply(record.seq())).append('\n');
    }
    return out.toString();
  }

  private static String what(Finding finding) {
    return switch (finding.how()) {
      case THREW -> "failed";
      case TOO_LATE -> finding.thrown().getMessage() + " (--timeout)";
      case HANGS ->
          "hangs: it " + finding.thrown().getMessage() + " and does not end when interrupted";
    };
  }

  private static void addThrown(StringBuilder out, Finding finding) {
    Throwable thrown = finding.thrown();
    if (thrown instanceof HandlerException) {
      String message = String.valueOf(thrown.getMessage());
      message
          .lines()
          .forEach(line -> out.append("  ").append(KernelText.printable(line)).append('\n'));
      return;
    }
    String indent = "  ";
    int causes = 0;
    for (Throwable t = thrown; t != null && causes < CAUSES; t = t.getCause(), causes++) {
      if (finding.how() == Finding.How.THREW) {
        out.append(indent)
            .append(causes == 0 ? "" : "caused by ")
            .append(KernelText.printable(t.toString()))
            .append('\n');
      } else {
        String waits = ProcessHandlers.waitsFor(t.getStackTrace());
        if (waits != null) {
          out.append(indent).append(waits).append("\n");
          return;
        }
        out.append(indent).append("it was at\n");
      }
      addFrames(out, t.getStackTrace(), indent + "    at ");
    }
  }

  /** The handler's own frames: those below are dmrec's. */
  private static void addFrames(StringBuilder out, StackTraceElement[] frames, String indent) {
    int shown = 0;
    for (StackTraceElement frame : frames) {
      if (isOurs(frame.getClassName()) || shown++ == FRAMES) {
        return;
      }
      out.append(indent).append(KernelText.printable(frame.toString())).append('\n');
    }
  }

  private static boolean isOurs(String className) {
    return className.startsWith("dmrec.replay.") || className.equals(TypedHandler.class.getName());
  }

  private void addStack(StringBuilder out, EventRecord record) {
    Snapshot snapshot;
    try {
      snapshot = journal.at(Position.atSeq(record.seq() - 1));
    } catch (JournalException e) {
      out.append("  the stack before it cannot be told: ")
          .append(KernelText.printable(String.valueOf(e.getMessage())))
          .append('\n');
      return;
    }
    TopologyView before = snapshot.topology();
    boolean isSure = snapshot.damage().isNone();
    if (before.devices().isEmpty() && isSure) {
      return;
    }
    out.append("  the stack before it")
        .append(isSure ? "" : ", which may have been another as the journal is damaged before it")
        .append(":\n");
    TopologyView part =
        record.device().isNone() ? before : SubStack.of(before, record.device().dev().toString());
    List<String> lines = StackTree.draw(part.seq() == 0 ? before : part, drawing).lines().toList();
    lines.stream().limit(STACK_LINES).forEach(line -> out.append("    ").append(line).append('\n'));
    if (lines.size() > STACK_LINES) {
      out.append("    ... ('dmrec tree --at' draws all of it)\n");
    }
  }

  /** Shows it where the user looks. */
  void show(Finding finding) {
    host.err().print(describe(finding));
    host.err().flush();
  }
}
