package dmrec.query;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class CsvTest {
  @Test
  void whatNeedsNoQuotesHasNone() {
    assertEquals("a,,8:16\r\n", Csv.row(List.of("a", "", "8:16")));
  }

  @Test
  void whatWouldEndAFieldIsQuoted() {
    assertEquals(
        "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"\u001b[31m\"\r\n",
        Csv.row(List.of("a,b", "say \"hi\"", "two\nlines", "\u001b[31m")));
  }

  @Test
  void aTerminalIsShownTheRowsAndObeysNoValue() {
    String rows =
        Csv.row(List.of("a", "red \u001b[31m", "fake\r\nrow", "say \"hi\""))
            + Csv.row(List.of("b"));
    assertEquals(
        "a,\"red \\x1b[31m\",\"fake\\x0d\\x0arow\",\"say \"\"hi\"\"\"\r\nb\r\n", Csv.shown(rows));
  }
}
