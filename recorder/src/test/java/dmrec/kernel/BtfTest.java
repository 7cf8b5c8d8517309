package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BtfTest {
  /**
   *
   *
   * <pre>
   * 1 int; 2 struct device { int id; union (3, const by 4) { int a; struct (5) { int b, c } };
   *          int low:4, high:4; }; 6 enum mode; 7 enum wide; 8 device again, as a typedef
   * </pre>
   */
  static BtfWriter kernel() {
    return new BtfWriter()
        .integer("int", 4)
        .type("device", BtfWriter.STRUCT, true, 4, 24)
        .member("id", 1, 0)
        .member("", 4, 64)
        .member("low", 1, 4 << 24 | 128)
        .member("high", 1, 4 << 24 | 132)
        .type("", BtfWriter.UNION, false, 2, 8)
        .member("a", 1, 0)
        .member("", 5, 0)
        .type("", BtfWriter.CONST, false, 0, 3)
        .type("", BtfWriter.STRUCT, false, 2, 8)
        .member("b", 1, 0)
        .member("c", 1, 32)
        .type("mode", BtfWriter.ENUM, true, 3, 4)
        .enumerator("GOOD", 0)
        .enumerator("BAD", -1)
        .enumerator("WORST", -1)
        .type("wide", BtfWriter.ENUM64, false, 1, 8)
        .enumerator("FAR", 5, 1)
        .type("device", BtfWriter.TYPEDEF, false, 0, 2);
  }

  /** A pool of its own, with a device of the kernel's inside, anonymous by a const. */
  static BtfWriter module() {
    return new BtfWriter(kernel())
        .type("pool", BtfWriter.STRUCT, false, 2, 32)
        .member("mode", 6, 0)
        .member("", 4, 128)
        .type("pool_mode", BtfWriter.ENUM, false, 1, 4)
        .enumerator("PM_FAIL", 0xffffffff);
  }

  @Test
  void findsMembersAlsoOfAnonymousStructsAndUnions() throws Exception {
    Btf btf = Btf.read(kernel().buffer());
    assertEquals(OptionalInt.of(0), btf.offset("device", "id"));
    assertEquals(OptionalInt.of(8), btf.offset("device", "a"));
    assertEquals(OptionalInt.of(8), btf.offset("device", "b"));
    assertEquals(OptionalInt.of(12), btf.offset("device", "c"));
    assertEquals(OptionalInt.of(24), btf.size("device"));
    assertEquals(OptionalInt.empty(), btf.offset("device", "d"));
    assertEquals(OptionalInt.empty(), btf.offset("int", "id"));
    assertEquals(OptionalInt.empty(), btf.offset("", "b"));
    assertEquals(OptionalInt.empty(), btf.size("devic"));
  }

  @Test
  void bitFieldHasAnOffsetOnlyWhereItStartsAtAByte() throws Exception {
    Btf btf = Btf.read(kernel().buffer());
    assertEquals(OptionalInt.of(16), btf.offset("device", "low"));
    assertEquals(OptionalInt.empty(), btf.offset("device", "high"));
  }

  @Test
  void namesTheValuesOfEnums() throws Exception {
    Btf btf = Btf.read(kernel().buffer());
    assertEquals(Map.of(0L, "GOOD", -1L, "BAD"), btf.enumerators("mode"));
    assertEquals(Map.of(0x1_0000_0005L, "FAR"), btf.enumerators("wide"));
    assertEquals(Map.of(), btf.enumerators("device"));
  }

  @Test
  void moduleKnowsItsOwnAndTheKernels() throws Exception {
    Btf kernel = Btf.read(kernel().buffer());
    Btf module = kernel.split(module().buffer(), "dm_x");
    assertEquals(OptionalInt.of(0), module.offset("pool", "mode"));
    assertEquals(OptionalInt.of(20), module.offset("pool", "c"));
    assertEquals(OptionalInt.of(12), module.offset("device", "c"));
    assertEquals(OptionalInt.of(24), module.size("device"));
    assertEquals(Map.of(0xffffffffL, "PM_FAIL"), module.enumerators("pool_mode"));
    assertEquals(Map.of(0L, "GOOD", -1L, "BAD"), module.enumerators("mode"));
    assertEquals(OptionalInt.empty(), kernel.offset("pool", "mode"));
  }

  @Test
  void saysNothingWhereStructsOfOneNameDisagree() throws Exception {
    Btf btf =
        Btf.read(
            new BtfWriter()
                .integer("int", 4)
                .type("pool", BtfWriter.STRUCT, false, 1, 16)
                .member("same", 1, 64)
                .type("pool", BtfWriter.STRUCT, false, 3, 24)
                .member("same", 1, 64)
                .member("only", 1, 96)
                .member("other", 1, 128)
                .type("pool", BtfWriter.STRUCT, false, 1, 24)
                .member("other", 1, 0)
                .buffer());
    assertEquals(OptionalInt.of(8), btf.offset("pool", "same"));
    assertEquals(OptionalInt.of(12), btf.offset("pool", "only"));
    assertEquals(OptionalInt.empty(), btf.offset("pool", "other"));
    assertEquals(OptionalInt.empty(), btf.size("pool"));
  }

  @Test
  void saysWhereItIsBroken() throws Exception {
    byte[] bytes = kernel().bytes();
    bytes[24 + 7] = 31;
    KernelException e = assertThrows(KernelException.class, () -> Btf.read(ByteBuffer.wrap(bytes)));
    assertTrue(
        e.getMessage().startsWith("Cannot read the kernel's BTF at byte 24: expected a kind"),
        e.getMessage());
    assertThrows(KernelException.class, () -> Btf.read(ByteBuffer.allocate(23)));
  }

  @Test
  void structInsideItselfEnds() throws Exception {
    Btf btf =
        Btf.read(
            new BtfWriter()
                .type("a", BtfWriter.STRUCT, false, 2, 8)
                .member("", 1, 0)
                .member("", 1, 0)
                .type("b", BtfWriter.STRUCT, false, 1, 8)
                .member("", 3, 0)
                .type("", BtfWriter.CONST, false, 0, 3)
                .buffer());
    assertThrows(KernelException.class, () -> btf.offset("a", "x"));
    assertThrows(KernelException.class, () -> btf.offset("b", "x"));
  }

  /** Layouts that the network and user space fix, so that no kernel differs. */
  @Test
  void readsTheRunningKernels() throws Exception {
    assumeTrue(Files.isReadable(Path.of("/sys/kernel/btf/vmlinux")), "needs a kernel with BTF");
    Btf btf = Btf.vmlinux();
    assertEquals(OptionalInt.of(8), btf.offset("list_head", "prev"));
    assertEquals(OptionalInt.of(16), btf.size("iovec"));
    assertEquals(OptionalInt.of(0), btf.offset("iphdr", "ihl"));
    assertEquals(OptionalInt.empty(), btf.offset("iphdr", "version"));
    assertEquals(OptionalInt.of(9), btf.offset("iphdr", "protocol"));
    assertEquals(OptionalInt.of(16), btf.offset("iphdr", "daddr"));
    assertEquals(
        Map.of(0L, "HRTIMER_NORESTART", 1L, "HRTIMER_RESTART"), btf.enumerators("hrtimer_restart"));
    assertTrue(btf.offset("task_struct", "comm").isPresent());
    assertSame(btf, btf.module("no_such_module"));
    assertThrows(IllegalArgumentException.class, () -> btf.module("../vmlinux"));
  }
}
