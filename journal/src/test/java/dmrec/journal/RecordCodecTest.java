package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.target.DevNo;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The bytes of one record: each event has one spelling, and anything else is refused. */
class RecordCodecTest {
  private final RecordEncoder encoder = new RecordEncoder();
  private final RecordDecoder decoder = new RecordDecoder();

  @ParameterizedTest
  @EnumSource(Kind.class)
  void readsBackEveryKindAndWritesTheSameBytes(Kind kind) throws Exception {
    EventRecords records = new EventRecords(kind.code() + 1);
    for (int i = 0; i < 500; i++) {
      EventRecord record = records.next(kind);
      byte[] bytes = encode(record);
      EventRecord read = decoder.decode(bytes, 0, bytes.length);
      assertEquals(record, read);
      assertArrayEquals(bytes, encode(read));
    }
  }

  @Test
  void textTakesTheBytesThatKernelTextGives() throws Exception {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 20_000; i++) {
      char[] chars = new char[random.nextInt(1, 12)];
      for (int k = 0; k < chars.length; k++) {
        int range = random.nextInt(4);
        chars[k] =
            (char)
                (range == 0
                    ? random.nextInt(0x80)
                    : range == 1 ? random.nextInt(0xd780, 0xe000) : random.nextInt(0x10000));
      }
      String text = new String(chars);
      byte[] expected = KernelText.encode(text);
      byte[] record = encode(of(new DmEvent.UuidSet(text)));
      int from = RecordLayout.HEADER_BYTES + RecordLayout.FIELD_HEADER_BYTES;
      assertArrayEquals(expected, Arrays.copyOfRange(record, from, record.length), text);
    }
  }

  @Test
  void whateverTheBytesAreTheyAreRefusedOrWriteBackTheSame() throws Exception {
    SplittableRandom random = new SplittableRandom(42);
    EventRecords records = new EventRecords(42);
    int accepted = 0;
    for (int i = 0; i < 250_000; i++) {
      byte[] bytes = encode(records.next());
      bytes = mutate(bytes, random);
      if (bytes.length >= RecordLayout.HEADER_BYTES && random.nextInt(8) != 0) {
        repair(bytes, random.nextInt(4) != 0);
      }
      try {
        EventRecord read = decoder.decode(bytes, 0, bytes.length);
        byte[] again = encode(read);
        assertArrayEquals(again, Arrays.copyOf(bytes, again.length));
        accepted++;
      } catch (MalformedException e) {
        assertTrue(String.valueOf(e.getMessage()).contains("expected"), e.toString());
      }
    }
    assertTrue(accepted > 1000, "too few mutations got past the checksum: " + accepted);
  }

  private static byte[] mutate(byte[] bytes, SplittableRandom random) {
    byte[] out = bytes;
    for (int k = 1 + random.nextInt(3); k > 0 && out.length > 0; k--) {
      int at =
          random.nextBoolean()
              ? random.nextInt(out.length)
              : random.nextInt(Math.min(out.length, RecordLayout.HEADER_BYTES + 32));
      switch (random.nextInt(4)) {
        case 0 -> out[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> out[at] = (byte) random.nextInt(256);
        case 2 -> out = Arrays.copyOf(out, at);
        default -> {
          byte[] with = Arrays.copyOf(out, out.length + random.nextInt(1, 9));
          System.arraycopy(out, at, with, at + with.length - out.length, out.length - at);
          out = with;
        }
      }
    }
    return out;
  }

  /** Makes the checksum right, and the length too, so that what lies behind them is tried. */
  private static void repair(byte[] bytes, boolean length) {
    if (length) {
      RecordLayout.INT_LE.set(bytes, RecordLayout.TOTAL_LENGTH, bytes.length);
    }
    int total = RecordLayout.intAt(bytes, RecordLayout.TOTAL_LENGTH);
    if (total >= RecordLayout.HEADER_BYTES && total <= bytes.length) {
      int crc = RecordLayout.crc(new CRC32C(), bytes, 0, total);
      RecordLayout.INT_LE.set(bytes, RecordLayout.CRC, crc);
    }
  }

  @Test
  void refusesARecordThatIsLargerThanTheLimit() {
    String text = "x".repeat(RecordLayout.MAX_WRITTEN_BYTES);
    MalformedException e =
        assertThrows(MalformedException.class, () -> encode(of(new DmEvent.UuidSet(text))));
    assertTrue(String.valueOf(e.getMessage()).contains("" + RecordLayout.MAX_WRITTEN_BYTES));
  }

  @Test
  void refusesExtraFieldsThatThisVersionKnows() {
    EventRecord record = of(new DmEvent.UuidSet("u"));
    for (byte[] extra :
        new byte[][] {
          {1, 0, 0, 0, 0, 0},
          {2, 0, 1, 0, 0, 0},
          {2, 0},
          {1, (byte) 0x80, 0, 0, 0, 0},
          {-1, -1, 0, 0, 0, 0}
        }) {
      assertThrows(MalformedException.class, () -> encode(with(record, extra)));
    }
  }

  @Test
  void aFieldOfANewerVersionIsKeptByteForByte() throws Exception {
    byte[] extra = {9, 0, 2, 0, 0, 0, 'h', 'i', 0, (byte) 0x90, 0, 0, 0, 0};
    byte[] bytes = encode(with(of(new DmEvent.UuidSet("u")), extra));
    EventRecord read = decoder.decode(bytes, 0, bytes.length);
    assertEquals(new DmEvent.UuidSet("u"), read.event());
    assertArrayEquals(extra, read.extra().toArray());
    assertArrayEquals(bytes, encode(read));
  }

  @Test
  void aKindOfANewerVersionIsKeptWithAllItsFields() throws Exception {
    byte[] bytes = encode(of(new DmEvent.PathFailed(new DevNo(8, 16), "sdb", 3, 7)));
    RecordLayout.SHORT_LE.set(bytes, RecordLayout.KIND, (short) 50_000);
    repair(bytes, false);
    EventRecord read = decoder.decode(bytes, 0, bytes.length);
    assertEquals(new DmEvent.Unknown(50_000), read.event());
    assertArrayEquals(bytes, encode(read));
  }

  @Test
  void aRecordOfANewerFormatIsRefusedByItsVersion() throws Exception {
    byte[] bytes = encode(of(new DmEvent.DeviceRemoved()));
    bytes[RecordLayout.VERSION] = 2;
    repair(bytes, false);
    MalformedException e =
        assertThrows(MalformedException.class, () -> decoder.decode(bytes, 0, bytes.length));
    assertTrue(String.valueOf(e.getMessage()).contains("expected format version 1, found 2"));
  }

  private byte[] encode(EventRecord record) throws MalformedException {
    encoder.encode(record, record.seq());
    return Arrays.copyOf(encoder.bytes(), encoder.length());
  }

  private static EventRecord of(DmEvent event) {
    EventRecord any = new EventRecords(1).next(Kind.DEVICE_REMOVED);
    return new EventRecord(
        1,
        any.wallNs(),
        any.monoNs(),
        0,
        0,
        any.source(),
        any.certainty(),
        0,
        null,
        DeviceRef.NONE,
        event,
        Bytes.NONE,
        Bytes.NONE);
  }

  private static EventRecord with(EventRecord r, byte[] extra) {
    return r.with(r.evidence(), Bytes.of(extra));
  }
}
