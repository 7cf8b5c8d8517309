package dmrec.foreign;

import dmrec.decode.DecodeException;
import dmrec.decode.Fault;
import dmrec.decode.KernelLogLine;
import dmrec.decode.Uevent;
import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.KernelText;
import dmrec.event.Source;
import dmrec.record.EventSink;
import dmrec.record.Observation;
import dmrec.record.Recorder;
import dmrec.record.Stamp;
import dmrec.target.DevNo;
import dmrec.topology.Disk;
import dmrec.topology.Topology;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes events of what other programs kept where dmrec was not running.
 *
 * <p>Uevents and lines of the kernel log go through the recorder's own rules, so that the same
 * bytes give the same events. What those rules leave to a better witness is told here where that is
 * missing: a path that the kernel log, udev or multipathd calls failed.
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
  private final Names names = new Names();
  private final Claims claims = new Claims();
  private final Copies copies = new Copies();
  private final Room room = new Room();
  private final LongFunction<String> files;
  private final Told told;
  private final Recorder recorder;
  private final Topology topology;
  private final TreeSet<String> guessed = new TreeSet<>();
  private long waitingBytes;
  private long readNs = When.UNKNOWN;
  private long number;
  private long copied;
  private long recordings;
  private String boot = "";
  private long offsetNs = When.UNKNOWN;
  private final Map<String, Long> left = new TreeMap<>();

  /**
   * Something read that waits for its turn.
   *
   * @param claim what it says of a path; null where that is nothing
   */
  private record Entry(
      Lane.Item item, Lane lane, long number, Claims.@Nullable Claim claim, long bytes) {}

  private ForeignImport(
      ForeignOptions options,
      EventSink journal,
      LongFunction<String> files,
      Topology topology,
      Consumer<String> notices) {
    this.options = options;
    this.files = files;
    this.notices = notices;
    this.topology = topology;
    this.told = new Told(journal, topology, names);
    this.recorder = new Recorder(told, null, topology);
  }

  /**
   * Imports all of {@code inputs}.
   *
   * @param journal where the events go
   * @param files asked before an event of that time is told: why the journal has no room for more
   *     days, or empty
   * @param topology the fold of what is in the journal already; every event changes it
   * @param notices gets a line for what could not be used and for what was assumed
   * @throws ForeignException where a file's times cannot be told; what was told before stays
   */
  public static ForeignSummary run(
      List<ForeignInput> inputs,
      ForeignOptions options,
      EventSink journal,
      LongFunction<String> files,
      Topology topology,
      Consumer<String> notices)
      throws IOException {
    ForeignImport run = new ForeignImport(options, journal, files, topology, notices);
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
      told.stop("the files end here");
    }
    if (!left.isEmpty()) {
      StringJoiner why = new StringJoiner("; ");
      left.forEach((reason, count) -> why.add(count + " more left out: " + reason));
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
    Claims.Claim claim = claim(item.told());
    if (claim != null) {
      claims.hear(claim, wallNs);
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

  private Claims.@Nullable Claim claim(@Nullable Foreign told) {
    if (told instanceof Foreign.UeventHeard e) {
      try {
        Uevent u = Uevent.decode(e.message().buffer());
        DevNo path = u.dmPath();
        String action = u.dmAction();
        boolean failed = "PATH_FAILED".equals(action);
        return path != null && u.isDm() && (failed || "PATH_REINSTATED".equals(action))
            ? new Claims.Claim(e.udev() ? Claims.Witness.UDEV : Claims.Witness.KERNEL, path, failed)
            : null;
      } catch (DecodeException damaged) {
        return null; // The recorder's rules keep it as a gap.
      }
    }
    if (told instanceof Foreign.KernelLine e) {
      KernelLogLine line = line(e);
      DevNo path = line.path();
      return switch (line.fault()) {
        case PATH_FAILED, PATH_REINSTATED ->
            path == null
                ? null
                : new Claims.Claim(
                    Claims.Witness.KERNEL_LOG, path, line.fault() == Fault.PATH_FAILED);
        default -> null;
      };
    }
    // What multipathd believes, the least of all, is of no use to others before its turn.
    return null;
  }

  private Claims.@Nullable Claim claim(DaemonWords words) {
    DevNo path = words.path() == null ? names.pathOf(words.pathName()) : words.path();
    return path == null || words.change() == DaemonWords.Change.NONE
        ? null
        : new Claims.Claim(
            Claims.Witness.MULTIPATHD, path, words.change() == DaemonWords.Change.FAILED);
  }

  private static KernelLogLine line(Foreign.KernelLine told) {
    return new KernelLogLine(
        told.priority(), 0, 0, told.at().kernelUs(), '-', told.text(), List.of());
  }

  private void tellOldest() throws IOException {
    Entry entry = waiting.remove();
    waitingBytes -= entry.bytes;
    When at = entry.item.at();
    boolean other = isOfOtherBoot(entry);
    if (other && recordings >= MOST_BOOTS) {
      leave("it names more boots than a log has");
      return;
    }
    String complaint = files.apply(at.wallNs());
    if (!complaint.isEmpty()) {
      leave(complaint);
      return;
    }
    Stamp stamp = stamp(entry, other);
    entry.lane.told(recordings);
    Foreign what = entry.item.told();
    told.begin(stamp, null);
    if (what instanceof Foreign.UeventHeard e) {
      uevent(e, stamp, entry.claim);
    } else if (what instanceof Foreign.KernelLine e) {
      kernelLine(e, stamp, entry.claim);
    } else if (what instanceof Foreign.DaemonLine e) {
      daemonLine(e);
    } else {
      When from = entry.item.from();
      recorder.accept(
          new Observation.Lost(
              stamp,
              new Stamp(Math.min(from.wallNs(), stamp.wallNs()), stamp.monoNs()),
              entry.lane.source(),
              entry.item.lost(),
              "could not be read from " + entry.lane.label()));
    }
  }

  private void leave(String why) {
    left.merge(why, 1L, Long::sum);
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
        told.stop("the log goes on with another boot");
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
    names.clear();
    claims.clear();
    copies.clear();
    room.clear();
    waiting.forEach(
        each -> {
          if (each.claim != null) {
            claims.hear(each.claim, each.item.at().wallNs());
          }
        });
    if (entry.claim != null) {
      claims.hear(entry.claim, at.wallNs());
    }
    Stamp stamp = new Stamp(at.wallNs(), at.wallNs() - offsetNs);
    told.startOver();
    told.begin(stamp, null);
    recorder.accept(new Observation.Started(stamp, facts(host, kernel)));
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
        "");
  }

  // What is told.

  private void uevent(Foreign.UeventHeard heard, Stamp at, Claims.@Nullable Claim claim)
      throws IOException {
    Uevent u = null;
    try {
      u = Uevent.decode(heard.message().buffer());
    } catch (DecodeException e) {
      // The recorder's rules keep it as a gap.
    }
    if (u != null) {
      if (!u.isBlock()) {
        return;
      }
      if (copies.isCopy(u, heard.udev(), at.wallNs())) {
        copied++;
        return;
      }
      if (!room.holds(u, heard.message().length())) {
        leave("they name more devices than an import remembers");
        return;
      }
      names.hear(u);
    }
    boolean tells = claims.tells(claim, at.wallNs());
    recorder.accept(new Observation.UeventSeen(at, heard.udev(), -1, -1, "", heard.message()));
    if (u == null) {
      return;
    }
    names.forgetRemoved(u);
    DevNo dev = u.devNo();
    if (dev != null && !heard.udev() && u.isDm() && u.action().equals("add") && !u.synthetic()) {
      told.added(dev, at.wallNs());
    }
    if (tells && heard.udev() && dev != null && claim != null) {
      told.tell(
          Source.UDEV,
          Certainty.DERIVED,
          0,
          names.complete(new DeviceRef(dev, u.diskSeq(), "", "")),
          change(claim, u.validPaths(), u.dmSeqNum()),
          heard.message());
    }
  }

  private void kernelLine(Foreign.KernelLine heard, Stamp at, Claims.@Nullable Claim claim)
      throws IOException {
    KernelLogLine line = line(heard);
    DevNo dev = line.device();
    if (dev != null && !dev.equals(DevNo.NONE)) {
      names.mapped(dev, line.path());
    }
    told.begin(at, heard.line());
    recorder.accept(
        new Observation.LogRead(
            at, Bytes.of(heard.priority() + ",0," + heard.at().kernelUs() + ",-;" + heard.text())));
    if (claims.tells(claim, at.wallNs()) && claim != null && dev != null) {
      told.tell(
          Source.KMSG,
          Certainty.DERIVED,
          heard.at().kernelUs() * 1000,
          names.complete(new DeviceRef(dev, 0, "", "")),
          change(claim, -1, 0),
          heard.line());
    }
  }

  private void daemonLine(Foreign.DaemonLine heard) throws IOException {
    DaemonWords words =
        heard.program().equals("dmeventd") ? DaemonWords.of("") : DaemonWords.of(heard.text());
    names.hear(words, heard.text());
    Claims.Claim claim = claim(words);
    String map = words.map();
    if (map.isEmpty() && words.path() != null) {
      map = names.mapOf(words.path());
    }
    DeviceRef device = names.ofMap(map);
    told.tell(
        Source.LOG,
        Certainty.REPORTED,
        0,
        device,
        new DmEvent.DaemonMessage(heard.program(), heard.text(), heard.priority()),
        heard.line());
    if (claims.tells(claim, heard.at().wallNs()) && claim != null) {
      told.tell(Source.LOG, Certainty.INFERRED, 0, device, change(claim, -1, 0), heard.line());
    }
  }

  private DmEvent change(Claims.Claim claim, int validPaths, long dmSeqNum) {
    Disk disk = topology.disk(claim.path());
    String name = disk == null ? names.nameOf(claim.path()) : disk.name();
    return claim.failed()
        ? new DmEvent.PathFailed(claim.path(), name, validPaths, dmSeqNum)
        : new DmEvent.PathReinstated(claim.path(), name, validPaths, dmSeqNum);
  }

  private ForeignSummary summary() {
    long passed = 0;
    long damaged = left.values().stream().mapToLong(Long::longValue).sum();
    for (Lane lane : lanes) {
      passed += lane.passed();
      damaged += lane.damaged();
    }
    return new ForeignSummary(
        told.byKind(), recordings, told.firstNs(), told.lastNs(), passed, copied, damaged);
  }
}
