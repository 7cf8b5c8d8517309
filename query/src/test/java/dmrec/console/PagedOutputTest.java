package dmrec.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PagedOutputTest {
  @ParameterizedTest
  @CsvSource({
    "'a\nb\nc\n', false",
    "'a\nb\nc\nd', true",
    "'0123456789\n0123456789\nx\n', false",
    "'01234567890\n0123456789\nx\n', true",
    "'éééééééééé\na\nb\n', false"
  })
  void asksForAPagerWhereTheScreenHasNoRoom(String text, boolean tooLong) throws IOException {
    AtomicReference<@Nullable PagedOutput> self = new AtomicReference<>();
    boolean[] told = {false};
    PagedOutput paged =
        new PagedOutput(
            3,
            10,
            () -> {
              told[0] = true;
              PagedOutput output = self.get();
              if (output != null) {
                output.cut();
              }
            });
    self.set(paged);

    try {
      paged.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      assertTrue(told[0], e.toString());
    }

    assertEquals(tooLong, told[0]);
  }

  @Test
  void handsOnWhatItHeldAndWhatFollows() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PagedOutput paged = new PagedOutput(3, 10, () -> {});

    paged.write("a\n".getBytes(StandardCharsets.UTF_8));
    paged.attach(out);
    paged.write("b\n".getBytes(StandardCharsets.UTF_8));

    assertEquals("a\nb\n", out.toString(StandardCharsets.UTF_8));
    paged.cut();
    assertThrows(IOException.class, () -> paged.write('c'));
  }
}
