package dmrec.query;

import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.file.ChronicleSetup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.wire.DocumentContext;

/**
 * Reads each event of a journal, or each document of a bare queue where a length is given, and
 * prints the seconds: {@code samples/bench/compare}.
 */
public final class ReadBench {
  private ReadBench() {}

  public static void main(String[] args) throws IOException {
    long began = System.nanoTime();
    long count = Long.parseLong(args[1]);
    long read =
        args.length > 2
            ? queue(args[0], new byte[Integer.parseInt(args[2])])
            : journal(Path.of(args[0]));
    if (read != count) {
      throw new IllegalStateException(args[0] + ": expected " + count + ", found " + read);
    }
    System.out.printf(Locale.ROOT, "%.3f%n", (System.nanoTime() - began) / 1e9);
  }

  private static long journal(Path folder) throws IOException {
    long read = 0;
    try (Journal journal = Journal.open(folder);
        EventCursor events = journal.events(EventQuery.ALL)) {
      while (events.next() != null) {
        read++;
      }
    }
    return read;
  }

  private static long queue(String folder, byte[] document) {
    ChronicleSetup.quiet();
    long read = 0;
    try (ChronicleQueue queue = ChronicleQueue.single(folder);
        ExcerptTailer tailer = queue.createTailer()) {
      while (true) {
        try (DocumentContext context = tailer.readingDocument()) {
          if (!context.isPresent()) {
            return read;
          }
          read += context.wire().bytes().read(document) == document.length ? 1 : 0;
        }
      }
    }
  }
}
