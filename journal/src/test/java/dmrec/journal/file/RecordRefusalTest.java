package dmrec.journal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.target.DevNo;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused of a record, and what of a newer version is kept. */
class RecordRefusalTest extends RecordBytes {
  @Test
  void refusesEverySpellingButOne() throws Exception {
    EventRecord record =
        of(new DmEvent.PathFailed(new DevNo(8, 16), "sdb", 3, 7)).toBuilder()
            .device(DEVICE)
            .build();
    byte[] sound = codec.document(record);
    byte[] inline = codec.inline(record);

    assertThrows(MalformedException.class, () -> codec.read(inline), "names in a document");
    assertThrows(MalformedException.class, () -> codec.readInline(sound), "a digest inline");
    // valid_paths (tag 3, zigzag 6) in two bytes, as 0, and twice; mono_ns 0; tags in disorder.
    assertRefused(sound, new byte[] {3, 1, 6}, new byte[] {3, 2, (byte) 0x86, 0});
    assertRefused(sound, new byte[] {3, 1, 6}, new byte[] {3, 1, 0});
    assertRefused(sound, new byte[] {3, 1, 6}, new byte[] {3, 1, 6, 3, 1, 6});
    assertRefused(sound, new byte[] {3, 1, 6}, new byte[] {3, (byte) 0x81, 0, 6});
    assertRefused(sound, new byte[] {3, 1, 6}, new byte[] {3, 0});
    assertRefused(sound, new byte[] {3, 1, 6, 4, 1, 14}, new byte[] {4, 1, 14, 3, 1, 6});
  }

  @Test
  void refusesEvidenceThatShouldOnlyBeMarked() throws Exception {
    DmEvent event = new DmEvent.KernelMessage("device-mapper: raid1: failed", 405, 4);
    EventRecord record = of(event).toBuilder().kernelNs(84_992_265_000L).build();
    Bytes evidence = Bytes.of("4,405,84992265,-;device-mapper: raid1: failed\n");
    byte[] without = codec.document(record);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(without);
    out.write(RecordLayout.TAG_EVIDENCE);
    out.write(evidence.length());
    out.writeBytes(evidence.toArray());
    byte[] verbatim = out.toByteArray();
    Codec.repair(verbatim, true);

    assertThrows(MalformedException.class, () -> codec.read(verbatim));
    assertEquals(
        without.length + 3,
        codec.document(record.toBuilder().evidence(evidence).build()).length,
        "tag, length and template");
  }

  private void assertRefused(byte[] sound, byte[] part, byte[] other) throws MalformedException {
    Bytes bytes = Bytes.of(sound);
    int at = RecordLayout.HEADER_BYTES;
    while (!bytes.hasAt(at, part, 0, part.length)) {
      at++;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(sound, 0, at);
    out.writeBytes(other);
    out.write(sound, at + part.length, sound.length - at - part.length);
    byte[] changed = out.toByteArray();
    Codec.repair(changed, true);
    assertThrows(MalformedException.class, () -> codec.read(changed));
  }

  @Test
  void refusesARecordThatIsLargerThanTheLimit() {
    String text = "x".repeat(RecordLayout.MAX_WRITTEN_BYTES);
    MalformedException e =
        assertThrows(MalformedException.class, () -> codec.document(of(new DmEvent.UuidSet(text))));
    assertTrue(String.valueOf(e.getMessage()).contains("" + RecordLayout.MAX_WRITTEN_BYTES));
  }

  @Test
  void refusesExtraFieldsThatThisVersionKnows() {
    EventRecord record = of(new DmEvent.UuidSet("u"));
    for (byte[] extra :
        new byte[][] {
          {0, 0},
          {0, 0, 1, 0},
          {0, 0, 2, 1},
          {0, 0, 2},
          {0, 0, 3, 0, 2, 0},
          {0, 0, (byte) 128, 1, 2},
          {0, 0, (byte) 255, 0},
          // Fields of version 1, and nothing else, in their field; and none.
          {0, 0, (byte) 138, 7, 9, 0, 1, 0, 0, 0, 'a'},
          {0, 0, (byte) 138, 1, 9, (byte) 200, 0},
          {9, 0, 1, 0, 0, 0},
          {9, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0},
          {2, 0},
        }) {
      assertThrows(
          MalformedException.class,
          () -> codec.document(with(record, extra)),
          Arrays.toString(extra));
    }
  }

  @Test
  void aFieldOfANewerVersionIsKeptByteForByte() throws Exception {
    byte[][] kept = {
      {0, 0, 9, 2, 'h', 'i', (byte) 200, 0},
      {0, 0, (byte) 138, 6, 9, 0, 0, 0, 0, 0, (byte) 200, 1, 7},
      // As version 1 had them.
      {9, 0, 2, 0, 0, 0, 'h', 'i', 0, (byte) 0x90, 0, 0, 0, 0},
    };
    for (byte[] extra : kept) {
      byte[] bytes = codec.document(with(of(new DmEvent.UuidSet("u")), extra));
      EventRecord read = codec.read(bytes);
      assertEquals(new DmEvent.UuidSet("u"), read.event());
      assertArrayEquals(extra, read.extra().toArray());
      assertArrayEquals(bytes, codec.document(read));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aKindOfANewerVersionIsKeptWithAllItsFields(int version) throws Exception {
    byte[] bytes = encode(of(new DmEvent.PathFailed(new DevNo(8, 16), "sdb", 3, 7)), version);
    RecordLayout.SHORT_LE.set(bytes, RecordLayout.KIND, (short) 50_000);
    Codec.repair(bytes, false);
    EventRecord read = codec.read(bytes);
    assertEquals(new DmEvent.Unknown(50_000), read.event());
    assertArrayEquals(bytes, encode(read, version));
  }

  @Test
  void aRecordOfANewerFormatIsRefusedByItsVersion() throws Exception {
    byte[] bytes = codec.document(of(new DmEvent.DeviceRemoved()));
    bytes[RecordLayout.VERSION] = 3;
    Codec.repair(bytes, false);
    MalformedException e = assertThrows(MalformedException.class, () -> codec.read(bytes));
    assertTrue(String.valueOf(e.getMessage()).contains("expected format version 1 or 2, found 3"));
  }

  private static EventRecord with(EventRecord r, byte[] extra) {
    return r.toBuilder().extra(Bytes.of(extra)).build();
  }
}
