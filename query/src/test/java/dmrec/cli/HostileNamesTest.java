package dmrec.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dmrec.cli.host.Host;
import dmrec.event.Actor;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.KernelText;
import dmrec.query.Story;
import dmrec.target.DevNo;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Names that would act on a terminal, or break a format, in every answer and form. */
class HostileNamesTest {
  private static final List<String> NAMES =
      List.of(
          "red\u001b[31m",
          "two\nlines\r",
          "\"quoted\", 'it'",
          "right\u202eleft",
          "back\\slash",
          "bytes\udcff\udc80",
          "\u0085\u2028\ufeff",
          "\ud83d\udcbe,disk",
          "=cmd()");

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private static Stream<Arguments> commandsAndNames() {
    return Stream.of(
            "tree",
            "diff #1",
            "history 254:0",
            "stats",
            "why 254:0",
            "why 254:1",
            "history 8:0",
            "who 254:1")
        .flatMap(
            command ->
                NAMES.stream().map(name -> Arguments.of(List.of(command.split(" ", -1)), name)));
  }

  @ParameterizedTest
  @MethodSource("commandsAndNames")
  void areShownEscapedAndReadBackAsTheyWere(List<String> command, String name) throws Exception {
    write(name);

    String text = run(command, "text");
    text.codePoints()
        .filter(c -> c != '\n')
        .forEach(
            c ->
                assertFalse(
                    Character.getType(c) == Character.CONTROL
                        || Character.getType(c) == Character.FORMAT
                        || Character.getType(c) == Character.LINE_SEPARATOR
                        || Character.getType(c) == Character.SURROGATE,
                    () -> Integer.toHexString(c) + " in " + command));
    assertFalse(text.lines().anyMatch(line -> line.startsWith("lines")), text);

    String json = run(command, "json");
    assertTrue(json.chars().allMatch(c -> (c >= ' ' && c <= '~') || c == '\n'), json);
    assertTrue(strings(json).contains(name), json);

    if (command.get(0).equals("who")) {
      return;
    }
    String csv = run(command, "csv");
    List<List<String>> rows = rows(csv);
    assertTrue(rows.stream().anyMatch(row -> row.contains(name)), csv);
    rows.forEach(row -> assertEquals(rows.get(0).size(), row.size(), csv));
  }

  @Test
  void areFoundAsTheyAre() throws Exception {
    for (String name : NAMES) {
      write(name);
      assertTrue(run(List.of("why", name), "json").contains("\"health\""));
      assertTrue(run(List.of("history", name), "json").contains("\"lives\":[{"));
    }
  }

  private void write(String name) throws Exception {
    DeviceRef mpath = new DeviceRef(new DevNo(254, 0), 7, name, "uuid " + name);
    DeviceRef top = new DeviceRef(new DevNo(254, 1), 8, name + "-top", name);
    new Story()
        .boot("b", "")
        .disk(Story.SDA, name)
        .by(new Actor(Actor.Relation.ASKED, 7, 7, 8, 0, 1000, name, name, 1, name, name))
        .multipath(mpath, true, List.of(Story.SDA))
        .create(top, name, "254:0 " + name, name, List.of(mpath.dev()))
        .add(mpath, new DmEvent.KernelMessage("lost " + name, 1, 3))
        .fail(mpath, Story.SDA, name, 0)
        .add(top, new DmEvent.TableLoaded(List.of()))
        .add(top, new DmEvent.StatusChanged(0, name, name, name + name))
        .write(journal(name));
  }

  private Path journal(String name) {
    return folder.resolve("j" + NAMES.indexOf(name));
  }

  private String run(List<String> command, String form) {
    out.reset();
    err.reset();
    List<String> args = new ArrayList<>(command);
    String name =
        NAMES.stream().filter(n -> Files.exists(journal(n))).reduce((a, b) -> b).orElseThrow();
    args.addAll(List.of("-j", journal(name).toString(), "--output", form));
    Host host =
        Hosts.piped(
            out, err, Map.of(), Clock.fixed(Instant.parse("2026-03-02T00:00:00Z"), ZoneOffset.UTC));
    int code = Main.run(host, args);
    assertEquals(command.get(0).equals("diff") ? 1 : 0, code, err.toString(StandardCharsets.UTF_8));
    return KernelText.decode(out.toByteArray());
  }

  private static List<String> strings(String json) throws Exception {
    List<String> strings = new ArrayList<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.VALUE_STRING) {
          strings.add(parser.getText());
        }
      }
    }
    return strings;
  }

  /** RFC 4180, read plainly. */
  private static List<List<String>> rows(String csv) {
    List<List<String>> rows = new ArrayList<>();
    List<String> row = new ArrayList<>();
    StringBuilder value = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < csv.length(); i++) {
      char c = csv.charAt(i);
      if (quoted) {
        if (c == '"' && i + 1 < csv.length() && csv.charAt(i + 1) == '"') {
          value.append('"');
          i++;
        } else if (c == '"') {
          quoted = false;
        } else {
          value.append(c);
        }
      } else if (c == '"') {
        quoted = true;
      } else if (c == ',') {
        row.add(value.toString());
        value.setLength(0);
      } else if (c == '\r' && csv.startsWith("\r\n", i)) {
        row.add(value.toString());
        value.setLength(0);
        rows.add(row);
        row = new ArrayList<>();
        i++;
      } else {
        value.append(c);
      }
    }
    return rows;
  }
}
