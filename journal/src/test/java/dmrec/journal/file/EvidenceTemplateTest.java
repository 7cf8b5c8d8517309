package dmrec.journal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.KernelEvidence;
import dmrec.journal.Journals;
import dmrec.target.DevNo;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Evidence that the event gives back is only marked, and comes back byte for byte. */
class EvidenceTemplateTest {
  private static final DeviceRef DEVICE =
      new DeviceRef(new DevNo(254, 17), 25, "mpatha", "mpath-3600");

  private final Codec codec = new Codec();

  private static String uevent(String action, String keys, String device) {
    return (action
            + "@/devices/virtual/block/dm-17|ACTION="
            + action
            + "|DEVPATH=/devices/virtual/block/dm-17|SUBSYSTEM=block|"
            + keys
            + "MAJOR=254|MINOR=17|DEVNAME=dm-17|DEVTYPE=disk|"
            + device
            + "SEQNUM=784|")
        .replace('|', '\0');
  }

  private static DmEvent uevent(String action, long cookie, boolean resized) {
    return new DmEvent.Uevent(action, cookie, List.of(), 784, resized);
  }

  /** What the kernel sends, as it was seen in the lab or stands in its source. */
  static Stream<Arguments> marked() {
    String path =
        "DM_TARGET=multipath|DM_ACTION=PATH_FAILED|DM_SEQNUM=2|DM_PATH=8:16|DM_NR_VALID_PATHS=3|"
            + "DM_NAME=mpatha|DM_UUID=mpath-3600|";
    String status = "2 0 0 0 1 1 A 0 1 2 8:16 A 0 0 1 ";
    return Stream.of(
        Arguments.of(
            new DmEvent.PathFailed(new DevNo(8, 16), "sdb", 3, 2),
            uevent("change", path, "DISKSEQ=25|")),
        Arguments.of(
            new DmEvent.PathReinstated(new DevNo(8, 16), "", 3, 2),
            uevent("change", path.replace("FAILED", "REINSTATED"), "DISKSEQ=25|")),
        Arguments.of(uevent("add", 0, false), uevent("add", "", "DISKSEQ=25|")),
        Arguments.of(
            uevent("change", 6_291_456, false),
            uevent("change", "DM_COOKIE=6291456|", "DISKSEQ=25|")),
        Arguments.of(
            uevent("change", 6_291_456, true),
            uevent("change", "DM_COOKIE=6291456|RESIZE=1|", "DISKSEQ=25|")),
        Arguments.of(uevent("change", 0, false), uevent("change", "DISK_RO=0|", "DISKSEQ=25|")),
        Arguments.of(uevent("change", 0, false), uevent("change", "DISK_RO=1|", "DISKSEQ=25|")),
        Arguments.of(uevent("change", 0, false), uevent("change", "SYNTH_UUID=0|", "DISKSEQ=25|")),
        Arguments.of(new DmEvent.DeviceRemoved(), uevent("remove", "", "DISKSEQ=25|")),
        Arguments.of(
            new DmEvent.DeviceRemoved(), uevent("remove", "DM_COOKIE=14680065|", "DISKSEQ=25|")),
        Arguments.of(new DmEvent.DeviceCreated(false, false), uevent("add", "", "DISKSEQ=25|")),
        Arguments.of(
            new DmEvent.KernelMessage("device-mapper: raid1: log postsuspend failed", 405, 4),
            "4,405,84992265,-;device-mapper: raid1: log postsuspend failed\n"),
        Arguments.of(
            new DmEvent.CryptFault("integrity_error", 8, "device-mapper: crypt: x"),
            "3,406,84992265,-;device-mapper: crypt: x\n"),
        Arguments.of(
            new DmEvent.UsageChanged(0, "multipath", status), "0 131072 multipath " + status),
        Arguments.of(
            new DmEvent.StatusChanged(0, "snapshot", "16/256 16", "Overflow"),
            "0 131072 snapshot Overflow"),
        Arguments.of(
            new DmEvent.GroupSwitched(0, 1, 0, "2 1 0 0 0 0 "), "0 131072 multipath 2 1 0 0 0 0 "),
        Arguments.of(
            new DmEvent.RaidLegFailed(0, 0, "D", "raid1 2 DA 8/8 idle 0 0 -"),
            "2048 32768 raid raid1 2 DA 8/8 idle 0 0 -"));
  }

  private static EventRecord of(DmEvent event, DeviceRef device, String evidence) {
    return EventRecord.of(event)
        .seq(1)
        .at(EventRecords.FIRST_WALL_NS, 1)
        .kernelNs(84_992_265_000L)
        .device(device)
        .evidence(Bytes.of(evidence))
        .build();
  }

  @ParameterizedTest
  @MethodSource("marked")
  void whatTheEventGivesBackIsOnlyMarked(DmEvent event, String evidence) throws Exception {
    EventRecord record = of(event, DEVICE, evidence);
    byte[] bytes = codec.document(record);

    assertEquals(record, codec.read(bytes));
    int bare = codec.document(record.toBuilder().evidence(Bytes.NONE).build()).length;
    assertTrue(bytes.length - bare < 20, bytes.length - bare + " bytes");
  }

  @ParameterizedTest
  @MethodSource("marked")
  void anyOtherEvidenceIsWrittenAsItIs(DmEvent event, String evidence) throws Exception {
    for (int at = 0; at < evidence.length(); at++) {
      for (String other :
          List.of(
              evidence.substring(0, at) + evidence.substring(at + 1),
              evidence.substring(0, at) + "0" + evidence.substring(at),
              evidence.substring(0, at) + "0" + evidence.substring(at + 1),
              evidence.substring(0, at))) {
        EventRecord record = of(event, DEVICE, other);
        byte[] bytes = codec.document(record);
        assertEquals(record, codec.read(bytes), other);
      }
    }
    EventRecord larger = of(event, DEVICE, evidence + "x");
    assertEquals(larger, codec.read(codec.document(larger)));
  }

  @Test
  void whatTheKernelSaysOfAnyEventIsOnlyMarked() throws Exception {
    EventRecords records = EventRecords.full(31);
    for (int i = 0; i < 20_000; i++) {
      EventRecord record = records.next();
      Bytes told = KernelEvidence.of(record);
      if (told != null) {
        EventRecord proved = record.toBuilder().evidence(told).build();
        int bare = codec.document(record.toBuilder().evidence(Bytes.NONE).build()).length;
        int marked = codec.document(proved).length - bare;
        assertTrue(marked < 20, record + ": " + marked + " bytes");
        assertEquals(proved, codec.read(codec.document(proved)));
      }
    }
  }

  @Test
  void aDeviceWithoutDiskseqHasNoneInItsUevents() throws Exception {
    DeviceRef older = new DeviceRef(DEVICE.dev(), -3, "mpatha", "mpath-3600");
    EventRecord record = of(uevent("add", 0, false), older, uevent("add", "", ""));

    byte[] bytes = codec.document(record);

    assertEquals(record, codec.read(bytes));
    assertTrue(bytes.length < 100, bytes.length + " bytes");
  }

  @Test
  void nearlyAllThatTheLabsKernelSaidIsMarked() throws Exception {
    long evidence = 0;
    long marked = 0;
    long before = 0;
    long after = 0;
    for (String sample : Journals.samples()) {
      for (EventRecord record : Journals.storedEvents(sample)) {
        byte[] bytes = codec.document(record);
        assertEquals(record, codec.read(bytes));
        before += codec.format1(record).length;
        after += bytes.length;
        evidence += record.evidence().length();
        byte[] bare = codec.document(record.toBuilder().evidence(Bytes.NONE).build());
        boolean isMarked = bytes.length - bare.length < record.evidence().length();
        marked += isMarked ? record.evidence().length() : 0;
      }
    }
    assertTrue(marked > 0.95 * evidence, marked + " of " + evidence + " bytes");
    assertTrue(after < 0.4 * before, after + " bytes, where version 1 took " + before);
  }
}
