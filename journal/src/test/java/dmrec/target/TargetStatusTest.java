package dmrec.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TargetStatusTest {

  static final String MPATH =
      "2 0 1 0 2 1 A 0 2 2 8:16 A 0 0 1 8:32 F 3 0 1 E 0 2 2 8:48 A 0 0 1 8:64 A 0 0 1 ";

  private static final String CACHE =
      "8 27/2048 128 11/64 1 2 3 4 5 6 7 2 metadata2 writeback 2 migration_threshold 2048 smq 0 rw"
          + " - ";

  record Sample(String type, Class<? extends TargetStatus> form, String text) {}

  static List<Sample> samples() {
    return List.of(
        new Sample("linear", Verbatim.class, ""),
        new Sample("error", Verbatim.class, ""),
        new Sample("vdo", Verbatim.class, "/dev/x normal - online online 1 2"),
        new Sample("striped", Striped.class, "2 8:16 8:32 1 AD"),
        new Sample("mirror", Mirror.class, "2 254:0 254:1 8/8 1 AA 3 disk 254:2 A"),
        new Sample("mirror", Mirror.class, "2 254:0 254:1 3/8 1 AD 1 core"),
        new Sample("mirror", Mirror.class, "2 254:0 254:1 8/8 1 FU userspace 1 COM_FAILURE"),
        new Sample("mirror", Mirror.class, "2 254:0 254:1 8/8 1 AA 3 clustered-disk 254:2 D"),
        new Sample("mirror", Mirror.class, "2 254:0 254:1 8/8 1 SR"),
        new Sample("mirror", Verbatim.class, "2 254:0 254:1 8/8"),
        new Sample("snapshot", Snapshot.class, "16/256 16"),
        new Sample("snapshot", Snapshot.class, "Invalid"),
        new Sample("snapshot", Snapshot.class, "Overflow"),
        new Sample("snapshot", Snapshot.class, "Unknown"),
        new Sample("snapshot-merge", Snapshot.class, "Merge failed"),
        new Sample("snapshot-merge", Verbatim.class, "Merge finished"),
        new Sample("snapshot", Verbatim.class, "16/256"),
        new Sample("multipath", Multipath.class, MPATH),
        new Sample("multipath", Multipath.class, "2 1 0 0 0 0 "),
        new Sample("multipath", Multipath.class, "2 0 0 0 1 1 E 2 5 8 1 3 8:0 A 0 7 8 9 "),
        new Sample("multipath", Multipath.class, "0 0 1 1 D 0 1 0 65:160 A 12"),
        new Sample("multipath", Verbatim.class, "2 0 0 0 1 1 X 0 1 0 8:0 A 0 "),
        new Sample("multipath", Verbatim.class, "2 0 0 0 1 1 A 0 1 0 8:0 A 00 "),
        new Sample("multipath", Verbatim.class, "2 0 0 0 2147483647 1 "),
        new Sample(
            "thin-pool",
            ThinPool.class,
            "1 12/1024 3/200 - rw discard_passdown queue_if_no_space - 1024 "),
        new Sample(
            "thin-pool",
            ThinPool.class,
            "1 12/1024 200/200 7 out_of_data_space ignore_discard error_if_no_space needs_check 3"
                + " "),
        new Sample("thin-pool", ThinPool.class, "1 12/1024 3/200 - ro no_discard_passdown "),
        new Sample(
            "thin-pool", ThinPool.class, "1 12/1024 3/200 - rw discard_passdown queue_if_no_space"),
        new Sample("thin-pool", ThinPool.class, "Fail"),
        new Sample("thin-pool", ThinPool.class, "Error"),
        new Sample("thin", Thin.class, "2048 4095"),
        new Sample("thin", Thin.class, "0 -"),
        new Sample("thin", Thin.class, "-"),
        new Sample("thin", Thin.class, "Fail"),
        new Sample("raid", Raid.class, "raid1 2 AA 8192/8192 idle 0 0 -"),
        new Sample("raid", Raid.class, "raid1 2 aa 0/8192"),
        new Sample("raid", Raid.class, "raid5_ls 3 AaD 1/8192 recover 2"),
        new Sample("raid", Raid.class, "raid6_zr 4 AAA- 9/9 check 12 2048"),
        new Sample("raid", Raid.class, "raid6_zr 4 AAA- 9/9 check 12 2048 A and more"),
        new Sample("cache", Cache.class, CACHE),
        new Sample(
            "cache",
            Cache.class,
            "8 27/2048 128 11/64 1 2 3 4 5 6 7 1 writethrough 2 migration_threshold 2048 mq 2 a 1"),
        new Sample("cache", Cache.class, "Fail"),
        new Sample("integrity", Integrity.class, "0 16128 -"),
        new Sample("integrity", Integrity.class, "3 16128 512"),
        new Sample("integrity", Integrity.class, "3 16128"),
        new Sample("verity", Verity.class, "V"),
        new Sample("verity", Verity.class, "C 7"),
        new Sample("verity", Verbatim.class, "X"),
        new Sample("writecache", Writecache.class, "0 1000 900 0"),
        new Sample("writecache", Writecache.class, "0 1000 900 0 1 2 3 4 5 6 7 8 9 10"),
        new Sample("era", Era.class, "8 27/2048 5 -"),
        new Sample("era", Era.class, "Error"),
        new Sample("delay", Delay.class, "1 2 0"),
        new Sample("log-writes", LogWrites.class, "12 4096"),
        new Sample("log-writes", LogWrites.class, "12 4096 logging_disabled"),
        new Sample("log-writes", Verbatim.class, "0 18446744073709551615"),
        new Sample("dust", Dust.class, "8:16 fail_read_on_bad_block verbose"),
        new Sample("dust", Dust.class, "8:16 bypass"),
        new Sample(
            "clone",
            Clone.class,
            "8 10/1024 8 100/1000 3 1 no_hydration 4 hydration_threshold 1 hydration_batch_size 1"
                + " rw"),
        new Sample("clone", Clone.class, "Fail"),
        new Sample("zoned", Zoned.class, "100 zones 0/0 cache 3/9 random 1/91 sequential"));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void printsBackWhatItParsedInItsTargetsForm(Sample sample) {
    TargetStatus status = TargetStatus.parse(sample.type(), sample.text());

    assertInstanceOf(sample.form(), status);
    assertEquals(sample.text(), status.text());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void keepsTrailingBlanksAndWordsOfNewerKernels(Sample sample) {
    for (String more : List.of(" ", "  ", " 7", " word and more ", "\t", "\n")) {
      String text = sample.text() + more;
      assertEquals(text, TargetStatus.parse(sample.type(), text).text());
    }
  }

  @Test
  void readsGroupsAndPathsOfAMultipath() {
    Multipath status = (Multipath) TargetStatus.parse("multipath", MPATH);

    assertFalse(status.queueIo());
    assertEquals(1, status.currentGroup());
    assertEquals(Multipath.GroupState.ACTIVE, status.groups().get(0).state());
    assertEquals(Multipath.GroupState.ENABLED, status.groups().get(1).state());
    assertEquals(3, status.validPaths());
    assertEquals(
        new Multipath.Path(new DevNo(8, 32), true, 3, List.of("0", "1")),
        status.path(new DevNo(8, 32)));
    assertNull(status.path(new DevNo(8, 17)));
  }

  @Test
  void tellsTheStatesOfAMirrorAndItsLog() {
    Mirror mirror = mirror("2 254:0 254:1 3/8 1 AD 3 disk 254:2 F");

    assertEquals(3, mirror.inSync());
    assertEquals(8, mirror.total());
    assertEquals(Mirror.LegHealth.ALIVE, mirror.legHealth(0));
    assertEquals(Mirror.LegHealth.WRITE_FAILED, mirror.legHealth(1));
    assertEquals("disk", mirror.logType());
    assertEquals(new DevNo(254, 2), mirror.logDevice());
    assertEquals(Mirror.LogState.FLUSH_FAILED, mirror.logState());
    assertEquals(Mirror.LogState.ALIVE, mirror("1 1:0 1/1 1 A 1 core").logState());
    assertEquals(Mirror.LogState.FAILED, mirror("1 1:0 1/1 1 A 3 disk 1:1 D").logState());
    assertEquals(
        Mirror.LogState.UNREACHABLE, mirror("1 1:0 1/1 1 A userspace 1 COM_FAILURE").logState());
    assertEquals(Mirror.LogState.UNKNOWN, mirror("1 1:0 1/1 1 A").logState());
  }

  private static Mirror mirror(String text) {
    return (Mirror) TargetStatus.parse("mirror", text);
  }

  @Test
  void tellsTheStatesOfASnapshot() {
    Snapshot snapshot = (Snapshot) TargetStatus.parse("snapshot", "16/256 16");

    assertEquals(Snapshot.State.VALID, snapshot.state());
    assertEquals(new Ratio(16, 256), snapshot.usage());
    assertEquals(16, snapshot.metadataSectors());
    assertEquals(
        Snapshot.State.MERGE_FAILED,
        ((Snapshot) TargetStatus.parse("snapshot-merge", "Merge failed")).state());
  }

  @Test
  void tellsModeAndSpaceOfAPool() {
    ThinPool pool =
        (ThinPool)
            TargetStatus.parse(
                "thin-pool",
                "1 12/1024 150/200 - ro discard_passdown queue_if_no_space needs_check 99 ");
    ThinPool.Usage usage = pool.usage();

    assertEquals(ThinPool.Mode.READ_ONLY, pool.mode());
    assertEquals(50, usage == null ? -1 : usage.freeDataBlocks());
    assertTrue(usage != null && usage.needsCheck() && usage.queuesIfNoSpace());
    assertEquals(99, usage == null ? -1 : usage.metadataLowWatermark());
    assertEquals(ThinPool.Mode.FAIL, ((ThinPool) TargetStatus.parse("thin-pool", "Fail")).mode());
  }

  @Test
  void tellsHealthAndModeOfRaidAndCache() {
    Raid raid = (Raid) TargetStatus.parse("raid", "raid5_ls 3 AaD 1/8192 recover 2 0 -");
    Cache cache = (Cache) TargetStatus.parse("cache", CACHE);

    assertEquals(Raid.DeviceHealth.ALIVE_NOT_IN_SYNC, raid.deviceHealth(1));
    assertEquals(Raid.DeviceHealth.DEAD, raid.deviceHealth(2));
    assertFalse(raid.isInSync());
    assertEquals("writeback", cache.ioMode());
    assertEquals(Cache.Mode.READ_WRITE, cache.mode());
  }
}
