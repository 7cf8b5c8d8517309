package dmrec.foreign;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What a file of another program is. */
public enum ForeignFormat {
  /** What {@code udevadm monitor --property} prints. */
  UDEVADM,
  /** Packets of netlink, as pcap or pcapng. */
  PCAP,
  /** What {@code journalctl -o json} prints. */
  JOURNAL,
  /** What {@code dmesg} prints. */
  DMESG,
  /** Lines of a log in text, as syslog or {@code journalctl} writes them. */
  MULTIPATHD;

  /** So much of a file is looked at. */
  static final int HEAD_BYTES = 64 << 10;

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /**
   * What a file is by its beginning.
   *
   * @return null where it is none of them
   */
  public static @Nullable ForeignFormat of(ByteBuffer head) {
    if (head.remaining() >= 4 && Packets.isMagic(head.getInt(head.position()))) {
      return PCAP;
    }
    byte[] bytes = new byte[Math.min(head.remaining(), HEAD_BYTES)];
    head.get(head.position(), bytes);
    // One character for each byte: only ASCII matters here.
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    for (int from = 0; from < text.length(); ) {
      int newline = text.indexOf('\n', from);
      int end = newline < 0 ? text.length() : newline;
      ForeignFormat format = ofLine(text.substring(from, end));
      if (format != null) {
        return format;
      }
      from = end + 1;
    }
    return null;
  }

  private static @Nullable ForeignFormat ofLine(String line) {
    if (line.startsWith("monitor will print the received events")
        || line.startsWith("KERNEL[")
        || line.startsWith("UDEV  [")) {
      return UDEVADM;
    }
    if (line.startsWith("{") || line.startsWith("\u001e{")) {
      return line.contains("\"__REALTIME_TIMESTAMP\"") || line.contains("\"__CURSOR\"")
          ? JOURNAL
          : null;
    }
    LogPrefix prefix = LogPrefix.of(line);
    if (prefix == null) {
      return null;
    }
    return prefix.program().isEmpty() ? DMESG : MULTIPATHD;
  }
}
