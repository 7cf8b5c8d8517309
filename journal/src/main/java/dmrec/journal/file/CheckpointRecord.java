package dmrec.journal.file;

import dmrec.event.EventRecord;
import dmrec.topology.Topology;
import dmrec.topology.TopologyView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The state of the stack, at the beginning of a file and now and then within it: the records that
 * rebuild it, in as many control records as they need. The first says 0 and each other one more;
 * the last has bit 31 set.
 */
public final class CheckpointRecord {
  private static final int PART_AT = ControlRecord.HEADER_BYTES;
  private static final int LAST_PART = 0x8000_0000;

  /** Before each record: its length, and how many events of its device no number counts yet. */
  private static final int ENTRY_BYTES = 4 + 8;

  private static final int PART_BYTES = 1 << 20;

  /** Most stacks are small, and one is written often. */
  private static final int FIRST_BYTES = 16 << 10;

  private CheckpointRecord() {}

  /**
   * The control records for a state.
   *
   * @param encoder is used for its records
   * @throws MalformedException where a device's state is larger than a record can be
   */
  public static List<byte[]> encode(
      TopologyView topology, long seq, long wallNs, RecordEncoder encoder)
      throws MalformedException {
    List<byte[]> encoded = new ArrayList<>();
    byte[] control = new byte[FIRST_BYTES];
    int length = PART_AT + 4;
    for (EventRecord record : topology.records()) {
      encoder.encodeInline(record, record.seq());
      int needed = ENTRY_BYTES + encoder.length();
      if (length > PART_AT + 4 && length + needed > PART_BYTES) {
        encoded.add(part(control, length, encoded.size()));
        length = PART_AT + 4;
      }
      if (length + needed > control.length) {
        control = Arrays.copyOf(control, Math.max(length + needed, 2 * control.length));
      }
      RecordLayout.INT_LE.set(control, length, encoder.length());
      RecordLayout.LONG_LE.set(control, length + 4, topology.uncounted(record.device().dev()));
      System.arraycopy(encoder.bytes(), 0, control, length + ENTRY_BYTES, encoder.length());
      length += needed;
    }
    encoded.add(part(control, length, encoded.size() | LAST_PART));
    for (byte[] each : encoded) {
      ControlRecord.CHECKPOINT.begin(each, seq, wallNs);
    }
    return encoded;
  }

  private static byte[] part(byte[] control, int length, int part) {
    byte[] copy = Arrays.copyOf(control, length);
    RecordLayout.INT_LE.set(copy, PART_AT, part);
    return copy;
  }

  /** Whether the proved control record at {@code at} is this part. */
  public static boolean isPart(byte[] bytes, int at, int part) {
    return total(bytes, at) >= PART_AT + 4
        && (RecordLayout.intAt(bytes, at + PART_AT) & ~LAST_PART) == part;
  }

  public static boolean isLast(byte[] bytes, int at) {
    return (RecordLayout.intAt(bytes, at + PART_AT) & LAST_PART) != 0;
  }

  /** Applies the records of one part. */
  public static void apply(byte[] bytes, int at, RecordDecoder decoder, Topology topology)
      throws MalformedException {
    ByteBuffer in = ByteBuffer.wrap(bytes, at, total(bytes, at)).order(ByteOrder.LITTLE_ENDIAN);
    in.position(at + PART_AT + 4);
    while (in.hasRemaining()) {
      if (in.remaining() < ENTRY_BYTES) {
        throw new MalformedException("the checkpoint ends within an entry");
      }
      int length = in.getInt();
      long uncounted = in.getLong();
      if (length < 0 || length > in.remaining()) {
        throw new MalformedException("the checkpoint holds a record longer than itself");
      }
      topology.restore(decoder.decodeInline(bytes, in.position(), length), uncounted);
      in.position(in.position() + length);
    }
    if (topology.seq() == 0 && topology.wallNs() == 0) {
      // No record tells where an empty stack stands.
      topology.moveTo(
          RecordLayout.longAt(bytes, at + RecordLayout.SEQ),
          RecordLayout.longAt(bytes, at + RecordLayout.WALL_NS));
    }
  }

  private static int total(byte[] bytes, int at) {
    return RecordLayout.intAt(bytes, at + RecordLayout.TOTAL_LENGTH);
  }
}
