package dmrec.foreign;

import dmrec.event.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Writes what the fuzzer of imports begins with: {@code java dmrec.foreign.ImportSeeds TO}. */
final class ImportSeeds {
  private ImportSeeds() {}

  /** Writes them: {@code args} are where to. */
  public static void main(String[] args) throws IOException {
    Path to = Path.of(args[0]).resolve("dmrec/foreign/ImportFuzzTestInputs");
    Files.createDirectories(to.resolve("text"));
    Files.createDirectories(to.resolve("packets"));
    Map<String, String> texts =
        Map.of("udevadm.txt", "u", "journal.json", "j", "dmesg.txt", "d", "syslog.txt", "m");
    for (Map.Entry<String, String> each : texts.entrySet()) {
      String text = new String(Imported.sample(each.getKey()), StandardCharsets.UTF_8);
      Files.writeString(to.resolve("text/" + each.getKey()), each.getValue() + text);
    }
    List<Bytes> messages = ForeignFuzzTest.messages();
    Files.write(
        to.resolve("packets/little"),
        ForeignFuzzTest.pcap(messages, ByteOrder.LITTLE_ENDIAN, true));
    Files.write(
        to.resolve("packets/big"), ForeignFuzzTest.pcap(messages, ByteOrder.BIG_ENDIAN, false));
    Files.write(to.resolve("packets/ng"), pcapng(messages));
  }

  private static byte[] pcapng(List<Bytes> messages) {
    ByteBuffer out = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(0x0a0d0d0a).putInt(28).putInt(0x1a2b3c4d).putInt(1).putLong(-1).putInt(28);
    // An interface of nanoseconds.
    out.putInt(1).putInt(32).putInt(253).putInt(0);
    out.putShort((short) 9).putShort((short) 1).putInt(9).putInt(0).putInt(32);
    for (Bytes message : messages) {
      int length = 16 + message.length();
      int padded = (length + 3) / 4 * 4;
      long ns = 1_772_334_725_000_000_005L;
      out.putInt(6).putInt(32 + padded).putInt(0).putInt((int) (ns >>> 32)).putInt((int) ns);
      out.putInt(length).putInt(length).order(ByteOrder.BIG_ENDIAN);
      out.putShort((short) 6).putShort((short) 824).putShort((short) 0).putLong(0);
      out.putShort((short) 15).order(ByteOrder.LITTLE_ENDIAN).put(message.buffer());
      out.put(new byte[padded - length]).putInt(32 + padded);
    }
    return Arrays.copyOf(out.array(), out.position());
  }
}
