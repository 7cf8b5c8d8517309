package dmrec.query;

import dmrec.event.KernelText;
import java.nio.charset.StandardCharsets;

/**
 * Text with one character for each byte.
 *
 * <p>dmsetup counts, pads, sorts and escapes bytes, whatever they spell, so its printers work on
 * such text and only what is finished becomes bytes again.
 */
public final class RawText {
  private RawText() {}

  /** The bytes that {@code kernelText} was decoded from. */
  public static String of(String kernelText) {
    return new String(KernelText.encode(kernelText), StandardCharsets.ISO_8859_1);
  }

  /** The bytes that it stands for. */
  public static byte[] bytes(CharSequence raw) {
    return raw.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The text of {@link KernelText} that those bytes are. */
  public static String kernelText(CharSequence raw) {
    return KernelText.decode(bytes(raw));
  }
}
