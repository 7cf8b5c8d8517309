package dmrec.cli.replay;

import dmrec.cli.host.Host;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.journal.Damage;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.Position;
import dmrec.journal.Snapshot;
import dmrec.query.EventText;
import dmrec.query.StackTree;
import dmrec.query.SubStack;
import dmrec.query.filter.Filter;
import dmrec.query.filter.FilterSyntaxException;
import dmrec.replay.Finding;
import dmrec.replay.Guide;
import dmrec.replay.Replay;
import dmrec.topology.TopologyView;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Leads through a replay as a person asks for it: stops, shows, goes on. */
final class Stepper implements Guide {
  private static final String HELP =
      """
        next, Enter      feed this event, stop before the next
        run [FILTER]     feed events up to one that matches, or to --break, or to the end
        back             stop before the event before this one; the handler starts anew
        event            this event with what proves it
        tree [DEVICE]    the stack before this event
        quit             end here\
      """;

  /** What a stepper works with. */
  record Means(
      Host host,
      Journal journal,
      EventText text,
      EventText withEvidence,
      StackTree.Options drawing,
      TypedLines lines) {}

  private final Means means;
  private final ReplayFindings findings;
  private final OnError onError;
  private final @Nullable Filter breaks;
  private @Nullable Replay replay;
  private @Nullable BreakPoint breakPoint;
  private @Nullable BreakPoint runsTo;
  private boolean steps;
  private boolean mayGoBack;
  private @Nullable Valve valve;
  private long silentTo;
  private long previousSeq;
  private long backTo;

  /** What was told to be damaged. */
  private Damage damage = Damage.NONE;

  Stepper(
      Means means,
      ReplayFindings findings,
      OnError onError,
      @Nullable Filter breaks,
      boolean steps) {
    this.means = means;
    this.findings = findings;
    this.onError = onError;
    this.breaks = breaks;
    this.steps = steps;
  }

  /** Whether anybody is ever asked. */
  boolean asks() {
    return steps || breaks != null || onError == OnError.BREAK;
  }

  /**
   * A replay begins.
   *
   * @param startsOver whether its handler may be replaced by a new one
   * @param out what to open where the replay has come back to where it was
   */
  void begin(Replay begun, boolean startsOver, Valve out) {
    replay = begun;
    mayGoBack = startsOver;
    end();
    breakPoint = breaks == null ? null : new BreakPoint(breaks, means.journal());
    previousSeq = 0;
    silentTo = backTo;
    backTo = 0;
    out.shut(silentTo > 0);
    valve = out;
  }

  /** Where a replay was stopped to go back to; 0 where it was not. */
  long backTo() {
    return backTo;
  }

  /** No event follows. */
  void end() {
    close(breakPoint);
    breakPoint = null;
    close(runsTo);
    runsTo = null;
  }

  private static void close(@Nullable BreakPoint point) {
    if (point != null) {
      point.close();
    }
  }

  /** What was told to be damaged so far. */
  Damage damage() {
    return damage;
  }

  @Override
  public void before(EventRecord record) {
    if (record.seq() < silentTo) {
      previousSeq = record.seq();
      return;
    }
    boolean asks = silentTo > 0 || steps;
    if (silentTo > 0) {
      silentTo = 0;
      if (valve != null) {
        flush();
        valve.shut(false);
      }
    }
    if (asks || matches(breakPoint, record) || matches(runsTo, record)) {
      ask(record);
    }
    previousSeq = record.seq();
  }

  private boolean matches(@Nullable BreakPoint point, EventRecord record) {
    if (point == null) {
      return false;
    }
    boolean matches = false;
    Damage found = Damage.NONE;
    try {
      matches = point.matches(record);
    } catch (JournalException e) {
      found = Damage.of(e);
    }
    damaged(point.damage().and(found));
    return matches;
  }

  @Override
  public boolean failed(Finding finding) {
    flush();
    findings.show(finding);
    EventRecord record = finding.record();
    if (finding.how() == Finding.How.HANGS || onError == OnError.STOP) {
      return false;
    }
    if (onError == OnError.BREAK && finding.phase() == Finding.Phase.HANDLE && record != null) {
      say("the handler has had this event; 'next' feeds the one behind it");
      ask(record);
      return replay == null || !replay.isStopping();
    }
    return true;
  }

  @Override
  public void damaged(Damage found) {
    Damage all = damage.and(found);
    if (all.count() == damage.count()) {
      return;
    }
    flush();
    for (String message : found.messages()) {
      if (!damage.messages().contains(message)) {
        say(KernelText.printable(message));
      }
    }
    long more = all.count() - damage.count() - (all.messages().size() - damage.messages().size());
    if (more > 0) {
      say("and " + more + " more places that are damaged");
    }
    damage = all;
  }

  private void ask(EventRecord record) {
    Replay running = replay;
    if (running == null) {
      return;
    }
    flush();
    steps = false;
    close(runsTo);
    runsTo = null;
    print(means.text().print(record));
    while (true) {
      means.host().err().print("replay #" + record.seq() + "> ");
      means.host().err().flush();
      String line = means.lines().next(running::isStopping);
      if (line == null) {
        means.host().err().println();
        if (!running.isStopping()) {
          running.stop("quit");
        }
        return;
      }
      if (goesOn(line.strip(), record, running)) {
        return;
      }
    }
  }

  /** Does what was asked for; whether the replay goes on, or ends. */
  private boolean goesOn(String line, EventRecord record, Replay running) {
    String[] words = line.split("\\s+", 2);
    String rest = words.length > 1 ? words[1] : "";
    switch (words[0].toLowerCase(Locale.ROOT)) {
      case "", "n", "next" -> {
        steps = true;
        return true;
      }
      case "r", "run", "c", "continue" -> {
        return rest.isEmpty() || runTo(rest);
      }
      case "b", "back" -> {
        return back(record, running);
      }
      case "e", "event" -> print(means.withEvidence().print(record));
      case "t", "tree" -> tree(record, rest);
      case "q", "quit" -> {
        running.stop("quit");
        return true;
      }
      case "h", "help", "?" -> print(HELP);
      default ->
          say("there is no '" + KernelText.printable(words[0]) + "'; 'help' lists what there is");
    }
    return false;
  }

  private boolean runTo(String filter) {
    try {
      runsTo = new BreakPoint(Filter.parse(filter, means.host().clock()), means.journal());
      return true;
    } catch (FilterSyntaxException e) {
      say("run: " + e.getMessage());
      return false;
    }
  }

  private boolean back(EventRecord record, Replay running) {
    if (!mayGoBack) {
      say("this handler cannot go back: what it did stays done (mayStartOver() is false)");
      return false;
    }
    if (previousSeq == 0) {
      say("this is the first event");
      return false;
    }
    backTo = previousSeq;
    running.stop("back to #" + backTo + " from #" + record.seq());
    return true;
  }

  private void tree(EventRecord record, String device) {
    try {
      Snapshot snapshot = means.journal().at(Position.atSeq(record.seq() - 1));
      if (!snapshot.damage().isNone()) {
        damaged(snapshot.damage());
        say("as the journal is damaged before #" + record.seq() + ", the stack may be another");
      }
      TopologyView before = snapshot.topology();
      TopologyView part = device.isEmpty() ? before : SubStack.of(before, device);
      if (part.devices().isEmpty() && part.disks().isEmpty()) {
        say(device.isEmpty() ? "there is no device yet" : "there is no such device or disk then");
      } else {
        print(StackTree.draw(part, means.drawing()).stripTrailing());
      }
    } catch (JournalException e) {
      say(KernelText.printable(String.valueOf(e.getMessage())));
    }
  }

  private void flush() {
    try {
      means.host().out().flush();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void say(String text) {
    print("dmrec: " + text);
  }

  private void print(String text) {
    means.host().err().println(text);
    means.host().err().flush();
  }
}
