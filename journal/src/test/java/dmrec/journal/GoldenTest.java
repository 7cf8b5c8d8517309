package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.Field;
import dmrec.event.Fields;
import dmrec.event.Kind;
import dmrec.journal.file.Codec;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.RecordLayout;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What was once written must be read for ever. The golden files hold one record of each kind, each
 * behind its length, and the same ones as JSON; those of a version are never written again once it
 * is released. {@code -Dgolden.write=FOLDER} makes those of the present one.
 *
 * <p>In those of version 2 each record stands three times: as the definition of its names (of no
 * bytes where it needs none), as a document, and as in a checkpoint.
 */
class GoldenTest {
  private static final long SEED = 20_260_301;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private final Codec codec = new Codec();

  @Test
  void theGoldenRecordsOfVersion1ReadAsTheGoldenTextAndWriteTheSameBytes() throws Exception {
    ByteBuffer golden = ByteBuffer.wrap(resource("golden-1.records"));
    for (String line : lines("golden-1.jsonl")) {
      byte[] bytes = next(golden);
      EventRecord record = codec.read(bytes);
      assertEquals(line, EventJson.write(record));
      assertEquals(record, EventJson.read(line));
      assertArrayEquals(bytes, codec.format1(record));
    }
    assertEquals(0, golden.remaining());
  }

  @Test
  void theGoldenRecordsOfVersion2ReadAsTheGoldenTextAndWriteTheSameBytes() throws Exception {
    writeIfAsked();
    ByteBuffer golden = ByteBuffer.wrap(resource("golden-2.records"));
    for (String line : lines("golden-2.jsonl")) {
      byte[] definition = next(golden);
      byte[] document = next(golden);
      byte[] inline = next(golden);

      EventRecord record = Codec.read(document, definition);

      assertEquals(line, EventJson.write(record));
      assertEquals(record, EventJson.read(line));
      assertEquals(record, codec.readInline(inline));
      assertArrayEquals(definition, Codec.definition(record));
      assertArrayEquals(document, codec.document(record));
      assertArrayEquals(inline, codec.inline(record));
    }
    assertEquals(0, golden.remaining());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void theGoldenCycleFilesReadAsTheGoldenText(int version) throws Exception {
    Files.write(folder.resolve("20260301-0312.cq4"), resource("golden-" + version + ".cycle"));
    assertEquals(
        lines("golden-" + version + ".jsonl"),
        Journals.events(folder).stream().map(EventJson::write).toList());
  }

  @Test
  void noCodeTagNameOrTypeOfTheSchemaChanges() throws Exception {
    assertEquals(String.join("\n", lines("schema.txt")), String.join("\n", schema()));
  }

  private static List<String> schema() {
    List<String> lines = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      lines.add(kind.code() + " " + kind.word());
      for (Field field : Fields.of(kind).list()) {
        lines.add("  " + field.tag() + " " + field.jsonName() + " " + field.type());
      }
    }
    return lines;
  }

  private void writeIfAsked() throws Exception {
    String target = System.getProperty("golden.write");
    if (target == null) {
      return;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    List<String> lines = new ArrayList<>();
    Path journal = folder.resolve("journal");
    try (JournalWriter writer = JournalWriter.open(journal)) {
      for (EventRecord record : EventRecords.full(SEED).oneOfEach()) {
        writer.append(record);
        for (byte[] part :
            List.of(Codec.definition(record), codec.document(record), codec.inline(record))) {
          byte[] length = new byte[4];
          RecordLayout.INT_LE.set(length, 0, part.length);
          bytes.writeBytes(length);
          bytes.writeBytes(part);
        }
        lines.add(EventJson.write(record));
      }
    }
    byte[] cycle = Files.readAllBytes(JournalFolder.cycles(journal).get(0));
    int end = cycle.length;
    while (cycle[end - 1] == 0) {
      end--;
    }
    Path to = Path.of(target);
    Files.write(to.resolve("golden-2.records"), bytes.toByteArray());
    Files.write(to.resolve("golden-2.cycle"), Arrays.copyOf(cycle, end + 64));
    Files.write(to.resolve("golden-2.jsonl"), lines);
    Files.write(to.resolve("schema.txt"), schema());
  }

  private static byte[] next(ByteBuffer golden) {
    byte[] part = new byte[golden.order(ByteOrder.LITTLE_ENDIAN).getInt()];
    golden.get(part);
    return part;
  }

  private static List<String> lines(String name) throws IOException {
    return new String(resource(name), StandardCharsets.UTF_8).lines().toList();
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = GoldenTest.class.getResourceAsStream("/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }
}
