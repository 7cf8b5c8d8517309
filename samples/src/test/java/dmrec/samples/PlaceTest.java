package dmrec.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Where a journal may lie. That the scenario's own, in a tmpfs, is whole and tells all is what
 * every scenario shows.
 */
@Order(7)
class PlaceTest extends RecordedScenario {
  PlaceTest() {
    super("place");
  }

  private String text(String name) throws IOException {
    return new String(bytes(name), StandardCharsets.UTF_8).strip();
  }

  @ParameterizedTest
  @CsvSource({
    "mapped, /run/place/new/journal, 'ext4 at /run/place, on place'",
    "bind, /run/bind/journal, 'ext4 at /run/bind, on place'",
    "loop, /run/loop, 'ext4 at /run/loop, on loop'",
    "capture, /run/place/capture.ndjson, 'ext4 at /run/place, on place'"
  })
  void whatWouldLieOnARecordedDeviceIsRefusedBeforeAnythingIsMade(
      String label, String path, String way) throws IOException {
    String said = text(label + ".stderr");

    assertEquals("1", text(label + ".status"), said);
    assertEquals(1, said.lines().count(), said);
    assertTrue(
        said.startsWith("dmrec: " + path + ": expected a place on no mapped device, found " + way),
        said);
    assertTrue(said.contains("place (" + text("devno") + "), which would be recorded too"), said);
    assertTrue(said.contains("--force"), said);
    assertEquals("", text(label + ".stdout"));
    assertEquals("", text(label + ".left"));
  }

  @Test
  void forcedItRecordsAndSaysWhatThatMeans() throws IOException {
    String said = text("forced.stderr");

    assertEquals("0", text("forced.status"), said);
    assertTrue(said.contains("place (" + text("devno") + ")): when it is suspended"), said);
    assertTrue(text("forced.log").contains("\"kind\":\"recording_stopped\""), said);
  }

  @Test
  void inATmpfsNothingIsSaid() throws IOException {
    assertTrue(
        text("record.stderr").lines().noneMatch(line -> line.contains("mapped device")),
        text("record.stderr"));
  }
}
