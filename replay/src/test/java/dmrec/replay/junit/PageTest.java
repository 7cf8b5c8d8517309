package dmrec.replay.junit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PageTest {
  private static final Path MODULE = Path.of(System.getProperty("dmrec.root"), "replay");

  @Test
  void theExampleOfThePageIsTheOneThatRuns() throws IOException {
    String page = Files.readString(MODULE.resolve("JUNIT.md"));
    String example =
        Files.readString(MODULE.resolve("src/test/java/com/example/FailoverTest.java"));

    assertTrue(page.contains("```java\n" + example + "```\n"));
  }
}
