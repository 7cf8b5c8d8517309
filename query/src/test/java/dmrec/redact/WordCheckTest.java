package dmrec.redact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordCheckTest {
  private static List<WordCheck.Finding> scan(byte[] bytes, String... words) throws IOException {
    return new WordCheck(Arrays.asList(words)).scan("entry", new ByteArrayInputStream(bytes));
  }

  private static List<WordCheck.Finding> scan(String text, String... words) throws IOException {
    return scan(text.getBytes(StandardCharsets.UTF_8), words);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "vg-data, a vg-data b, plain",
        "vg-data, a VG-Data b, plain",
        "vg-data, vg--data-home, escaped",
        "vg-data, vg\\x2ddata, escaped",
        "my disk, /by-label/my\\x20disk, escaped",
        "my disk, my%20disk, escaped",
        "my disk, my_disk, escaped",
        "größe, GRÖSSE größe, plain",
        "größe, GRÖßE, plain",
        "größe, gr\\xc3\\xb6\\xc3\\x9fe, escaped",
        "größe, gr\\u00f6\\u00DFe, json",
        "my disk, my\\\\x20disk, json",
        "a<b>c, a&lt;b&gt;c, html",
        "0f5b9a7c-11d2-4e3f-8a9b-c0ffee123456, 0F5B9A7C11D24E3F8A9BC0FFEE123456, uuid",
        "0f5b9a7c11d24e3f8a9bc0ffee123456, 0f5b9a7c-11d2-4e3f-8a9b-c0ffee123456, uuid",
        "PO1rS3hSknTTTh1yDdmBT5WiTt83YOwi, PO1rS3-hSkn-TTTh-1yDd-mBT5-WiTt-83YOwi, uuid",
      })
  void aWordIsFoundInEachForm(String word, String text, String form) throws IOException {
    List<WordCheck.Finding> found = scan(text, word);
    assertEquals(form, found.get(0).form());
    assertEquals(word, found.get(0).word());
    assertEquals("entry", found.get(0).where());
  }

  @Test
  void aWordIsFoundInHexadecimalAndUtf16() throws IOException {
    byte[] word = "secretvg".getBytes(StandardCharsets.UTF_8);
    assertEquals("hex", scan("00" + HexFormat.of().formatHex(word), "secretvg").get(0).form());
    for (var charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      assertEquals("utf-16", scan("on secretvg".getBytes(charset), "secretvg").get(0).form());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void aWordIsFoundInBase64AtAnyOffset(int before) throws IOException {
    String text = "x".repeat(before) + "secretvg and more";
    String base64 = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    assertEquals("base64", scan(base64, "secretvg").get(0).form());
  }

  @Test
  void whereAndHowOftenIsTold() throws IOException {
    assertEquals(
        List.of(
            new WordCheck.Finding("db01", "plain", "entry", 4, "on: db01.mpatha DB01", 2),
            new WordCheck.Finding("mpatha", "plain", "entry", 9, "on: db01.mpatha DB01", 1)),
        scan("on: db01.mpatha DB01", "mpatha", "db01", "absent", "", "x"));
  }

  /** So that its user sees a name from a digest that happens to hold it. */
  @Test
  void whatStandsAroundIsShownUpToTheLinesEnds() throws IOException {
    String digest = "86311dda2bfa6b09073f4f7d265f1c6f500d330a0d0d95345020ddd404842e0e";
    assertEquals("11dda2bfa6b09073f4f7d265f1c6f500d330", scan(digest, "f4f7").get(0).around());
    assertEquals("86311dda2bfa6b09073f", scan(digest, "8631").get(0).around());
    assertEquals("20ddd404842e0e", scan(digest, "2e0e").get(0).around().substring(6));
    assertEquals("on db01!", scan("of all\non db01!\nand more", "db01").get(0).around());
    for (int before : List.of((1 << 16) - 30, (1 << 16) - 10, 1 << 16, (1 << 16) + 10)) {
      String text = "\n".repeat(before) + "on db01!\n";
      assertEquals("on db01!", scan(text, "db01").get(0).around());
    }
  }

  @Test
  void aWordAcrossBlocksIsFoundOnceAtItsPlace() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 40; i++) {
      // given
      byte[] bytes = new byte[(1 << 16) * 3];
      Arrays.fill(bytes, (byte) '.');
      int at = (1 << 16) * (1 + i % 2) - 100 + random.nextInt(400);
      byte[] word = "secretvg-home".getBytes(StandardCharsets.UTF_8);
      System.arraycopy(word, 0, bytes, at, word.length);

      // then
      String around = ".".repeat(16) + "secretvg-home" + ".".repeat(16);
      assertEquals(
          List.of(new WordCheck.Finding("secretvg-home", "plain", "entry", at, around, 1)),
          scan(bytes, "secretvg-home"));
    }
  }

  @Test
  void aShortWordCountsOnlyAsAWordOfItsOwn() throws IOException {
    String text = "feedback db2 adb db.db \"db\"" + "x".repeat(1 << 17) + "db db";
    List<WordCheck.Finding> found = scan(text, "db");
    assertEquals(
        List.of(
            new WordCheck.Finding(
                "db", "plain", "entry", 17, "eedback db2 adb db.db \"db\"xxxxxxxx", 4)),
        found);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "on db1\u2014down",
        "\u2014db1",
        "a\\ndb1",
        "a\\\\ndb1 b",
        "\\u0000db1",
        "x\\x2ddb1",
        "a%2fdb1"
      })
  void aShortWordIsFoundBesideADashAndBehindAnEscape(String text) throws IOException {
    for (int before : List.of(0, 5, (1 << 16) - 7, (1 << 16) - 2, (1 << 16) + 3)) {
      assertEquals(1, scan(".".repeat(before) + text, "db1").size(), text);
    }
    assertEquals(List.of(), scan("ndb1 u0000db1 x2ddb1 2fdb1", "db1"));
  }

  @Test
  void nothingIsFoundWhereNothingIs() throws IOException {
    byte[] bytes = new byte[1 << 20];
    new SplittableRandom(2).nextBytes(bytes);
    assertTrue(scan(bytes, "secretvg-home", "0f5b9a7c-11d2-4e3f-8a9b-c0ffee123456").isEmpty());
    assertTrue(scan(new byte[0], "secretvg").isEmpty());
  }
}
