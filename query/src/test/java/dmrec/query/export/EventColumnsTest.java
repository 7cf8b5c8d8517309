package dmrec.query.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Field;
import dmrec.event.Fields;
import dmrec.event.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class EventColumnsTest {
  private static final Path DOCUMENT =
      Path.of(System.getProperty("dmrec.root", ".."))
          .resolve("query/src/main/java/dmrec/query/export/COLUMNS.md");

  @Test
  void theDocumentListsEveryColumnAsItIs() throws IOException {
    List<String> told =
        Files.readAllLines(DOCUMENT).stream().filter(line -> line.startsWith("| `")).toList();

    assertEquals(
        EventColumns.all().stream().map(EventColumnsTest::line).collect(Collectors.joining("\n")),
        String.join("\n", told));
  }

  private static String line(Column column) {
    String type = column.type().name().toLowerCase(Locale.ROOT);
    String what =
        column.kinds().isEmpty()
            ? column.about()
            : column.kinds().stream()
                .map(kind -> "`" + kind + "`")
                .collect(Collectors.joining(", "));
    return "| `" + column.name() + "` | " + type + " | " + what + " |";
  }

  @Test
  void everyFieldOfEveryKindHasAColumnOfItsName() {
    for (Kind kind : Kind.values()) {
      for (Field field : Fields.of(kind).list()) {
        assertTrue(
            EventColumns.all().stream()
                .anyMatch(
                    column ->
                        column.kinds().contains(kind.word())
                            && (column.name().equals(field.jsonName())
                                || column.name().equals("event_" + field.jsonName()))),
            kind + " " + field);
      }
    }
  }

  @Test
  void noNameIsTwoColumns() {
    Set<String> names = new HashSet<>();
    for (Column column : EventColumns.all()) {
      assertTrue(names.add(column.name()), column.name());
    }
  }

  @Test
  void whereKindsDisagreeAboutAFieldItIsText() {
    assertEquals(ColumnType.TEXT, typeOf("from")); // a group's number, a pool's mode
    assertEquals(ColumnType.TEXT, typeOf("leg")); // a mirror's device, a raid's index
    assertEquals(ColumnType.TEXT, typeOf("lost")); // a source, a count
    assertEquals(ColumnType.INTEGER, typeOf("valid_paths"));
    assertEquals(ColumnType.BIGINT, typeOf("count"));
  }

  private static ColumnType typeOf(String name) {
    return EventColumns.all().stream()
        .filter(column -> column.name().equals(name))
        .findFirst()
        .orElseThrow()
        .type();
  }
}
