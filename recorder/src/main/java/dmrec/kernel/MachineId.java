package dmrec.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Names the machine, in a way that only dmrec does: /etc/machine-id itself is confidential
 * (machine-id(5)), so it is hashed with an id of this program, as {@code
 * sd_id128_get_machine_app_specific} does. {@code systemd-id128 machine-id
 * --app-specific=6a67e1cc868a4f1aa2eae3c3723badc0} prints the same.
 */
public final class MachineId {
  /** This program's. It never changes, or a machine would change its name. */
  private static final byte[] APPLICATION =
      HexFormat.of().parseHex("6a67e1cc868a4f1aa2eae3c3723badc0");

  private static final int BYTES = 16;

  private MachineId() {}

  /** This machine's: 32 hexadecimal digits; empty where it has none. */
  public static String read() {
    return read(Path.of("/etc/machine-id"));
  }

  static String read(Path file) {
    try {
      String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
      return text.length() == 2 * BYTES ? hashed(HexFormat.of().parseHex(text)) : "";
    } catch (IOException | IllegalArgumentException e) {
      return ""; // Absent or not a machine id, as in a container or before the first boot.
    }
  }

  private static String hashed(byte[] machine) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(machine, "HmacSHA256"));
      byte[] id = Arrays.copyOf(mac.doFinal(APPLICATION), BYTES);
      // A UUID of version 4, as systemd makes of it.
      id[6] = (byte) ((id[6] & 0x0f) | 0x40);
      id[8] = (byte) ((id[8] & 0x3f) | 0x80);
      return HexFormat.of().formatHex(id);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // Every JVM has it.
    }
  }
}
