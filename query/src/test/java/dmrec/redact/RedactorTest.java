package dmrec.redact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** How each form of name is told. */
class RedactorTest {
  private static final String VG = "PO1rS3hSknTTTh1yDdmBT5WiTt83YOwi";
  private static final String HOME = "QIeHHQ31jrNHdzKAQg0FM2ZTpZDCacsl";
  private static final String DB = "FuEvz58fX4SsuRv5lwHcef51k1WQInhf";
  private static final String LUKS = "0f5b9a7c-11d2-4e3f-8a9b-c0ffee123456";
  private static final DmEvent NOTHING = new DmEvent.DeviceRemoved();

  private final Redactor redactor = new Redactor();
  private int minor;

  @Test
  void aVolumeShowsItsGroup() {
    // given
    EventRecord home = device("vg--data-lv_home", "LVM-" + VG + HOME);
    EventRecord db = device("vg--data-db", "LVM-" + VG + DB);

    // when
    learn(home, db);

    // then
    assertEquals("vg1-lv1", name(home));
    assertEquals("vg1-lv2", name(db));
    assertEquals("vg1/lv1 and vg1", redactor.redactText("vg-data/lv_home and vg-data"));
    restores(home, db);
  }

  @Test
  void volumesOfOneGroupShareTheFirstHalfOfTheirUuid() {
    // given
    EventRecord home = device("data-home", "LVM-" + VG + HOME);
    EventRecord cow = device("data-db-cow", "LVM-" + VG + DB + "-cow");

    // when
    learn(home, cow);
    String first = redactor.redact(home).device().uuid();
    String second = redactor.redact(cow).device().uuid();

    // then
    assertEquals(68, first.length());
    assertEquals("LVM-vg1" + "x".repeat(29) + "lv1" + "x".repeat(29), first);
    assertEquals("LVM-vg1" + "x".repeat(29) + "lv2" + "x".repeat(29) + "-cow", second);
    restores(home, cow);
  }

  @Test
  void whatLvmAppendsToHiddenVolumesStays() {
    for (String suffix :
        List.of(
            "_mimage_0",
            "_mlog",
            "_rimage_1",
            "_rmeta_0",
            "_tdata",
            "_tmeta",
            "_corig",
            "_cdata",
            "_cmeta",
            "_cvol",
            "_wcorig",
            "_vorigin",
            "_tdata_rimage_0",
            "_cdata-real",
            "-tpool",
            "-cow",
            "-pool")) {
      EventRecord one = device("group-volume" + suffix, "LVM-" + VG + HOME);
      learn(one);
      assertEquals("vg1-lv1" + suffix, name(one));
    }
    EventRecord move = device("group-pvmove0", "LVM-" + VG + DB);
    learn(move);
    assertEquals("vg1-pvmove0", name(move));
  }

  @Test
  void aMultipathMapAndItsDisksShareTheWwid() {
    // given
    String wwid = "600508b400105e210000900000490000";
    EventRecord map = device("mpatha", "mpath-3" + wwid);
    EventRecord part = device("mpatha1", "part1-mpath-3" + wwid);
    EventRecord dashed = device("mpatha-part2", "part2-mpath-3" + wwid);
    EventRecord disk = disk("naa." + wwid, "SN0815-4711");

    // when
    learn(map, part, dashed, disk);

    // then
    assertEquals("mpath1", name(map));
    assertEquals("mpath-3disk1", redactor.redact(map).device().uuid());
    assertEquals("mpath1p1", name(part));
    assertEquals("part1-mpath-3disk1", redactor.redact(part).device().uuid());
    assertEquals("mpath1-part2", name(dashed));
    DmEvent.DiskAdded told = (DmEvent.DiskAdded) redactor.redact(disk).event();
    assertEquals("naa.disk1", told.wwid());
    assertEquals("serial1", told.serial());
    assertEquals("sdb", told.name());
    assertEquals(
        "/dev/disk/by-id/scsi-3disk1-part1 0xdisk1",
        redactor.redactText("/dev/disk/by-id/scsi-3" + wwid + "-part1 0x" + wwid));
    restores(map, part, dashed, disk);
  }

  @Test
  void anEncryptedDeviceKeepsTheFormOfItsUuid() {
    // given
    EventRecord luks =
        device("luks-" + LUKS, "CRYPT-LUKS2-" + LUKS.replace("-", "") + "-luks-" + LUKS);
    EventRecord plain = device("secretswap", "CRYPT-PLAIN-secretswap");

    // when
    learn(luks, plain);

    // then
    assertEquals("luks-uuid1xxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", name(luks));
    String uuid = redactor.redact(luks).device().uuid();
    String form = "uuid1xxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    assertEquals("CRYPT-LUKS2-" + form.replace("-", "") + "-luks-" + form, uuid);
    assertEquals("crypt1", name(plain));
    assertEquals("CRYPT-PLAIN-crypt1", redactor.redact(plain).device().uuid());
    restores(luks, plain);
  }

  @Test
  void aTableOfADeviceNamedAsTheKernelsWordsStaysAsItIs() {
    // given
    String status = "2 0 1 0 1 1 A 0 2 1 8:16 A 0 0 1 8:32 F 1 0 1 ";
    EventRecord[] odd = new EventRecord[5];
    String[] names = {"linear", "A", "8:16", "1", "multipath"};
    for (int i = 0; i < odd.length; i++) {
      odd[i] = record(ref(names[i], ""), live("multipath", "0 0 1 1 service-time 0", status));
    }

    // when
    learn(odd);

    // then
    for (int i = 0; i < odd.length; i++) {
      EventRecord told = redactor.redact(odd[i]);
      assertEquals("map" + (i + 1), told.device().name());
      assertEquals(odd[i].event(), told.event());
    }
    assertEquals(
        "the linear target of /dev/mapper/map1, /dev/mapper/map2",
        redactor.redactText("the linear target of /dev/mapper/linear, /dev/mapper/A"));
    restores(odd);
  }

  @Test
  void namesInEvidenceAreReplacedByTheirKeys() {
    // given
    Bytes evidence =
        Bytes.of(
            "change@/devices/virtual/block/dm-0\0ACTION=change\0DEVPATH=/devices/virtual/block/dm-0"
                + "\0SUBSYSTEM=block\0DM_NAME=linear\0DM_UUID=LVM-"
                + VG
                + HOME
                + "\0DM_VG_NAME=vg\0DM_LV_NAME=lv\0ID_SERIAL_SHORT=2000\0ID_FS_LABEL=my data"
                + "\0ID_FS_LABEL_ENC=my\\x20data\0DEVLINKS=/dev/vg/lv /dev/mapper/linear"
                + " /dev/disk/by-label/my\\x20data\0MAJOR=253\0SEQNUM=2000\0");
    EventRecord record = record(DeviceRef.NONE, NOTHING, evidence);

    // when
    learn(record);
    String told = redactor.redact(record).evidence().text();

    // then
    assertEquals(
        "change@/devices/virtual/block/dm-0\0ACTION=change\0DEVPATH=/devices/virtual/block/dm-0"
            + "\0SUBSYSTEM=block\0DM_NAME=map1\0DM_UUID=LVM-vg1xxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
            + "lv1xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\0DM_VG_NAME=vg1\0DM_LV_NAME=lv1"
            + "\0ID_SERIAL_SHORT=serial1\0ID_FS_LABEL=label1\0ID_FS_LABEL_ENC=label1v2"
            + "\0DEVLINKS=/dev/vg1/lv1 /dev/mapper/map1 /dev/disk/by-label/label1v2"
            + "\0MAJOR=253\0SEQNUM=2000\0",
        told);
    restores(record);
  }

  @Test
  void aTokenIsNeverANameOfTheRecording() {
    // given
    EventRecord one = device("vg1-lv1", "LVM-" + VG + HOME);
    EventRecord two = device("mpath1", "mpath-3600508b400105e210000900000490000");

    // when
    learn(one, two);

    // then
    assertEquals("vg2-lv2", name(one));
    assertEquals("mpath2", name(two));
    restores(one, two);
  }

  @Test
  void whatIsNoTextIsLeftOutAndOnlyItsLengthTold() {
    // given
    EventRecord record = record(DeviceRef.NONE, NOTHING, Bytes.of(new byte[] {4, 0, 'v', 'g', 0}));

    // when
    learn(record);
    EventRecord told = redactor.redact(record);

    // then
    assertEquals("[5 bytes left out that are not text]", told.evidence().text());
    assertEquals(new Redactor.LeftOut(1, 0), redactor.leftOut());
  }

  @Test
  void tokensThatWouldRunTogetherAreKeptApart() {
    // given
    redactor.learnWord("backup");
    redactor.learnWord("backup-server");
    String[] texts = {
      "backup7", "backup~", "backupbackup", "backup-serverbackup", "Backup BACKUP backup", "word1",
    };
    for (String each : texts) {
      redactor.learnText(each);
    }

    for (String each : texts) {
      // when
      String told = redactor.redactText(each);

      // then
      assertFalse(told.toLowerCase(java.util.Locale.ROOT).contains("backup"), told);
      assertEquals(each, redactor.map().restoreText(told));
    }
  }

  @Test
  void aGroupNamedAsACommonWordIsToldWhereItsVolumeStandsBehindIt() {
    // given
    EventRecord home = device("data-home", "LVM-" + VG + HOME);

    // when
    learn(home);
    String told = redactor.redactText("lvchange -ay data/home # metadata, data/metadata, data");

    // then
    assertEquals("lvchange -ay vg1/lv1 # metadata, vg1/metadata, data", told);
    restores(home);
  }

  @Test
  void whatAGapQuotesOfAMessageIsTold() {
    // given
    EventRecord gap =
        record(
            DeviceRef.NONE,
            new DmEvent.Gap(
                "uevent", 1, 0, 0, "uevent: expected KEY=VALUE at 7, found \"DM_NAMEsecretvo...\""),
            Bytes.of(new byte[] {1, 2, 3}));

    // when
    learn(gap);
    DmEvent.Gap told = (DmEvent.Gap) redactor.redact(gap).event();

    // then
    assertEquals("uevent: expected KEY=VALUE at 7, found \"text1\"", told.reason());
    assertEquals(gap.event(), redactor.map().restore(redactor.redact(gap)).event());
  }

  @Test
  void aProcessAMachineAndAPortAreToldByTokens() {
    // given a failed request of a process, on a machine that has a disk behind a port
    Actor actor =
        new Actor(
            Actor.Relation.ASKED,
            4711,
            5_000,
            4711,
            0,
            1000,
            "lvchange",
            "/usr/sbin/lvchange",
            1,
            "sh",
            "backup-of-vg-data-lv_home.service");
    EventRecord home =
        record(new DeviceRef(new DevNo(254, 3), 7, "secretname", ""), new DmEvent.DeviceRemoved());
    EventRecord refused =
        record(home.device(), new DmEvent.RequestFailed("table_load", 16, "secretname")).toBuilder()
            .actor(actor)
            .build();
    EventRecord disk =
        record(
            DeviceRef.NONE,
            new DmEvent.DiskAdded(
                new DevNo(8, 16), "sdb", "", "", 8, "iqn.2003-01.example.corp:t1 session4"));
    EventRecord started =
        record(
            DeviceRef.NONE,
            new DmEvent.RecordingStarted(
                "",
                "6.1.0",
                "4.47.0",
                "1",
                "",
                List.of(),
                1,
                "",
                "",
                "68910bdbf74644f18c707e8440b61468",
                7));

    // when
    learn(home, refused, disk, started);

    // then names are tokens, numbers stay, and all comes back
    DmEvent.RequestFailed told = (DmEvent.RequestFailed) redactor.redact(refused).event();
    assertEquals(new DmEvent.RequestFailed("table_load", 16, "map1"), told);
    Actor process = redactor.redact(refused).actor();
    assertEquals(1000, Objects.requireNonNull(process).loginUid());
    assertEquals("/usr/sbin/lvchange", process.executable());
    assertEquals("port1", ((DmEvent.DiskAdded) redactor.redact(disk).event()).port());
    assertEquals("host1", ((DmEvent.RecordingStarted) redactor.redact(started).event()).machine());
    for (EventRecord each : List.of(refused, disk, started)) {
      assertEquals(each, redactor.map().restore(redactor.redact(each)));
    }
  }

  @Test
  void theSameCommandFileAndUnitIsTheSameTokenEverywhere() {
    // given two processes of a user's own service, and what the kernel says of it
    EventRecord one = by("acme-backup", "/opt/acme/backup", "bash", "acme-nightly@a.service");
    EventRecord two = by("lvcreate", "/usr/sbin/lvm", "acme-backup", "acme-nightly@a.service");
    EventRecord said =
        record(
            DeviceRef.NONE,
            new DmEvent.KernelMessage("acme-backup of acme-nightly@a.service failed", 3, 0));

    // when
    learn(one, two, said);

    // then
    assertEquals(actor("command1", "exe1", "bash", "unit1.service"), redactor.redact(one).actor());
    assertEquals(
        actor("lvcreate", "/usr/sbin/lvm", "command1", "unit1.service"),
        redactor.redact(two).actor());
    DmEvent.KernelMessage told = (DmEvent.KernelMessage) redactor.redact(said).event();
    assertEquals("command1 of unit1.service failed", told.text());
    restores(one, two, said);
  }

  @Test
  void whatEverySystemCallsItsProcessesStays() {
    for (Actor known :
        List.of(
            actor("dmsetup", "/sbin/dmsetup", "(udev-worker)", "systemd-udevd.service"),
            actor("multipathd", "/usr/sbin/multipathd", "systemd", "multipathd.service"),
            actor("kworker/u8:2+kdmflush/254:3", "", "kthreadd", ""),
            actor("md127_raid1", "", "kthreadd", ""),
            actor("sudo", "/usr/bin/sudo", "bash", "session-c12.scope"),
            actor("lvs", "/usr/lib/systemd/systemd-udevd", "sh", "user@1000.service"))) {
      EventRecord record = by(known);
      learn(record);
      assertEquals(known, redactor.redact(record).actor());
    }
  }

  @Test
  void aSystemsWordThatIsAlsoADevicesNameIsReplaced() {
    // given a volume group that is called as a unit is
    EventRecord volume = device("iscsid-lv_home", "LVM-" + VG + HOME);
    EventRecord by = by("iscsid", "/usr/sbin/iscsid", "systemd", "iscsid.service");

    // when
    learn(volume, by);

    // then
    assertEquals(
        actor("vg1", "/usr/sbin/vg1", "systemd", "vg1.service"), redactor.redact(by).actor());
    restores(volume, by);
  }

  @Test
  void aCommandThatTokensHoldIsReplacedWhereItStandsAndNotInProse() {
    EventRecord by = by("id", "/opt/id", "sap", "id.service");
    EventRecord said =
        record(DeviceRef.NONE, new DmEvent.KernelMessage("sap: bad id " + LUKS, 3, 0));

    learn(by, said);

    assertEquals(
        actor("command1", "exe1", "command2", "unit1.service"), redactor.redact(by).actor());
    DmEvent.KernelMessage told = (DmEvent.KernelMessage) redactor.redact(said).event();
    assertEquals("command2: bad id uuid1xxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", told.text());
    restores(by, said);
  }

  private EventRecord by(String command, String executable, String parent, String unit) {
    return by(actor(command, executable, parent, unit));
  }

  private EventRecord by(Actor actor) {
    return record(new DeviceRef(new DevNo(254, 9), 7, "", ""), NOTHING).toBuilder()
        .actor(actor)
        .build();
  }

  private static Actor actor(String command, String executable, String parent, String unit) {
    return new Actor(
        Actor.Relation.ASKED, 7, 5, 8, 1001, 1000, command, executable, 1, parent, unit);
  }

  @Test
  void aHostsDomainIsTold() {
    // given
    EventRecord started =
        record(
            DeviceRef.NONE,
            new DmEvent.RecordingStarted(
                LUKS,
                "6.1.0",
                "4.47.0",
                "1",
                "db01.corp.example",
                List.of("uevent"),
                1,
                "c",
                "",
                "",
                0));

    // when
    learn(started);
    DmEvent.RecordingStarted told = (DmEvent.RecordingStarted) redactor.redact(started).event();

    // then
    assertEquals("host1.domain1", told.host());
    assertEquals("uuid1xxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", told.bootId());
    assertEquals("6.1.0", told.kernel());
    assertEquals("ssh host1", redactor.redactText("ssh db01"));
    restores(started);
  }

  private void learn(EventRecord... records) {
    for (EventRecord each : records) {
      redactor.learn(each);
    }
  }

  private String name(EventRecord record) {
    return redactor.redact(record).device().name();
  }

  private void restores(EventRecord... records) {
    for (EventRecord each : records) {
      assertEquals(each, redactor.map().restore(redactor.redact(each)));
    }
  }

  private EventRecord device(String name, String uuid) {
    return record(ref(name, uuid), NOTHING);
  }

  private DeviceRef ref(String name, String uuid) {
    return new DeviceRef(new DevNo(253, minor++), 7, name, uuid);
  }

  private static DmEvent live(String type, String params, String status) {
    return new DmEvent.TableLive(
        List.of(new Target(0, 8, type, params, status)), List.of(new DevNo(8, 16)), false);
  }

  private static EventRecord disk(String wwid, String serial) {
    return record(
        DeviceRef.NONE, new DmEvent.DiskAdded(new DevNo(8, 16), "sdb", wwid, serial, 100, ""));
  }

  private static EventRecord record(DeviceRef ref, DmEvent event) {
    return record(ref, event, Bytes.NONE);
  }

  private static EventRecord record(DeviceRef ref, DmEvent event, Bytes evidence) {
    return EventRecord.of(event)
        .seq(1)
        .at(1_772_334_725_000_000_000L, 1)
        .source(Source.DM)
        .device(ref)
        .evidence(evidence)
        .build();
  }
}
