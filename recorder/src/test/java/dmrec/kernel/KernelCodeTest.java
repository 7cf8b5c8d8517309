package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KernelCodeTest {
  /** choose_path_in_pg of a module, and the kernel's _raw_spin_unlock_irqrestore. */
  private static final long FROM = 0xffffffffc0a014a0L;

  private static final long CALLEE = 0xffffffff81c0f3e0L;
  private static final int LENGTH = 0xd0;
  private static final int CODE_AT = 64 + 2 * 56;

  @TempDir Path temp = Path.of("");

  /** A core file with two ranges of addresses, of which the second has the function. */
  private static ByteBuffer core(int... calls) {
    ByteBuffer core = ByteBuffer.allocate(CODE_AT + LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    core.putInt(0, 0x464c457f).putShort(4, (short) 0x0102);
    core.putShort(16, (short) 4).putShort(18, (short) 62).putLong(32, 64);
    core.putShort(54, (short) 56).putShort(56, (short) 2);
    range(core, 64, 0xffff888000000000L, 1L << 40);
    range(core, 64 + 56, FROM, LENGTH);
    for (int call : calls) {
      core.put(CODE_AT + call, (byte) 0xe8);
      core.putInt(CODE_AT + call + 1, (int) (CALLEE - (FROM + call + 5)));
    }
    return core;
  }

  private static void range(ByteBuffer core, int at, long address, long size) {
    core.putInt(at, 1).putLong(at + 8, CODE_AT).putLong(at + 16, address);
    core.putLong(at + 32, size).putLong(at + 40, size);
  }

  private static byte[] bytes(ByteBuffer core) {
    byte[] bytes = new byte[core.capacity()];
    core.duplicate().clear().get(bytes);
    return bytes;
  }

  private int callIn(ByteBuffer core) throws IOException {
    Path file = temp.resolve("kcore");
    Files.write(file, bytes(core));
    return KernelCode.call(file, FROM, FROM + LENGTH, CALLEE);
  }

  @Test
  void findsTheCall() throws Exception {
    assertEquals(149, callIn(core(149)));
    assertEquals(0, callIn(core(0)));
    assertEquals(LENGTH - 5, callIn(core(LENGTH - 5)));
  }

  @Test
  void anotherNumberOfCallsIsRefused() {
    assertRefused("found 0", core());
    assertRefused("found 2", core(20, 149));
  }

  @Test
  void whatHasNoAddressIsRefused() {
    Path file = temp.resolve("kcore");
    for (long[] range : new long[][] {{0, 64}, {FROM, FROM}, {FROM, 0}, {FROM, FROM + 65536}}) {
      KernelException e =
          assertThrows(
              KernelException.class, () -> KernelCode.call(file, range[0], range[1], CALLEE));
      assertTrue(e.getMessage().contains("the addresses of both"), e.getMessage());
    }
  }

  @Test
  void whatCannotBeReadSaysWhatToDo() {
    KernelException e =
        assertThrows(
            KernelException.class,
            () -> KernelCode.call(temp.resolve("none"), FROM, FROM + LENGTH, CALLEE));
    assertTrue(e.getMessage().contains("CAP_SYS_RAWIO"), e.getMessage());
  }

  @Test
  void otherFilesAreRefused() {
    assertRefused("an ELF core", core(149).putShort(18, (short) 183));
    assertRefused("an ELF core", core(149).putShort(54, (short) 32));
    assertRefused("bytes at", core(149).putLong(64 + 56 + 8, 1L << 50));
    assertRefused("none of 2 ranges", core(149).putLong(64 + 56 + 16, FROM + 1));
    assertRefused("none of 2 ranges", core(149).putInt(64 + 56, 4));
  }

  private void assertRefused(String words, ByteBuffer core) {
    KernelException e = assertThrows(KernelException.class, () -> callIn(core));
    assertTrue(e.getMessage().contains(words), e.getMessage());
  }

  @Test
  void damagedFilesAreRefusedOrRead() throws Exception {
    Random random = new Random(14);
    for (int round = 0; round < 5_000; round++) {
      byte[] bytes = bytes(core(149));
      for (int damage = 0; damage < 4; damage++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
      try {
        int found = callIn(ByteBuffer.wrap(Arrays.copyOf(bytes, length)));
        assertTrue(found >= 0 && found <= LENGTH - 5, String.valueOf(found));
      } catch (KernelException e) {
        assertTrue(e.getMessage().contains("expected"), e.getMessage());
      }
    }
  }

  @Test
  void knowsVersions() {
    assertTrue(DmProbes.isSince("6.1.0-30-amd64", 6, 1));
    assertTrue(DmProbes.isSince("6.12.9", 6, 1));
    assertTrue(DmProbes.isSince("7.0", 6, 1));
    assertTrue(!DmProbes.isSince("5.14.0-70.el9", 6, 1));
    assertTrue(!DmProbes.isSince("", 6, 1));
  }
}
