package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessFactsTest {
  @Test
  void readsThisProcess() throws IOException {
    ProcessHandle self = ProcessHandle.current();
    ProcessFacts facts = ProcessFacts.read((int) self.pid());

    assertEquals(self.pid(), facts.pid());
    assertEquals("java", facts.command());
    assertEquals(
        Path.of(self.info().command().orElseThrow()).toRealPath(),
        Path.of(facts.executable()).toRealPath());
    assertEquals(self.parent().orElseThrow().pid(), facts.parentPid());
    assertTrue(facts.startNs() > 0);
  }

  @Test
  void readsAThreadsProcess() throws Exception {
    FutureTask<Integer> thread =
        new FutureTask<>(() -> ProcessFacts.read(TracefsMount.threadId()).pid());
    new Thread(thread).start();

    assertEquals(ProcessHandle.current().pid(), (long) thread.get());
  }

  @Test
  void processThatHasEndedIsUnknown() {
    ProcessFacts facts = ProcessFacts.read(0x7fff_fff0);

    assertEquals(new ProcessFacts(0x7fff_fff0, 0, -1, -1, "", "", 0, "", ""), facts);
  }

  @Test
  void nameThatLooksLikeMoreIsOnlyAName(@TempDir Path proc) throws IOException {
    Path folder = Files.createDirectory(proc.resolve("77"));
    Files.writeString(
        folder.resolve("status"), "Name:\tx) R 1\nTgid:\t77\nPPid:\t1\nUid:\t5\t6\t7\t8\n");
    Files.writeString(
        folder.resolve("stat"), "77 (x) R 1) S 1 77 77 0 -1 0 0 0 0 0 1 2 3 4 20 0 1 0 4242 0 0\n");
    Files.writeString(folder.resolve("comm"), "x) R 1\n");
    Files.writeString(
        folder.resolve("cgroup"), "0::/system.slice/docker-0123.scope/init.scope/nested\n");

    ProcessFacts facts = ProcessFacts.read(proc, 77);

    assertEquals(42_420_000_000L, facts.startNs());
    assertEquals(6, facts.uid());
    assertEquals(-1, facts.loginUid());
    assertEquals("x) R 1", facts.command());
    assertEquals("docker-0123.scope", facts.unit());
  }

  @Test
  void unitIsTheInnermostService() {
    assertEquals(
        "multipathd.service",
        ProcessFacts.unit("12:pids:/x\n0::/system.slice/multipathd.service\n"));
    assertEquals(
        "a.service", ProcessFacts.unit("0::/user.slice/user@5.service/app.slice/a.service\n"));
    assertEquals("", ProcessFacts.unit("0::/\n"));
  }

  @Test
  void damagedFilesAreUnknown(@TempDir Path proc) throws IOException {
    Path folder = Files.createDirectory(proc.resolve("77"));
    for (String file : new String[] {"status", "stat", "comm", "cgroup", "loginuid"}) {
      Files.write(folder.resolve(file), new byte[] {0, -1, ':', '\n', ')', ' '});
    }
    ProcessFacts facts = ProcessFacts.read(proc, 77);

    assertEquals(77, facts.pid());
    assertEquals("", facts.unit());
  }
}
