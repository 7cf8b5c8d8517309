package dmrec.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.KernelText;
import dmrec.journal.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

class CompletionTest {
  @TempDir @Nullable Path folder;

  private @Nullable Navigator navigator;
  private @Nullable Completion completion;

  enum Form {
    TEXT,
    JSON
  }

  @Command(name = "log", description = "Print events.")
  static final class LogLike {
    @Option(names = "--kind", paramLabel = "KIND", split = ",")
    List<String> kinds = List.of();

    @Option(names = "--since", paramLabel = "TIME")
    String since = "";

    @Option(names = "--output")
    Form output = Form.TEXT;

    @Option(names = {"-f", "--follow"})
    boolean follow;
  }

  @Command(name = "tree", description = "Draw the stack.")
  static final class TreeLike {
    @Parameters(paramLabel = "DEVICE", arity = "0..1")
    String device = "";
  }

  @Command(name = "dmsetup", subcommands = TreeLike.class)
  static final class Nested {}

  private record Some(Map<String, CommandSpec> specs) implements Commands {
    static Some of(Object... commands) {
      Map<String, CommandSpec> specs = new LinkedHashMap<>();
      for (Object each : commands) {
        CommandSpec spec = new CommandLine(each).getCommandSpec();
        specs.put(spec.name(), spec);
      }
      return new Some(specs);
    }

    @Override
    public int run(List<String> args, Output output, Standpoint at) {
      return 0;
    }
  }

  @BeforeEach
  void openJournal() throws Exception {
    List<String> names = new ArrayList<>(List.of("mpatha", "mpathb", "data-home"));
    names.addAll(JournalOfNames.HOSTILE);
    Path journal = Objects.requireNonNull(folder).resolve("journal");
    JournalOfNames.write(journal, names);
    Journal opened = Journal.open(journal);
    navigator = new Navigator(opened, ZoneOffset.UTC, new SelectedEventFinder(opened));
    navigator.last();
    completion =
        new Completion(
            Some.of(new LogLike(), new TreeLike(), new Nested()),
            navigator,
            new JournalNames(opened));
  }

  @Test
  void offersCommandsOfTheConsoleAndOfDmrec() {
    assertTrue(of("").containsAll(List.of("next", "log", "tree", "quit")), of("").toString());
    assertEquals(List.of("tree"), of("tr"));
    assertEquals(List.of("bookmark", "bookmarks"), of("book"));
    assertEquals(List.of("tree"), of("watch t"));
    assertEquals(List.of("next"), of("help ne"));
  }

  @Test
  void offersOptionsAndTheirValues() {
    assertEquals(List.of("--kind", "--since", "--output", "--follow"), of("log --"));
    assertEquals(List.of("path_failed"), of("log --kind path_f"));
    assertEquals(List.of("path_failed,path_reinstated"), of("log --kind path_failed,path_r"));
    assertEquals(List.of("text", "json"), of("log --output "));
    assertEquals(List.of("--output=json"), of("log --output=j"));
    assertEquals(List.of("--all"), of("next -"));
  }

  @Test
  void offersDevicesWhereACommandTakesOne() {
    assertEquals(List.of("mpatha", "mpathb"), of("tree mpath"));
    assertEquals(List.of("tree"), of("dmsetup t"));
    assertEquals(List.of("mpatha", "mpathb"), of("dmsetup tree mpath"));
    assertEquals(List.of("254:0"), of("tree 254:0"));
  }

  @Test
  void offersMomentsAndBookmarks() throws ConsoleException {
    Objects.requireNonNull(navigator).bookmark("worst");

    assertEquals(List.of("worst"), of("at w"));
    assertEquals(List.of("#17"), of("log --since #"));
    assertTrue(of("at 2").contains("2026-03-01T03:00:16.000000000Z"), of("at 2").toString());
  }

  @Test
  void offersFieldsOperatorsAndValuesInAFilter() {
    assertTrue(of("next ").containsAll(List.of("kind", "valid_paths", "under", "path_failed")));
    assertTrue(of("next kind ").containsAll(List.of("=", "!=", "~")));
    assertEquals(List.of("path_failed"), of("back kind = path_f"));
    assertEquals(List.of("mpatha", "mpathb"), of("next kind = path_failed and device = mpath"));
    assertEquals(List.of("and", "or"), of("next kind = path_failed "));
    assertEquals(List.of("uevent", "udev"), of("next source = u"));
    assertEquals(List.of("asked", "context"), of("next actor.relation = "));
  }

  @Test
  void offersWhoWasBehindTheEvents() {
    assertTrue(of("next ac").contains("actor.comm"), of("next ac").toString());
    assertEquals(List.of("lvcreate"), of("next actor.comm = lvc"));
    assertEquals(List.of("\"/opt/my tool\""), of("next actor.exe = /o"));
    assertEquals(List.of("a.service"), of("next actor.unit = "));
    assertEquals(List.of("bash", "lvcreate"), of("next parent = "));
  }

  @Test
  void offersFilesBehindARedirectAndNothingBehindAPipe() throws IOException {
    Path file = Objects.requireNonNull(folder).resolve("some file.txt");
    Files.createFile(file);

    assertEquals(List.of("\"" + file + "\""), of("tree > " + folder + "/so"));
    assertEquals(List.of(), of("tree | le"));
  }

  @Test
  void offersHostileNamesInQuotesAndEscapedSoThatTheyAreReadBack() {
    for (String name : JournalOfNames.HOSTILE) {
      String start = dmrec.query.Names.quoted(name);
      String typed = start.startsWith("\"") ? start.substring(0, start.length() - 1) : start;

      List<String> offered = of("tree " + typed);

      if (!name.startsWith("-")) {
        assertTrue(offered.contains(start), name + " among " + offered);
      }
      for (String each : of("tree ")) {
        assertFalse(each.chars().anyMatch(c -> c < 0x20), each);
        assertEquals(
            each.replace("\\", ""), KernelText.printable(each.replace("\\", "")), "unescaped");
      }
    }
  }

  private List<String> of(String line) {
    return Objects.requireNonNull(completion).of(line).stream()
        .map(Completion.Proposal::text)
        .toList();
  }
}
