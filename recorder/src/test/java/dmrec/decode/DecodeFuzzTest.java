package dmrec.decode;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.KernelText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Damaged messages: nothing but a DecodeException is thrown, nothing is invented, no result is
 * larger than its input, and no key survives masking.
 */
class DecodeFuzzTest {
  private static final int ROUNDS = 200_000;
  private static final int[] ODD_NUMBERS = {0, 1, -1, 7, 8, 13, 40, 305, 312, 1 << 20, 1 << 31};

  private final Random random = new Random(20260301);

  /** Decodes, and lists every text that the result holds. */
  private interface Decoder {
    List<String> decode(ByteBuffer message) throws DecodeException;
  }

  @Test
  void uevents() {
    fuzz(
        List.of(
            UeventTest.pathEvent(),
            Replies.udevMessage("ACTION=add", "DEVPATH=/x", "SUBSYSTEM=block", "DM_COOKIE=7"),
            Replies.uevent(
                "change@/devices/virtual/block/dm-1",
                "DM_COOKIE=6377493",
                "DISK_RO=1",
                "DM_VERITY_ERR_BLOCK_NR=1,77")),
        message -> {
          boolean block = Uevent.concernsBlockDevices(message);
          Uevent event = Uevent.decode(Bytes.of(message));
          assertTrue(block || !event.isBlock());
          List<String> texts = new ArrayList<>(List.of(event.action(), event.devPath()));
          for (Uevent.Property property : event.properties()) {
            texts.add(property.key() + "=" + property.value());
          }
          exercise(event);
          return texts;
        });
  }

  private static boolean has(Uevent event, String key) {
    return event.properties().stream().anyMatch(property -> property.key().equals(key));
  }

  private static void exercise(Uevent event) {
    assertTrue(event.diskSeq() >= 0 && event.seqNum() >= 0 && event.dmSeqNum() >= 0);
    assertTrue(event.validPaths() >= -1);
    Uevent.VerityError error = event.verityError();
    assertTrue(error == null || error.block() >= 0);
    Cookie cookie = event.cookie();
    assertTrue(cookie == null || cookie.flags().size() <= 7);
    assertTrue(event.devNo() == null || has(event, "MAJOR"));
    assertTrue(event.dmPath() == null || has(event, "DM_PATH"));
  }

  @Test
  void deviceLists() {
    fuzz(
        List.of(
            Replies.of(0)
                .device(254L << 8, "a\udcff b", 7, "LVM-x", false)
                .device(254L << 8 | 1, "mpatha", 3, null, false)
                .device(254L << 8 | 2, "vg-lv", 0, "LVM-y", true)
                .build()),
        message -> {
          List<String> texts = new ArrayList<>();
          for (DeviceList.Entry entry : DeviceList.decode(message).devices()) {
            texts.add(entry.name());
            texts.add(entry.uuid() == null ? "" : entry.uuid());
          }
          return texts;
        });
  }

  @Test
  void statusReplies() {
    fuzz(
        List.of(
            Replies.of(3)
                .target(0, 2048, "linear", "8:16 0")
                .target(2048, 8, "multipath", "2 0 0 0 1 1 A 0 1 0 8:0 A 0 ")
                .target(2056, 8, "error", "")
                .build(),
            Replies.of(ByteOrder.BIG_ENDIAN, 47, 1).target(0, 8, "thin", "- \u00e4").build()),
        message -> {
          List<String> texts = new ArrayList<>();
          for (StatusReply.Entry entry : StatusReply.decode(message).targets()) {
            texts.add(entry.type());
            texts.add(entry.text());
          }
          return texts;
        });
  }

  @Test
  void depsReplies() {
    fuzz(
        List.of(Replies.of(0).deps(8L << 8 | 16, 8L << 8 | 32, 254L << 8).build()),
        message -> {
          DepsReply reply = DepsReply.decode(message);
          assertTrue(reply.devices().size() <= message.remaining() / 8);
          return List.of(reply.header().name(), reply.header().uuid());
        });
  }

  @Test
  void versionReplies() {
    fuzz(
        List.of(
            Replies.of(0)
                .version("crypt", 1, 24, 0, false)
                .version("linear", 1, 4, 0, false)
                .version("raid", 1, 15, 1, true)
                .build()),
        message -> List.copyOf(VersionsReply.decode(message).targets().keySet()));
  }

  @Test
  void kernelLogLines() {
    fuzz(
        List.of(
            Replies.ascii("4,1,2,-;device-mapper: multipath: 253:3: Failing path 8:16.\n"),
            Replies.ascii(
                "3,9,9,c;device-mapper: integrity: dm-1: Checksum failed at sector 0xf\n"),
            Replies.ascii("3,9,9,-;device-mapper: verity: 8:1: data block 9 is corrupted\n"),
            Replies.ascii("3,9,9,-;device-mapper: raid1: Primary mirror (8:1) failed\n"),
            Replies.ascii("12,5,6,-,x=1;a\\x0ab\n SUBSYSTEM=usb\n DEVICE=c189:3\n")),
        message -> {
          KernelLogLine line = KernelLogLine.decode(message);
          assertTrue(line.priority() <= 7 && line.seq() >= 0 && line.sector() >= -1);
          assertTrue(line.decodedText().length() <= line.text().length());
          assertTrue(line.fault() == Fault.NONE || line.isDeviceMapper());
          assertTrue(line.device() == null || line.isDeviceMapper());
          assertTrue(line.path() == null || line.isDeviceMapper());
          List<String> texts = new ArrayList<>(List.of(line.text()));
          for (KernelLogLine.Property property : line.properties()) {
            texts.add(property.key() + "=" + property.value());
          }
          return texts;
        });
  }

  private void fuzz(List<ByteBuffer> valid, Decoder decoder) {
    List<byte[]> seeds = valid.stream().map(Replies::bytes).toList();
    int decoded = 0;
    for (int i = 0; i < ROUNDS; i++) {
      byte[] input = damaged(seeds.get(random.nextInt(seeds.size())));
      try {
        int length = 0;
        for (String text : decoder.decode(ByteBuffer.wrap(input))) {
          byte[] bytes = KernelText.encode(text);
          assertTrue(bytes.length == 0 || indexOf(input, bytes) >= 0, text);
          length += bytes.length;
        }
        // udev messages say action and path twice over: once as fields, once as properties
        assertTrue(length <= 2 * input.length);
        decoded++;
      } catch (DecodeException e) {
        assertFalse(e.expected().isEmpty());
      }
    }
    assertTrue(decoded > ROUNDS / 100, "too much damage: " + decoded);
  }

  private byte[] damaged(byte[] message) {
    byte[] out = message.clone();
    for (int n = random.nextInt(3); n >= 0; n--) {
      out = damagedOnce(out);
    }
    return out;
  }

  private byte[] damagedOnce(byte[] in) {
    if (in.length == 0) {
      return in;
    }
    byte[] out = in.clone();
    switch (random.nextInt(6)) {
      case 0 -> {
        return Arrays.copyOf(in, random.nextInt(in.length + 1));
      }
      case 1 -> out[random.nextInt(in.length)] ^= (byte) (1 << random.nextInt(8));
      case 2 -> putOdd(out, random.nextInt(in.length) & ~3);
      case 3 -> {
        int length = random.nextInt(Math.min(64, in.length)) + 1;
        int from = random.nextInt(in.length - length + 1);
        System.arraycopy(in, from, out, random.nextInt(in.length - length + 1), length);
      }
      case 4 -> {
        for (int i = random.nextInt(in.length), n = 0; i < in.length && n < 16; i++, n++) {
          out[i] = (byte) random.nextInt(256);
        }
      }
      default -> putOdd(out, 312 + 4 * random.nextInt(32));
    }
    return out;
  }

  private void putOdd(byte[] out, int at) {
    if (at + 4 <= out.length) {
      int number =
          random.nextBoolean()
              ? random.nextInt(512)
              : ODD_NUMBERS[random.nextInt(ODD_NUMBERS.length)];
      ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN).putInt(at, number);
    }
  }

  /** Damages lengths, offsets, counts and text, but no type name: that is what names a key. */
  @Test
  void noKeySurvivesMasking() {
    String key = TableKeysTest.KEY;
    List<byte[]> seeds =
        List.of(
            Replies.bytes(
                Replies.of(3)
                    .target(0, 8, "linear", "8:1 0")
                    .target(
                        8, 8, "crypt", "aes-xts-plain64 " + key + " 0 8:1 4096 1 allow_discards")
                    .target(16, 8, "zero", "")
                    .build()),
            Replies.bytes(
                Replies.of(2)
                    .target(0, 8, "integrity", "8:1 0 32 J 2 internal_hash:hmac(sha256):" + key)
                    .target(8, 8, "inlinecrypt", "aes " + key + " 0 8:1 0")
                    .build()),
            Replies.bytes(
                Replies.of(1)
                    .target(0, 8, "crypt", "capi:authenc(hmac(sha256),xts(aes)) " + key + key)
                    .build()));
    byte[] secret = key.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer buffer = ByteBuffer.allocateDirect(2048);
    for (int i = 0; i < ROUNDS; i++) {
      byte[] input = seeds.get(random.nextInt(seeds.size())).clone();
      for (int n = random.nextInt(3); n >= 0; n--) {
        damageAroundTypes(input);
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(input.length + 1) : input.length;
      buffer.clear().put(0, input, 0, length).limit(length);

      TableKeys.mask(buffer);

      byte[] masked = Replies.bytes(buffer);
      assertTrue(masked.length == length);
      for (int from = 0; from + 32 <= secret.length; from += 4) {
        assertTrue(
            indexOf(masked, Arrays.copyOfRange(secret, from, from + 32)) < 0,
            () -> KernelText.printable(KernelText.decode(Arrays.copyOfRange(masked, 312, length))));
      }
    }
  }

  private void damageAroundTypes(byte[] input) {
    int at = random.nextInt(input.length);
    if (random.nextBoolean()) {
      int[] fields = {12, 16, 20, 28, 312 + 20, 312, 320, 312 + 48 + 20, 312 + 48, 312 + 56};
      putOdd(input, fields[random.nextInt(fields.length)]);
    } else if (!isType(input, at)) {
      input[at] ^= (byte) (1 << random.nextInt(8));
    }
  }

  private static boolean isType(byte[] input, int at) {
    for (String type : List.of("linear", "crypt", "zero", "integrity", "inlinecrypt")) {
      byte[] name = (type + "\0").getBytes(StandardCharsets.US_ASCII);
      for (int from = Math.max(312, at - name.length + 1); from <= at; from++) {
        if (from + name.length <= input.length && matches(input, from, name)) {
          return true;
        }
      }
    }
    return false;
  }

  private static int indexOf(byte[] in, byte[] wanted) {
    for (int at = 0; at <= in.length - wanted.length; at++) {
      if (in[at] == wanted[0] && matches(in, at, wanted)) {
        return at;
      }
    }
    return -1;
  }

  private static boolean matches(byte[] in, int at, byte[] wanted) {
    for (int i = 0; i < wanted.length; i++) {
      if (in[at + i] != wanted[i]) {
        return false;
      }
    }
    return true;
  }
}
