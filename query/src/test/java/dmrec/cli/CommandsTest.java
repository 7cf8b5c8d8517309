package dmrec.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.cli.host.Host;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class CommandsTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Host host = Hosts.piped(out, out, Map.of(), Clock.systemUTC());

  private String printed(String... args) {
    out.reset();
    assertEquals(0, Main.run(host, List.of(args)));
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void eachIsAddedUnderItsOwnName() {
    Map<String, CommandLine> all = Main.commandLine(host, null).getSubcommands();
    assertEquals(24, all.size());
    for (String name : all.keySet()) {
      Set<String> alone = Main.commandLine(host, name).getSubcommands().keySet();
      assertEquals(name.equals("help") ? all.keySet() : Set.of(name), alone);
    }
  }

  @Test
  void aCommandThatIsBuiltAloneHelpsAsAmongTheOthers() {
    for (String name : Main.commandLine(host, null).getSubcommands().keySet()) {
      assertEquals(printed("help", name), printed(name, "--help"), name);
    }
  }
}
