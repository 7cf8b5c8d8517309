package dmrec.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DmEvent;
import dmrec.event.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A file that cannot be read to its end ends there, and the loss is told once. */
class BrokenInputTest {
  private static final String LINES =
      """
      Feb 27 20:00:00 db01 kernel: [  100.500000] device-mapper: multipath: 253:0: Failing path 8:16.
      Feb 27 20:00:01 db01 kernel: [  101.500000] device-mapper: multipath: 253:0: Failing path 8:32.
      """;

  @Test
  void aTextThatCannotBeReadOnEndsThere() throws Exception {
    Imported imported =
        Imported.of(broken(ForeignFormat.MULTIPATHD, LINES.getBytes(StandardCharsets.UTF_8)));

    assertEquals(2, imported.changes().size());
    expectOneLoss(imported);
  }

  @Test
  void aCaptureThatCannotBeReadOnEndsThere() throws Exception {
    byte[] capture =
        ForeignFuzzTest.pcap(ForeignFuzzTest.messages(), ByteOrder.LITTLE_ENDIAN, true);

    Imported imported = Imported.of(broken(ForeignFormat.PCAP, capture));

    assertTrue(imported.summary.events() > 3);
    expectOneLoss(imported);
  }

  private static void expectOneLoss(Imported imported) {
    assertEquals(1, imported.summary.damaged());
    assertEquals(1, imported.of(Kind.GAP).size());
    assertEquals(1, ((DmEvent.Gap) imported.of(Kind.GAP).get(0).event()).count());
    assertEquals(
        java.util.List.of("f: cannot be read on: Input/output error; the rest of it is left out"),
        imported.notices);
  }

  private static ForeignInput broken(ForeignFormat format, byte[] bytes) {
    return new ForeignInput("f", format, () -> new Broken(bytes), true, Imported.NOW_NS);
  }

  /** Gives its bytes at once; behind them each attempt fails, and a fourth should not be made. */
  private static final class Broken extends InputStream {
    private final byte[] bytes;
    private int at;
    private int failed;

    Broken(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int from, int most) throws IOException {
      int count = Math.min(most, bytes.length - at);
      if (count == 0) {
        if (++failed > 3) {
          throw new AssertionError("asked again and again");
        }
        throw new IOException("Input/output error");
      }
      System.arraycopy(bytes, at, to, from, count);
      at += count;
      return count;
    }
  }
}
