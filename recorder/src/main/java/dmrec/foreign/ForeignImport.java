package dmrec.foreign;

import dmrec.event.DmEvent;
import dmrec.event.KernelText;
import dmrec.event.Source;
import dmrec.record.EventSink;
import dmrec.record.Observation;
import dmrec.record.Stamp;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes events of what other programs kept where dmrec was not running.
 *
 * <p>What each thing tells is the matter of {@link ForeignRules}; here is when.
 *
 * <p>The files are merged by their times. Each is read a few seconds ahead of what is told, so that
 * of several witnesses of one change the best one tells it; that, one record of each file and the
 * stack itself is all that is kept in memory. One thread.
 */
public final class ForeignImport {
  /** Files are not in order to the last millisecond; what goes back further is the clock's step. */
  private static final long DISORDER_NS = TextTimes.SECOND_NS;

  /** Each begins with a look at all that waits; no log is of more. */
  private static final int MOST_BOOTS = 2_000;

  private static final int MOST_WAITING = 20_000;
  private static final long MOST_WAITING_BYTES = 32 << 20;

  private final ForeignOptions options;
  private final Consumer<String> notices;
  private final List<Lane> lanes = new ArrayList<>();
  private final PriorityQueue<Entry> waiting =
      new PriorityQueue<>(
          Comparator.comparingLong((Entry each) -> each.item.at().wallNs())
              .thenComparingLong(each -> each.number));
  private final Days days;
  private final ForeignRules rules;
  private final TreeSet<String> guessed = new TreeSet<>();
  private long waitingBytes;
  private long readNs = When.UNKNOWN;
  private long number;
  private long recordings;
  private String boot = "";
  private long offsetNs = When.UNKNOWN;

  /**
   * Something read that waits for its turn.
   *
   * @param claim what it says of a path; null where that is nothing
   */
  private record Entry(
      Lane.Item item, Lane lane, long number, Claims.@Nullable Claim claim, long bytes) {}

  /** Which days a journal has room for. */
  @FunctionalInterface
  public interface Days {
    /**
     * Why there is none for an event of that time, asked before it is told; empty where there is.
     */
    String complaint(long wallNs) throws IOException;
  }

  private ForeignImport(
      ForeignOptions options, ForeignRules rules, Days days, Consumer<String> notices) {
    this.options = options;
    this.rules = rules;
    this.days = days;
    this.notices = notices;
  }

  /**
   * Imports all of {@code inputs}.
   *
   * @param journal where the events go
   * @param days what the journal has room for
   * @param notices gets a line for what could not be used and for what was assumed
   * @throws ForeignException where a file's times cannot be told; what was told before stays
   */
  public static ForeignSummary run(
      List<ForeignInput> inputs,
      ForeignOptions options,
      EventSink journal,
      Days days,
      Consumer<String> notices)
      throws IOException {
    ForeignImport run = new ForeignImport(options, new ForeignRules(journal), days, notices);
    try {
      for (ForeignInput input : inputs) {
        run.open(input);
      }
      run.merge();
    } finally {
      for (Lane lane : run.lanes) {
        lane.close();
      }
    }
    return run.summary();
  }

  private void open(ForeignInput input) throws IOException {
    String name = KernelText.printable(input.name());
    TextTimes times = new TextTimes(name, options, input.writtenNs());
    if (input.isText() && input.isReadTwice()) {
      times.survey();
      try (ForeignReader survey =
          ForeignReader.open(input.bytes().open(), name, input.format(), times)) {
        survey(survey);
      }
      times.settle();
    }
    if (times.isGuessed()) {
      guessed.add(input.label());
      notices.accept(
          name
              + ": its times count from the boot; its last line is taken to be as old as the file"
              + " itself. --boot-time or --started tells better");
    }
    lanes.add(
        new Lane(
            input, ForeignReader.open(input.bytes().open(), name, input.format(), times), notices));
  }

  @SuppressWarnings("StatementWithEmptyBody")
  private static void survey(ForeignReader reader) {
    try {
      while (reader.next() != null) {}
    } catch (IOException e) {
      return; // Reading it for good finds the same, and says so.
    }
  }

  private void merge() throws IOException {
    for (Lane lane = earliest(); lane != null; lane = earliest()) {
      Lane.Item item = lane.head();
      lane.take();
      if (item != null) {
        hear(item, lane);
      }
    }
    while (!waiting.isEmpty()) {
      tellOldest();
    }
    if (recordings > 0) {
      rules.stop("the files end here");
    }
    if (!rules.left().isEmpty()) {
      StringJoiner why = new StringJoiner("; ");
      rules.left().forEach((reason, count) -> why.add(count + " more left out: " + reason));
      notices.accept(why.toString());
    }
  }

  private @Nullable Lane earliest() throws IOException {
    Lane first = null;
    long firstNs = 0;
    for (Lane lane : lanes) {
      Lane.Item head = lane.head();
      if (head != null && (first == null || head.at().wallNs() < firstNs)) {
        first = lane;
        firstNs = head.at().wallNs();
      }
    }
    return first;
  }

  /** Takes in what was read, and tells what has waited long enough. */
  private void hear(Lane.Item item, Lane lane) throws IOException {
    long wallNs = item.at().wallNs();
    if (readNs != When.UNKNOWN && wallNs < readNs - DISORDER_NS) {
      // The clock was set back, or another boot's was: nothing from here on belongs before it.
      while (!waiting.isEmpty()) {
        tellOldest();
      }
      readNs = wallNs;
    }
    readNs = readNs == When.UNKNOWN ? wallNs : Math.max(readNs, wallNs);
    Claims.Claim claim = ForeignRules.claim(item.told());
    if (claim != null) {
      rules.hear(claim, wallNs);
    }
    lane.read(item);
    long bytes = bytes(item.told());
    waiting.add(new Entry(item, lane, number++, claim, bytes));
    waitingBytes += bytes;
    while (!waiting.isEmpty()
        && (waiting.peek().item.at().wallNs() < readNs - Claims.WINDOW_NS
            || waiting.size() > MOST_WAITING
            || waitingBytes > MOST_WAITING_BYTES)) {
      tellOldest();
    }
  }

  private static long bytes(@Nullable Foreign told) {
    if (told instanceof Foreign.UeventHeard e) {
      return e.message().length();
    } else if (told instanceof Foreign.KernelLine e) {
      return e.line().length() + 2L * e.text().length();
    } else if (told instanceof Foreign.DaemonLine e) {
      return e.line().length() + 2L * e.text().length();
    }
    return 0;
  }

  private void tellOldest() throws IOException {
    Entry entry = waiting.remove();
    waitingBytes -= entry.bytes;
    When at = entry.item.at();
    boolean other = isOfOtherBoot(entry);
    if (other && recordings >= MOST_BOOTS) {
      rules.leave("it names more boots than a log has");
      return;
    }
    String complaint = days.complaint(at.wallNs());
    if (!complaint.isEmpty()) {
      rules.leave(complaint);
      return;
    }
    Stamp stamp = stamp(entry, other);
    entry.lane.told(recordings);
    Foreign what = entry.item.told();
    if (what != null) {
      rules.tell(what, stamp, entry.claim);
    } else {
      When from = entry.item.from();
      rules.lose(
          new Observation.Lost(
              stamp,
              new Stamp(Math.min(from.wallNs(), stamp.wallNs()), stamp.monoNs()),
              entry.lane.source(),
              entry.item.lost(),
              "could not be read from " + entry.lane.label()));
    }
  }

  // Time and boots.

  /**
   * Whether another boot begins with it.
   *
   * <p>An id tells of itself. A file that only counts its boots tells by going on to the next one,
   * if no other file has told of the same before; and not while a file is read that has ids.
   */
  private boolean isOfOtherBoot(Entry entry) throws IOException {
    When at = entry.item.at();
    boolean goesOn = entry.lane.goesOn(entry.item, recordings);
    if (at.isBootKnown()) {
      return !at.boot().equals(boot);
    }
    if (at.boot().isEmpty() || !goesOn) {
      return false;
    }
    if (When.isId(boot)) {
      for (Lane lane : lanes) {
        if (lane.namesBootsYet()) {
          return false;
        }
      }
    }
    return true;
  }

  /** Both clocks at that moment; a recording begins with the first and with each boot. */
  private Stamp stamp(Entry entry, boolean other) throws IOException {
    When at = entry.item.at();
    if (recordings == 0 || other) {
      if (recordings > 0) {
        rules.stop("the log goes on with another boot");
      }
      start(entry);
    } else if (entry.lane.isExact() && at.monoNs() != When.UNKNOWN) {
      offsetNs = at.wallNs() - at.monoNs();
    }
    return new Stamp(at.wallNs(), at.wallNs() - offsetNs);
  }

  private void start(Entry entry) throws IOException {
    When at = entry.item.at();
    When best = at;
    boolean exact = entry.lane.isExact();
    String host = at.host();
    String kernel = entry.lane.kernel();
    for (Entry each : waiting) {
      When other = each.item.at();
      if (mayBeOfOneBoot(at, other)) {
        if (!exact && each.lane.isExact() && isBootedBefore(other, at.wallNs())) {
          best = other;
          exact = true;
        }
        host = host.isEmpty() ? other.host() : host;
        kernel = kernel.isEmpty() ? each.lane.kernel() : kernel;
      }
    }
    for (Lane each : lanes) {
      Lane.Item next = each.head();
      if (!exact && each.isExact() && next != null && isBootedBefore(next.at(), at.wallNs())) {
        exact = mayBeOfOneBoot(at, next.at());
        best = exact ? next.at() : best;
      }
    }
    boot = at.isBootKnown() || !best.isBootKnown() ? at.boot() : best.boot();
    offsetNs = best.monoNs() == When.UNKNOWN ? at.wallNs() : best.wallNs() - best.monoNs();
    recordings++;
    Stamp stamp = new Stamp(at.wallNs(), at.wallNs() - offsetNs);
    rules.start(stamp, facts(host, kernel));
    waiting.forEach(this::claim);
    claim(entry);
  }

  private void claim(Entry entry) {
    if (entry.claim != null) {
      rules.hear(entry.claim, entry.item.at().wallNs());
    }
  }

  /** Only ids can tell one from another. */
  private static boolean mayBeOfOneBoot(When one, When other) {
    return !one.isBootKnown() || !other.isBootKnown() || one.boot().equals(other.boot());
  }

  private static boolean isBootedBefore(When exact, long wallNs) {
    return exact.monoNs() != When.UNKNOWN && exact.wallNs() - exact.monoNs() <= wallNs;
  }

  private DmEvent.RecordingStarted facts(String host, String kernel) {
    TreeSet<Source> sources = new TreeSet<>();
    for (Lane lane : lanes) {
      sources.addAll(lane.sources());
    }
    String clock =
        guessed.isEmpty()
            ? "of the imported files"
            : "of the imported files; of "
                + String.join(", ", guessed)
                + " the file's last change, as that of its last line";
    return new DmEvent.RecordingStarted(
        When.isId(boot) ? boot : "",
        kernel,
        "",
        options.version(),
        host,
        sources.stream().map(Source::word).toList(),
        0,
        clock.length() > 1000 ? clock.substring(0, 1000) : clock,
        "",
        "",
        0);
  }

  private ForeignSummary summary() {
    Told told = rules.told();
    long passed = 0;
    long damaged = rules.left().values().stream().mapToLong(Long::longValue).sum();
    for (Lane lane : lanes) {
      passed += lane.passed();
      damaged += lane.damaged();
    }
    return new ForeignSummary(
        told.byKind(), recordings, told.firstNs(), told.lastNs(), passed, rules.copied(), damaged);
  }
}
