package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damaged bytes of the kernel's: nothing but a KernelException is thrown, and all ends. */
@Timeout(120)
final class ProbeFuzzTest {
  private static final int ROUNDS = 40_000;
  private static final int[] ODD = {0, 1, -1, 3, 4, 29, 30, 31, 0xffff, 1 << 20, 1 << 31};

  private final Random random = new Random(20261130);

  private interface Reader {
    void read(byte[] input) throws Exception;
  }

  @Test
  void typeInformation() {
    Btf kernel = sound(() -> Btf.read(BtfTest.kernel().buffer()));
    fuzz(BtfTest.kernel().bytes(), input -> ask(Btf.read(ByteBuffer.wrap(input))));
    fuzz(BtfTest.module().bytes(), input -> ask(kernel.split(ByteBuffer.wrap(input), "dm_x")));
    fuzz(
        BtfTest.kernel().bytes(),
        input -> ask(Btf.read(ByteBuffer.wrap(input)).split(BtfTest.module().buffer(), "dm_x")));
  }

  private static void ask(Btf btf) throws KernelException {
    for (String struct : List.of("device", "pool", "int")) {
      for (String member : List.of("c", "high", "nosuch")) {
        assertTrue(btf.offset(struct, member).orElse(0) >= 0);
      }
      assertTrue(btf.size(struct).orElse(0) >= 0);
    }
    assertTrue(btf.enumerators("mode").size() <= 0xffff);
    assertTrue(btf.enumerators("wide").size() <= 0xffff);
  }

  @Test
  void pages() {
    byte[] page =
        new PageWriter(1024, 5_000_000_000L)
            .event(0, RingPageTest.event("8:16", 3))
            .discarded(7, 16)
            .longEvent(20, RingPageTest.event("8:" + "3".repeat(150), -1))
            .timeExtend(3_000_000_000L)
            .event(1, RingPageTest.event(null, 2))
            .absoluteTime(1L << 40)
            .event(5, RingPageTest.event("8:48", 2))
            .pageThatLost(7)
            .array();
    Map<Integer, TraceFormat> formats = sound(RingPageTest::formats);
    fuzz(page, input -> decode(input, formats));
  }

  @Test
  void formats() {
    byte[] page = new PageWriter(256, 0).event(0, RingPageTest.event("8:16", 3)).page().array();
    fuzz(
        RingPageTest.FORMAT.getBytes(StandardCharsets.ISO_8859_1),
        input -> {
          TraceFormat format =
              TraceFormat.parse("path", new String(input, StandardCharsets.ISO_8859_1));
          decode(page, Map.of(format.id(), format));
        });
    fuzz(
        RingPageTest.HEADER_PAGE.getBytes(StandardCharsets.ISO_8859_1),
        input -> {
          TraceFormat.Page layout =
              TraceFormat.page(new String(input, StandardCharsets.ISO_8859_1));
          assertTrue(layout.dataAt() >= 16 && layout.dataAt() < layout.sizeBytes());
        });
  }

  private static void decode(byte[] page, Map<Integer, TraceFormat> formats)
      throws KernelException {
    ByteBuffer bytes = ByteBuffer.wrap(page).order(ByteOrder.nativeOrder());
    RingPage ring = new RingPage(bytes, PageWriter.DATA_AT);
    assertTrue(ring.isLossy() || ring.lost() != 0);
    List<ProbeHit> hits = new ArrayList<>();
    try {
      ring.decode(formats, 0, hits);
    } finally {
      assertTrue(hits.size() <= page.length / 12);
    }
  }

  @Test
  void symbols(@TempDir Path temp) throws Exception {
    Path file = temp.resolve("kallsyms");
    byte[] list =
        "ffffffff81000000 T _text\nffffffffc0001000 t dev_create\t[dm_mod]\n"
            .getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < 2_000; i++) {
      Files.write(file, damaged(list));
      KernelSymbols symbols = KernelSymbols.read(file, (module, name) -> true);
      assertTrue(symbols.at(-1).name().length() <= list.length);
      assertTrue(symbols.of("dm_mod").size() <= 2);
    }
  }

  private static <T> T sound(Callable<T> made) {
    try {
      return made.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void fuzz(byte[] valid, Reader reader) {
    int read = 0;
    for (int i = 0; i < ROUNDS; i++) {
      byte[] input = damaged(valid);
      try {
        reader.read(input);
        read++;
      } catch (KernelException e) {
        assertTrue(e.getMessage().contains("expected") && e.getMessage().length() < 1500);
      } catch (Exception e) {
        throw new AssertionError("round " + i + ": " + Arrays.toString(input), e);
      }
    }
    assertTrue(read > ROUNDS / 100, "too much damage: " + read);
  }

  private byte[] damaged(byte[] valid) {
    byte[] out = valid.clone();
    for (int n = random.nextInt(3); n >= 0; n--) {
      int at = random.nextInt(Math.max(1, out.length));
      switch (out.length == 0 ? 3 : random.nextInt(5)) {
        case 0 -> out[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> out[at] = (byte) random.nextInt();
        case 2 -> {
          ByteBuffer words = ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN);
          if (out.length >= 4) {
            words.putInt(Math.min(at & ~3, out.length - 4), ODD[random.nextInt(ODD.length)]);
          }
        }
        case 3 -> out = random.nextInt(4) == 0 ? Arrays.copyOf(out, at) : out;
        default -> {
          int length = random.nextInt(Math.min(32, out.length - at) + 1);
          System.arraycopy(valid, random.nextInt(valid.length - length + 1), out, at, length);
        }
      }
    }
    return out;
  }
}
