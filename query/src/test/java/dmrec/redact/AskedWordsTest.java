package dmrec.redact;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the user asks to have replaced, and names that only a sentence tells. */
class AskedWordsTest {
  private static final DevNo DEV = new DevNo(253, 0);

  private final Redactor redactor = new Redactor();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "root | root of ACME | word1 of ACME",
        "root | Root, ROOT and /root/x | word1v2, word1v3 and /word1/x",
        "root | rooted chroot root2 _root_ | rooted chroot root2 _word1_",
        "data | data=1 metadata data-lv | word1=1 metadata word1-lv",
        "4711 | ticket 4711, #4711 of 47110 | ticket word1, #word1 of 47110",
        "x | x marks X, not max | word1 marks word1v2, not max",
        "sdb | sdb and sdbx | word1 and sdbx",
        "kernel | the kernel-headers, mykernels | the word1-headers, myword1s",
        "root | a\\x2droot | a\\x2dword1",
      })
  void aWordThatIsAskedForIsReplacedWhateverItMeans(String word, String text, String expected) {
    redactor.learnWord(word);
    String told = redactor.redactText(text);
    assertEquals(expected, told);
    assertEquals(text, redactor.map().restoreText(told));
  }

  @Test
  void aWordThatIsAskedForIsReplacedInEveryFieldButTablesStayReadable() {
    // given
    for (String each : List.of("linear", "4711", "aa", "acme", "block", "sdb", "a")) {
      redactor.learnWord(each);
    }
    EventRecord table =
        record(
            new DmEvent.TableLive(
                List.of(new Target(0, 4711, "linear", "8:16 4711 acme:4711 /dev/acme", "aa 4711")),
                List.of(),
                false),
            Bytes.NONE);
    EventRecord failed =
        record(
            new DmEvent.PathFailed(new DevNo(8, 16), "sdb", 1, 7),
            Bytes.of(
                "change@/devices/acme\0ACTION=change\0SUBSYSTEM=block\0ID_MODEL=acme\0acme=a\0"));

    // when
    redactor.learn(table);
    redactor.learn(failed);

    // then
    assertEquals(
        List.of(new Target(0, 4711, "linear", "8:16 4711 word4:word2 /dev/word4", "aa 4711")),
        ((DmEvent.TableLive) redactor.redact(table).event()).targets());
    assertEquals("word6", ((DmEvent.PathFailed) redactor.redact(failed).event()).disk());
    assertEquals(
        "change@/devices/word4\0ACTION=change\0SUBSYSTEM=block\0ID_MODEL=word4\0acme=word7\0",
        redactor.redact(failed).evidence().text());
    restores(table);
    restores(failed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Now monitoring RAID array acme-db for events. | Now monitoring RAID array map1 for"
            + " events.",
        "No longer monitoring mirror device acme for events."
            + " | No longer monitoring mirror device map1 for events.",
        "Monitoring RAID device acme for events. | Monitoring RAID device map1 for events.",
        "Monitoring thin pool acme-pool-tpool. | Monitoring thin pool map1.",
        "No longer monitoring snapshot acme. | No longer monitoring snapshot map1.",
        "Thin pool acme-p is now 95% full. | Thin pool map1 is now 95% full.",
        "WARNING: Thin pool acme data is now 95.01% full."
            + " | WARNING: Thin pool map1 data is now 95.01% full.",
        "WARNING: Device #1 of raid1 array, acme, has failed."
            + " | WARNING: Device #1 of raid1 array, map1, has failed.",
        "raid1 array, acme, is not in-sync. | raid1 array, map1, is not in-sync.",
        "Snapshot acme is now 81% full. | Snapshot map1 is now 81% full.",
        "WARNING: Snapshot acme changed state to: Invalid and should be removed."
            + " | WARNING: Snapshot map1 changed state to: Invalid and should be removed.",
        "Failed to monitor snapshot acme. | Failed to monitor snapshot map1.",
        "Repair of RAID device acme failed. | Repair of RAID device map1 failed.",
        "acme is now in-sync. | map1 is now in-sync.",
        "Device failure in acme. | Device failure in map1.",
        "Use 'lvconvert --repair acme/db' to replace failed device."
            + " | Use 'lvconvert --repair vg1/lv1' to replace failed device.",
        "Primary mirror device 253:3 has failed (D). | Primary mirror device 253:3 has failed (D).",
        "Unexpected event about big-acme | Unexpected event about map1",
      })
  void aDeviceThatOnlyDmeventdNamesIsTold(String text, String expected) {
    assertEquals(expected, said("dmeventd", text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "acme: failed to setup multipath | map1: failed to setup multipath",
        "acme_db: Entering recovery mode: max_retries=3"
            + " | map1: Entering recovery mode: max_retries=3",
        "sdb: add missing path | sdb: add missing path",
        "8:16: mark as failed | 8:16: mark as failed",
        "sdb [8:16]: path removed from map acme | sdb [8:16]: path removed from map map1",
        "checker failed path 8:16 in map acme | checker failed path 8:16 in map map1",
        "libdevmapper: libdm-iface.c(1978): remove ioctl on acme failed: Device or resource busy"
            + " | libdevmapper: libdm-iface.c(1978): remove ioctl on map1 failed: Device or"
            + " resource busy",
      })
  void aMapThatOnlyMultipathdNamesIsTold(String text, String expected) {
    assertEquals(expected, said("multipathd", text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Unable to rename non-existent device, acme to corp-db"
            + " | Unable to rename non-existent device, map1 to map2",
        "Unable to rename non-existent device, acme to uuid LOCAL-X7"
            + " | Unable to rename non-existent device, map1 to uuid uuid1",
        "Unable to change name on mapped device acme to one that already exists: corp"
            + " | Unable to change name on mapped device map1 to one that already exists: map2",
        "Unable to change uuid of mapped device acme to LOCAL-X7 because uuid is already set to"
            + " LOCAL-X8"
            + " | Unable to change uuid of mapped device map1 to uuid1 because uuid is already set"
            + " to uuid2",
        "unable to remove open device acme | unable to remove open device map1",
        "Invalid ioctl structure: name acme, dev fd00 | Invalid ioctl structure: name map1, dev"
            + " fd00",
      })
  void aDeviceThatOnlyTheKernelNamesIsTold(String words, String expected) {
    // given
    String text = "device-mapper: ioctl: " + words;
    EventRecord record =
        record(new DmEvent.KernelMessage(text, 1, 3), Bytes.of("3,1,2,-;" + text + "\n"));

    // when
    redactor.learn(record);
    EventRecord told = redactor.redact(record);

    // then
    assertEquals(
        "device-mapper: ioctl: " + expected, ((DmEvent.KernelMessage) told.event()).text());
    assertEquals("3,1,2,-;device-mapper: ioctl: " + expected + "\n", told.evidence().text());
    restores(record);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Feb 27 20:00:00 db02 multipathd[812]: on db02 | Feb 27 20:00:00 host1 multipathd[812]: on"
            + " host1",
        "2026-02-27T20:00:00.5+01:00 db02.corp.example kernel: x"
            + " | 2026-02-27T20:00:00.5+01:00 host1.domain1 kernel: x",
        "<30>Feb  7 20:00:00 data dmeventd[8]: data is"
            + " | <30>Feb  7 20:00:00 host1 dmeventd[8]: data is",
        "{\"_HOSTNAME\":\"data\",\"MESSAGE\":\"data\"}"
            + " | {\"_HOSTNAME\":\"host1\",\"MESSAGE\":\"data\"}",
        "[   12.345678] device-mapper: x: y | [   12.345678] device-mapper: x: y",
        "Feb 27 20:00:00 kernel: device-mapper: x: y | Feb 27 20:00:00 kernel: device-mapper: x: y",
      })
  void theHostOfEachLineIsTold(String line, String expected) {
    EventRecord record = record(new DmEvent.DaemonMessage("multipathd", "x", 6), Bytes.of(line));
    redactor.learn(record);
    assertEquals(expected, redactor.redact(record).evidence().text());
    restores(record);
  }

  @Test
  void aKeyIsReplacedAsItIsLearned() {
    // given
    EventRecord record =
        record(
            new DmEvent.DeviceRemoved(),
            Bytes.of(
                "change@/devices/virtual/block/dm-0\0ACTION=change\0SUBSYSTEM=block"
                    + "\0LVM_VG_NAME_COMPLETE=data\0LVM_VG_NAME_INCOMPLETE=home"
                    + "\0ID_FS_LABEL=data\0ID_FS_LABEL_ENC=data\0ID_FS_UUID_ENC=4711"
                    + "\0ID_PATH=pci\0ID_WWN_VENDOR=raid\0SYNTH_UUID=0\0"));

    // when
    redactor.learn(record);

    // then
    assertEquals(
        "change@/devices/virtual/block/dm-0\0ACTION=change\0SUBSYSTEM=block"
            + "\0LVM_VG_NAME_COMPLETE=vg1\0LVM_VG_NAME_INCOMPLETE=vg2"
            + "\0ID_FS_LABEL=label1\0ID_FS_LABEL_ENC=label1\0ID_FS_UUID_ENC=uuid1"
            + "\0ID_PATH=port1\0ID_WWN_VENDOR=disk1\0SYNTH_UUID=0\0",
        redactor.redact(record).evidence().text());
    restores(record);
  }

  @ParameterizedTest
  @CsvSource({"vdata", "sdprod", "hdata", "sdab"})
  void aMappedDeviceNamedAlmostAsADiskIsTold(String name) {
    EventRecord record = record(name, new DmEvent.PathFailed(DEV, name, 1, 7), Bytes.NONE);
    redactor.learn(record);
    EventRecord told = redactor.redact(record);
    assertEquals("map1", told.device().name());
    assertEquals("map1", ((DmEvent.PathFailed) told.event()).disk());
    assertEquals("on map1, not sda", redactor.redactText("on " + name + ", not sda"));
    restores(record);
  }

  @Test
  void tensOfThousandsOfUuidsAreNumberedInTheirOrder() {
    for (int i = 0; i < 20_000; i++) {
      redactor.learnText(String.format(Locale.ROOT, "%08x-1234-5678-9abc-def012345678", i * 7919));
    }
    assertEquals(
        "uuid20000 uuid1xxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
        redactor.redactText(
            String.format(
                Locale.ROOT,
                "%08x-1234-5678-9abc-def012345678 %08x-1234-5678-9abc-def012345678",
                19_999 * 7919,
                0)));
  }

  private String said(String program, String text) {
    EventRecord record = record(new DmEvent.DaemonMessage(program, text, 6), Bytes.NONE);
    redactor.learn(record);
    restores(record);
    return ((DmEvent.DaemonMessage) redactor.redact(record).event()).text();
  }

  private void restores(EventRecord record) {
    EventRecord told = redactor.redact(record);
    assertEquals(record, redactor.map().restore(told));
  }

  private static EventRecord record(DmEvent event, Bytes evidence) {
    return record("", event, evidence);
  }

  private static EventRecord record(String name, DmEvent event, Bytes evidence) {
    return EventRecord.of(event)
        .seq(1)
        .at(1_772_334_725_000_000_000L, 1)
        .source(Source.DM)
        .device(name.isEmpty() ? DeviceRef.NONE : new DeviceRef(DEV, 7, name, ""))
        .evidence(evidence)
        .build();
  }
}
