package dmrec.record;

import dmrec.decode.Uevent;
import dmrec.event.DmEvent;
import dmrec.event.JournalEntry;
import dmrec.journal.JournalWriter;
import dmrec.kernel.KernelLog;
import dmrec.target.Target;
import dmrec.topology.Topology;
import dmrec.topology.TopologyView;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Loads what recording needs before it begins.
 *
 * <p>Why: a class is read from its jar when it is first used, and a jar is a file on a disk. The
 * first path that fails may be that disk's; the class that tells of it must be in memory by then.
 * So every class of ours on the way from the kernel to the journal is loaded, and a capture of a
 * real kernel is recorded into nothing, which also loads what these classes need of others and
 * links their call sites.
 *
 * <p>What fails here is no reason not to record: it is loaded when it is needed, as without this.
 */
final class WarmUp {
  /** Recorded by samples/lab's scenario smoke: a path that fails and comes back. */
  static final String CAPTURE = "/dmrec/record/smoke.ndjson";

  /** One of each package, to find the others by. */
  private static final List<Class<?>> PACKAGES =
      List.of(
          Target.class,
          DmEvent.class,
          Topology.class,
          JournalWriter.class,
          KernelLog.class,
          Uevent.class,
          Recorder.class);

  private WarmUp() {}

  static void run() {
    PACKAGES.forEach(WarmUp::loadPackageOf);
    try (InputStream capture = WarmUp.class.getResourceAsStream(CAPTURE)) {
      if (capture != null) {
        record(capture);
      }
    } catch (IOException e) {
      // As said above.
    }
  }

  private static void record(InputStream capture) throws IOException {
    Recorder recorder = new Recorder(new Nowhere(), null);
    try (CaptureReader reader = CaptureReader.of(CAPTURE, capture)) {
      for (Observation next = reader.next(); next != null; next = reader.next()) {
        recorder.accept(next);
      }
    }
  }

  /** Keeps nothing but what the events add up to. */
  private static final class Nowhere implements EventSink {
    private final Topology topology = new Topology();

    @Override
    public long append(JournalEntry entry) {
      long seq = topology.seq() + 1;
      topology.apply(entry, seq);
      return seq;
    }

    @Override
    public TopologyView topology() {
      return topology;
    }
  }

  /** Loads a package and those below it. */
  private static void loadPackageOf(Class<?> member) {
    CodeSource source = member.getProtectionDomain().getCodeSource();
    if (source == null) {
      return;
    }
    String folder = member.getPackageName().replace('.', '/') + "/";
    try {
      Path place = Path.of(source.getLocation().toURI());
      for (String file : Files.isDirectory(place) ? inFolder(place, folder) : inJar(place)) {
        String name = file.startsWith(folder) ? file.substring(folder.length()) : "/";
        if (name.endsWith(".class") && !name.endsWith("package-info.class")) {
          load(member, name.substring(0, name.length() - ".class".length()).replace('/', '.'));
        }
      }
    } catch (IOException | URISyntaxException | IllegalArgumentException e) {
      // As said above.
    }
  }

  private static List<String> inJar(Path file) throws IOException {
    try (ZipFile jar = new ZipFile(file.toFile())) {
      return jar.stream().map(ZipEntry::getName).toList();
    }
  }

  /** While it is developed. */
  private static List<String> inFolder(Path place, String folder) throws IOException {
    try (Stream<Path> files = Files.walk(place.resolve(folder))) {
      return files.map(file -> place.relativize(file).toString()).toList();
    }
  }

  private static void load(Class<?> member, String name) {
    try {
      Class.forName(member.getPackageName() + "." + name, true, member.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      // As said above.
    }
  }
}
