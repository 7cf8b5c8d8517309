package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dmrec.kernel.KernelSymbols.Symbol;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KernelSymbolsTest {
  @TempDir Path temp = Path.of("");

  @Test
  void findsTheNearestFunctionBelow() throws Exception {
    KernelSymbols symbols =
        symbols(
            """
            0000000000000000 A fixed_percpu_data
            ffffffff81000000 T startup_64
            ffffffff81000100 D some_data
            ffffffffc0001000 t dev_create\t[dm_mod]
            ffffffffc0001000 t dev_alias\t[dm_mod]
            ffffffffc0040000 t dev_remove\t[dm_mod]
            ffffffffc0000000 t do_mirror\t[dm_mirror]
            """);
    assertSame(Symbol.UNKNOWN, symbols.at(0xffffffff81000180L));
    assertSame(Symbol.UNKNOWN, symbols.at(0x7fff_ffff_ffffL));
    assertEquals(new Symbol("dev_create", "dm_mod"), symbols.at(0xffffffffc0001000L));
    assertEquals(new Symbol("dev_create", "dm_mod"), symbols.at(0xffffffffc003ffffL));
    assertEquals(new Symbol("do_mirror", "dm_mirror"), symbols.at(0xffffffffc0000fffL));
    assertEquals(new Symbol("dev_remove", "dm_mod"), symbols.at(0xffffffffc0040010L));
    assertSame(Symbol.UNKNOWN, symbols.at(-1)); // Another module may lie behind the last function.
  }

  @Test
  void keepsWhatIsWanted() throws Exception {
    Path file = temp.resolve("kallsyms");
    Files.writeString(file, "ffffffff81000000 T f\nffffffffc0001000 t f\t[dm_mod]\n");
    KernelSymbols symbols = KernelSymbols.read(file, (module, name) -> module.equals("dm_mod"));
    assertEquals(Set.of(), symbols.of(""));
    assertEquals(Set.of("f"), symbols.of("dm_mod"));
  }

  @Test
  void namesFunctionsAsDefinitionsDo() throws Exception {
    KernelSymbols symbols =
        symbols(
            """
            ffffffffc0001000 t choose_path_in_pg\t[dm_multipath]
            ffffffffc00010d0 t choose_pgpath\t[dm_multipath]
            ffffffffc0002000 t __invalidate_snapshot.part.0\t[dm_snapshot]
            ffffffffc0002080 t __invalidate_snapshot.cold\t[dm_snapshot]
            ffffffff81000000 T md_error
            """);
    assertEquals("dm_multipath:choose_pgpath", placed(symbols, "dm_multipath", "choose_pgpath"));
    assertEquals(
        "dm_snapshot:__invalidate_snapshot.part.0",
        placed(symbols, "dm_snapshot", "__invalidate_snapshot"));
    assertEquals("md_error", placed(symbols, "md_mod", "md_error")); // Built in.
    assertEquals("", placed(symbols, "dm_snapshot", "choose_pgpath"));
    long at = symbols.address("dm_multipath", "choose_path_in_pg");
    assertEquals(0xffffffffc00010d0L, symbols.next("dm_multipath", at));
    assertEquals(0, symbols.next("dm_multipath", at + 0xd0));
    assertEquals(0, symbols.address("dm_multipath", "md_error"));
  }

  private static String placed(KernelSymbols symbols, String module, String function) {
    return symbols.probed(module, function).orElse("");
  }

  @Test
  void hiddenAddressesAreUnknownButNamesAreNot() throws Exception {
    KernelSymbols symbols =
        symbols(
            """
            0000000000000000 t dev_create\t[dm_mod]
            0000000000000000 t dev_create\t[dm_other]
            0000000000000000 d _ioctls\t[dm_mod]
            0000000000000000 T dm_table_event\t[dm_mod]
            0000000000000000 T md_error
            """);
    assertSame(Symbol.UNKNOWN, symbols.at(-1));
    assertEquals(Set.of("dev_create", "dm_table_event"), symbols.of("dm_mod"));
    assertEquals(Set.of("md_error"), symbols.of(""));
    assertEquals(Set.of(), symbols.of("dm_mo"));
  }

  @Test
  void passesOverLinesThatAreNone() throws Exception {
    String hostile =
        "\n \nffffffff81000000\nffffffff81000000 T\nffffffff81000000 T \nT x y\n"
            + "fffffffff81000000 T seventeen_digits\nffffffff81000000T joined\n"
            + "ffffffff81000000 T f [\nffffffff81000000 T g []\nffffffff81000000 T h\tdm_mod\n"
            + "ffffffff81000000 T "
            + "x".repeat(5000)
            + "\nffffffff81000010 T good\nffffffff81000020 T last";
    KernelSymbols symbols = symbols(hostile);
    assertEquals(Set.of("good", "last"), symbols.of(""));
  }

  @Test
  void missingListIsAnError() {
    KernelException e =
        assertThrows(
            KernelException.class, () -> KernelSymbols.read(temp.resolve("none"), (m, n) -> true));
    assertTrue(e.getMessage().contains(temp.resolve("none").toString()), e.getMessage());
  }

  @Test
  void readsTheRunningKernels() throws Exception {
    Path list = Path.of("/proc/kallsyms");
    assumeTrue(Files.isReadable(list), "needs /proc/kallsyms");
    assertEquals(
        Set.of("vprintk_emit"),
        KernelSymbols.read((module, name) -> name.equals("vprintk_emit")).of(""));
  }

  private KernelSymbols symbols(String lines) throws Exception {
    Path file = temp.resolve("kallsyms");
    Files.writeString(file, lines, StandardCharsets.ISO_8859_1);
    return KernelSymbols.read(file, (module, name) -> true);
  }
}
