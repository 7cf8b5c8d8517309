package dmrec.journal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.KernelEvidence;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.event.PathEvent;
import dmrec.event.Sha256;
import dmrec.event.Source;
import dmrec.target.DevNo;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of one record: each event has one spelling, and anything else is refused. */
class RecordCodecTest extends RecordBytes {
  private static final DeviceRef MPATH =
      new DeviceRef(new DevNo(254, 17), 25, "mpatha", "mpath-3600");

  @ParameterizedTest
  @EnumSource(Kind.class)
  void readsBackEveryKindAndWritesTheSameBytes(Kind kind) throws Exception {
    EventRecords records = EventRecords.full(kind.code() + 1);
    for (int i = 0; i < 500; i++) {
      EventRecord record = records.next(kind);

      byte[] document = codec.document(record);
      assertEquals(record, codec.read(document));
      assertArrayEquals(document, codec.document(codec.read(document)));

      byte[] inline = codec.inline(record);
      assertEquals(record, codec.readInline(inline));
      assertArrayEquals(inline, codec.inline(codec.readInline(inline)));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aRecordOfVersion1ComesThroughVersion2AsItWas(Kind kind) throws Exception {
    EventRecords records = new EventRecords(kind.code() + 1);
    for (int i = 0; i < 200; i++) {
      EventRecord record = records.next(kind);
      byte[] old = codec.format1(record);
      EventRecord read = codec.read(old);
      assertEquals(record, read);
      assertEquals(record, codec.readInline(old));

      EventRecord copied = codec.read(codec.document(read));
      assertArrayEquals(old, codec.format1(copied));
    }
  }

  private static EventRecords records(int version, long seed) {
    return version == Format1.VERSION ? new EventRecords(seed) : EventRecords.full(seed);
  }

  @ParameterizedTest
  @EnumSource(names = {"PATH_FAILED", "PATH_REINSTATED"})
  void aPathEventReadInPlaceGivesTheBytesOfItsRecord(Kind kind) throws Exception {
    EventRecords records = EventRecords.full(kind.code());
    RecordEncoder encoder = new RecordEncoder();
    PathEvent event = new PathEvent();
    int read = 0;
    for (int i = 0; i < 2000; i++) {
      EventRecord record = records.next(kind);
      record = record.toBuilder().device(i % 2 == 0 ? record.device() : MPATH).build();
      Bytes message = Objects.requireNonNull(KernelEvidence.of(record));
      if (!event.read(message.buffer())) {
        continue;
      }
      event.received(record.wallNs(), record.monoNs(), record.actor());
      if (!event.isOf(record.device())) {
        continue;
      }
      event.interpreted(i % 2 == 0 ? "sdb" : "", i % 3 == 0);
      EventRecord value = event.asRecord().withSeq(i);
      assertEquals(kind, value.kind());
      assertEquals(message, value.evidence());
      assertEquals(record.device(), value.device());

      encoder.encode(event, i);

      assertArrayEquals(codec.document(value), Arrays.copyOf(encoder.bytes(), encoder.length()));
      read++;
    }
    assertTrue(read > 200, "read in place: " + read);
  }

  @Test
  void theBytesAreComputedFromTheJson() throws Exception {
    for (EventRecord record : EventRecords.full(77).list(500)) {
      byte[] document = codec.document(record);
      EventRecord fromJson = EventJson.read(EventJson.write(record));

      RecordEncoder fresh = new RecordEncoder();
      fresh.encode(fromJson, fromJson.seq());

      byte[] computed = Arrays.copyOf(fresh.bytes(), fresh.length());
      assertArrayEquals(document, computed);
      assertArrayEquals(Sha256.of(document), Sha256.of(computed));
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
      byte[] record = codec.document(EventRecord.of(new DmEvent.UuidSet(text)).build());
      int from = RecordLayout.HEADER_BYTES + 2;
      assertArrayEquals(expected, Arrays.copyOfRange(record, from, record.length), text);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whateverTheBytesAreTheyAreRefusedOrWriteBackTheSame(int version) throws Exception {
    SplittableRandom random = new SplittableRandom(42);
    EventRecords records = records(version, 42);
    int accepted = 0;
    for (int i = 0; i < 30_000; i++) {
      EventRecord record = records.next();
      byte[] bytes = encode(record, version);
      bytes = mutate(bytes, random);
      if (bytes.length >= RecordLayout.HEADER_BYTES && random.nextInt(8) != 0) {
        Codec.repair(bytes, random.nextInt(4) != 0);
      }
      accepted += isAccepted(bytes) ? 1 : 0;
    }
    assertTrue(accepted > 500, "too few mutations got past the checksum: " + accepted);
  }

  /** Whether the bytes are a record; if so, it is written to the same ones. */
  private boolean isAccepted(byte[] bytes) throws MalformedException {
    RecordDecoder decoder = new RecordDecoder();
    EventRecord read;
    try {
      read = codec.read(bytes);
    } catch (MalformedException e) {
      assertTrue(String.valueOf(e.getMessage()).contains("expected"), e.toString());
      return false;
    }
    // One whose names are not known cannot be written again.
    decoder.decode(bytes, 0, bytes.length, NameResolver.NONE);
    if (decoder.lacksNames() && read.device().name().isEmpty() && read.device().uuid().isEmpty()) {
      return true;
    }
    byte[] again = encode(read, bytes[RecordLayout.VERSION]);
    assertArrayEquals(again, Arrays.copyOf(bytes, again.length), read::toString);
    return true;
  }

  private static byte[] mutate(byte[] bytes, SplittableRandom random) {
    byte[] out = bytes;
    for (int k = 1 + random.nextInt(3); k > 0 && out.length > 0; k--) {
      int at =
          random.nextBoolean()
              ? random.nextInt(out.length)
              : random.nextInt(Math.min(out.length, RecordLayout.HEADER_BYTES + 64));
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

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void everyFlippedBitAndEveryCutIsRefused(int version) throws Exception {
    for (EventRecord record : records(version, 6).oneOfEach()) {
      byte[] sound = Arrays.copyOf(encode(record, version), padded(encode(record, version).length));
      for (int bit = 0; bit < 8 * sound.length; bit += step(bit)) {
        byte[] flipped = sound.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        assertFalse(isRead(flipped), record.kind() + " " + bit);
      }
      for (int length = 0; length < sound.length - 3; length += step(length)) {
        byte[] cut = Arrays.copyOf(sound, length);
        assertFalse(isRead(cut), record.kind() + " " + length);
      }
    }
  }

  /** All of a record's beginning; of long evidence and tables some. */
  private static int step(int at) {
    return at < 2000 ? 1 : 7;
  }

  private boolean isRead(byte[] bytes) {
    try {
      codec.read(bytes);
      return true;
    } catch (MalformedException e) {
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void everyFlippedBitWithItsChecksumIsRefusedOrAnotherEvent(int version) throws Exception {
    for (EventRecord record : records(version, 6).oneOfEach()) {
      byte[] sound = encode(record, version);
      EventRecord read = codec.read(sound);
      for (int bit = 0; bit < 8 * sound.length; bit += step(bit)) {
        byte[] flipped = sound.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        Codec.repair(flipped, false);
        if (!Arrays.equals(sound, flipped) && isAccepted(flipped)) {
          assertNotEquals(read, codec.read(flipped));
        }
      }
    }
  }

  private static int padded(int length) {
    return (length + 3) & ~3;
  }

  @Test
  void aPathEventTakesAtMost128Bytes() throws Exception {
    long seqnum = 4_000_000_000_000L;
    DmEvent event = new DmEvent.PathFailed(new DevNo(65, 240), "sdabcdef", 15, 0xffff_ffffL);
    DeviceRef device =
        new DeviceRef(
            new DevNo(254, 1023), 1_000_000, "mpath-database-0017", "mpath-3600508b400105e21");
    EventRecord record =
        EventRecord.of(event)
            .seq(123_456_789_012L)
            .at(EventRecords.FIRST_WALL_NS, 400L * 86_400_000_000_000L)
            .source(Source.UEVENT)
            .device(device)
            .evidence(pathUevent(device, "65:240", 15, 0xffff_ffffL, seqnum))
            .build();
    EventRecord probed =
        record.toBuilder()
            .source(Source.PROBE)
            .receivedNs(record.wallNs() + 50_000_000)
            .kernelNs(record.monoNs())
            .build();

    for (EventRecord each : List.of(record, probed)) {
      byte[] document = codec.document(each);

      assertEquals(each, codec.read(document));
      int taken = 4 + padded(document.length) + Chain.SHORT_BYTES;
      assertTrue(taken <= 128, taken + " bytes");
    }
  }

  private static Bytes pathUevent(
      DeviceRef device, String path, int validPaths, long dmSeqnum, long seqnum) {
    String node = "dm-" + device.dev().minor();
    return Bytes.of(
        String.join(
                "\0",
                "change@/devices/virtual/block/" + node,
                "ACTION=change",
                "DEVPATH=/devices/virtual/block/" + node,
                "SUBSYSTEM=block",
                "DM_TARGET=multipath",
                "DM_ACTION=PATH_FAILED",
                "DM_SEQNUM=" + dmSeqnum,
                "DM_PATH=" + path,
                "DM_NR_VALID_PATHS=" + validPaths,
                "DM_NAME=" + device.name(),
                "DM_UUID=" + device.uuid(),
                "MAJOR=" + device.dev().major(),
                "MINOR=" + device.dev().minor(),
                "DEVNAME=" + node,
                "DEVTYPE=disk",
                "DISKSEQ=" + device.diskSeq(),
                "SEQNUM=" + seqnum)
            + "\0");
  }

  @Test
  void encodingAllocatesNothing() throws Exception {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    List<EventRecord> records = new ArrayList<>();
    for (EventRecord record : EventRecords.full(9).list(400)) {
      // Fields of a newer version are copied through memory.
      records.add(record.toBuilder().extra(Bytes.NONE).build());
    }
    for (int i = 0; i < 100; i++) {
      DeviceRef device = new DeviceRef(new DevNo(254, i), i + 1, "mpath" + i, "mpath-3600" + i);
      records.add(
          EventRecord.of(new DmEvent.PathFailed(new DevNo(8, 16), "sdb", 3, i))
              .seq(i + 1)
              .device(device)
              .evidence(pathUevent(device, "8:16", 3, i, 900 + i))
              .build());
    }
    RecordEncoder encoder = new RecordEncoder();
    DefinedNames names = new DefinedNames();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 200 && least > 0; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < records.size(); i++) {
        EventRecord record = records.get(i);
        encoder.encode(record, record.seq());
        if (names.isDue(record.device(), 0)) {
          names.encode(record.device(), 1, 1);
          names.defined(record.device(), 0);
        }
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertEquals(0, least);
  }

  @Test
  void aRecordWithoutItsDefinitionIsReadButForTheNames() throws Exception {
    EventRecord record =
        of(new DmEvent.PathFailed(new DevNo(8, 16), "sdb", 3, 7)).toBuilder()
            .device(DEVICE)
            .evidence(pathUevent(DEVICE, "8:16", 3, 7, 911))
            .build();
    byte[] bytes = codec.document(record);
    RecordDecoder decoder = new RecordDecoder();

    EventRecord read = decoder.decode(bytes, 0, bytes.length, NameResolver.NONE);

    assertTrue(decoder.lacksNames());
    assertEquals(new DeviceRef(DEVICE.dev(), DEVICE.diskSeq(), "", ""), read.device());
    assertEquals(record.event(), read.event());
    assertEquals(Bytes.NONE, read.evidence());

    decoder.decode(bytes, 0, bytes.length, (dev, diskSeq, digest) -> DEVICE);
    assertFalse(decoder.lacksNames());
  }
}
