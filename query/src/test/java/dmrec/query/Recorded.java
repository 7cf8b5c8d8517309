package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.DeviceState;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.target.Target;
import dmrec.topology.Topology;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a real dmsetup printed on a real kernel at one moment, and the topology of that moment as
 * its plainest commands tell it. Texts have one character for each byte.
 *
 * <p>The file: for each run a line {@code == STATUS OUT ERR<tab>ARGUMENT...} with the lengths of
 * the two streams, then their bytes and a line feed.
 */
public record Recorded(List<Run> runs) {

  /** One run of dmsetup. */
  public record Run(List<String> arguments, int status, String out, String err) {}

  public static Recorded load(String name) {
    try (InputStream in = Recorded.class.getResourceAsStream(name + ".recorded")) {
      return parse(
          new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Recorded parse(String text) {
    List<Run> runs = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int end = text.indexOf('\n', at);
      String[] words = text.substring(at, end).split("\t", -1);
      String[] numbers = words[0].split(" ", -1);
      int err = end + 1 + Integer.parseInt(numbers[2]);
      int next = err + Integer.parseInt(numbers[3]);
      runs.add(
          new Run(
              List.of(words).subList(1, words.length),
              Integer.parseInt(numbers[1]),
              text.substring(end + 1, err),
              text.substring(err, next)));
      at = next + 1;
    }
    return new Recorded(runs);
  }

  private String out(String... arguments) {
    return runs.stream()
        .filter(run -> run.arguments().equals(List.of(arguments)))
        .findFirst()
        .orElseThrow()
        .out();
  }

  /** The topology that all runs are about. */
  public Topology topology() {
    Topology topology = new Topology();
    for (int minor = 0; minor < 100; minor++) {
      apply(
          topology,
          DeviceRef.NONE,
          new DmEvent.DiskAdded(new DevNo(1, minor), "ram" + minor, "", "", -1, ""));
    }
    Map<String, List<String[]>> tables = targets(out("table"));
    Map<String, List<String[]>> inactive = targets(out("table", "--inactive"));
    Map<String, List<String[]>> status = targets(out("status"));
    Map<String, List<DevNo>> deps = deps(out("deps"));
    String info = out("info");
    if (info.startsWith("No devices")) {
      return topology;
    }
    for (String block : info.split("\n\n", 0)) {
      Map<String, String> facts = new HashMap<>();
      for (String line : block.split("\n", 0)) {
        int colon = line.indexOf(':');
        facts.put(line.substring(0, colon), line.substring(colon + 1).strip());
      }
      String name = fact(facts, "Name");
      String[] numbers = fact(facts, "Major, minor").split(", ", -1);
      DevNo dev = new DevNo(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
      String present = fact(facts, "Tables present");
      String state = fact(facts, "State");
      int readAhead = Integer.parseInt(facts.getOrDefault("Read Ahead", "-2"));
      apply(
          topology,
          new DeviceRef(dev, 1, kernel(name), kernel(facts.getOrDefault("UUID", ""))),
          new DmEvent.Baseline(
              new DeviceState(
                  state.startsWith("SUSPENDED"),
                  state.contains("READ-ONLY"),
                  state.contains("DEFERRED"),
                  false,
                  Long.parseLong(fact(facts, "Event number")),
                  Integer.parseInt(fact(facts, "Open count")),
                  readAhead / 2,
                  present.startsWith("LIVE"),
                  join(of(tables, name), of(status, name)),
                  present.endsWith("INACTIVE"),
                  join(of(inactive, name), List.of()),
                  deps.getOrDefault(name, List.of()))));
    }
    return topology;
  }

  private static String fact(Map<String, String> facts, String key) {
    return Objects.requireNonNull(facts.get(key), key);
  }

  private static String kernel(String shown) {
    String mangled = Objects.requireNonNull(NameMangling.mangle(shown, "name").text());
    return RawText.kernelText(mangled);
  }

  private static List<String[]> of(Map<String, List<String[]>> all, String name) {
    return Objects.requireNonNull(all.get(name), name);
  }

  private static Map<String, List<String[]>> targets(String text) {
    Map<String, List<String[]>> all = new LinkedHashMap<>();
    for (String line : text.split("\n", 0)) {
      int colon = line.indexOf(": ");
      if (colon >= 0) {
        String[] words = line.substring(colon + 2).split(" ", 4);
        List<String[]> of =
            all.computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>());
        if (words.length == 4) {
          of.add(words);
        }
      }
    }
    return all;
  }

  private static List<Target> join(List<String[]> table, List<String[]> status) {
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < table.size(); i++) {
      String[] words = table.get(i);
      targets.add(
          new Target(
              Long.parseLong(words[0]),
              Long.parseLong(words[1]),
              words[2],
              RawText.kernelText(words[3]),
              status.isEmpty() ? "" : RawText.kernelText(status.get(i)[3])));
    }
    return targets;
  }

  private static Map<String, List<DevNo>> deps(String text) {
    Map<String, List<DevNo>> all = new HashMap<>();
    for (String line : text.split("\n", 0)) {
      int colon = line.indexOf(": ");
      if (colon < 0) {
        continue;
      }
      List<DevNo> devs = new ArrayList<>();
      for (String part : line.substring(line.indexOf("\t:") + 2).split("\\)", 0)) {
        if (!part.isBlank()) {
          devs.add(DevNo.parse(part.strip().substring(1).replace(", ", ":")));
        }
      }
      all.put(line.substring(0, colon), devs);
    }
    return all;
  }

  public static void apply(Topology topology, DeviceRef device, DmEvent event) {
    topology.apply(
        EventRecord.of(event)
            .seq(topology.seq() + 1)
            .at(1, 1)
            .source(Source.DM)
            .device(device)
            .build());
  }
}
