package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dmrec.kernel.Layouts.DmIoctl;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DmControlTest {
  @TempDir Path temp = Path.of("");

  @Test
  void kernelWithoutDeviceMapperIsSaidInPlainWords() throws Exception {
    assumeFalse(
        Files.readString(Path.of("/proc/misc")).contains("device-mapper"),
        "this kernel has device-mapper");

    KernelException e = assertThrows(KernelException.class, DmControl::open);

    assertTrue(List.of("ENOENT", "ENODEV", "ENXIO").contains(e.errnoName()), e.getMessage());
    assertTrue(e.getMessage().startsWith("Cannot open /dev/mapper/control: "), e.getMessage());
    assertTrue(e.getMessage().contains("has no device-mapper"), e.getMessage());
  }

  @Test
  void missingFileOfAKernelThatHasDeviceMapperIsToldApart() throws Exception {
    Path control = temp.resolve("control");

    Path proc = Files.createDirectories(temp.resolve("proc"));
    Files.writeString(proc.resolve("misc"), "237 loop-control\n236 device-mapper\n");
    KernelException byProc =
        assertThrows(
            KernelException.class, () -> DmControl.open(control, proc, temp.resolve("none")));
    assertEquals("ENOENT", byProc.errnoName());
    assertTrue(byProc.getMessage().contains("device 10:236"), byProc.getMessage());
    assertTrue(byProc.getMessage().contains("dmsetup mknodes"), byProc.getMessage());

    Path sys = temp.resolve("sys");
    Path misc = Files.createDirectories(sys.resolve("class/misc/device-mapper"));
    Files.writeString(misc.resolve("dev"), "10:236\n");
    KernelException bySys =
        assertThrows(
            KernelException.class, () -> DmControl.open(control, temp.resolve("none"), sys));
    assertTrue(bySys.getMessage().contains("device 10:236"), bySys.getMessage());

    KernelException neither =
        assertThrows(
            KernelException.class,
            () -> DmControl.open(control, temp.resolve("none"), temp.resolve("none")));
    assertTrue(neither.getMessage().contains("has no device-mapper"), neither.getMessage());
  }

  @Test
  void fileThatIsNoControlDeviceIsRefused() throws Exception {
    Path file = Files.createFile(temp.resolve("control"));
    KernelException e =
        assertThrows(
            KernelException.class, () -> DmControl.open(file, Path.of("/proc"), Path.of("/sys")));
    assertEquals("ENOTTY", e.errnoName());
  }

  @Test
  void requestsCarryTheFlagsThatKeepTargetsQuietAndKeysSecret() throws Exception {
    FakeDm fake = new FakeDm();
    try (DmControl dm = fake.open()) {
      assertEquals(new DmVersion(4, 47, 0), dm.version());
      long dev = DeviceNumber.encode(254, 300);

      assertNotNull(dm.list());
      assertNotNull(dm.status(dev));
      assertNotNull(dm.table(dev));
      assertNotNull(dm.inactiveTable(dev));
      assertNotNull(dm.deps(dev));
      assertNotNull(dm.deviceStatus(dev));
      assertNotNull(dm.targetVersions());
      dm.arm();
    }
    assertEquals(
        List.of(
            "c138fd00 4.0.0 flags 0 dev 0",
            "c138fd02 4.0.0 flags 4000 dev 0",
            "c138fd0c 4.0.0 flags 800 dev 10fe2c",
            "c138fd0c 4.0.0 flags 8810 dev 10fe2c",
            "c138fd0c 4.16.0 flags 9810 dev 10fe2c",
            "c138fd0b 4.0.0 flags 0 dev 10fe2c",
            "c138fd07 4.0.0 flags 0 dev 10fe2c",
            "c138fd0d 4.0.0 flags 0 dev 0",
            "c138fd10 4.0.0 flags 0 dev 0"),
        fake.requests);
  }

  @Test
  void replyEndsAtItsDataSizeAndNothingOfTheOneBeforeShows() throws Exception {
    FakeDm fake = new FakeDm();
    try (DmControl dm = fake.open()) {
      fake.reply = "0123456789".repeat(100).getBytes(StandardCharsets.ISO_8859_1);
      ByteBuffer full = dm.list();
      assertEquals(0, full.position());
      assertEquals(DmIoctl.SIZE + 1000, full.limit());

      fake.reply = new byte[0];
      ByteBuffer empty = dm.list();
      assertEquals(DmIoctl.SIZE, empty.limit());
      empty.clear();
      for (int i = DmIoctl.SIZE; i < empty.capacity(); i++) {
        assertEquals(0, empty.get(i));
      }
    }
  }

  @Test
  void fullBufferIsDoubledUntilTheReplyFits() throws Exception {
    FakeDm fake = new FakeDm();
    try (DmControl dm = fake.open()) {
      fake.reply = new byte[100_000];
      fake.reply[99_999] = 42;

      ByteBuffer reply = dm.status(1);

      assertNotNull(reply);
      assertEquals(DmIoctl.SIZE + 100_000, reply.limit());
      assertEquals(42, reply.get(reply.limit() - 1));
      assertEquals(1 + 6, fake.requests.size(), "4, 8, 16, 32, 64, 128 KiB");

      fake.reply = new byte[DmControl.MOST_BYTES];
      KernelException e = assertThrows(KernelException.class, () -> dm.status(1));
      assertTrue(e.getMessage().contains("at most 67108864 bytes"), e.getMessage());
    }
  }

  @Test
  void keysAreGoneAfterTheWipe() throws Exception {
    FakeDm fake = new FakeDm();
    try (DmControl dm = fake.open()) {
      fake.reply = "0 2048 crypt aes-xts-plain64 deadbeef".getBytes(StandardCharsets.ISO_8859_1);
      ByteBuffer reply = dm.table(1);
      assertNotNull(reply);

      dm.wipe();

      assertEquals(0, reply.limit());
      reply.clear();
      while (reply.hasRemaining()) {
        assertEquals(0, reply.get());
      }
    }
  }

  @Test
  void deviceThatIsGoneIsNullAndOtherErrorsAreThrown() throws Exception {
    FakeDm fake = new FakeDm();
    try (DmControl dm = fake.open()) {
      fake.errno = Errno.ENXIO;
      assertNull(dm.status(1));
      assertNull(dm.table(1));
      assertNull(dm.inactiveTable(1));
      assertNull(dm.deps(1));
      assertNull(dm.deviceStatus(1));
      assertEquals("ENXIO", assertThrows(KernelException.class, dm::list).errnoName());

      fake.errno = Errno.EACCES;
      KernelException e = assertThrows(KernelException.class, () -> dm.status(1));
      assertEquals(Errno.EACCES, e.errno());
      assertTrue(e.getMessage().contains("CAP_SYS_ADMIN"), e.getMessage());
    }
  }

  @Test
  void deviceNumbersGoBothWays() {
    assertEquals(0x10fe2cL, DeviceNumber.encode(254, 300));
    for (int major : new int[] {0, 1, 8, 254, 259, 4095}) {
      for (int minor : new int[] {0, 1, 255, 256, 65535, 1048575}) {
        long dev = DeviceNumber.encode(major, minor);
        assertEquals(major, DeviceNumber.major(dev));
        assertEquals(minor, DeviceNumber.minor(dev));
      }
    }
  }

  /** Answers as ctl_ioctl of drivers/md/dm-ioctl.c does, with one reply for every request. */
  private static final class FakeDm {
    final List<String> requests = new ArrayList<>();
    byte[] reply = new byte[0];
    int errno;

    DmControl open() throws KernelException {
      Runtime runtime = Runtime.getRuntime(Native.libc());
      Native.LibC fake =
          (Native.LibC)
              Proxy.newProxyInstance(
                  Native.LibC.class.getClassLoader(),
                  new Class<?>[] {Native.LibC.class},
                  (proxy, method, args) ->
                      switch (method.getName()) {
                        case "ioctl" -> ioctl(runtime, (Long) args[1], (Long) args[2]);
                        case "close" -> 0;
                        default -> throw new AssertionError(method);
                      });
      return new DmControl(fake, 99);
    }

    private int ioctl(Runtime runtime, long request, long address) {
      Pointer header = Pointer.wrap(runtime, address);
      requests.add(
          String.format(
              "%x %d.%d.%d flags %x dev %x",
              request,
              header.getInt(0),
              header.getInt(4),
              header.getInt(8),
              header.getInt(DmIoctl.FLAGS),
              header.getLong(DmIoctl.DEV)));
      assertEquals(0, header.getByte(DmIoctl.NAME), "a name left behind");
      assertEquals(0, header.getByte(DmIoctl.UUID), "a UUID left behind");
      assertEquals(DmIoctl.SIZE, header.getInt(DmIoctl.DATA_START));
      if (errno != 0) {
        Native.setErrno(errno);
        return -1;
      }
      int sizeBytes = header.getInt(DmIoctl.DATA_SIZE);
      header.putInt(0, 4);
      header.putInt(4, 47);
      header.putInt(8, 0);
      header.put(DmIoctl.NAME, new byte[] {'m', 0}, 0, 2);
      header.put(DmIoctl.UUID, new byte[] {'u', 0}, 0, 2);
      if (reply.length > sizeBytes - DmIoctl.SIZE) {
        header.putInt(DmIoctl.FLAGS, header.getInt(DmIoctl.FLAGS) | 1 << 8);
        header.putInt(DmIoctl.DATA_SIZE, DmIoctl.SIZE);
        return 0;
      }
      header.putInt(DmIoctl.DATA_SIZE, DmIoctl.SIZE + reply.length);
      header.put(DmIoctl.SIZE, reply, 0, reply.length);
      return 0;
    }
  }
}
