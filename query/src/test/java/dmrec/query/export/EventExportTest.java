package dmrec.query.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.KernelText;
import dmrec.event.Source;
import dmrec.target.DevNo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.LocalInputFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events of every kind, and names of any bytes, through each format and back. */
class EventExportTest {
  private static final int COUNT = 400;
  private static final byte[] INVALID_UTF8 = {'x', (byte) 0xff, (byte) 0xc3, '(', (byte) 0x80};
  private static final List<String> HOSTILE =
      List.of(
          "\u001b[2J\u001b]0;owned\u0007",
          "two\nlines\r\nand a bell\u0007",
          "\"quoted\", it's; DROP TABLE events;--",
          "\u202etxt.exe\u2066",
          "=cmd|' /C calc'!A0",
          "a\\b\\x00",
          KernelText.decode(INVALID_UTF8),
          ",",
          "\"",
          "\u2028\ufeff\uffff\ud83d\udcbe");

  @TempDir @Nullable Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void csvGivesTheSameEvents(long seed) throws IOException {
    csvGives(records(seed));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void jsonGivesTheSameEventsToTheLastField(long seed) throws IOException {
    List<EventRecord> records = records(seed);

    String text = new String(export(ExportFormat.JSON, records), StandardCharsets.US_ASCII);

    List<EventRecord> read = new ArrayList<>();
    for (String line : text.lines().toList()) {
      read.add(EventJson.read(line));
    }
    assertEquals(records, read);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void parquetGivesTheSameEvents(long seed) throws IOException {
    parquetGives(records(seed));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void duckDbReadsTheSameEvents(long seed) throws Exception {
    duckDbGives(records(seed));
  }

  @Test
  void hostileNamesComeBackFromEveryFormat() throws Exception {
    List<EventRecord> records = new ArrayList<>();
    for (String name : HOSTILE) {
      records.add(renamed(records.size() + 1, name));
    }
    csvGives(records);
    parquetGives(records);
    duckDbGives(records);
  }

  @Test
  void onATerminalNoNameActs() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    EventExport export = EventExport.begin(ExportFormat.CSV, out, true);
    for (String name : HOSTILE) {
      export.write(renamed(1, name));
    }
    export.finish();

    String shown = out.toString(StandardCharsets.UTF_8).replace("\r\n", "");
    assertEquals(HOSTILE.size() + 1, out.toString(StandardCharsets.UTF_8).lines().count());
    assertTrue(shown.contains("\\x1b[2J\\x1b]0;owned\\x07"), shown);
    assertTrue(shown.contains("DM_NAME=,\\x00SEQNUM=1"), shown);
    assertTrue(
        shown.chars().allMatch(c -> c >= ' ' && c != 0x7f && c != 0x202e && c != 0xfffd), shown);
  }

  @Test
  void noEventsAreATableWithoutRows() throws Exception {
    assertEquals(List.of(), CsvTable.read(export(ExportFormat.CSV, List.of())));
    assertEquals(0, export(ExportFormat.JSON, List.of()).length);
    assertEquals("0", duckDb("select count(*) from '" + parquet(List.of()) + "'").get(0).get("0"));
  }

  @Test
  void timesKeepTheirNanosecondsInDuckDb() throws Exception {
    EventRecord record = renamed(1, "mpatha");

    String file = parquet(List.of(record)).toString();

    assertEquals(
        Long.toString(record.wallNs()),
        duckDb("select epoch_ns(time) from '" + file + "'").get(0).get("0"));
  }

  @Test
  void aFullRowGroupGoesOutAndIsForgotten() throws Exception {
    Path file = Objects.requireNonNull(folder).resolve("groups.parquet");
    EventRecords records = EventRecords.full(5);
    try (OutputStream out = Files.newOutputStream(file)) {
      ParquetExport export = new ParquetExport(out, 256 << 10);
      for (int i = 0; i < 2000; i++) {
        export.write(records.next());
      }
      assertTrue(Files.size(file) > 256 << 10, "nothing was written before the end");
      export.finish();
    }

    assertEquals(
        List.of(Map.of("0", "2000", "1", "true", "2", "true")),
        duckDb(
            "select sum(n), count(*) > 3, max(n) < 700 from (select any_value(row_group_num_rows) n"
                + " from parquet_metadata('"
                + file
                + "') group by row_group_id)"));
  }

  private void csvGives(List<EventRecord> records) throws IOException {
    List<Map<String, String>> rows = CsvTable.read(export(ExportFormat.CSV, records));
    compare(records, rows);
  }

  private void parquetGives(List<EventRecord> records) throws IOException {
    List<Map<String, String>> rows = new ArrayList<>();
    try (ParquetReader<Group> reader =
        new Reader(new LocalInputFile(parquet(records)))
            .withConf(new PlainParquetConfiguration())
            .withCodecFactory(new JdkGzip())
            .build()) {
      for (Group group = reader.read(); group != null; group = reader.read()) {
        Map<String, String> row = new LinkedHashMap<>();
        for (Column column : EventColumns.all()) {
          boolean has = group.getFieldRepetitionCount(column.name()) > 0;
          row.put(column.name(), has ? text(column, value(group, column)) : "");
        }
        rows.add(row);
      }
    }
    compare(records, rows);
  }

  private void duckDbGives(List<EventRecord> records) throws Exception {
    StringBuilder columns = new StringBuilder();
    for (Column column : EventColumns.all()) {
      String name = "\"" + column.name() + "\"";
      columns.append(columns.isEmpty() ? "" : ", ");
      columns.append(column.type() == ColumnType.TIMESTAMP ? "epoch_ns(" + name + ")" : name);
    }
    List<Map<String, String>> rows = new ArrayList<>();
    for (Map<String, String> found :
        duckDb("select " + columns + " from '" + parquet(records) + "' order by seq")) {
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 0; i < EventColumns.all().size(); i++) {
        Column column = EventColumns.all().get(i);
        String value = Objects.requireNonNull(found.get(Integer.toString(i)));
        row.put(column.name(), value.isEmpty() ? "" : text(column, value));
      }
      rows.add(row);
    }
    compare(records, rows);
  }

  private static Object value(Group group, Column column) {
    return switch (column.type()) {
      case TIMESTAMP, BIGINT -> group.getLong(column.name(), 0);
      case INTEGER -> group.getInteger(column.name(), 0);
      case BOOLEAN -> group.getBoolean(column.name(), 0);
      case TEXT, BYTES -> group.getString(column.name(), 0);
    };
  }

  /** As it stands in CSV, before bytes are spelled. */
  private static String text(Column column, Object value) {
    return switch (column.type()) {
      case TIMESTAMP -> EventJson.time(Long.parseLong(value.toString()));
      case TEXT -> OddBytes.read(value.toString());
      case INTEGER, BIGINT, BOOLEAN, BYTES -> value.toString();
    };
  }

  private static void compare(List<EventRecord> records, List<Map<String, String>> rows)
      throws IOException {
    assertEquals(records.size(), rows.size());
    for (int i = 0; i < records.size(); i++) {
      Map<String, String> row = new LinkedHashMap<>(rows.get(i));
      for (Column column : EventColumns.all()) {
        if (column.type() == ColumnType.BYTES) {
          row.computeIfPresent(column.name(), (name, spelled) -> OddBytes.read(spelled));
        }
      }
      assertEquals(ExportedRow.withoutExtra(records.get(i)), new ExportedRow(row).event());
    }
  }

  private static List<EventRecord> records(long seed) {
    EventRecords records = EventRecords.full(seed);
    List<EventRecord> all = new ArrayList<>(records.oneOfEach());
    all.addAll(records.list(COUNT));
    return all;
  }

  private static EventRecord renamed(long seq, String name) {
    return EventRecord.of(new DmEvent.DeviceRenamed(name, "mpatha"))
        .seq(seq)
        .at(EventRecords.FIRST_WALL_NS + 123_456_789L, 7)
        .source(Source.UEVENT)
        .device(new DeviceRef(new DevNo(254, 0), 9, name, name))
        .evidence(Bytes.of("DM_NAME=" + name + "\0SEQNUM=1"))
        .build();
  }

  private static byte[] export(ExportFormat format, List<EventRecord> records) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    EventExport export = EventExport.begin(format, out, false);
    for (EventRecord record : records) {
      export.write(record);
    }
    export.finish();
    return out.toByteArray();
  }

  private Path parquet(List<EventRecord> records) throws IOException {
    Path file = Objects.requireNonNull(folder).resolve("events.parquet");
    Files.write(file, export(ExportFormat.PARQUET, records));
    return file;
  }

  /** Rows by the columns' places; null is empty. */
  private static List<Map<String, String>> duckDb(String query) throws SQLException {
    List<Map<String, String>> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(query)) {
      while (found.next()) {
        Map<String, String> row = new LinkedHashMap<>();
        for (int i = 0; i < found.getMetaData().getColumnCount(); i++) {
          Object value = found.getObject(i + 1);
          row.put(Integer.toString(i), value == null ? "" : value.toString());
        }
        rows.add(row);
      }
    }
    assertFalse(rows.isEmpty());
    return rows;
  }

  /** The library's own reader, of rows that know their fields by name. */
  private static final class Reader extends ParquetReader.Builder<Group> {
    Reader(InputFile file) {
      super(file);
    }

    @Override
    protected ReadSupport<Group> getReadSupport() {
      return new GroupReadSupport();
    }
  }
}
