package dmrec.cli;

import dmrec.bundle.Bundle;
import dmrec.bundle.Part;
import dmrec.event.KernelText;
import dmrec.redact.WordCheck;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** {@code pack --check}: whether words are in a bundle. */
final class WordSearch {
  private WordSearch() {}

  /** Searches every byte of it, unpacked and as it is; the result is the exit code. */
  static int run(Host host, Path file, List<String> words) throws IOException {
    WordCheck search = new WordCheck(words);
    long found = 0;
    try (Bundle bundle = Bundle.open(file)) {
      for (Part part : Part.values()) {
        if (bundle.has(part)) {
          try (InputStream in = bundle.in(part)) {
            found += tell(host, part.fileName(), search.scan(in));
          }
        }
      }
    }
    try (InputStream in = Files.newInputStream(file)) {
      found += tell(host, file.toString(), search.scan(in));
    }
    host.print(
        found == 0
            ? "none of " + words.size() + (words.size() == 1 ? " word" : " words") + " is in it\n"
            : found + (found == 1 ? " place" : " places") + " found\n");
    return found == 0 ? 0 : 1;
  }

  private static int tell(Host host, String part, Map<String, Long> places) throws IOException {
    for (Map.Entry<String, Long> each : places.entrySet()) {
      host.print(
          KernelText.printable(part)
              + ": "
              + KernelText.printable(each.getKey())
              + " at byte "
              + each.getValue()
              + "\n");
    }
    return places.size();
  }
}
