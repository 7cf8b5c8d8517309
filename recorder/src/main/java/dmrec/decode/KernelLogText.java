package dmrec.decode;

import dmrec.event.KernelText;
import dmrec.target.DevNo;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What a device-mapper log line says, read from its words. */
record KernelLogText(
    String target,
    String reason,
    @Nullable DevNo device,
    @Nullable String deviceName,
    @Nullable DevNo path,
    long sector,
    Fault fault) {

  static KernelLogText of(String message, String whole) {
    int colon = message.indexOf(": ");
    if (colon < 0) {
      return new KernelLogText("", whole, null, null, null, -1, Fault.NONE);
    }
    String target = message.substring(0, colon);
    String reason = message.substring(colon + 2);
    return new KernelLogText(target, reason, null, null, null, -1, Fault.NONE);
  }

  static String unescape(String text) {
    if (!text.contains("\\x")) {
      return text;
    }
    byte[] bytes = KernelText.encode(text);
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      int value =
          i + 3 < bytes.length && bytes[i] == '\\' && bytes[i + 1] == 'x' ? hex(bytes, i + 2) : -1;
      out.write(value < 0 ? bytes[i] : value);
      i += value < 0 ? 0 : 3;
    }
    return KernelText.decode(out.toByteArray());
  }

  private static int hex(byte[] bytes, int at) {
    String two = new String(bytes, at, 2, StandardCharsets.US_ASCII);
    int high = Character.digit(two.charAt(0), 16);
    int low = Character.digit(two.charAt(1), 16);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }
}
