package dmrec.record;

import dmrec.event.Bytes;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.PathEvent;
import dmrec.journal.file.MalformedException;
import dmrec.journal.file.RecordEncoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** What the benches measure with: a device whose four paths fail and come back, one by one. */
final class BenchEvents {
  static final int COUNT = 8;

  private static final long T0 = 1_772_334_725_000_000_000L;

  /** Of ten digits, as each number behind it that a bench comes to. */
  private static final long FIRST_NUMBER = 1_000_000_000L;

  private static final int DIGITS = 10;

  private final byte[][] messages = new byte[COUNT][];
  private final ByteBuffer[] buffers = new ByteBuffer[COUNT];
  private final int[] dmSeqnumAt = new int[COUNT];
  private final int[] seqnumAt = new int[COUNT];
  private long sent;

  BenchEvents() {
    for (int i = 0; i < COUNT; i++) {
      String text = text(i);
      messages[i] = text.getBytes(StandardCharsets.US_ASCII);
      buffers[i] = ByteBuffer.wrap(messages[i]);
      dmSeqnumAt[i] = text.indexOf("\0DM_SEQNUM=") + "\0DM_SEQNUM=".length();
      seqnumAt[i] = text.indexOf("\0SEQNUM=") + "\0SEQNUM=".length();
    }
  }

  private static String text(int i) {
    boolean fails = i % 2 == 0;
    return "change@/devices/virtual/block/dm-1\0ACTION=change\0"
        + "DEVPATH=/devices/virtual/block/dm-1\0SUBSYSTEM=block\0DM_TARGET=multipath\0DM_ACTION="
        + (fails ? "PATH_FAILED" : "PATH_REINSTATED")
        + "\0DM_SEQNUM="
        + FIRST_NUMBER
        + "\0DM_PATH=8:"
        + 16 * (i / 2)
        + "\0DM_NR_VALID_PATHS="
        + (fails ? 3 : 4)
        + "\0DM_NAME=mpatha\0DM_UUID=T-mpatha\0MAJOR=254\0MINOR=1\0DEVNAME=dm-1\0DEVTYPE=disk\0"
        + "DISKSEQ=101\0SEQNUM="
        + FIRST_NUMBER
        + "\0";
  }

  /** The device as a poll shows it. */
  static Observation.Polled device() {
    Stamp at = new Stamp(T0, 1);
    return State.of(
            1,
            "mpatha",
            "multipath",
            "0 0 1 1 service-time 0 4 1 8:0 1 8:16 1 8:32 1 8:48 1",
            "2 0 0 0 1 1 A 0 4 2 8:0 A 0 0 1 8:16 A 0 0 1 8:32 A 0 0 1 8:48 A 0 0 1 ")
        .polled(at, at);
  }

  /** The next uevent, in a buffer that is used again. */
  ByteBuffer nextMessage() {
    int which = (int) (sent % COUNT);
    byte[] message = messages[which];
    number(message, dmSeqnumAt[which], FIRST_NUMBER + sent);
    number(message, seqnumAt[which], FIRST_NUMBER + sent);
    sent++;
    return buffers[which];
  }

  /** Reads the next uevent in place; received some microseconds behind the last. */
  void next(PathEvent event) {
    if (!event.read(nextMessage())) {
      throw new IllegalStateException("not read in place: " + event.message());
    }
    event.received(T0 + 5000 * sent, 5000 * sent, null);
  }

  private static void number(byte[] message, int at, long number) {
    long left = number;
    for (int i = at + DIGITS - 1; i >= at; i--) {
      message[i] = (byte) ('0' + left % 10);
      left /= 10;
    }
  }

  /** What the kernel says next, some microseconds later. */
  Observation.UeventSeen next() {
    Bytes message = Bytes.of(nextMessage());
    return new Observation.UeventSeen(
        new Stamp(T0 + 5000 * sent, 5000 * sent), false, 0, 0, "", message);
  }

  /** The events that a recorder makes of them. */
  static EventRecord[] records() throws IOException {
    ListSink sink = new ListSink();
    Recorder recorder = new Recorder(sink, null);
    recorder.accept(device());
    BenchEvents events = new BenchEvents();
    for (int i = 0; i < COUNT; i++) {
      recorder.accept(events.next());
    }
    List<EventRecord> paths =
        sink.records.stream()
            .filter(e -> e.kind() == Kind.PATH_FAILED || e.kind() == Kind.PATH_REINSTATED)
            .toList();
    if (paths.size() != COUNT) {
      throw new IllegalStateException("expected " + COUNT + " path events, found " + paths);
    }
    return paths.toArray(EventRecord[]::new);
  }

  /** The document that the journal holds of an event. */
  static byte[] document(EventRecord record) {
    RecordEncoder encoder = new RecordEncoder();
    try {
      encoder.encode(record, FIRST_NUMBER);
    } catch (MalformedException e) {
      throw new IllegalStateException(e);
    }
    return Arrays.copyOf(encoder.bytes(), encoder.length());
  }
}
