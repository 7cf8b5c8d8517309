package dmrec.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.target.DevNo;
import dmrec.topology.Device;
import dmrec.topology.Topology;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Names, UUIDs and minors that are used again, lives of milliseconds, names of any bytes. */
@Order(3)
class IdentitiesTest extends RecordedScenario {
  private static final int BLINKS = 100;
  private static final int ODD_MINOR = 90;

  IdentitiesTest() {
    super("identities", Integer.toString(BLINKS));
  }

  private List<EventRecord> of(Kind kind, int minor) {
    return events(kind).stream()
        .filter(record -> record.device().dev().equals(new DevNo(254, minor)))
        .toList();
  }

  private static List<String> names(List<EventRecord> records) {
    return records.stream().map(record -> record.device().name()).toList();
  }

  @Test
  void everyBlinkHasItsBirthAndItsEnd() {
    // Named where somebody could look in time; the kernel's uevents tell the number alone.
    List<EventRecord> created = blinks(Kind.DEVICE_CREATED);
    List<EventRecord> removed = blinks(Kind.DEVICE_REMOVED);
    assertEquals(2 * BLINKS, created.size());
    assertEquals(2 * BLINKS, removed.size());
    for (int i = 0; i < created.size(); i++) {
      // One that was seen before it had a table had no DISKSEQ yet, but a number of the recorder.
      long born = created.get(i).device().diskSeq();
      assertTrue(born < 0 || born == removed.get(i).device().diskSeq(), created.get(i).toString());
      assertTrue(created.get(i).seq() < removed.get(i).seq());
    }
    assertEquals(
        2L * BLINKS, created.stream().map(record -> record.device().diskSeq()).distinct().count());
  }

  private List<EventRecord> blinks(Kind kind) {
    Cause first = causes().get(2);
    return events(kind).stream().filter(record -> record.wallNs() < first.beforeNs()).toList();
  }

  @Test
  void minorThatPassesOnIsAnotherDevice() {
    List<EventRecord> created = of(Kind.DEVICE_CREATED, 77);
    assertEquals(List.of("first", "second", "third"), names(created));
    assertEquals(3, created.stream().map(record -> record.device().diskSeq()).distinct().count());
    assertEquals(List.of("first", "second", "third"), names(of(Kind.DEVICE_REMOVED, 77)));
    assertEquals(List.of("first", "second", "third"), names(of(Kind.TABLE_LIVE, 77)));
  }

  @Test
  void namesThatAreExchangedStayWithTheirDevices() {
    assertEquals(List.of("aside", "fourth"), names(of(Kind.DEVICE_RENAMED, 78)));
    assertEquals(List.of("third"), names(of(Kind.DEVICE_RENAMED, 79)));
  }

  @Test
  void everyNamedDeviceIsAsCaused() {
    assertTrue(causes().stream().anyMatch(cause -> cause.name().equals("third")));
    for (Cause cause : causes()) {
      if (cause.name().endsWith("blink")
          || cause.dev().endsWith(":90")
          || cause.dev().endsWith(":91")) {
        continue;
      }
      for (Kind kind : cause.kinds()) {
        List<EventRecord> found =
            events(kind).stream()
                .filter(
                    record ->
                        record.device().name().equals(cause.name())
                            && record.device().dev().toString().equals(cause.dev())
                            && record.notBeforeNs() <= cause.afterNs()
                            && record.wallNs() >= cause.beforeNs())
                .toList();
        assertTrue(!found.isEmpty(), kind + " " + cause);
      }
    }
    EnumSet<Kind> lives = EnumSet.of(Kind.DEVICE_RENAMED);
    assertAsCaused(lives);
  }

  @Test
  void nameOfAnyBytesIsKept() throws IOException {
    byte[] odd = bytes("odd-name");
    assertEquals(127, odd.length);
    String name = KernelText.decode(odd);
    List<EventRecord> created = of(Kind.DEVICE_CREATED, ODD_MINOR);
    assertEquals(List.of(name), names(created));
    assertEquals(List.of(name), names(of(Kind.DEVICE_REMOVED, ODD_MINOR)));
    assertEquals(latin(odd), latin(KernelText.encode(created.get(0).device().name())));

    Topology topology = topologyAt(of(Kind.DEVICE_REMOVED, ODD_MINOR).get(0).wallNs() - 1);
    Device device = topology.device(new DevNo(254, ODD_MINOR));
    assertNotNull(device);
    assertEquals(name, Objects.requireNonNull(device).name());
    assertEquals("LAB-\"odd\" \\ \u00c3\u00bc \u00ff", latin(KernelText.encode(device.uuid())));

    String journal = journal().toString();
    String moment = at(of(Kind.DEVICE_REMOVED, ODD_MINOR).get(0).wallNs() - 1);
    for (List<String> command :
        List.of(
            List.of("log", "-j", journal, "--device", name),
            List.of("tree", "-j", journal, "--at", moment),
            List.of("tree", "-j", journal, "--at", moment, name))) {
      Said said = dmrec(command);
      assertEquals(0, said.status(), said.err());
      String text = said.out();
      assertTrue(text.contains("x20f"), text);
      // What a terminal would obey is not passed on to it.
      assertTrue(text.chars().noneMatch(c -> (c < ' ' && c != '\n') || c == 0x7f), text);
    }
    assertNotEquals(0, created.get(0).device().diskSeq());
  }
}
