package dmrec.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.target.DevNo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DmReplyTest {

  @Test
  void readsTheHead() throws DecodeException {
    DmHeader header = DmHeader.decode(Replies.of(3).build());

    assertEquals(47, header.versionMinor());
    assertEquals("mpatha", header.name());
    assertEquals("mpath-3600", header.uuid());
    assertEquals(new DevNo(254, 3), header.dev());
    assertEquals(4294967294L, header.eventNr());
    assertTrue(header.suspended() && header.activePresent());
    assertFalse(header.readOnly() || header.inactivePresent() || header.bufferFull());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readsTargetsOfEitherByteOrder(boolean big) throws DecodeException {
    ByteOrder order = big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    ByteBuffer reply =
        Replies.of(order, 47, 2)
            .target(0, 2048, "linear", "8:16 0")
            .target(2048, 8, "error", "")
            .build();

    assertEquals(
        List.of(
            new StatusReply.Entry(0, 2048, "linear", "8:16 0"),
            new StatusReply.Entry(2048, 8, "error", "")),
        StatusReply.decode(reply).targets());
  }

  @Test
  void readsTheDeviceList() throws DecodeException {
    ByteBuffer reply =
        Replies.of(0)
            .device(254L << 8, "a\udcff b", 7, "LVM-x", false)
            .device(254L << 8 | 1, "mpatha", 4294967295L, null, true)
            .build();

    assertEquals(
        List.of(
            new DeviceList.Entry(new DevNo(254, 0), "a\udcff b", 7L, "LVM-x"),
            new DeviceList.Entry(new DevNo(254, 1), "mpatha", 4294967295L, null)),
        DeviceList.decode(reply).devices());
  }

  @Test
  void knowsWhichKernelsListWhat() throws DecodeException {
    ByteBuffer old =
        Replies.of(ByteOrder.LITTLE_ENDIAN, 36, 0).device(254L << 8, "a", 7, "u", true).build();
    ByteBuffer newer =
        Replies.of(ByteOrder.LITTLE_ENDIAN, 44, 0).device(254L << 8, "a", 7, "u", true).build();

    assertEquals(
        List.of(new DeviceList.Entry(new DevNo(254, 0), "a", null, null)),
        DeviceList.decode(old).devices());
    assertEquals(
        List.of(new DeviceList.Entry(new DevNo(254, 0), "a", 7L, null)),
        DeviceList.decode(newer).devices());
  }

  @Test
  void readsNoDevicesFromAnEmptyList() throws DecodeException {
    ByteBuffer zeroed = Replies.of(0).device(0, "", 0, null, true).build();

    assertEquals(List.of(), DeviceList.decode(zeroed).devices());
    assertEquals(List.of(), DeviceList.decode(Replies.of(0).build()).devices());
  }

  @Test
  void readsDepsAndVersions() throws DecodeException {
    DepsReply deps = DepsReply.decode(Replies.of(0).deps(8L << 8 | 16, 8L << 8 | 32).build());
    VersionsReply versions =
        VersionsReply.decode(
            Replies.of(0)
                .version("crypt", 1, 24, 0, false)
                .version("linear", 1, 4, 0, true)
                .build());

    assertEquals(List.of(new DevNo(8, 16), new DevNo(8, 32)), deps.devices());
    assertEquals(List.of(1, 24, 0), versions.targets().get("crypt"));
    assertEquals(List.of("crypt", "linear"), List.copyOf(versions.targets().keySet()));
    assertEquals(List.of(), DepsReply.decode(Replies.of(0).build()).devices());
  }

  @Test
  void allocatesNothingFromACountThatCannotBe() {
    ByteBuffer deps = Replies.of(0).deps(1).build();
    deps.order(ByteOrder.LITTLE_ENDIAN).putInt(312, -1);
    ByteBuffer targets = Replies.of(-1).target(0, 8, "zero", "").build();

    assertThrows(DecodeException.class, () -> DepsReply.decode(deps));
    assertThrows(DecodeException.class, () -> StatusReply.decode(targets));
  }

  @Test
  void refusesAReplyThatDidNotFit() {
    ByteBuffer reply = Replies.of(1).target(0, 8, "zero", "").build();
    reply.order(ByteOrder.LITTLE_ENDIAN).putInt(28, 1 << 8);

    DecodeException e = assertThrows(DecodeException.class, () -> StatusReply.decode(reply));

    assertEquals("the buffer-full flag", e.found());
  }
}
