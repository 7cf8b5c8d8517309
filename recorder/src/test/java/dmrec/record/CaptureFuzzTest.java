package dmrec.record;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dmrec.event.Bytes;
import dmrec.event.Source;
import dmrec.fuzz.Scratch;
import dmrec.journal.Accepted;
import dmrec.target.DevNo;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whatever a capture holds: lines that are none are told, and the rest is recorded. */
class CaptureFuzzTest {
  private static final Scratch SCRATCH = new Scratch("capture");

  /** Any file. */
  @DictionaryFile(resourcePath = "/dmrec/fuzz/json.dict")
  @DictionaryFile(resourcePath = "/dmrec/fuzz/capture.dict")
  @FuzzTest(maxDuration = "20s")
  void lines(byte[] bytes) throws IOException {
    List<Observation> seen = new ArrayList<>();
    int failures = 0;
    try (CaptureReader in = CaptureReader.of("capture", new ByteArrayInputStream(bytes))) {
      while (failures <= bytes.length) {
        try {
          Observation next = in.next();
          if (next == null) {
            break;
          }
          seen.add(next);
        } catch (CaptureException e) {
          Scratch.expectOneLine(e);
          failures++;
        }
      }
    }
    if (failures > bytes.length) {
      throw new AssertionError("reading does not come to an end");
    }
    expectReadAgain(seen);
    record(seen);
  }

  /** What the kernel and its tools say, in observations that are none but for that. */
  @DictionaryFile(resourcePath = "/dmrec/fuzz/capture.dict")
  @FuzzTest(maxDuration = "20s")
  void observations(byte[] bytes) throws IOException {
    record(made(bytes));
  }

  private static void expectReadAgain(List<Observation> seen) throws IOException {
    Path file = SCRATCH.path("again.ndjson");
    try (CaptureWriter out = CaptureWriter.create(file)) {
      for (Observation each : seen) {
        out.write(each);
        out.keep();
      }
    }
    List<Observation> again = new ArrayList<>();
    try (CaptureReader in = CaptureReader.open(file)) {
      for (Observation next = in.next(); next != null; next = in.next()) {
        again.add(next);
      }
    } catch (CaptureException e) {
      throw new AssertionError("what was written is not read again", e);
    } finally {
      SCRATCH.expect("again.ndjson");
      SCRATCH.clear();
    }
    Scratch.expectSame(seen, again, "written and read");
  }

  private static void record(List<Observation> seen) throws IOException {
    ListSink journal = new ListSink();
    Recorder recorder = new Recorder(journal, null);
    for (Observation each : seen) {
      recorder.accept(each);
      Set<DevNo> wanted = new HashSet<>();
      recorder.takeRequests(wanted);
      recorder.takeDiskRequests(wanted);
    }
    journal.records.forEach(Accepted::expectRoundTrip);
    journal.topology().records().forEach(Accepted::expectRoundTrip);
  }

  // An input of observations is a row of: a byte for the kind, a byte for the device, two bytes for
  // the
  // length, and so many bytes of payload.

  static final int HEAD_BYTES = 4;

  private static List<Observation> made(byte[] bytes) {
    List<Observation> made = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long tick = 0;
    while (in.remaining() >= HEAD_BYTES) {
      int kind = in.get() & 0xff;
      DevNo dev = new DevNo(254, in.get() & 0xff);
      byte[] payload = new byte[Math.min(in.getShort() & 0xffff, in.remaining())];
      in.get(payload);
      tick++;
      Stamp at = stamp(tick);
      Stamp began = stamp(tick - 1);
      made.add(
          switch (kind & 7) {
            case 0 ->
                new Observation.UeventSeen(
                    at, (kind & 8) != 0, (kind & 16) == 0 ? 0 : 77, 0, "x", Bytes.of(payload));
            case 1 -> new Observation.Listed(at, began, Bytes.of(payload));
            case 2 -> polled(at, began, dev, payload, (kind & 8) != 0);
            case 3 -> new Observation.LogRead(at, Bytes.of(payload));
            case 4 -> new Observation.Vanished(at, began, dev);
            case 5 ->
                new Observation.SysfsPolled(
                    at,
                    began,
                    dev,
                    kind >> 4,
                    128,
                    part(payload, 0, 2),
                    part(payload, 1, 2),
                    (kind & 8) != 0,
                    false,
                    List.of(new DevNo(8, 0)));
            case 6 -> new Observation.Lost(at, began, Source.UEVENT, kind >> 3, "test");
            default -> new Observation.Sampled(at, began);
          });
    }
    return made;
  }

  private static Stamp stamp(long tick) {
    return new Stamp(
        1_795_336_240_000_000_000L + tick * 1_000_000, 60_000_000_000L + tick * 1_000_000);
  }

  /** The replies stand one behind the other, each behind its length. */
  private static Observation polled(
      Stamp at, Stamp began, DevNo dev, byte[] payload, boolean hasInactive) {
    ByteBuffer in = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    List<Bytes> replies = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int length = in.remaining() < 2 ? 0 : Math.min(in.getShort() & 0xffff, in.remaining());
      byte[] reply = new byte[length];
      in.get(reply);
      replies.add(Bytes.of(reply));
    }
    return new Observation.Polled(
        at,
        began,
        dev,
        3,
        128,
        replies.get(0),
        replies.get(1),
        hasInactive ? replies.get(3) : null,
        replies.get(2));
  }

  private static Bytes part(byte[] payload, int number, int of) {
    int size = payload.length / of;
    return Bytes.of(Arrays.copyOfRange(payload, number * size, (number + 1) * size));
  }
}
