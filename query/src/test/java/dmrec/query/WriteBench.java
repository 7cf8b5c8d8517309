package dmrec.query;

import dmrec.journal.file.ChronicleSetup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.wire.DocumentContext;

/**
 * Writes a journal to measure with, or a bare queue of documents of a length, and prints the
 * seconds: {@code samples/bench/compare}.
 */
public final class WriteBench {
  private WriteBench() {}

  public static void main(String[] args) throws IOException {
    long began = System.nanoTime();
    long count = Long.parseLong(args[1]);
    if (args.length > 2) {
      queue(args[0], count, new byte[Integer.parseInt(args[2])]);
    } else {
      BenchJournal.write(Path.of(args[0]), count, BenchJournal.STEP_NS);
    }
    System.out.printf(Locale.ROOT, "%.3f%n", (System.nanoTime() - began) / 1e9);
  }

  private static void queue(String folder, long count, byte[] document) {
    ChronicleSetup.quiet();
    try (ChronicleQueue queue = ChronicleQueue.single(folder);
        ExcerptAppender appender = queue.createAppender()) {
      for (long i = 0; i < count; i++) {
        try (DocumentContext context = appender.writingDocument()) {
          context.wire().bytes().write(document);
        }
      }
      appender.sync();
    }
  }
}
