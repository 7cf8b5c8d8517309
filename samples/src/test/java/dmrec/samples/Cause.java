package dmrec.samples;

import dmrec.event.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a scenario did, and what must come of it: a line of {@code causes.tsv}.
 *
 * @param name the device's name after it
 * @param dev its number, as {@code 254:3}
 */
record Cause(
    long beforeNs, long afterNs, List<Kind> kinds, String name, String dev, String command) {

  static List<Cause> read(Path file) throws IOException {
    List<Cause> causes = new ArrayList<>();
    for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
      String[] columns = line.split("\t", 6);
      List<Kind> kinds = new ArrayList<>();
      for (String word : columns[2].split(",", 0)) {
        kinds.add(Objects.requireNonNull(Kind.ofWord(word), word));
      }
      causes.add(
          new Cause(
              Long.parseLong(columns[0]),
              Long.parseLong(columns[1]),
              List.copyOf(kinds),
              columns[3],
              columns[4],
              columns[5]));
    }
    return causes;
  }
}
