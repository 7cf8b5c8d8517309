package dmrec.record;

import dmrec.bundle.FolderTree;
import dmrec.decode.DecodeException;
import dmrec.decode.Uevent;
import dmrec.event.Bytes;
import dmrec.event.EventRecord;
import dmrec.event.PathEvent;
import dmrec.journal.JournalWriter;
import dmrec.journal.file.ChronicleSetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.TimeUnit;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.wire.DocumentContext;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a path event costs on its way, and what its bytes cost at least: samples/bench/jmh. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init")
public class WritePathBench {
  /** A journal, and who records into it. */
  @State(Scope.Thread)
  public static class Recording {
    private Path folder;
    private JournalWriter writer;
    private Recorder recorder;
    private BenchEvents events;
    private PathEvent event;

    @Setup
    public void setUp() throws IOException {
      event = new PathEvent();
      folder = Files.createTempDirectory("dmrec-bench");
      writer = JournalWriter.open(folder.resolve("journal"));
      recorder = new Recorder(EventSink.of(writer), null);
      recorder.accept(BenchEvents.device());
      events = new BenchEvents();
    }

    @TearDown
    public void tearDown() throws IOException {
      writer.close();
      FolderTree.delete(folder);
    }
  }

  /** Events made beforehand, and their bytes. */
  @State(Scope.Thread)
  public static class Events {
    private EventRecord[] records;
    private byte[] document;
    private BenchEvents events;
    private int at;

    @Setup
    public void setUp() throws IOException {
      records = BenchEvents.records();
      document = BenchEvents.document(records[0]);
      events = new BenchEvents();
    }

    EventRecord next() {
      return records[at++ & BenchEvents.COUNT - 1];
    }
  }

  /** A queue without a journal. */
  @State(Scope.Thread)
  public static class Queue {
    private Path folder;
    private ChronicleQueue queue;
    private ExcerptAppender appender;

    @Setup
    public void setUp() throws IOException {
      ChronicleSetup.quiet();
      folder = Files.createTempDirectory("dmrec-bench");
      queue = ChronicleQueue.single(folder.resolve("queue").toString());
      appender = queue.createAppender();
    }

    @TearDown
    public void tearDown() throws IOException {
      appender.close();
      queue.close();
      FolderTree.delete(folder);
    }
  }

  @State(Scope.Thread)
  public static class Sha256 {
    private final byte[] digest = new byte[32];
    private MessageDigest sha256;

    @Setup
    public void setUp() throws NoSuchAlgorithmException {
      sha256 = MessageDigest.getInstance("SHA-256");
    }
  }

  @Benchmark
  public long pathEventRead(Recording recording) {
    recording.events.next(recording.event);
    return recording.event.seqnum();
  }

  @Benchmark
  public void pathEventRecorded(Recording recording) throws IOException {
    recording.events.next(recording.event);
    if (!recording.recorder.accept(recording.event)) {
      throw new IllegalStateException("not recorded in place: " + recording.event.message());
    }
  }

  /** The way of all other uevents. */
  @Benchmark
  public Uevent ueventDecoded(Events events) throws DecodeException {
    return Uevent.decode(Bytes.of(events.events.nextMessage()));
  }

  @Benchmark
  public void ueventRecorded(Recording recording) throws IOException {
    recording.recorder.accept(recording.events.next());
  }

  @Benchmark
  public long eventAppended(Recording recording, Events events) throws IOException {
    return recording.writer.append(events.next());
  }

  @Benchmark
  public void bytesAppendedToAQueue(Queue queue, Events events) {
    try (DocumentContext document = queue.appender.writingDocument()) {
      document.wire().bytes().write(events.document);
    }
  }

  @Benchmark
  public byte[] bytesDigested(Sha256 sha256, Events events) throws DigestException {
    sha256.sha256.update(events.document);
    sha256.sha256.digest(sha256.digest, 0, sha256.digest.length);
    return sha256.digest;
  }
}
