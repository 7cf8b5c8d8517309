package dmrec.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableReferencesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          linear          | 8:16 2048                                        | 8:16
          striped         | 2 128 8:16 0 8:32 0                              | 8:16 8:32
          mirror          | disk 2 254:2 1024 2 254:0 0 254:1 0 1 handle_errors | 254:2 254:0 254:1
          mirror          | core 1 1024 2 254:0 0 254:1 0                    | 254:0 254:1
          snapshot        | 254:0 254:1 P 8                                  | 254:0 254:1
          snapshot-merge  | 254:0 254:1 P 8                                  | 254:0 254:1
          snapshot-origin | 254:0                                            | 254:0
          multipath       | '2 queue_mode bio 1 alua 2 1 round-robin 0 2 1 1:0 1 1:1 1 service-time 0 1 2 1:2 1 1 ' | 1:0 1:1 1:2
          thin-pool       | 254:0 254:1 128 100 1 skip_block_zeroing         | 254:0 254:1
          thin            | 254:2 7                                          | 254:2
          thin            | 254:2 7 8:1                                      | 254:2 8:1
          crypt           | aes-xts-plain64 0000 0 8:1 4096 1 allow_discards | 8:1
          crypt           | aes-xts-plain64 :64:logon:1:2 0 8:1 4096         | 8:1
          integrity       | 8:1 0 4 J 3 meta_device:8:2 block_size:512 internal_hash:crc32c | 8:1 8:2
          verity          | 1 8:1 8:2 4096 4096 100 1 sha256 ab cd 2 use_fec_from_device 8:3 | 8:1 8:2 8:3
          raid            | raid1 3 0 region_size 1024 2 254:0 254:1 254:2 254:3 | 254:0 254:1 254:2 254:3
          raid            | raid5_ls 3 128 journal_dev 9:9 3 - 1:1 1:2 1:3 - - | 9:9 1:1 1:2 1:3
          cache           | 254:0 254:1 254:2 128 1 writeback default 0      | 254:0 254:1 254:2
          writecache      | s 8:1 8:2 4096 0                                 | 8:1 8:2
          era             | 8:1 8:2 128                                      | 8:1 8:2
          clone           | 8:1 8:2 8:3 8 1 no_hydration                     | 8:1 8:2 8:3
          delay           | 8:1 0 5 8:2 0 6 8:3 0 7                          | 8:1 8:2 8:3
          delay           | 8:1 0 5 8:1 0 6                                  | 8:1
          flakey          | '8:1 0 1 1 0 '                                   | 8:1
          dust            | 8:1 0 512                                        | 8:1
          log-writes      | 8:1 8:2                                          | 8:1 8:2
          switch          | 2 128 0 8:1 0 8:2 0                              | 8:1 8:2
          unstriped       | 2 128 0 8:1 0                                    | 8:1
          ebs             | 8:1 0 1                                          | 8:1
          zoned           | 8:1 8:2                                          | 8:1 8:2
          zero            | ''                                               | ''
          error           | ''                                               | ''
          new-one         | a 8:1 b:c 8:2:3 9:4                              | 8:1 9:4
          linear          | what 8:16                                        | 8:16
          """)
  void findsTheDevicesOfATableLineInOrder(String type, String params, String devices) {
    Target target = new Target(0, 8, type, params, "");

    String found =
        TableReferences.devices(target).stream()
            .map(DevNo::toString)
            .collect(Collectors.joining(" "));

    assertEquals(devices, found);
  }

  @Test
  void readsAMultipathTable() {
    MultipathTable table =
        MultipathTable.parse(
            "3 queue_if_no_path queue_mode bio 1 alua 1 1 service-time 0 2 2 1:0 1 2 1:1 1 2 ");

    assertNotNull(table);
    assertTrue(table.queuesIfNoPath());
    assertEquals("[alua]", table.hardwareHandler().toString());
    assertEquals("service-time", table.groups().get(0).selector());
    assertEquals(new DevNo(1, 1), table.groups().get(0).paths().get(1).device());
    assertNull(MultipathTable.parse("3 queue_if_no_path"));
  }

  @Test
  void readsMirrorAndPoolTables() {
    MirrorTable mirror = MirrorTable.parse("disk 2 254:2 1024 1 254:0 0 1 handle_errors");
    ThinPoolTable pool = ThinPoolTable.parse("254:0 254:1 128 32768 1 skip_block_zeroing ");

    assertNotNull(mirror);
    assertEquals("disk", mirror.logType());
    assertTrue(mirror.features().contains("handle_errors"));
    assertNotNull(pool);
    assertEquals(32768, pool.lowWaterBlocks());
    assertNull(ThinPoolTable.parse("254:0 x"));
    assertNull(MirrorTable.parse(""));
  }
}
