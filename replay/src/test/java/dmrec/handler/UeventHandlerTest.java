package dmrec.handler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.target.Target;
import dmrec.topology.Topology;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is sent for each event, byte for byte, to a port that keeps it. */
class UeventHandlerTest {
  private static final DeviceRef DEVICE =
      new DeviceRef(new DevNo(254, 3), 25, "mpatha", "mpath-360");
  private static final String KERNEL =
      "change@/devices/virtual/block/dm-3\0ACTION=change\0DEVPATH=/devices/virtual/block/dm-3\0"
          + "SUBSYSTEM=block\0DM_ACTION=PATH_FAILED\0DEVTYPE=disk\0SEQNUM=784\0";

  /** As systemd-udevd 252 sent it. */
  private static final String UDEV =
      "libudev\0\u00fe\u00ed\u00ca\u00fe(\0\0\0(\0\0\0a\1\0\0\u00f0\3\u001d\u00b7{\u00cb\u00c5\u00ee"
          + "\2\0\4\0\u0010\u0080\0\0UDEV_DATABASE_VERSION=1\0ACTION=add\0"
          + "DEVPATH=/devices/virtual/block/dm-0\0SUBSYSTEM=block\0DEVNAME=/dev/dm-0\0"
          + "DEVTYPE=disk\0DISKSEQ=14\0SEQNUM=2616858\0MAJOR=254\0MINOR=0\0"
          + "USEC_INITIALIZED=42142230500\0DM_UDEV_DISABLE_SUBSYSTEM_RULES_FLAG=1\0"
          + "DM_UDEV_DISABLE_DISK_RULES_FLAG=1\0DM_UDEV_DISABLE_OTHER_RULES_FLAG=1\0"
          + "TAGS=:systemd:\0CURRENT_TAGS=:systemd:\0SYSTEMD_READY=0\0";

  private final List<String> sent = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private int mostBytes = Integer.MAX_VALUE;
  private boolean verified;
  private long seq;

  /** Keeps what is sent, one character a byte. */
  private final class KeepingPort implements UeventPort {
    private final ByteBuffer message = ByteBuffer.allocateDirect(32 * 1024);

    @Override
    public ByteBuffer message() {
      return message;
    }

    @Override
    public boolean send(int lengthBytes) {
      if (lengthBytes > mostBytes) {
        return false;
      }
      byte[] bytes = new byte[lengthBytes];
      message.get(0, bytes);
      sent.add(new String(bytes, StandardCharsets.ISO_8859_1));
      return true;
    }

    @Override
    public Delivery settle() {
      return new Delivery(2, List.of(new Loss("slow (pid 7)", 3)), List.of("stuck (pid 8)"));
    }

    @Override
    public void verify() {
      verified = true;
    }

    @Override
    public void close() {}
  }

  private void replay(UeventWay way, boolean onlyRecorded, EventRecord... records)
      throws Exception {
    UeventHandler handler =
        new UeventHandler(way, onlyRecorded, each -> new KeepingPort(), notes::add);
    assertFalse(handler.wantsTopology());
    handler.open(
        new ReplayContext(
            new Topology(),
            Clock.systemUTC(),
            new JournalIdentity("j", "", "", "", 1),
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)));
    for (EventRecord record : records) {
      handler.handle(new ReplayedEvent(record));
    }
    handler.close(new ReplaySummary(records.length, 0, 1, records.length, 0, 0));
  }

  private EventRecord record(Source source, DmEvent event, String evidence) {
    return record(source, DEVICE, event, evidence);
  }

  private EventRecord record(Source source, DeviceRef device, DmEvent event, String evidence) {
    return EventRecord.of(event)
        .seq(++seq)
        .at(EventRecords.FIRST_WALL_NS, 1)
        .source(source)
        .device(device)
        .evidence(Bytes.of(evidence.getBytes(StandardCharsets.ISO_8859_1)))
        .build();
  }

  private static DmEvent pathFailed() {
    return new DmEvent.PathFailed(new DevNo(8, 16), "sdb", 3, 2);
  }

  private static DmEvent trace() {
    return new DmEvent.Uevent("add", 0, List.of(), 1, false);
  }

  @Test
  void aRecordedUeventIsSentAsItWasWithoutItsSeqnum() throws Exception {
    replay(UeventWay.KERNEL, false, record(Source.UEVENT, pathFailed(), KERNEL));

    assertEquals(List.of(KERNEL.replace("SEQNUM=784\0", "")), sent);
  }

  @Test
  void whatCreatedADeviceIsNotRepeatedAsTheUeventThatWasSentBefore() throws Exception {
    replay(
        UeventWay.KERNEL,
        true,
        record(Source.UEVENT, trace(), KERNEL),
        record(Source.UEVENT, new DmEvent.DeviceCreated(false, false), KERNEL));

    assertEquals(1, sent.size());
  }

  @Test
  void anEventThatWasNoUeventBecomesTheOneThatWasMissing() throws Exception {
    replay(
        UeventWay.KERNEL,
        false,
        record(Source.DM, new DmEvent.GroupSwitched(0, 1, 2, "2 0 0 0"), "2 0 0 0"));

    assertEquals(
        List.of(
            "change@/devices/virtual/block/dm-3",
            "ACTION=change",
            "DEVPATH=/devices/virtual/block/dm-3",
            "SUBSYSTEM=block",
            "DM_TARGET=multipath",
            "DM_ACTION=GROUP_SWITCHED",
            "DM_TARGET_INDEX=0",
            "DM_FROM=1",
            "DM_TO=2",
            "DM_STATUS=2 0 0 0",
            "DM_NAME=mpatha",
            "DM_UUID=mpath-360",
            "MAJOR=254",
            "MINOR=3",
            "DEVNAME=dm-3",
            "DEVTYPE=disk",
            "DISKSEQ=25",
            "DMREC_SYNTHESISED=1",
            "DMREC_SEQ=1",
            "DMREC_TIME=2026-03-01T03:12:05.000000000Z"),
        strings(sent.get(0)));
  }

  @Test
  void aPathsFailureThatOnlyTheStatusShowedHasTheKernelsKeys() throws Exception {
    replay(UeventWay.KERNEL, false, record(Source.DM, pathFailed(), ""));

    assertTrue(
        strings(sent.get(0))
            .containsAll(List.of("DM_PATH=8:16", "DM_NR_VALID_PATHS=3", "DM_SEQNUM=2")),
        sent.get(0));
  }

  @Test
  void noNameSmugglesAnotherKeyIn() throws Exception {
    DeviceRef hostile = new DeviceRef(DEVICE.dev(), 1, "a\0ROOT=1\nB=2=\u001b", "u\0SEQNUM=9");

    replay(
        UeventWay.KERNEL,
        false,
        record(Source.DM, hostile, new DmEvent.DeviceRenamed("x\nY=1", "n\0Z=1"), ""));

    List<String> strings = strings(sent.get(0));
    assertTrue(strings.contains("DM_NAME=n\\x00Z=1"), strings::toString);
    assertTrue(strings.contains("DM_OLD_NAME=x\\x0aY=1"), strings::toString);
    assertTrue(strings.contains("DM_UUID=u\\x00SEQNUM=9"), strings::toString);
    assertFalse(sent.get(0).contains("\n"), strings::toString);
  }

  @Test
  void everyKindOfEventIsAWholeUeventThatFits() throws Exception {
    for (UeventWay way : UeventWay.values()) {
      EventRecords made = new EventRecords(5);
      for (int i = 0; i < 5_000; i++) {
        sent.clear();
        replay(way, false, made.next());
        for (String message : sent) {
          assertWhole(way, message);
        }
      }
    }
  }

  private static void assertWhole(UeventWay way, String message) {
    assertTrue(message.length() <= 2000, message);
    boolean kernel = way == UeventWay.KERNEL;
    List<String> strings = strings(kernel ? message : message.substring(LibudevHeader.BYTES));
    if (kernel) {
      assertTrue(strings.get(0).startsWith("change@/devices/virtual/block/dm-"), message);
    }
    Set<String> keys = new HashSet<>();
    for (String property : strings.subList(kernel ? 1 : 0, strings.size())) {
      assertTrue(property.matches("(?s)[A-Z0-9_]+=[^\\x00-\\x1f\\x7f]*"), property);
      assertTrue(keys.add(property.substring(0, property.indexOf('='))), property);
    }
    assertTrue(keys.containsAll(List.of("ACTION", "DEVPATH", "SUBSYSTEM", "DM_ACTION", "DM_NAME")));
    assertEquals(!kernel, keys.contains("SEQNUM"), message);
  }

  @Test
  void aTableThatIsTooLongIsCutAndSaysSo() throws Exception {
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      targets.add(new Target(i * 8L, 8, "linear", "8:16 " + i, ""));
    }

    replay(
        UeventWay.KERNEL,
        false,
        record(Source.DM, new DmEvent.TableLive(targets, List.of(new DevNo(8, 16)), false), ""));

    List<String> strings = strings(sent.get(0));
    assertTrue(
        strings.containsAll(
            List.of("DM_TARGETS=100", "DM_TABLE_0=0 8 linear 8:16 0", "DM_NAME=mpatha")),
        strings::toString);
    assertTrue(
        strings.stream()
            .anyMatch(each -> each.matches("DMREC_CUT=DM_TABLE_\\d+,DM_DEPENDENCIES.*")),
        strings::toString);
  }

  @Test
  void theRecordersOwnEventsAndThoseOfNoDeviceAreNotSent() throws Exception {
    replay(
        UeventWay.KERNEL,
        false,
        record(Source.RECORDER, new DmEvent.Gap("uevent", 3, 0, 0, "full"), ""),
        record(Source.KMSG, DeviceRef.NONE, new DmEvent.KernelMessage("x", 1, 6), ""),
        record(Source.DM, new DmEvent.EventsMissed(1, 2, 3), ""));

    assertEquals(List.of(), sent);
    assertEquals(
        "sent 0 recorded uevents and 0 synthesised through the kernel (2 listeners); left out 3 of"
            + " the recorder's own or about no mapped device",
        notes.get(0));
  }

  @Test
  void theHeaderForUdevsListenersIsTheOneThatUdevWrites() throws Exception {
    replay(UeventWay.UDEV, false, record(Source.UDEV, trace(), UDEV));

    assertEquals(List.of(UDEV), sent);
  }

  @Test
  void whereUdevWasNotRecordedItsListenersGetTheKernelsUeventsWithTheirSeqnum() throws Exception {
    replay(UeventWay.UDEV, false, record(Source.UEVENT, pathFailed(), KERNEL));

    assertEquals(KERNEL.substring(KERNEL.indexOf('\0') + 1), sent.get(0).substring(40));
    assertEquals(UDEV.substring(0, 20), sent.get(0).substring(0, 20));
    assertEquals(UDEV.substring(24, 32), sent.get(0).substring(24, 32));
    assertEquals("\0\0\0\0\0\0\0\0", sent.get(0).substring(32, 40));
  }

  @Test
  void whereUdevWasRecordedEachEventGoesOnceToEitherKindOfListener() throws Exception {
    DmEvent started =
        new DmEvent.RecordingStarted(
            "b", "6.1", "", "1", "h", List.of("uevent", "udev"), 0, "receive time", "", "", 0);
    EventRecord[] both = {
      record(Source.RECORDER, DeviceRef.NONE, started, ""),
      record(Source.UEVENT, trace(), KERNEL),
      record(Source.UDEV, trace(), UDEV)
    };

    replay(UeventWay.UDEV, false, both);
    replay(UeventWay.KERNEL, false, both);

    assertEquals(List.of(UDEV, KERNEL.replace("SEQNUM=784\0", "")), sent);
  }

  @Test
  void evidenceThatIsNoWholeUeventIsNotSentButCounted() throws Exception {
    for (UeventWay way : UeventWay.values()) {
      notes.clear();
      replay(
          way,
          false,
          record(Source.UEVENT, trace(), KERNEL.substring(0, KERNEL.length() - 1)),
          record(Source.UEVENT, trace(), "change@/d\0no key\0"),
          record(Source.UEVENT, trace(), "change@/d\0=no key\0"),
          record(Source.UEVENT, trace(), "\0\0\0"),
          record(Source.UEVENT, trace(), "x"));
      replay(way, false, record(Source.UDEV, trace(), UDEV.substring(0, 39)));

      assertEquals(List.of(), sent);
      assertEquals("5 recorded messages left out: no whole uevent", notes.get(1));
    }
  }

  @Test
  void noByteOfAMessageThatWasMadeToDoHarmLeadsAstray() throws Exception {
    for (String whole : List.of(KERNEL, UDEV)) {
      Source source = whole.equals(UDEV) ? Source.UDEV : Source.UEVENT;
      for (int i = 0; i < whole.length(); i++) {
        for (char c : new char[] {0, 1, 'A', '=', 0x7f, 0xff}) {
          String changed = whole.substring(0, i) + c + whole.substring(i + 1);
          replay(UeventWay.UDEV, false, record(source, trace(), changed));
          replay(UeventWay.KERNEL, false, record(source, trace(), changed.substring(0, i)));
        }
      }
    }
    assertTrue(sent.stream().allMatch(each -> each.endsWith("\0")));
  }

  @Test
  void tellsWhatWasTooLongAndWhoLostHowMany() throws Exception {
    mostBytes = 100;
    EventRecord[] records = new EventRecord[22];
    Arrays.setAll(records, i -> record(Source.UEVENT, pathFailed(), KERNEL));

    replay(UeventWay.KERNEL, true, records);

    assertEquals(
        List.of(
            "sent 0 recorded uevents through the kernel (2 listeners)",
            "22 uevents too long to be injected: #1, #2, #3, #4, #5, #6, #7, #8, #9, #10, #11, #12,"
                + " #13, #14, #15, #16, #17, #18, #19, #20, ...",
            "slow (pid 7) lost 3: its receive buffer was full",
            "stuck (pid 8) has not read all of them"),
        notes);
    assertTrue(verified);
  }

  @Test
  void onlyRecordedLeavesTheOthersOut() throws Exception {
    replay(
        UeventWay.KERNEL,
        true,
        record(Source.UEVENT, pathFailed(), KERNEL),
        record(Source.DM, new DmEvent.DeviceRemoved(), ""));

    assertEquals(1, sent.size());
    assertEquals(
        "sent 1 recorded uevent through the kernel (2 listeners); left out 1 event that was no"
            + " uevent",
        notes.get(0));
  }

  @Test
  void isOpenedBeforeItIsUsed() {
    UeventHandler handler =
        new UeventHandler(UeventWay.KERNEL, false, each -> new KeepingPort(), notes::add);

    assertThrows(
        IllegalStateException.class,
        () -> handler.handle(new ReplayedEvent(record(Source.UEVENT, pathFailed(), KERNEL))));
  }

  private static List<String> strings(String message) {
    assertTrue(message.endsWith("\0"), message);
    List<String> strings = new ArrayList<>(List.of(message.split("\0", -1)));
    strings.remove(strings.size() - 1);
    return strings;
  }
}
