package dmrec.cli.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.Main;
import dmrec.journal.ForkedJava;
import dmrec.kernel.KernelException;
import dmrec.kernel.Manager;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code dmrec record} in a process of its own, as a service manager starts and ends it. */
@Timeout(180)
class RecordServiceTest {
  private static final long PATIENCE_NS = 60_000_000_000L;

  @TempDir private Path folder = Path.of("");

  @Test
  void tellsItsManagerWhenItIsReadyThatItLivesAndThatItStops() throws Exception {
    try (Manager manager = new Manager()) {
      Process record = start(manager.address());
      try (BufferedReader err =
          new BufferedReader(
              new InputStreamReader(record.getErrorStream(), StandardCharsets.UTF_8))) {
        String metrics = err.readLine();
        assertTrue(metrics.startsWith("dmrec: metrics at http://127.0.0.1:"), metrics);
        String ready = next(manager, "READY=1");
        assertTrue(ready.contains("\nSTATUS=") && ready.endsWith("; to " + journal()), ready);
        next(manager, "WATCHDOG=1");
        next(manager, "WATCHDOG=1");
        String scraped = get(metrics.replaceAll(".* ", ""));
        assertTrue(scraped.contains("{kind=\"recording_started\"} 1.0\n"), scraped);
        assertTrue(scraped.contains("\ndmrec_ring_size_bytes 6.7108864E7\n"), scraped);
        assertTrue(scraped.contains("\ndmrec_queue_size_bytes 8192.0\n"), scraped);

        record.toHandle().destroy();

        next(manager, "STOPPING=1");
        assertEquals(0, record.waitFor(), () -> String.join("\n", err.lines().toList()));
      } finally {
        record.toHandle().destroyForcibly();
      }
    }
  }

  @Test
  void recordsAlsoWhereItsManagerCannotBeTold() throws Exception {
    Process record = start("/nobody/listens/here");
    List<String> lines = new ArrayList<>();
    try (BufferedReader err =
        new BufferedReader(
            new InputStreamReader(record.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line = err.readLine(); line != null; line = err.readLine()) {
        lines.add(line);
        if (line.startsWith("dmrec: Cannot tell the service manager at /nobody/listens/here")) {
          record.toHandle().destroy();
        }
      }
      assertEquals(0, record.waitFor(), lines::toString);
    } finally {
      record.toHandle().destroyForcibly();
    }
    assertEquals(1, lines.stream().filter(line -> line.contains("manager")).count());
    assertTrue(lines.stream().anyMatch(line -> line.contains("recording_stopped")));
  }

  private static String next(Manager manager, String beginning) throws KernelException {
    long endNs = System.nanoTime() + PATIENCE_NS;
    List<String> others = new ArrayList<>();
    while (System.nanoTime() < endNs) {
      String message = manager.next(endNs - System.nanoTime());
      if (message.startsWith(beginning)) {
        return message;
      }
      others.add(message);
    }
    throw new AssertionError("expected " + beginning + ", was told " + others);
  }

  private static String get(String uri) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private Path journal() {
    return folder.resolve("journal");
  }

  private Process start(String notifySocket) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            ForkedJava.command(
                Main.class,
                "record",
                "--uevents-only",
                "--no-kernel-log",
                "--receive-buffer=4k",
                "--metrics=127.0.0.1:0",
                "-j",
                journal().toString()));
    builder.environment().put("NOTIFY_SOCKET", notifySocket);
    builder.environment().put("WATCHDOG_USEC", "4000000");
    builder.environment().remove("WATCHDOG_PID");
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    return builder.start();
  }
}
