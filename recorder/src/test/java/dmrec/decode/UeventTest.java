package dmrec.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.target.DevNo;
import java.nio.ByteBuffer;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UeventTest {

  private static Uevent decode(ByteBuffer message) throws DecodeException {
    return Uevent.decode(Bytes.of(message));
  }

  static ByteBuffer pathEvent() {
    return Replies.uevent(
        "change@/devices/virtual/block/dm-0",
        "ACTION=change",
        "DEVPATH=/devices/virtual/block/dm-0",
        "SUBSYSTEM=block",
        "DM_TARGET=multipath",
        "DM_ACTION=PATH_REINSTATED",
        "DM_SEQNUM=2",
        "DM_PATH=1:0",
        "DM_NR_VALID_PATHS=4",
        "DM_NAME=mpatha",
        "DM_UUID=mpath-36001405aaaa0001",
        "MAJOR=254",
        "MINOR=0",
        "DEVNAME=dm-0",
        "DEVTYPE=disk",
        "DISKSEQ=25",
        "SEQNUM=784");
  }

  @Test
  void readsAPathEventAsTheKernelSendsIt() throws DecodeException {
    Uevent event = decode(pathEvent());

    assertEquals("change", event.action());
    assertEquals("/devices/virtual/block/dm-0", event.devPath());
    assertFalse(event.fromUdev());
    assertTrue(event.isBlock() && event.isDm());
    assertEquals(new DevNo(254, 0), event.devNo());
    assertEquals("PATH_REINSTATED", event.dmAction());
    assertEquals(2, event.dmSeqNum());
    assertEquals(new DevNo(1, 0), event.dmPath());
    assertEquals(4, event.validPaths());
    assertEquals("mpatha", event.dmName());
    assertEquals("mpath-36001405aaaa0001", event.dmUuid());
    assertEquals(25, event.diskSeq());
    assertEquals(784, event.seqNum());
    assertFalse(event.synthetic());
    assertNull(event.cookie());
    assertNull(event.diskRo());
    assertEquals(16, event.properties().size());
  }

  @Test
  void readsWhatUdevSendsOn() throws DecodeException {
    ByteBuffer message =
        Replies.udevMessage("SUBSYSTEM=block", "ACTION=add", "DEVPATH=/devices/x/block/sda");

    Uevent event = decode(message);

    assertTrue(event.fromUdev());
    assertEquals("add", event.action());
    assertFalse(event.isDm());
    assertTrue(Uevent.concernsBlockDevices(message));
  }

  @Test
  void readsCookieResizeReadOnlyAndVerityErrors() throws DecodeException {
    Uevent event =
        decode(
            Replies.uevent(
                "change@/devices/virtual/block/dm-1",
                "SUBSYSTEM=block",
                "DM_COOKIE=4280341",
                "DM_COOKIE=6377493",
                "RESIZE=1",
                "DISK_RO=1",
                "SYNTH_UUID=0",
                "DM_VERITY_ERR_BLOCK_NR=1,77"));
    Cookie cookie = event.cookie();

    assertEquals(new Cookie(6377493), cookie);
    assertEquals(6377493 & 0xffff, new Cookie(6377493).base());
    assertEquals(
        Set.of(
            Cookie.Flag.DISABLE_LIBRARY_FALLBACK,
            Cookie.Flag.PRIMARY_SOURCE,
            Cookie.Flag.DISABLE_DM_RULES),
        new Cookie(0x00610000).flags());
    assertTrue(event.resize() && event.synthetic());
    assertEquals(true, event.diskRo());
    assertEquals(new Uevent.VerityError(1, 77), event.verityError());
  }

  @Test
  void aPartOfADeviceNumberHasSevenDigitsAtMost() throws DecodeException {
    assertEquals(
        new DevNo(8, 16),
        decode(Replies.uevent("change@/x", "MAJOR=0000008", "MINOR=16", "DM_PATH=8:0000016"))
            .devNo());
    Uevent event =
        decode(Replies.uevent("change@/x", "MAJOR=00000008", "MINOR=16", "DM_PATH=8:00000016"));
    assertNull(event.devNo());
    assertNull(event.dmPath());
    assertNull(decode(Replies.uevent("change@/x", "MAJOR=8", "DM_PATH=8")).devNo());
    assertNull(decode(Replies.uevent("change@/x", "MAJOR=", "MINOR=", "DM_PATH=:")).dmPath());
  }

  @Test
  void tellsBlockDevicesFromOthersWithoutDecoding() {
    assertTrue(Uevent.concernsBlockDevices(pathEvent()));
    assertFalse(
        Uevent.concernsBlockDevices(
            Replies.uevent(
                "add@/devices/virtual/bdi/254:0", "SUBSYSTEM=bdi", "X=SUBSYSTEM=block")));
    assertFalse(Uevent.concernsBlockDevices(Replies.uevent("add@/x", "SUBSYSTEM=blocks")));
    assertFalse(Uevent.concernsBlockDevices(ByteBuffer.allocate(0)));
  }

  @Test
  void saysWhatIsWrongAndWhere() {
    DecodeException noHeader =
        assertThrows(DecodeException.class, () -> decode(Replies.uevent("nonsense")));
    DecodeException noValue =
        assertThrows(DecodeException.class, () -> decode(Replies.uevent("a@b", "KEY")));
    DecodeException noEnd =
        assertThrows(DecodeException.class, () -> decode(Replies.ascii("a@b\0K=V")));

    assertEquals("action@devpath", noHeader.expected());
    assertEquals(4, noValue.offsetBytes());
    assertEquals("uevent, byte 7: expected a NUL byte, found end of message", noEnd.getMessage());
  }
}
