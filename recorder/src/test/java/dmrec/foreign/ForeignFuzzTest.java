package dmrec.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of strangers: whatever they hold, an import ends, and says what it could not use. */
class ForeignFuzzTest {
  private static final long SEED = 20_261_122;
  private static final int ROUNDS = 400;

  static byte[] seed(ForeignFormat format) throws IOException {
    return switch (format) {
      case UDEVADM -> Imported.sample("udevadm.txt");
      case PCAP -> pcap(messages(), ByteOrder.LITTLE_ENDIAN, true);
      case JOURNAL -> Imported.sample("journal.json");
      case DMESG -> Imported.sample("dmesg.txt");
      case MULTIPATHD -> Imported.sample("syslog.txt");
    };
  }

  static List<Bytes> messages() throws IOException {
    Imported imported =
        Imported.of(Imported.bootedAt(0), Imported.input("u", Imported.sample("udevadm.txt")));
    return imported.events.stream()
        .filter(e -> !e.evidence().isEmpty())
        .map(EventRecord::evidence)
        .toList();
  }

  static byte[] pcap(List<Bytes> messages, ByteOrder order, boolean nanos) {
    ByteBuffer out = ByteBuffer.allocate(1 << 20).order(order);
    out.putInt(nanos ? 0xa1b23c4d : 0xa1b2c3d4).putShort((short) 2).putShort((short) 4);
    out.putInt(0).putInt(0).putInt(262144).putInt(253);
    for (Bytes message : messages) {
      int length = 16 + message.length();
      out.putInt(1_772_334_725).putInt(5).putInt(length).putInt(length);
      out.order(ByteOrder.BIG_ENDIAN);
      out.putShort((short) 6).putShort((short) 824).putShort((short) 0).putLong(0);
      out.putShort((short) 15).order(order).put(message.buffer());
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  @ParameterizedTest
  @EnumSource(ForeignFormat.class)
  void whatWasChangedAnywhereIsReadToItsEnd(ForeignFormat format) throws Exception {
    Random random = new Random(SEED + format.toString().hashCode());
    byte[] seed = seed(format);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = seed.clone();
      for (int i = random.nextInt(20); i >= 0; i--) {
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(4)) {
          case 0 -> bytes[at] = (byte) random.nextInt(256);
          case 1 -> bytes[at] = (byte) (bytes[at] ^ (1 << random.nextInt(8)));
          case 2 -> {
            int from = random.nextInt(bytes.length);
            int length = random.nextInt(Math.min(200, bytes.length - Math.max(at, from)) + 1);
            System.arraycopy(seed, from, bytes, at, length);
          }
          default -> bytes = bytes.length < 100 ? bytes : Arrays.copyOf(bytes, bytes.length - 7);
        }
      }
      holds(format, bytes);
    }
  }

  @ParameterizedTest
  @EnumSource(ForeignFormat.class)
  void noiseIsReadToItsEnd(ForeignFormat format) throws Exception {
    Random random = new Random(SEED - format.toString().hashCode());
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = new byte[random.nextInt(3000)];
      random.nextBytes(bytes);
      if (format == ForeignFormat.PCAP && bytes.length > 4) {
        ByteBuffer.wrap(bytes).putInt(random.nextBoolean() ? 0x0a0d0d0a : 0xa1b2c3d4);
      }
      holds(format, bytes);
    }
  }

  private static void holds(ForeignFormat format, byte[] bytes) throws Exception {
    Imported imported = Imported.of(Imported.input("f", format, bytes));
    assertTrue(imported.notices.size() <= 13, imported.notices.toString());
    int recordings = imported.of(Kind.RECORDING_STARTED).size();
    assertEquals(recordings, imported.of(Kind.RECORDING_STOPPED).size());
    for (EventRecord each : imported.events) {
      assertTrue(TextTimes.isPossible(each.wallNs()), each.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void packetsInEitherByteOrderGiveTheSameEvents(boolean nanos) throws Exception {
    List<Bytes> messages = messages();
    List<Bytes> little = evidence(pcap(messages, ByteOrder.LITTLE_ENDIAN, nanos));

    assertEquals(messages, little);
    assertEquals(messages, evidence(pcap(messages, ByteOrder.BIG_ENDIAN, nanos)));
  }

  private static List<Bytes> evidence(byte[] pcap) throws Exception {
    List<Bytes> evidence = new ArrayList<>();
    for (EventRecord each : Imported.of(Imported.input("p", pcap)).events) {
      if (!each.evidence().isEmpty()) {
        evidence.add(each.evidence());
      }
    }
    return evidence;
  }

  @Test
  void aPacketThatWasCutIsAGap() throws Exception {
    byte[] bytes = pcap(messages(), ByteOrder.LITTLE_ENDIAN, true);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(24 + 12, 60_000);

    Imported imported = Imported.of(Imported.input("p", bytes));

    assertEquals(1, imported.of(Kind.GAP).size());
    assertTrue(imported.notices.get(0).startsWith("p: packet 1: expected the whole packet"));
  }

  @Test
  void aLengthOfGigabytesIsNotAllocated() throws Exception {
    byte[] bytes = pcap(messages(), ByteOrder.LITTLE_ENDIAN, true);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(24 + 8, 0xffff_fff0);

    Imported imported = Imported.of(Imported.input("p", bytes));

    assertEquals(List.of(), imported.events);
    assertNotNull(imported.notices.get(0));
    assertEquals(1, imported.summary.damaged());
  }
}
