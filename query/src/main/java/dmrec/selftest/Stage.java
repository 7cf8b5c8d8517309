package dmrec.selftest;

import static dmrec.selftest.Cause.Change.brief;
import static dmrec.selftest.Cause.Change.lasting;

import dmrec.event.Kind;
import dmrec.target.DevNo;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * Where steps cause their changes: each by a process of its own, and written down with that and the
 * time that it took. The next change waits until the last one is told, 10 s at most, so that a poll
 * can show each state. Devices are named by the part of their name behind the prefix.
 */
final class Stage {
  private static final long TELL_NS = 10_000_000_000L;
  private static final long STATUS_NS = 60_000_000_000L;
  private static final long TURN_MS = 50;

  private final Scratch scratch;
  private final RecordedEvents events;
  private final LongSupplier nanoTime;
  private final List<Cause> causes = new ArrayList<>();
  private final Map<String, DevNo> devices = new LinkedHashMap<>();

  Stage(Scratch scratch, RecordedEvents events, LongSupplier nanoTime) {
    this.scratch = scratch;
    this.events = events;
    this.nanoTime = nanoTime;
  }

  List<Cause> causes() {
    return List.copyOf(causes);
  }

  String name(String device) {
    return scratch.name(device);
  }

  DevNo dev(String device) {
    DevNo dev = devices.get(device);
    if (dev == null) {
      throw new IllegalStateException("no device " + device);
    }
    return dev;
  }

  private Programs.Ran run(String... arguments) throws IOException, InterruptedException {
    return scratch.run("dmsetup", List.of(arguments));
  }

  // Devices.

  /** A linear device on a part of the disk that no other has. */
  void linear(String device, long sectors) throws IOException, InterruptedException {
    create(device, "0 " + sectors + " linear " + scratch.part(sectors));
  }

  /** A part of the disk that no other has, as a device and a sector. */
  String part(long sectors) throws SelfTestException {
    return scratch.part(sectors);
  }

  /** A device with a table. */
  void create(String device, String table) throws IOException, InterruptedException {
    create(
        device,
        List.of(lasting(Kind.DEVICE_CREATED), brief(Kind.TABLE_LOADED), lasting(Kind.TABLE_LIVE)),
        "create",
        name(device),
        "--uuid",
        name(device),
        "--table",
        table);
  }

  /** A device without a table and without a UUID. */
  void createEmpty(String device) throws IOException, InterruptedException {
    create(device, List.of(lasting(Kind.DEVICE_CREATED)), "create", name(device), "--notable");
  }

  private void create(String device, List<Cause.Change> changes, String... command)
      throws IOException, InterruptedException {
    Programs.Ran ran = run(command).orFail();
    String number =
        run("info", "-c", "--noheadings", "--separator", ":", "-o", "major,minor", name(device))
            .orFail()
            .said()
            .strip();
    if (!DevNo.isDevNo(number)) {
      throw new SelfTestException(
          "dmsetup info: expected the number of " + name(device) + ", found " + number);
    }
    devices.put(device, DevNo.parse(number));
    caused("create", device, changes, ran);
  }

  /** Removes every device that there is, the last one first. */
  void removeAll() throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(devices.keySet());
    Collections.reverse(all);
    for (String device : all) {
      asked(
          "remove",
          device,
          List.of(lasting(Kind.DEVICE_REMOVED)),
          "remove",
          "--retry",
          name(device));
      devices.remove(device);
    }
  }

  /** What was to be removed at its last user's end is gone since a moment. */
  void vanishes(String title, String device, long beforeNs)
      throws IOException, InterruptedException {
    long endNs = nanoTime.getAsLong() + STATUS_NS;
    while (run("info", name(device)).said().contains(name(device))) {
      if (nanoTime.getAsLong() - endNs > 0) {
        throw new SelfTestException(name(device) + ": expected that it goes, found it still there");
      }
      Thread.sleep(TURN_MS);
    }
    happened(title, device, Kind.DEVICE_REMOVED, beforeNs);
    devices.remove(device);
  }

  /** What belongs to making a device and is no change. */
  void prepare(String... command) throws IOException, InterruptedException {
    run(command).orFail();
  }

  // Changes.

  /** A process asks for something whose result stays until it is told. */
  void asked(String title, String device, List<Cause.Change> changes, String... command)
      throws IOException, InterruptedException {
    caused(title, device, changes, run(command).orFail());
  }

  /** A process asks for one change, which stays until it is told. */
  void asked(String title, String device, Kind kind, String... command)
      throws IOException, InterruptedException {
    asked(title, device, List.of(lasting(kind)), command);
  }

  /** A process asks for what only the next I/O does, and that comes behind it. */
  void askedOfNextRead(String title, String device, Kind kind, String... command)
      throws IOException, InterruptedException {
    Programs.Ran ran = run(command).orFail();
    read(device);
    caused(title, device, List.of(lasting(kind)), ran.until(nowNs()));
  }

  /** Two processes ask for something, one at once behind the other. */
  void askedAtOnce(String title, String device, Kind first, String[] one, Kind second, String[] two)
      throws IOException, InterruptedException {
    Programs.Ran before = run(one).orFail();
    Programs.Ran after = run(two).orFail();
    caused(title, device, List.of(brief(first)), before);
    caused(title, device, List.of(brief(second)), after);
  }

  /** A process asks for something that the kernel must refuse. */
  void refused(String title, String device, String... command)
      throws IOException, InterruptedException {
    Programs.Ran ran = run(command);
    if (ran.status() == 0) {
      throw new SelfTestException(
          ran.line() + ": expected that it is refused, found that it is not");
    }
    caused(title, device, List.of(brief(Kind.REQUEST_FAILED)), ran);
  }

  /** What happens by itself since a moment, when the device's status looks so. */
  void happens(String title, String device, Kind kind, long beforeNs, String pattern)
      throws IOException, InterruptedException {
    Pattern status = Pattern.compile(pattern);
    long endNs = nanoTime.getAsLong() + STATUS_NS;
    String said = status(device);
    while (!status.matcher(said).find()) {
      if (nanoTime.getAsLong() - endNs > 0) {
        throw new SelfTestException(
            name(device) + ": expected the status " + pattern + ", found " + said);
      }
      Thread.sleep(TURN_MS);
      said = status(device);
    }
    happened(title, device, kind, beforeNs);
  }

  private void happened(String title, String device, Kind kind, long beforeNs)
      throws IOException, InterruptedException {
    add(
        new Cause(
            title,
            List.of(lasting(kind)),
            name(device),
            dev(device),
            0,
            "",
            beforeNs,
            scratch.nowNs()));
  }

  private String status(String device) throws IOException, InterruptedException {
    return run("status", "--noflush", name(device)).orFail().said().strip();
  }

  private void caused(String title, String device, List<Cause.Change> changes, Programs.Ran ran)
      throws IOException, InterruptedException {
    add(
        new Cause(
            title,
            changes,
            name(device),
            dev(device),
            ran.pid(),
            ran.line(),
            ran.beforeNs(),
            ran.afterNs()));
  }

  private void add(Cause cause) throws IOException, InterruptedException {
    causes.add(cause);
    events.await(cause, TELL_NS);
  }

  // I/O.

  long nowNs() {
    return scratch.nowNs();
  }

  /** Reads one block. */
  void read(String device) throws IOException, InterruptedException {
    scratch
        .run(
            "dd", List.of("if=" + node(device), "of=/dev/null", "bs=4k", "count=1", "iflag=direct"))
        .orFail();
  }

  /** Writes blocks of 4 KiB from the start on; it may fail. */
  void write(String device, int blocks) throws IOException, InterruptedException {
    scratch.run(
        "dd",
        List.of(
            "if=/dev/zero",
            "of=" + node(device),
            "bs=4k",
            "count=" + blocks,
            "oflag=direct",
            "conv=nocreat,notrunc"));
  }

  /** Holds the device open. */
  FileChannel hold(String device) throws IOException {
    return FileChannel.open(Path.of(node(device)), StandardOpenOption.READ);
  }

  private String node(String device) {
    return "/dev/mapper/" + name(device);
  }
}
