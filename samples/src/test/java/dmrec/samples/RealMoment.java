package dmrec.samples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the real dmsetup said at one time, while nothing changed.
 *
 * @param timeNs when it began to be asked
 */
record RealMoment(String label, long timeNs, long endNs, boolean unmangled, List<Answer> answers) {

  /** One run of dmsetup; {@code out} has one character for each byte. */
  record Answer(List<String> arguments, String out, int status) {}

  static List<RealMoment> read(Path folder) throws IOException {
    List<RealMoment> moments = new ArrayList<>();
    for (Path each : sorted(folder, "")) {
      List<Answer> answers = new ArrayList<>();
      for (Path file : sorted(each, ".args")) {
        String stem = file.toString().substring(0, file.toString().length() - ".args".length());
        Path status = Path.of(stem + ".status");
        answers.add(
            new Answer(
                Files.readAllLines(file),
                Files.readString(Path.of(stem + ".out"), StandardCharsets.ISO_8859_1),
                Files.exists(status) ? (int) number(status) : 0));
      }
      Path environment = each.resolve("environment");
      moments.add(
          new RealMoment(
              each.getFileName().toString(),
              number(each.resolve("time_ns_before")),
              number(each.resolve("time_ns")),
              Files.exists(environment) && Files.readString(environment).contains("=none"),
              List.copyOf(answers)));
    }
    return moments;
  }

  private static long number(Path file) throws IOException {
    return Long.parseLong(Files.readString(file).strip());
  }

  private static List<Path> sorted(Path folder, String end) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(path -> path.toString().endsWith(end)).sorted().toList();
    }
  }
}
