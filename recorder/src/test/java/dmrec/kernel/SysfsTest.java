package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SysfsTest {
  @TempDir Path sys = Path.of("");

  @BeforeEach
  void layOut() throws IOException {
    device("block/sdb", "8:16");
    write("block/sdb/diskseq", "7\n");
    write("block/sdb/size", "2097152\n");
    write("block/sdb/ro", "0\n");
    write("block/sdb/queue/read_ahead_kb", "128\n");
    write("block/sdb/device/wwid", "naa.6001405aaaa0001\n");
    write("block/sdb/device/vendor", "LIO-ORG \n");
    write("block/sdb/device/model", "disk            \n");
    Files.write(
        folder("block/sdb/device").resolve("vpd_pg80"),
        new byte[] {0, (byte) 0x80, 0, 6, ' ', 'S', 'N', '4', '2', ' '});
    device("block/sdb/sdb1", "8:17");
    write("block/sdb/sdb1/partition", "1\n");
    write("block/sdb/sdb1/size", "2048\n");
    write("block/sdb/sdb1/ro", "1\n");
    device("block/dm-10", "254:10");
    write("block/dm-10/dm/name", "late\n");
    device("block/dm-2", "254:2");
    write("block/dm-2/dm/name", "odd \u00ff name \n");
    write("block/dm-2/dm/uuid", "mpath-3600\n");
    write("block/dm-2/dm/suspended", "1\n");
    Files.createSymbolicLink(folder("block/dm-2/slaves").resolve("sdb"), sys.resolve("block/sdb"));
  }

  @Test
  void readsADisk() {
    Sysfs.BlockDevice disk = new Sysfs(sys).blockDevice(DeviceNumber.encode(8, 16));

    assertNotNull(disk);
    assertEquals("sdb", disk.name());
    assertEquals(7, disk.diskseq());
    assertEquals(128, disk.readAheadKib());
    assertEquals(2097152, disk.sizeSectors());
    assertFalse(disk.readOnly());
    assertFalse(disk.isMapped());
    assertEquals("naa.6001405aaaa0001", disk.wwid());
    assertEquals("SN42", disk.serial());
    assertEquals("LIO-ORG", disk.vendor());
    assertEquals("disk", disk.model());
    assertEquals(List.of(), disk.slaves());
  }

  @Test
  void partitionHasItsDisksIdentityAndItsOwnSize() {
    Sysfs.BlockDevice part = new Sysfs(sys).blockDevice(DeviceNumber.encode(8, 17));

    assertNotNull(part);
    assertEquals("sdb1", part.name());
    assertEquals(7, part.diskseq());
    assertEquals(2048, part.sizeSectors());
    assertTrue(part.readOnly());
    assertEquals("SN42", part.serial());
  }

  @Test
  void mappedDeviceKeepsItsNameByteForByte() {
    Sysfs.BlockDevice dm = new Sysfs(sys).blockDevice(DeviceNumber.encode(254, 2));

    assertNotNull(dm);
    assertTrue(dm.isMapped());
    assertArrayEquals("odd \u00ff name ".getBytes(StandardCharsets.ISO_8859_1), dm.dmName());
    assertArrayEquals("mpath-3600".getBytes(StandardCharsets.ISO_8859_1), dm.dmUuid());
    assertTrue(dm.dmSuspended());
    assertEquals(List.of(DeviceNumber.encode(8, 16)), dm.slaves());
    assertEquals(0, dm.diskseq());
    assertEquals(-1, dm.readAheadKib());
    assertEquals("", dm.wwid());
  }

  @Test
  void listsMappedDevicesByNumber() throws Exception {
    assertEquals(
        List.of(DeviceNumber.encode(254, 2), DeviceNumber.encode(254, 10)),
        new Sysfs(sys).mappedDevices());
    assertThrows(IOException.class, () -> new Sysfs(sys.resolve("none")).mappedDevices());
  }

  private String portOf(String device) throws IOException {
    Files.createSymbolicLink(folder("block/sdc").resolve("device"), folder(device));
    device("block/sdc", "8:32");
    Sysfs.BlockDevice disk = new Sysfs(sys).blockDevice(DeviceNumber.encode(8, 32));
    assertNotNull(disk);
    return disk.port();
  }

  @Test
  void aDiskBehindFibreChannelHasThePortsName() throws Exception {
    String port = "devices/host1/rport-1:0-3";
    write(port + "/fc_remote_ports/rport-1:0-3/port_name", "0x500a098187197c93\n");
    assertEquals("0x500a098187197c93", portOf(port + "/target1:0:0/1:0:0:7"));
  }

  @Test
  void aDiskBehindIscsiHasTheTargetAndTheSession() throws Exception {
    String session = "devices/platform/host2/session4";
    write(session + "/iscsi_session/session4/targetname", "iqn.2003-01.org.example:t1\n");
    assertEquals("iqn.2003-01.org.example:t1 session4", portOf(session + "/target2:0:0/2:0:0:0"));
  }

  @Test
  void aDiskBehindSasHasTheAddressOfItsEndDevice() throws Exception {
    String end = "devices/host3/port-3:0/end_device-3:0";
    write(end + "/sas_device/end_device-3:0/sas_address", "0x5000c500a1b2c3d5\n");
    assertEquals("0x5000c500a1b2c3d5", portOf(end + "/target3:0:0/3:0:0:0"));
  }

  @Test
  void aNamespaceHasTheAddressOfItsController() throws Exception {
    write("devices/nvme0/transport", "tcp\n");
    write("devices/nvme0/address", "traddr=192.0.2.1,trsvcid=4420\n");
    assertEquals("traddr=192.0.2.1,trsvcid=4420", portOf("devices/nvme0"));
  }

  @Test
  void aDiskOfNoTransportHasNoPort() throws Exception {
    assertEquals("", portOf("devices/pseudo/host4/target4:0:0/4:0:0:0"));
  }

  @Test
  void deviceThatIsGoneIsNull() {
    assertNull(new Sysfs(sys).blockDevice(DeviceNumber.encode(8, 99)));
  }

  @Test
  void readsThisMachinesDisks() throws Exception {
    Sysfs sysfs = new Sysfs();
    try (var numbers = Files.list(Path.of("/sys/dev/block"))) {
      for (Path number : numbers.toList()) {
        String[] parts = String.valueOf(number.getFileName()).split(":", 2);
        long dev = DeviceNumber.encode(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
        Sysfs.BlockDevice device = sysfs.blockDevice(dev);
        if (device == null) {
          assertFalse(Files.exists(number), number.toString()); // It went meanwhile.
          continue;
        }
        assertTrue(device.sizeSectors() >= 0);
        assertTrue(
            Files.exists(Path.of("/sys/class/block", device.name())) || !Files.exists(number),
            device.name());
      }
    }
  }

  private Path folder(String path) throws IOException {
    return Files.createDirectories(sys.resolve(path));
  }

  private void write(String path, String text) throws IOException {
    Path file = sys.resolve(path);
    Files.createDirectories(file.resolve("..").normalize());
    Files.writeString(file, text, StandardCharsets.ISO_8859_1);
  }

  private void device(String path, String number) throws IOException {
    write(path + "/dev", number + "\n");
    Files.createSymbolicLink(folder("dev/block").resolve(number), sys.resolve(path));
  }
}
