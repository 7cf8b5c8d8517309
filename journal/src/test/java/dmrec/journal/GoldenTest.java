package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.Field;
import dmrec.event.Fields;
import dmrec.event.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What was once written must be read for ever. The golden files hold one record of each kind in
 * format 1, each behind its length, and the same ones as JSON; they are never written again. {@code
 * -Dgolden.write=FOLDER} makes those of a new format.
 */
class GoldenTest {
  private static final long SEED = 20_260_301;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private final RecordEncoder encoder = new RecordEncoder();
  private final RecordDecoder decoder = new RecordDecoder();

  @Test
  void theGoldenRecordsReadAsTheGoldenTextAndWriteTheSameBytes() throws Exception {
    writeIfAsked();
    byte[] golden = resource("golden-1.records");
    List<String> lines = lines("golden-1.jsonl");
    int at = 0;
    for (String line : lines) {
      int length = RecordLayout.intAt(golden, at);
      EventRecord record = decoder.decode(golden, at + 4, length);
      assertEquals(line, EventJson.write(record));
      assertEquals(record, EventJson.read(line));
      encoder.encode(record, record.seq());
      assertArrayEquals(
          Arrays.copyOfRange(golden, at + 4, at + 4 + length),
          Arrays.copyOf(encoder.bytes(), encoder.length()));
      at += 4 + length;
    }
    assertEquals(golden.length, at);
  }

  @Test
  void theGoldenCycleFileReadsAsTheGoldenText() throws Exception {
    Files.write(folder.resolve("20260301-0312.cq4"), resource("golden-1.cycle"));
    try (JournalReader reader = JournalReader.open(folder)) {
      for (String line : lines("golden-1.jsonl")) {
        assertEquals(line, EventJson.write(Objects.requireNonNull(reader.next())));
      }
      assertEquals(null, reader.next());
    }
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
      for (EventRecord record : new EventRecords(SEED).oneOfEach()) {
        writer.append(record);
        encoder.encode(record, record.seq());
        byte[] length = new byte[4];
        RecordLayout.INT_LE.set(length, 0, encoder.length());
        bytes.writeBytes(length);
        bytes.write(encoder.bytes(), 0, encoder.length());
        lines.add(EventJson.write(record));
      }
    }
    byte[] cycle = Files.readAllBytes(JournalFolder.cycles(journal).get(0));
    int end = cycle.length;
    while (cycle[end - 1] == 0) {
      end--;
    }
    Path to = Path.of(target);
    Files.write(to.resolve("golden-1.records"), bytes.toByteArray());
    Files.write(to.resolve("golden-1.cycle"), Arrays.copyOf(cycle, end + 64));
    Files.write(to.resolve("golden-1.jsonl"), lines);
    Files.write(to.resolve("schema.txt"), schema());
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
