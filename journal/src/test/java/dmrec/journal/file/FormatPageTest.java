package dmrec.journal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What FORMAT.md shows is what is written. */
class FormatPageTest {
  private static final Path PAGE =
      Path.of(System.getProperty("dmrec.root", ".."))
          .resolve("journal/src/main/java/dmrec/journal/FORMAT.md");

  @Test
  void theRecordOnThePageIsTheOneOfItsJson() throws Exception {
    List<String> lines = Files.readAllLines(PAGE);
    int json = 0;
    while (!lines.get(json).startsWith("    {\"seq\":")) {
      json++;
    }
    EventRecord record = EventJson.read(lines.get(json).strip());
    StringBuilder shown = new StringBuilder();
    int at = json + 1;
    while (!lines.get(at).startsWith("    02 ")) {
      at++;
    }
    for (; lines.get(at).startsWith("    "); at++) {
      String line = lines.get(at).strip();
      shown.append(line, 0, line.indexOf("   ")).append(' ');
    }

    byte[] document = new Codec().document(record);

    assertEquals(shown.toString().strip(), HexFormat.ofDelimiter(" ").formatHex(document));
    assertTrue(String.join("\n", lines).contains("is these " + document.length + " bytes"));
  }
}
