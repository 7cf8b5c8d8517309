package dmrec.handler;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Who runs with a word on its command line. */
final class LiveProcesses {
  private LiveProcesses() {}

  /** A number that no other run of the tests has on its command lines. */
  static String word(String number) {
    return number + ProcessHandle.current().pid();
  }

  static List<String> naming(String word) throws IOException {
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        try {
          String line = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
          if (line.contains(word)) {
            found.add(line.replace('\0', ' '));
          }
        } catch (IOException e) {
          // It is gone.
        }
      }
    }
    return found;
  }
}
