package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TraceFilesTest {
  @TempDir Path sys = Path.of("");
  private Path tracing;

  @BeforeEach
  void folders() throws Exception {
    tracing = Files.createDirectories(sys.resolve("kernel/tracing"));
    Files.createDirectories(sys.resolve("kernel/security"));
  }

  @Test
  void findsTracefsWhereverItIsMounted() throws Exception {
    Path older = Files.createDirectories(sys.resolve("kernel/debug/tracing"));
    mounted(older);
    assertEquals(Optional.of(older), TraceFiles.find(sys, "amd64"));
    mounted(tracing);
    assertEquals(Optional.of(tracing), TraceFiles.find(sys, "amd64"));
    assertEquals("", TraceFiles.why(sys, "amd64"));
  }

  @Test
  void saysWhyThereAreNoProbes() throws Exception {
    assertWhy("tracefs is not mounted", "amd64");
    Files.writeString(tracing.resolve("trace_clock"), "");
    assertWhy("CONFIG_KPROBE_EVENTS", "amd64");
    Files.writeString(tracing.resolve("kprobe_events"), "");
    Path lockdown = sys.resolve("kernel/security/lockdown");
    Files.writeString(lockdown, "none [integrity] confidentiality\n");
    assertEquals("", TraceFiles.why(sys, "amd64"));
    assertWhy("x86-64 only, and this is aarch64", "aarch64");
    Files.writeString(lockdown, "none integrity [confidentiality]\n");
    assertWhy("locked down", "amd64");
  }

  @Test
  void appendsDefinitionsAndReplacesSettings() throws Exception {
    TraceFiles files = new TraceFiles(Native.libc(), sys, "kprobe");
    Files.writeString(files.definitions(), "p:other/one f\n");
    assertEquals(0, files.define("p:dmrec/two g"));
    assertEquals(List.of("p:other/one f", "p:dmrec/two g", ""), files.lines(files.definitions()));
    Path clock = Files.writeString(sys.resolve("trace_clock"), "[local] global boot\n");
    files.require(clock, "boot");
    assertEquals("boot\n", Files.readString(clock));
  }

  @Test
  void quotesTheKernelsWordsOnlyOfItsOwnLine() throws Exception {
    TraceFiles files = new TraceFiles(Native.libc(), sys, "kprobe");
    Files.writeString(
        sys.resolve("error_log"),
        """
        [1.0] trace_kprobe: error: Invalid probe address
          Command: p:dmrec/a nosuch
                             ^
        [2.0] trace_kprobe: error: Unknown type
          Command: p:dmrec/b f x=%di:u99
        """);
    assertEquals(
        "ENOENT (no such file): Invalid probe address", files.refusal(2, "p:dmrec/a nosuch"));
    assertEquals("EINVAL (invalid argument)", files.refusal(22, "p:dmrec/c f"));
  }

  private void assertWhy(String part, String machine) {
    assertEquals(Optional.empty(), TraceFiles.find(sys, machine));
    String why = TraceFiles.why(sys, machine);
    assertTrue(why.contains(part), why);
  }

  private static void mounted(Path folder) throws Exception {
    Files.writeString(folder.resolve("trace_clock"), "");
    Files.writeString(folder.resolve("kprobe_events"), "");
  }
}
