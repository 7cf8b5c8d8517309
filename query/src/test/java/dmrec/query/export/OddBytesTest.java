package dmrec.query.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dmrec.event.KernelText;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OddBytesTest {
  @Test
  void whatIsTextStays() {
    String text = "vg0-lv_root äöü \ud83d\udcbe \u001b[31m \u202e \n";

    assertSame(text, OddBytes.spell(text));
  }

  @Test
  void bytesThatAreNoTextAreSpelled() {
    String text = KernelText.decode(new byte[] {'a', (byte) 0xff, 0, '\\', (byte) 0xc3, 'z'});

    assertEquals("a\\xff\\x00\\x5c\\xc3z", OddBytes.spell(text));
  }

  @Test
  void anyBytesAreUtf8AndReadBack() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(24)];
      random.nextBytes(bytes);
      String text = KernelText.decode(bytes);

      String spelled = OddBytes.spell(text);

      byte[] utf8 = spelled.getBytes(StandardCharsets.UTF_8);
      assertEquals(spelled, new String(utf8, StandardCharsets.UTF_8));
      assertEquals(text, OddBytes.read(spelled));
    }
  }
}
