package dmrec.console;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SafeOutputTest {
  @Test
  void letsTextAndOurColoursThrough() {
    String text = "a\\x20b\té → \u001b[1;31mred\u001b[0m\u001b[2mdim\u001b[m\n";

    assertEquals(text, SafeOutput.safe(text));
  }

  @Test
  void showsWhatATerminalWouldObey() {
    assertEquals(
        "\\x1b[2J\\x1b]0;title\\x07\\x1b[8mhidden\\x1b[30m\\x0d\\u202e\\u0085\\xff",
        SafeOutput.safe(
            "\u001b[2J\u001b]0;title\u0007\u001b[8mhidden\u001b[30m\r\u202e\u0085\udcff"));
  }

  @Test
  void takesACharacterThatComesInParts() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SafeOutput safe = new SafeOutput(out);
    byte[] text = "é→\n".getBytes(StandardCharsets.UTF_8);

    for (byte b : text) {
      safe.write(b);
    }

    assertArrayEquals(text, out.toByteArray());
  }
}
