package dmrec.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.host.Host;
import dmrec.cli.host.JournalOption;
import dmrec.cli.record.RecordCommand;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The unit in samples/systemd, held against the program it starts. */
class SystemdUnitTest {
  private static final Path UNIT =
      Path.of(System.getProperty("dmrec.root", ".."), "samples", "systemd", "dmrec.service");
  private static final Path KEYS = Path.of("/var/lib/dmrec-key");
  private static final String LAUNCHER = "/usr/local/bin/dmrec";

  private final Host root =
      new Host(
          new ByteArrayOutputStream(),
          new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
          Map.of(),
          Clock.systemUTC(),
          true,
          false,
          false,
          0,
          true);

  private static List<String> lines() throws IOException {
    return Files.readAllLines(UNIT);
  }

  /** By key; several lines of one key are one value. */
  private static Map<String, String> settings() throws IOException {
    Map<String, String> settings = new HashMap<>();
    for (String line : lines()) {
      if (!line.startsWith("#") && line.contains("=")) {
        int at = line.indexOf('=');
        settings.merge(line.substring(0, at), line.substring(at + 1), (a, b) -> a + " " + b);
      }
    }
    return settings;
  }

  private static String setting(String key) throws IOException {
    return settings().getOrDefault(key, "");
  }

  private static Set<String> words(String key) throws IOException {
    return new TreeSet<>(List.of(setting(key).split(" ")));
  }

  /** Those in effect, and those that comments propose. */
  private static List<List<String>> commands() throws IOException {
    List<List<String>> commands = new ArrayList<>();
    for (String line : lines()) {
      String text = line.replaceFirst("^#\\s*", "");
      if (text.startsWith("ExecStart=/")) {
        commands.add(List.of(text.substring("ExecStart=".length()).split(" ")));
      }
    }
    return commands;
  }

  @Test
  void startsTheRecorderWithOptionsItHas() throws IOException {
    List<List<String>> commands = commands();
    assertTrue(commands.size() >= 2, commands::toString);
    for (List<String> command : commands) {
      assertEquals(LAUNCHER, command.get(0));
      CommandLine.ParseResult parsed =
          Main.commandLine(root, null)
              .parseArgs(command.subList(1, command.size()).toArray(String[]::new));
      assertInstanceOf(
          RecordCommand.class, parsed.subcommand().commandSpec().userObject(), command::toString);
    }
  }

  @Test
  void letsItTellWhenItIsReadyAndThatItLives() throws IOException {
    assertEquals("notify", setting("Type"));
    assertEquals("main", setting("NotifyAccess"));
    assertTrue(setting("WatchdogSec").matches("\\d+min"));
  }

  @Test
  void givesItTheFoldersItUses() throws IOException {
    List<Path> state =
        List.of(setting("StateDirectory").split(" ")).stream()
            .map(name -> Path.of("/var/lib", name))
            .toList();
    assertEquals(List.of(JournalOption.defaultPath(root), KEYS), state);
    assertEquals("0750", setting("StateDirectoryMode"));
    assertEquals("0750", setting("RuntimeDirectoryMode"));
    assertEquals("strict", setting("ProtectSystem"));
  }

  @Test
  void keepsItsKeyWhereItCanBeReplaced() throws IOException {
    List<Path> keys = new ArrayList<>();
    for (List<String> command : commands()) {
      int at = command.indexOf("--key");
      if (at >= 0) {
        keys.add(Path.of(command.get(at + 1)));
      }
    }
    assertEquals(1, keys.size(), keys::toString);
    assertEquals(KEYS, keys.get(0).getParent());
    assertTrue(String.join("\n", lines()).contains("dmrec key new " + keys.get(0)));
    assertFalse(keys.get(0).startsWith(JournalOption.defaultPath(root)));
  }

  @Test
  void letsItGiveTheJournalToAGroup() throws IOException {
    assertTrue(
        commands().stream().anyMatch(command -> command.contains("--group")),
        () -> "no command proposes it");
    assertTrue(setting("SystemCallFilter").endsWith("@chown"));
    assertTrue(String.join("\n", lines()).contains("#   SupplementaryGroups="));
  }

  @Test
  void leavesItWhatItNeeds() throws IOException {
    assertEquals(
        Set.of("CAP_SYS_ADMIN", "CAP_SYSLOG", "CAP_NET_ADMIN", "CAP_IPC_LOCK"),
        words("CapabilityBoundingSet"));
    assertEquals(
        Set.of("AF_NETLINK", "AF_UNIX", "AF_INET", "AF_INET6"), words("RestrictAddressFamilies"));
    assertEquals(Set.of("/dev/mapper/control", "rw", "/dev/kmsg", "r"), words("DeviceAllow"));
    assertEquals("infinity", setting("LimitMEMLOCK"));
    assertEquals("-/sys/kernel/tracing", setting("ReadWritePaths"));
    for (String harmful :
        List.of(
            "PrivateNetwork",
            "PrivateDevices",
            "PrivateUsers",
            "PrivateTmp",
            "ProtectKernelLogs",
            "ProtectKernelTunables",
            "MemoryDenyWriteExecute",
            "User",
            "DynamicUser")) {
      assertFalse(settings().containsKey(harmful), harmful);
    }
  }

  @Test
  void saysOfEachThingItLeavesOutWhy() throws IOException {
    String comments =
        lines().stream().filter(line -> line.startsWith("#")).collect(Collectors.joining("\n"));
    for (String absent :
        List.of(
            "PrivateTmp=",
            "PrivateNetwork=",
            "PrivateUsers=",
            "ProtectKernelLogs=",
            "ProtectKernelTunables=",
            "ProtectProc=",
            "MemoryDenyWriteExecute=",
            "MemoryMax=",
            "Conflicts=shutdown.target",
            "Before=multipathd.service")) {
      assertTrue(comments.contains(absent), absent);
    }
  }
}
