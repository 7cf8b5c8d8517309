package dmrec.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelLogLineTest {

  private static KernelLogLine read(String text) throws DecodeException {
    return KernelLogLine.decode(Replies.ascii(text));
  }

  @Test
  void readsARecordOfTheKernelLog() throws DecodeException {
    KernelLogLine line =
        read(
            """
            12,4294967296123,5140900,-,caller=T1;usb\\x0aline; with semicolon
             SUBSYSTEM=usb
             DEVICE=c189:3
            """);

    assertEquals(4, line.priority());
    assertEquals(1, line.facility());
    assertEquals(4294967296123L, line.seq());
    assertEquals(5140900, line.monoUs());
    assertEquals('-', line.flags());
    assertEquals("usb\\x0aline; with semicolon", line.text());
    assertEquals("usb\nline; with semicolon", line.decodedText());
    assertEquals(
        List.of(
            new KernelLogLine.Property("SUBSYSTEM", "usb"),
            new KernelLogLine.Property("DEVICE", "c189:3")),
        line.properties());
    assertFalse(line.isDeviceMapper());
    assertEquals(Fault.NONE, line.fault());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          multipath: 253:3: Failing path 8:16.           | 253:3 | 8:16 | -1 | PATH_FAILED
          multipath: 253:3: Reinstating path 8:16.       | 253:3 | 8:16 | -1 | PATH_REINSTATED
          multipath: queue_if_no_path timeout on 253:3, failing queued IO | 253:3 | null | -1 | QUEUEING_TIMED_OUT
          snapshots: Invalidating snapshot: Error reading/writing. | null | null | -1 | SNAPSHOT_INVALID_IO_ERROR
          snapshots: Invalidating snapshot: Unable to allocate exception. | null | null | -1 | SNAPSHOT_INVALID_NO_EXCEPTION
          snapshots: Snapshot overflowed: Unable to allocate exception. | null | null | -1 | SNAPSHOT_OVERFLOWED
          snapshots: Write error: shutting down merge.   | null | null | -1 | SNAPSHOT_MERGE_FAILED
          crypt: dm-3: INTEGRITY AEAD ERROR, sector 1024 | null | null | 1024 | CRYPT_INTEGRITY_ERROR
          integrity: dm-1: Checksum failed at sector 0x1f8 | null | null | 504 | INTEGRITY_CHECKSUM_FAILED
          integrity: Checksum failed when reading from journal, at sector 0x10 | null | null | 16 | INTEGRITY_JOURNAL_CHECKSUM_FAILED
          integrity: Error on reading journal: -5        | null | null | -1 | INTEGRITY_ERROR
          verity: 8:1: metadata block 7 is corrupted     | null | 8:1 | 7 | VERITY_METADATA_CORRUPTED
          verity: 8:1: data block 9 is corrupted         | null | 8:1 | 9 | VERITY_DATA_CORRUPTED
          verity: 8:1: reached maximum errors            | null | 8:1 | -1 | VERITY_TOO_MANY_ERRORS
          raid1: Read failure on mirror device 254:1.  Failing I/O. | null | 254:1 | -1 | MIRROR_LEG_FAILED
          raid1: Primary mirror (254:0) failed while out-of-sync: Reads may fail. | null | 254:0 | -1 | MIRROR_LEG_FAILED
          dirty region log: 254:2: Failed to write header on dirty region log device | null | 254:2 | -1 | MIRROR_LOG_FAILED
          table: 254:5: linear: Device lookup failed (-ENOENT) | 254:5 | null | -1 | NONE
          thin: 253:4: reached low water mark for data device: sending event. | 253:4 | null | -1 | NONE
          """)
  void readsWhatDeviceMapperReports(
      String text, String device, String path, long sector, Fault fault) throws DecodeException {
    KernelLogLine line = read("3,1,2,-;device-mapper: " + text + "\n");

    assertTrue(line.isDeviceMapper());
    assertEquals(text.substring(0, text.indexOf(": ")), line.target());
    assertEquals(device, String.valueOf(line.device()));
    assertEquals(path, String.valueOf(line.path()));
    assertEquals(sector, line.sector());
    assertEquals(fault, line.fault());
  }

  @Test
  void keepsTheNameWhereALineNamesTheDeviceSo() throws DecodeException {
    assertEquals(
        "dm-3",
        read("3,1,2,-;device-mapper: crypt: dm-3: INTEGRITY AEAD ERROR, sector 8").deviceName());
  }

  @Test
  void refusesWhatIsNoRecord() {
    assertThrows(DecodeException.class, () -> read(""));
    assertThrows(DecodeException.class, () -> read("1,2,3;text"));
    assertThrows(DecodeException.class, () -> read("a,2,3,-;text"));
  }
}
