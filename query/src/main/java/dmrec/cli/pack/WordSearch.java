package dmrec.cli.pack;

import dmrec.bundle.Bundle;
import dmrec.bundle.Part;
import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.event.KernelText;
import dmrec.redact.WordCheck;
import dmrec.report.EmbeddedData;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code pack --check}: whether words are in a bundle. */
final class WordSearch {
  private WordSearch() {}

  /** Searches every byte of it, unpacked and as it is; the result is the exit code. */
  static int run(Host host, Path file, List<String> words) throws IOException {
    WordCheck search = new WordCheck(words);
    List<String> searched = search.words();
    List<String> tooShort = words.stream().filter(word -> !searched.contains(word)).toList();
    if (searched.isEmpty()) {
      throw Failure.usage(
          "--check: expected a word of two characters or more, found only "
              + KernelText.printable(String.join(" ", tooShort)));
    }
    long found = 0;
    try (Bundle bundle = Bundle.open(file)) {
      for (Part part : Part.values()) {
        if (bundle.has(part)) {
          try (InputStream in = bundle.in(part)) {
            found += tell(host, search.scan(part.fileName(), in));
          }
          if (part == Part.REPORT) {
            try (InputStream in = EmbeddedData.of(new BufferedInputStream(bundle.in(part)))) {
              found += tell(host, search.scan(part.fileName() + ", unpacked", in));
            }
          }
        }
      }
    }
    try (InputStream in = Files.newInputStream(file)) {
      found += tell(host, search.scan(file.toString(), in));
    }
    host.print(
        found == 0
            ? "none of "
                + searched.size()
                + (searched.size() == 1 ? " word" : " words")
                + " is in it\n"
            : found + (found == 1 ? " place" : " places") + " found\n");
    if (!tooShort.isEmpty()) {
      // Whoever asks for them must not take the answer for theirs.
      host.print(
          "not searched, as a single character is in everything: "
              + KernelText.printable(String.join(" ", tooShort))
              + "\n");
    }
    return found == 0 && tooShort.isEmpty() ? 0 : 1;
  }

  private static long tell(Host host, List<WordCheck.Finding> findings) throws IOException {
    long count = 0;
    for (WordCheck.Finding each : findings) {
      host.print(
          KernelText.printable(each.where())
              + ": "
              + KernelText.printable(each.word())
              + (each.form().isEmpty() ? "" : " (" + each.form() + ")")
              + " at byte "
              + each.offset()
              + (each.count() > 1 ? ", and " + (each.count() - 1) + " times more" : "")
              + ": "
              + KernelText.printable(each.around().strip())
              + "\n");
      count += each.count();
    }
    return count;
  }
}
