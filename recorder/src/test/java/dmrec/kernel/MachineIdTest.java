package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MachineIdTest {
  @TempDir Path folder = Path.of("");

  private String of(String text) throws Exception {
    return MachineId.read(Files.writeString(folder.resolve("machine-id"), text));
  }

  @Test
  void isThatOfSystemdForThisProgram() throws Exception {
    // openssl dgst -sha256 -mac HMAC over the application's id, then the bits of a version 4 UUID
    assertEquals("68910bdbf74644f18c707e8440b61468", of("0123456789abcdef0123456789abcdef\n"));
  }

  @Test
  void doesNotTellTheIdItself() throws Exception {
    assertTrue(!of("0123456789abcdef0123456789abcdef").contains("0123"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "uninitialized\n", "0123456789abcdef0123456789abcdeg", "0123"})
  void whatIsNoMachineIdIsEmpty(String text) throws Exception {
    assertEquals("", of(text));
  }

  @Test
  void withoutAFileItIsEmpty() {
    assertEquals("", MachineId.read(folder.resolve("none")));
  }
}
