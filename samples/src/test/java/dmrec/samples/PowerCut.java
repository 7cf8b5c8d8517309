package dmrec.samples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One cut of scenario {@code power-failure}: what was acknowledged before it, and what was on the
 * disk behind it.
 *
 * @param folder what the scenario left of it
 * @param acks in the order of the stream
 */
record PowerCut(Path folder, Map<String, String> facts, List<Ack> acks) {

  /** An event that {@code append} returned for: its place in the stream, its number, and when. */
  record Ack(long index, long seq, long ns) {}

  static List<PowerCut> read(Path all) throws IOException {
    List<Path> folders = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(all)) {
      found.forEach(folders::add);
    }
    folders.sort(null);
    List<PowerCut> cuts = new ArrayList<>();
    for (Path folder : folders) {
      Map<String, String> facts = new HashMap<>();
      for (String line : Files.readAllLines(folder.resolve("facts"))) {
        String[] parts = line.split("=", 2);
        facts.put(parts[0], parts[1]);
      }
      List<Ack> acks = new ArrayList<>();
      for (String line : Files.readAllLines(folder.resolve("acks"))) {
        String[] parts = line.split(" ", 3);
        acks.add(
            new Ack(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2])));
      }
      cuts.add(new PowerCut(folder, facts, acks));
    }
    return cuts;
  }

  String fact(String name) {
    return Objects.requireNonNull(facts.get(name), name);
  }

  long number(String name) {
    return Long.parseLong(fact(name));
  }

  boolean isFresh() {
    return fact("fresh").equals("fresh");
  }

  /** Whether the writer was to sign. */
  boolean isSigned() {
    return !fact("key").equals("-");
  }

  Path journal() {
    return folder.resolve("journal");
  }

  boolean hasJournal() {
    return Files.isDirectory(journal());
  }

  /** What the writer said of itself. */
  String ran() throws IOException {
    return Files.readString(folder.resolve("ran"), StandardCharsets.UTF_8);
  }

  /** The public key that the journal must be signed with. */
  String publicKey() throws IOException {
    return Files.readString(folder.resolve("public-key")).strip();
  }

  @Override
  public String toString() {
    return "cut "
        + folder.getFileName()
        + " ("
        + fact("sync")
        + ", "
        + fact("way")
        + (isSigned() ? ", signed" : "")
        + (isFresh() ? ")" : ", the second one)");
  }
}
