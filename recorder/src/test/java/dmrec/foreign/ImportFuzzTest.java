package dmrec.foreign;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.fuzz.Scratch;
import dmrec.journal.Accepted;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Whatever a file of another program holds: it is read to its end, each event can be kept, and what
 * could not be used is told.
 */
class ImportFuzzTest {
  private static final int MOST_NOTICES = 13;

  /** Text; the first byte of an input says of which program. */
  @DictionaryFile(resourcePath = "/dmrec/fuzz/capture.dict")
  @DictionaryFile(resourcePath = "/dmrec/fuzz/import.dict")
  @FuzzTest(maxDuration = "20s")
  void text(byte[] bytes) throws IOException {
    if (bytes.length > 0) {
      ForeignFormat format =
          switch (bytes[0]) {
            case 'u' -> ForeignFormat.UDEVADM;
            case 'j' -> ForeignFormat.JOURNAL;
            case 'd' -> ForeignFormat.DMESG;
            default -> ForeignFormat.MULTIPATHD;
          };
      byte[] text = Arrays.copyOfRange(bytes, 1, bytes.length);
      take(format, text);
      ForeignFormat told = ForeignFormat.of(ByteBuffer.wrap(text));
      if (told != null && told != format) {
        take(told, text);
      }
    }
  }

  /** A pcap or pcapng. */
  @DictionaryFile(resourcePath = "/dmrec/fuzz/capture.dict")
  @DictionaryFile(resourcePath = "/dmrec/fuzz/pcap.dict")
  @FuzzTest(maxDuration = "20s")
  void packets(byte[] bytes) throws IOException {
    take(ForeignFormat.PCAP, bytes);
  }

  private static void take(ForeignFormat format, byte[] bytes) {
    Imported imported;
    try {
      imported = Imported.of(Imported.input("f", format, bytes));
    } catch (ForeignException e) {
      Scratch.expectOneLine(e);
      return;
    } catch (IOException e) {
      throw new AssertionError("nothing failed but the import", e);
    }
    imported.notices.forEach(text -> Scratch.expectOneLine(text));
    if (imported.notices.size() > MOST_NOTICES) {
      throw new AssertionError(imported.notices.size() + " notices of one file");
    }
    long seq = 0;
    int begun = 0;
    Topology fold = new Topology();
    for (EventRecord each : imported.events) {
      EventRecord record = each.withSeq(++seq);
      Accepted.expectRoundTrip(record);
      fold.apply(record);
      begun += record.event() instanceof DmEvent.RecordingStarted ? 1 : 0;
      begun -= record.event() instanceof DmEvent.RecordingStopped ? 1 : 0;
      if (!TextTimes.isPossible(record.wallNs()) || begun < 0 || begun > 1) {
        throw new AssertionError(record.toString());
      }
    }
    if (begun != 0 || imported.summary.events() != seq) {
      throw new AssertionError(imported.summary + " of " + seq);
    }
    fold.records().forEach(Accepted::expectRoundTrip);
  }
}
