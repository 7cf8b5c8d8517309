package dmrec.kernel;

import dmrec.kernel.Native.LibC;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Probes of our own, in an instance of tracefs with ring buffers of its own
 * (Documentation/trace/ftrace.rst, "Instances").
 *
 * <p>Nothing of it ends with the process: after a kill, probes and instance stay, and go on
 * recording into their own memory. The next {@link #open} of the same name removes them. An
 * instance of which a file is open cannot be removed (EBUSY): that is the lock against a second
 * recorder.
 *
 * <p>No probe is deleted before {@link #close}: the kernel clears all buffers in which a deleted
 * one was enabled.
 *
 * <p>Thread contract: one thread at a time. Hits are objects; they are rare.
 */
public final class ProbeInstance implements AutoCloseable {
  /** Takes what {@link #read} finds: first what was lost, then hits by time. */
  public interface Handler {
    /** A hit; those of one CPU come in the order they were written. */
    void hit(ProbeHit hit);

    /**
     * Hits were lost.
     *
     * @param count exactly how many; after a broken page, at least one
     * @param afterBootNs of the last hit before them on this CPU; if none, of the start
     */
    void lost(int cpu, long count, long afterBootNs);
  }

  /**
   * A probe that this kernel does not take.
   *
   * @param why the error number, and the kernel's own words where it has any
   */
  public record Refused(String name, String why) {}

  private final TraceFiles files;
  private final String name;
  private final Path folder;
  private final RingReader reader;

  /** All that were asked for, whether the kernel has them or not. */
  private final Map<String, ProbeDefinition> wanted = new LinkedHashMap<>();

  private final Set<String> made = new LinkedHashSet<>();

  /** Also those in whose place others were put. */
  private final Map<String, String> refused = new LinkedHashMap<>();

  /** The kernel's own events that were started, with their filters. */
  private final Map<Path, String> plain = new LinkedHashMap<>();

  private boolean closed;

  private ProbeInstance(TraceFiles files, String name, RingReader reader) {
    this.files = files;
    this.name = name;
    this.folder = files.instance(name);
    this.reader = reader;
  }

  /** Where tracefs is, if this process may make probes there. */
  public static Optional<Path> tracefs() {
    return TraceFiles.find(Path.of("/sys"), System.getProperty("os.arch", ""));
  }

  /** Why {@link #tracefs()} is empty and what to do, a sentence; empty where it is not. */
  public static String why() {
    return TraceFiles.why(Path.of("/sys"), System.getProperty("os.arch", ""));
  }

  /**
   * Makes an instance with its probes, and starts them. Takes seconds.
   *
   * @param name of the instance and of the probes' group
   * @param bufferKib for each CPU
   * @throws KernelException EBUSY where another recorder has it, which is left as it is
   */
  public static ProbeInstance open(
      Path tracefs, String name, List<ProbeDefinition> definitions, int bufferKib)
      throws KernelException {
    return open(tracefs, "kprobe", name, definitions, bufferKib);
  }

  static ProbeInstance open(
      Path tracefs, String kind, String name, List<ProbeDefinition> definitions, int bufferKib)
      throws KernelException {
    LibC libc = Native.libc();
    TraceFiles files = new TraceFiles(libc, tracefs, kind);
    Path folder = files.instance(ProbeDefinition.checkName(name));
    int errno = files.folder(folder, false);
    if (errno == 0 || errno == Errno.ENOENT) {
      errno = files.folder(folder, true);
    }
    if (errno == Errno.EBUSY || errno == Errno.EEXIST) {
      throw new KernelException(
          errno,
          "Cannot make probes in " + folder,
          "an instance that no other process uses",
          "Another recorder runs, or a program reads the instance's files: stop it.");
    } else if (errno != 0) {
      throw TraceFiles.refused("Cannot make " + folder, errno);
    }
    ProbeInstance instance;
    try {
      // From here on nobody else can remove the instance.
      instance = new ProbeInstance(files, name, RingReader.open(libc, files, folder));
    } catch (KernelException | RuntimeException | Error e) {
      files.folder(folder, false);
      throw e;
    }
    try {
      instance.setUp(definitions, bufferKib);
      return instance;
    } catch (KernelException | RuntimeException | Error e) {
      instance.close();
      throw e;
    }
  }

  private void setUp(List<ProbeDefinition> definitions, int bufferKib) throws KernelException {
    for (String event : defined()) {
      int errno = files.define("-:" + name + "/" + event);
      if (errno != 0 && errno != Errno.ENOENT) {
        throw TraceFiles.refused("Cannot remove the left-over probe " + name + "/" + event, errno);
      }
    }
    files.require(folder.resolve("trace_clock"), "boot");
    files.require(folder.resolve("buffer_size_kb"), String.valueOf(bufferKib));
    add(definitions);
  }

  /** Probes of our group that the kernel has, ours or left over. */
  private Set<String> defined() throws KernelException {
    Set<String> found = new LinkedHashSet<>();
    String prefix = ":" + name + "/";
    for (String line : files.lines(files.definitions())) {
      int at = line.indexOf(prefix);
      int end = line.indexOf(' ', at);
      if (at > 0 && at < line.indexOf(' ') && end > at) {
        found.add(line.substring(at + prefix.length(), end));
      }
    }
    return found;
  }

  /** A descriptor for {@link Poller}, readable when any CPU has hits; -1 once closed. */
  public int fd() {
    return reader.fd();
  }

  /** How many probes the kernel has taken. */
  public int placed() {
    return made.size();
  }

  /** How many probes it has not. */
  public int missing() {
    return refused.size();
  }

  /** Probes that the kernel did not take, with the reason. */
  public List<Refused> refused() {
    List<Refused> all = new ArrayList<>();
    refused.forEach((probe, why) -> all.add(new Refused(probe, why)));
    return all;
  }

  /**
   * Makes and starts more probes; one that is there already is left.
   *
   * @throws KernelException where the list of probes cannot be written to; a probe that is refused
   *     is in {@link #refused()}
   */
  public void add(List<ProbeDefinition> definitions) throws KernelException {
    for (ProbeDefinition definition : definitions) {
      wanted.put(definition.name(), definition);
      if (!made.contains(definition.name())) {
        make(definition);
      }
    }
  }

  private void make(ProbeDefinition definition) throws KernelException {
    refused.remove(definition.name());
    String line = definition.line(name);
    int errno = files.define(line);
    if (errno != 0) {
      refused.put(definition.name(), files.refusal(errno, line));
      return;
    }
    try {
      start(event(name, definition.name()), definition.name(), definition.filter());
      made.add(definition.name());
    } catch (KernelException e) {
      refused.put(definition.name(), e.getMessage());
      files.define("-:" + name + "/" + definition.name());
    }
  }

  /**
   * Starts an event that the kernel has of itself, as {@code printk}, {@code console}.
   *
   * @param event also what its hits are called
   * @param filter empty: none
   * @throws KernelException ENOENT where this kernel has no such event
   */
  public void enable(String system, String event, String filter) throws KernelException {
    Path path = event(ProbeDefinition.checkName(system), ProbeDefinition.checkName(event));
    start(path, event, filter);
    plain.put(path, filter);
  }

  /** Says why a probe that others have is not asked for here. */
  void leaveOut(String probe, String why) {
    refused.put(probe, why);
  }

  private void start(Path event, String hitName, String filter) throws KernelException {
    TraceFormat format = TraceFormat.parse(hitName, TraceFiles.read(event.resolve("format")));
    reader.add(format);
    turnOn(event, filter);
  }

  private void turnOn(Path event, String filter) throws KernelException {
    if (!filter.isEmpty()) {
      files.require(event.resolve("filter"), filter);
    }
    files.require(event.resolve("enable"), "1");
  }

  private Path event(String system, String event) {
    return folder.resolve("events").resolve(system).resolve(event);
  }

  /**
   * Reads what all CPUs have now, without waiting, but not more than fits into memory.
   *
   * @return the boot clock until which all is handed over; {@link Long#MAX_VALUE} where nothing is
   *     left
   * @throws KernelException of the first page that is broken or cannot be read; what could be read
   *     was handed over before
   */
  public long read(Handler handler) throws KernelException {
    return reader.read(handler);
  }

  /** How many hits the probes themselves missed since they were made, as returns without room. */
  public long missed() {
    long sum = 0;
    for (String line : TraceFiles.text(files.profile()).split("\n", -1)) {
      String[] columns = line.strip().split("\\s+", -1);
      sum += columns.length == 3 && made.contains(columns[0]) ? RingReader.number(columns[2]) : 0;
    }
    return sum;
  }

  /**
   * Makes the probes again where somebody removed them.
   *
   * @throws KernelException as {@link #add}
   */
  public void restore() throws KernelException {
    Path enable = folder.resolve("events").resolve(name).resolve("enable");
    if (Files.exists(enable)) {
      files.set(enable, "0");
    }
    for (String event : defined()) {
      files.define("-:" + name + "/" + event);
    }
    made.clear();
    files.require(folder.resolve("tracing_on"), "1");
    add(List.copyOf(wanted.values()));
    for (Map.Entry<Path, String> each : plain.entrySet()) {
      turnOn(each.getKey(), each.getValue());
    }
  }

  /**
   * Whether the probes are still there and on: anybody may remove them, as {@code trace-cmd reset}
   * does, and nothing tells. If not, close this and open another. Takes in CPUs that came online.
   */
  public boolean isIntact() {
    try {
      reader.watchCpus();
      Set<String> defined = defined();
      boolean all = defined.containsAll(made);
      String on = TraceFiles.text(folder.resolve("events").resolve(name).resolve("enable"));
      return all
          && (made.isEmpty() || on.startsWith("1"))
          && plain.keySet().stream().allMatch(each -> isOn(each.resolve("enable")))
          && isOn(folder.resolve("tracing_on"));
    } catch (KernelException e) {
      return false;
    }
  }

  private static boolean isOn(Path file) {
    return TraceFiles.text(file).startsWith("1");
  }

  /** Removes probes and instance. What cannot be removed stays for the next {@link #open}. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    plain.keySet().forEach(each -> quietly(() -> files.set(each.resolve("enable"), "0")));
    Path group = folder.resolve("events").resolve(name);
    quietly(() -> files.set(group.resolve("enable"), "0"));
    // Before the instance goes: until then no other recorder can have made probes of this name.
    quietly(
        () -> {
          for (String event : defined()) {
            files.define("-:" + name + "/" + event);
          }
          return 0;
        });
    reader.close();
    files.folder(folder, false);
  }

  private interface Step {
    int run() throws KernelException;
  }

  private static void quietly(Step step) {
    try {
      step.run();
    } catch (KernelException e) {
      // It is gone already, or the next start removes it.
    }
  }
}
