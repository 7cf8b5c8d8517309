package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dmrec.kernel.ProbeInstance.Refused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * On the running kernel, with user probes: their list, grammar and buffers are those of kernel
 * probes, and they can be caused at will. What is probed is this test's own calls of rmdir(2).
 */
@Timeout(120)
final class ProbeInstanceTest {
  private static final String NAME = "dmrec_test";

  @TempDir Path temp = Path.of("");
  private TracefsMount mount;
  private Path tracefs;
  private String where;

  /** Keeps what it is given. */
  private static final class Kept implements ProbeInstance.Handler {
    final List<ProbeHit> hits = new ArrayList<>();
    long lost;

    @Override
    public void hit(ProbeHit hit) {
      hits.add(hit);
    }

    @Override
    public void lost(int cpu, long count, long afterBootNs) {
      assertTrue(count > 0 && afterBootNs > 0);
      lost += count;
    }

    List<String> paths() {
      return hits.stream().map(hit -> hit.text("path")).toList();
    }
  }

  @BeforeEach
  void mountTracefs() throws Exception {
    mount = TracefsMount.at(Files.createDirectory(temp.resolve("tracefs")));
    tracefs = mount.folder();
    assumeTrue(Files.exists(tracefs.resolve("uprobe_events")), "needs CONFIG_UPROBE_EVENTS");
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "needs x86-64's registers");
    where = TracefsMount.inLibc("rmdir");
  }

  @AfterEach
  void unmount() throws Exception {
    mount.close();
  }

  @Test
  void handsOverHitsWithTimeThreadAndFields() throws Exception {
    Clocks clocks = Clocks.open();
    try (ProbeInstance probes = open(rmdirProbe("path"));
        Poller poller = Poller.open(probes.fd())) {
      assertEquals(List.of(), probes.refused());
      assertTrue(probes.isIntact());
      assertEquals(0, poller.await(0));

      long beforeNs = clocks.bootTimeNs();
      rmdir("/nowhere/caf\u00e9");
      long afterNs = clocks.bootTimeNs();

      assertEquals(1, poller.await(10_000_000_000L));
      assertTrue(poller.readable(probes.fd()));
      Kept kept = read(probes);
      assertEquals(List.of("/nowhere/caf\u00c3\u00a9"), kept.paths());
      ProbeHit hit = kept.hits.get(0);
      assertTrue(beforeNs <= hit.bootNs() && hit.bootNs() <= afterNs, hit + " " + beforeNs);
      assertEquals("rmdir", hit.name());
      assertEquals(TracefsMount.threadId(), hit.tid());
      assertEquals('/', hit.number("first"));
      assertEquals("", hit.text("unreadable"));
      assertNotEquals("", hit.text("comm"));
      assertEquals(0, poller.await(0));
      assertEquals(0, read(probes).hits.size());
    }
  }

  @Test
  void countsExactlyWhatItsBuffersLost() throws Exception {
    int calls = 20_000;
    try (ProbeInstance probes = open(rmdirProbe("path"))) {
      Kept kept = new Kept();
      for (int i = 0; i < calls; i++) {
        rmdir("/nowhere/" + "x".repeat(i % 50));
        if (i % 7001 == 0) {
          probes.read(kept);
        }
      }
      probes.read(kept);
      assertTrue(kept.lost > 0);
      assertEquals(calls, kept.hits.size() + kept.lost);
    }
  }

  @Test
  void losesNothingThatIsReadInTime() throws Exception {
    try (ProbeInstance probes = open(rmdirProbe("path"))) {
      Kept kept = new Kept();
      List<String> called = new ArrayList<>();
      for (int i = 0; i < 5_000; i++) {
        called.add("/nowhere/" + i);
        rmdir(called.get(i));
        if (i % 20 == 0) {
          probes.read(kept);
        }
      }
      probes.read(kept);
      assertEquals(0, kept.lost);
      assertEquals(called, kept.paths());
    }
  }

  @Test
  void mergesTheHitsOfAllCpusByTime() throws Exception {
    ProbeDefinition anybodys =
        new ProbeDefinition("rmdir", ProbeDefinition.Type.ENTRY, where, "path=+0(%di):string", "");
    Native.LibC libc = Native.libc();
    try (ProbeInstance probes = open(anybodys)) {
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        threads.add(
            new Thread(
                () -> {
                  for (int i = 0; i < 10; i++) {
                    libc.rmdir("/nowhere/merge");
                  }
                }));
      }
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      Kept kept = read(probes);
      assertEquals(40, kept.paths().stream().filter("/nowhere/merge"::equals).count());
      List<Long> times = kept.hits.stream().map(ProbeHit::bootNs).toList();
      assertEquals(times.stream().sorted().toList(), times);
    }
  }

  @Test
  void tellsWhyAProbeWasRefusedAndMakesTheOthers() throws Exception {
    ProbeDefinition wrong =
        new ProbeDefinition("wrong", ProbeDefinition.Type.ENTRY, where, "x=+0(%nosuch):u32", "");
    ProbeDefinition filter =
        new ProbeDefinition("badfilter", ProbeDefinition.Type.ENTRY, where, "x=%di", "nosuch == 1");
    try (ProbeInstance probes = open(wrong, filter, rmdirProbe("path"))) {
      assertEquals(
          List.of("wrong", "badfilter"), probes.refused().stream().map(Refused::name).toList());
      Refused first = probes.refused().get(0);
      assertTrue(first.why().startsWith("EINVAL (invalid argument): "), first.why());
      assertTrue(probes.refused().get(1).why().contains("EINVAL"), probes.refused().toString());
      rmdir("/nowhere");
      assertEquals(List.of("/nowhere"), read(probes).paths());
      assertTrue(probes.isIntact());
    }
  }

  @Test
  void secondRecorderIsRefusedAndTheFirstGoesOn() throws Exception {
    try (ProbeInstance probes = open(rmdirProbe("path"))) {
      KernelException e = assertThrows(KernelException.class, () -> open(rmdirProbe("path")));
      assertEquals("EBUSY", e.errnoName());
      assertTrue(e.getMessage().contains("Another recorder runs"), e.getMessage());
      rmdir("/nowhere");
      // The refused one asked to remove the instance, with rmdir.
      assertTrue(read(probes).paths().contains("/nowhere"));
      assertTrue(probes.isIntact());
    }
    assertNothingLeft();
  }

  @Test
  void removesWhatAKilledRecorderLeft() throws Exception {
    TraceFiles files = new TraceFiles(Native.libc(), tracefs, "uprobe");
    Files.createDirectory(files.instance(NAME));
    assertEquals(0, files.define(rmdirProbe("old", "left").line(NAME)));
    files.require(files.instance(NAME).resolve("events").resolve(NAME).resolve("enable"), "1");

    try (ProbeInstance probes = open(rmdirProbe("path"))) {
      assertFalse(Files.readString(files.definitions()).contains("/left "));
      rmdir("/nowhere");
      assertEquals(List.of("/nowhere"), read(probes).paths());
    }
    assertNothingLeft();
  }

  @Test
  void seesThatItsProbesWereTurnedOff() throws Exception {
    try (ProbeInstance probes = open(rmdirProbe("path"))) {
      Path instance = tracefs.resolve("instances").resolve(NAME);
      assertTrue(probes.isIntact());
      Files.writeString(instance.resolve("tracing_on"), "0");
      assertFalse(probes.isIntact());
      Files.writeString(instance.resolve("tracing_on"), "1");
      assertTrue(probes.isIntact());
      Files.writeString(instance.resolve("events").resolve(NAME).resolve("enable"), "0");
      assertFalse(probes.isIntact());
      Path list = tracefs.resolve("uprobe_events");
      Files.writeString(list, "-:" + NAME + "/rmdir\n", StandardOpenOption.APPEND);
      assertFalse(probes.isIntact());
      probes.restore();
      assertTrue(probes.isIntact());
      rmdir("/nowhere/again");
      assertTrue(read(probes).paths().contains("/nowhere/again"));
    }
    assertNothingLeft();
  }

  @Test
  void eventOfTheKernelsOwnIsReadAsProbesAre() throws Exception {
    String line = "flight recorder test " + System.nanoTime();
    try (ProbeInstance probes = open()) {
      probes.enable("printk", "console", "msg ~ \"*flight recorder*\"");
      assertTrue(probes.isIntact());
      Files.writeString(Path.of("/dev/kmsg"), line + "\n");
      Kept kept = read(probes);
      assertEquals(1, kept.hits.size());
      assertEquals("console", kept.hits.get(0).name());
      assertTrue(kept.hits.toString().contains(line), kept.hits.toString());
      KernelException e =
          assertThrows(KernelException.class, () -> probes.enable("printk", "nosuch", ""));
      assertEquals("ENOENT", e.errnoName());
    }
    assertNothingLeft();
  }

  @Test
  void failedStartLeavesNothing() throws Exception {
    Path empty = temp.resolve("empty");
    Files.createDirectories(empty.resolve("instances"));
    KernelException e =
        assertThrows(KernelException.class, () -> ProbeInstance.open(empty, NAME, List.of(), 64));
    assertTrue(e.getMessage().contains("header_page"), e.getMessage());
    assertFalse(Files.exists(empty.resolve("instances").resolve(NAME)));
    assertThrows(
        KernelException.class,
        () -> ProbeInstance.open(tracefs, "uprobe", NAME, List.of(), Integer.MIN_VALUE));
    assertNothingLeft();
  }

  private ProbeInstance open(ProbeDefinition... definitions) throws KernelException {
    return ProbeInstance.open(tracefs, "uprobe", NAME, List.of(definitions), 8);
  }

  private ProbeDefinition rmdirProbe(String field) throws Exception {
    return rmdirProbe(field, "rmdir");
  }

  private ProbeDefinition rmdirProbe(String field, String name) throws Exception {
    return new ProbeDefinition(
        name,
        ProbeDefinition.Type.ENTRY,
        where,
        field + "=+0(%di):string first=+0(%di):u8 unreadable=+0(+0(%di)):string comm=$comm",
        "common_pid == " + TracefsMount.threadId());
  }

  private static void rmdir(String path) throws KernelException {
    assertEquals(-1, Native.libc().rmdir(path));
  }

  private static Kept read(ProbeInstance probes) throws KernelException {
    Kept kept = new Kept();
    probes.read(kept);
    return kept;
  }

  private void assertNothingLeft() throws Exception {
    assertFalse(Files.exists(tracefs.resolve("instances").resolve(NAME)));
    assertFalse(Files.readString(tracefs.resolve("uprobe_events")).contains(NAME));
  }
}
