package dmrec.journal;

import dmrec.bundle.EventsReader;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.journal.file.CycleFile;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.RecordLayout;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes what the fuzzer of journals begins with; to be run again where the format grows. Those of
 * older formats stay: {@code java dmrec.journal.FuzzSeeds SAMPLES src/test/resources}.
 */
final class FuzzSeeds {
  private static final long DAY_NS = 86_400_000_000_000L;
  private static final String FORMAT = "format" + RecordLayout.FORMAT_VERSION + "-";

  private FuzzSeeds() {}

  /** Writes them: {@code args} are the folder of the sample journals, and where to. */
  public static void main(String[] args) throws IOException {
    Path samples = Path.of(args[0]);
    Path to = Path.of(args[1]).resolve("dmrec/journal");
    journals(samples, to.resolve("JournalFuzzTestInputs"));
  }

  private static List<List<String>> samples(Path folder) throws IOException {
    List<List<String>> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        all.add(Files.readAllLines(file));
      }
    }
    return all;
  }

  private static void journals(Path samples, Path to) throws IOException {
    Files.createDirectories(to.resolve("file"));
    Files.createDirectories(to.resolve("documents"));
    Path work = Files.createTempDirectory("seeds");
    SigningKey key = SigningKey.create(work.resolve("key"), DAY_NS, Tampering.T0);
    int number = 0;
    for (List<String> lines : samples(samples)) {
      Path file = work.resolve("sample" + number + ".ndjson");
      Files.write(file, lines.subList(0, 24));
      List<EventRecord> records = new ArrayList<>();
      try (EventsReader reader = EventsReader.open(file)) {
        for (EventRecord r = reader.next(); r != null; r = reader.next()) {
          records.add(r);
        }
      }
      journal(work.resolve("j" + number), Tampering.sealedEvery(7), records, "sample" + number, to);
      number++;
    }
    journal(
        work.resolve("odd"),
        Tampering.sealedEvery(5).with(key),
        EventRecords.full(3).list(16),
        "signed",
        to);
    List<EventRecord> few = EventRecords.full(4).list(3);
    journal(work.resolve("few"), Tampering.sealedEvery(50), few, "few", to);
  }

  private static void journal(
      Path journal, JournalOptions options, List<EventRecord> records, String name, Path to)
      throws IOException {
    for (int i = 0; i < 2; i++) {
      try (JournalWriter writer = JournalWriter.open(journal, options)) {
        for (EventRecord record :
            records.subList(i * records.size() / 2, (i + 1) * records.size() / 2)) {
          writer.append(record);
        }
      }
    }
    int number = 0;
    for (Path file : JournalFolder.cycles(journal)) {
      byte[] all = Files.readAllBytes(file);
      int store =
          4
              + (ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getInt()
                  & CycleFile.LENGTH_MASK);
      ByteArrayOutputStream frames = new ByteArrayOutputStream();
      int last = 0;
      for (Tampering.Document each : Tampering.documents(file)) {
        byte[] framed = new byte[4 + (each.length() + 3) / 4 * 4];
        ByteBuffer.wrap(framed)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(framed.length - 4)
            .put(each.bytes().toArray());
        last = (store + 3) / 4 * 4 + frames.size();
        frames.writeBytes(framed);
      }
      Files.write(to.resolve("documents/" + FORMAT + name + "-" + number), frames.toByteArray());
      // Without the queue's own index, which is most of a small file.
      byte[] head = Arrays.copyOf(all, (store + 3) / 4 * 4);
      byte[] position = "writePosition".getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i + position.length < head.length; i++) {
        if (Arrays.equals(head, i, i + position.length, position, 0, position.length)) {
          ByteBuffer.wrap(head)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(((i + position.length + 8) & ~7) + 16, last);
          break;
        }
      }
      ByteArrayOutputStream whole = new ByteArrayOutputStream();
      whole.writeBytes(head);
      whole.writeBytes(frames.toByteArray());
      whole.writeBytes(new byte[64]);
      Files.write(to.resolve("file/" + FORMAT + name + "-" + number), whole.toByteArray());
      number++;
    }
  }
}
