package dmrec.redact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactionMapTest {
  private static final String HEAD = "{'format':'dmrec redaction map','version':1,";

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path folder;

  private static RedactionMap map(String... words) {
    Redactor redactor = new Redactor();
    for (String word : words) {
      redactor.learnWord(word);
      redactor.redactText(word);
    }
    return redactor.map().belongingTo("case.dmrec", "journal 1", "0".repeat(64));
  }

  @Test
  void whatWasWrittenIsRead() throws IOException {
    // given
    RedactionMap map = map("größe", "a \"quoted\" name", "\udcff bytes", "back\\slash");
    Path file = folder.resolve("map");

    // when
    map.write(file);
    RedactionMap read = RedactionMap.read(file);

    // then
    assertEquals(map.originals(), read.originals());
    assertEquals("case.dmrec", read.bundle());
    assertEquals("journal 1", read.journal());
    assertEquals("0".repeat(64), read.eventsSha256());
    assertEquals("on größe", read.restoreText("on word1"));
    assertTrue(Files.readString(file).chars().allMatch(c -> c < 128));
  }

  @Test
  void onlyTheOwnerCanReadIt() throws IOException {
    Path file = folder.resolve("map");
    map("secret").write(file);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  @Test
  void aMapIsNeverOverwritten() throws IOException {
    // given
    Path file = folder.resolve("map");
    map("secret").write(file);
    String before = Files.readString(file);

    // when
    RedactionMapException e =
        assertThrows(RedactionMapException.class, () -> map("other").write(file));

    // then
    assertEquals(
        file + ": the file exists and may be the map of another bundle; give another name",
        e.getMessage());
    assertEquals(before, Files.readString(file));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | expected START_OBJECT, found null",
        "[] | expected START_OBJECT, found START_ARRAY",
        "{} | format, version or tokens are missing",
        "{'format':'dmrec redaction map','version':2} | expected version 1, found 2",
        "{'format':'x','version':1,'tokens':{}} | format, version or tokens are missing",
        "HEAD'tokens':{'vg1':7}} | expected VALUE_STRING, found VALUE_NUMBER_INT",
        "HEAD'tokens':{'vg1':['x']}} | expected VALUE_STRING, found START_ARRAY",
        "HEAD'tokens':{'vg1':''}} | vg1 stands for no text",
        "HEAD'tokens':{'vg1':'\\ud800'}} | vg1 stands for no text",
        "HEAD'tokens':{'e':'x'}} | expected a token like vg1, found \"e\"",
        "HEAD'tokens':{'vg1 ':'x'}} | expected a token like vg1",
        "HEAD'tokens':{'vg1':'a','vg1':'b'}} | Duplicate field 'vg1'",
        "HEAD'tokens':{'vg1':'a'}}{} | expected the end behind the object",
        "HEAD'tokens':{'vg1':'a' | not a redaction map",
        "HEAD'other':[[[[[[[[[1]]]]]]]]],'tokens':{}} | nesting depth",
      })
  void whatIsNoMapIsRefused(String text, String expected) throws IOException {
    // given
    Path file = folder.resolve("map");
    String json = (text == null ? "" : text).replace("HEAD", HEAD).replace('\'', '"');
    Files.writeString(file, json);

    // when
    RedactionMapException e =
        assertThrows(RedactionMapException.class, () -> RedactionMap.read(file));

    // then
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith(file + ": "), message);
    assertTrue(message.replace("\"vg1\"", "'vg1'").contains(expected), message);
    assertTrue(message.indexOf('\n') < 0, message);
  }

  @Test
  void aMapThatBlowsATextUpIsRefused() throws IOException {
    // given
    Path file = folder.resolve("map");
    String json = HEAD + "'tokens':{'vg1':'" + "x".repeat(4 << 20) + "'}}";
    Files.writeString(file, json.replace('\'', '"'));
    RedactionMap map = RedactionMap.read(file);

    // when
    UncheckedIOException e =
        assertThrows(UncheckedIOException.class, () -> map.restoreText("vg1 ".repeat(1000)));

    // then
    assertTrue(
        String.valueOf(e.getMessage())
            .endsWith(
                "the map turns one text into more than 32 MB at \"vg1\"; it is not the map of this"
                    + " bundle"));
    assertEquals(12 << 20, map.restoreText("vg1~".repeat(3)).length());
  }

  @Test
  void aFileThatIsMissingOrAFolderIsToldSo() {
    assertEquals(
        folder.resolve("none") + ": no such file; give the map that pack wrote",
        assertThrows(RedactionMapException.class, () -> RedactionMap.read(folder.resolve("none")))
            .getMessage());
    assertEquals(
        folder + ": expected a file, found something else",
        assertThrows(RedactionMapException.class, () -> RedactionMap.read(folder)).getMessage());
  }
}
