package dmrec.record;

import dmrec.bundle.FolderTree;
import dmrec.event.EventRecord;
import dmrec.journal.EventCursor;
import dmrec.journal.EventHead;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.journal.SyncPolicy;
import dmrec.journal.file.ChronicleSetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.wire.DocumentContext;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What reading an event costs, and what its bytes cost at least: samples/bench/jmh. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init")
public class ReadPathBench {
  private static final int EVENTS = 1_000_000;

  /** A journal that is read over and over. */
  @State(Scope.Thread)
  public static class Recorded {
    private Path folder;
    private Journal journal;
    private EventCursor events;
    private EventCursor heads;

    @Setup
    public void setUp() throws IOException {
      folder = Files.createTempDirectory("dmrec-bench");
      EventRecord[] records = BenchEvents.records();
      try (JournalWriter writer =
          JournalWriter.open(
              folder.resolve("journal"), JournalOptions.usual().with(SyncPolicy.OS))) {
        for (int i = 0; i < EVENTS; i++) {
          writer.append(records[i % records.length]);
        }
      }
      journal = Journal.open(folder.resolve("journal"));
      events = journal.events(EventQuery.ALL);
      heads = journal.heads(EventQuery.ALL);
    }

    @TearDown
    public void tearDown() throws IOException {
      events.close();
      heads.close();
      journal.close();
      FolderTree.delete(folder);
    }
  }

  /** As many documents of as many bytes in a queue. */
  @State(Scope.Thread)
  public static class Queue {
    private Path folder;
    private ChronicleQueue queue;
    private ExcerptTailer tailer;
    private byte[] document;

    @Setup
    public void setUp() throws IOException {
      ChronicleSetup.quiet();
      folder = Files.createTempDirectory("dmrec-bench");
      queue = ChronicleQueue.single(folder.resolve("queue").toString());
      document = BenchEvents.document(BenchEvents.records()[0]);
      try (ExcerptAppender appender = queue.createAppender()) {
        for (int i = 0; i < EVENTS; i++) {
          try (DocumentContext context = appender.writingDocument()) {
            context.wire().bytes().write(document);
          }
        }
      }
      tailer = queue.createTailer();
    }

    @TearDown
    public void tearDown() throws IOException {
      tailer.close();
      queue.close();
      FolderTree.delete(folder);
    }
  }

  @Benchmark
  public Object eventRead(Recorded recorded) throws IOException {
    EventRecord next = recorded.events.next();
    while (next == null) {
      recorded.events.close();
      recorded.events = recorded.journal.events(EventQuery.ALL);
      next = recorded.events.next();
    }
    return next;
  }

  @Benchmark
  public Object headRead(Recorded recorded) throws IOException {
    EventHead next = recorded.heads.nextHead();
    while (next == null) {
      recorded.heads.close();
      recorded.heads = recorded.journal.heads(EventQuery.ALL);
      next = recorded.heads.nextHead();
    }
    return next;
  }

  @Benchmark
  public byte[] bytesReadFromAQueue(Queue queue) {
    try (DocumentContext context = queue.tailer.readingDocument()) {
      if (context.isPresent()) {
        context.wire().bytes().read(queue.document);
        return queue.document;
      }
    }
    queue.tailer.toStart();
    return queue.document;
  }
}
