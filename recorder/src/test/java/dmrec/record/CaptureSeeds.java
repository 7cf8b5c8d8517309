package dmrec.record;

import dmrec.event.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes what the fuzzer of captures begins with; to be run again where the format grows: {@code
 * java dmrec.record.CaptureSeeds SAMPLES src/test/resources}.
 */
final class CaptureSeeds {
  private CaptureSeeds() {}

  /** Writes them: {@code args} are the folder of the sample captures, and where to. */
  public static void main(String[] args) throws IOException {
    Path to = Path.of(args[1]).resolve("dmrec/record/CaptureFuzzTestInputs");
    Files.createDirectories(to.resolve("lines"));
    Files.createDirectories(to.resolve("observations"));
    for (String name : List.of("failover", "lost-disk")) {
      Path sample = Path.of(args[0], name + ".ndjson");
      List<String> lines = Files.readAllLines(sample);
      List<Observation> all = new ArrayList<>();
      try (CaptureReader in = CaptureReader.open(sample)) {
        for (Observation next = in.next(); next != null; next = in.next()) {
          all.add(next);
        }
      }
      int[] begins = {0, 60, 120};
      for (int from : begins) {
        List<String> some = lines.subList(from, from + 6);
        Files.writeString(to.resolve("lines/" + name + "-" + from), String.join("\n", some) + "\n");
        Files.write(
            to.resolve("observations/" + name + "-" + from), packed(all.subList(from, from + 10)));
      }
      List<String> last = lines.subList(lines.size() - 3, lines.size());
      Files.writeString(to.resolve("lines/" + name + "-last"), String.join("\n", last) + "\n");
    }
  }

  private static byte[] packed(List<Observation> all) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Observation each : all) {
      if (each instanceof Observation.UeventSeen o) {
        put(out, (o.udev() ? 8 : 0) + (o.senderPid() == 0 ? 0 : 16), 0, o.message().toArray());
      } else if (each instanceof Observation.Listed o) {
        put(out, 1, 0, o.reply().toArray());
      } else if (each instanceof Observation.Polled o) {
        ByteArrayOutputStream replies = new ByteArrayOutputStream();
        Bytes inactive = o.inactive();
        reply(replies, o.status());
        reply(replies, o.table());
        reply(replies, o.deps());
        if (inactive != null) {
          reply(replies, inactive);
        }
        put(out, inactive == null ? 2 : 10, o.dev().minor(), replies.toByteArray());
      } else if (each instanceof Observation.LogRead o) {
        put(out, 3, 0, o.record().toArray());
      } else if (each instanceof Observation.Vanished o) {
        put(out, 4, o.dev().minor(), new byte[0]);
      } else if (each instanceof Observation.Sampled) {
        put(out, 7, 0, new byte[0]);
      }
    }
    return out.toByteArray();
  }

  private static void reply(ByteArrayOutputStream out, Bytes reply) {
    out.writeBytes(
        ByteBuffer.allocate(2)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putShort((short) reply.length())
            .array());
    out.writeBytes(reply.toArray());
  }

  private static void put(ByteArrayOutputStream out, int kind, int minor, byte[] payload) {
    ByteBuffer head =
        ByteBuffer.allocate(CaptureFuzzTest.HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    head.put((byte) kind).put((byte) minor).putShort((short) payload.length);
    out.writeBytes(head.array());
    out.writeBytes(payload);
  }
}
