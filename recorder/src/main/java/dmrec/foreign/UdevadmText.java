package dmrec.foreign;

import dmrec.decode.Uevent;
import dmrec.event.Bytes;
import dmrec.event.KernelText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What {@code udevadm monitor} prints: a line for each message, and with {@code --property} the
 * message's properties behind it.
 *
 * <p>The messages are made anew of that. What udevadm adds is taken away again: it prints the
 * kernel's {@code DEVNAME=dm-0} as {@code /dev/dm-0}. Their order of properties is udevadm's.
 */
final class UdevadmText extends ForeignReader {
  private static final String DEV = "/dev/";

  private final Lines lines;
  private final TextTimes times;
  private final ByteArrayOutputStream properties = new ByteArrayOutputStream();
  private @Nullable Head head;
  private @Nullable Head pending;
  private @Nullable Foreign damage;
  private boolean tooLarge;
  private When last = When.NEVER;

  /** What a message's first line says. */
  private record Head(
      When at, boolean udev, String action, String devPath, String subsystem, String place) {}

  UdevadmText(InputStream in, String name, TextTimes times) {
    this.lines = new Lines(in, name);
    this.times = times;
  }

  @Override
  public @Nullable Foreign next() throws IOException {
    if (damage != null) {
      Foreign told = damage;
      damage = null;
      return told;
    }
    if (pending != null) {
      head = pending;
      pending = null;
    }
    for (ByteBuffer line = lines.next(); line != null; line = lines.next()) {
      Foreign told = read(line);
      if (told != null) {
        return told;
      }
    }
    return end();
  }

  /** What is told by now; null where the message goes on. */
  private @Nullable Foreign read(ByteBuffer line) throws IOException {
    if (lines.isTooLong()) {
      return damaged("a line of at most " + Lines.MOST_BYTES + " bytes", "a longer one");
    }
    if (!line.hasRemaining()) {
      return end();
    }
    String text = KernelText.decode(line);
    boolean udev = text.startsWith("UDEV  [");
    if (udev || text.startsWith("KERNEL[")) {
      Foreign told = end();
      Head next = head(text, udev);
      if (next == null) {
        Foreign damaged =
            damaged("KERNEL[seconds] action devpath (subsystem)", LogText.shown(text));
        if (told == null) {
          return damaged;
        }
        damage = damaged;
        return told;
      }
      if (told != null) {
        pending = next;
      } else {
        head = next;
      }
      return told;
    }
    if (head != null && text.indexOf('=') > 0) {
      if (properties.size() + line.remaining() < Packets.MOST_BYTES) {
        property(text, head.udev());
      } else {
        tooLarge = true;
      }
      return null;
    }
    if (isHeading(text)) {
      return null;
    }
    return damaged("a line of udevadm monitor", LogText.shown(text));
  }

  private static boolean isHeading(String text) {
    return text.startsWith("monitor will print the received events")
        || text.startsWith("UDEV - ")
        || text.startsWith("KERNEL - ");
  }

  /** {@code KERNEL[12345.678901] change /devices/virtual/block/dm-0 (block)}. */
  private @Nullable Head head(String text, boolean udev) throws IOException {
    int close = text.indexOf(']');
    int action = close + 2;
    int actionEnd = close < 0 ? -1 : text.indexOf(' ', action);
    int subsystem = text.lastIndexOf(" (");
    if (actionEnd <= action || subsystem < actionEnd || !text.endsWith(")")) {
      return null;
    }
    long monoNs = seconds(text.substring(7, close));
    long wallNs = monoNs < 0 ? When.UNKNOWN : times.wallNs(monoNs);
    String devPath = text.substring(actionEnd, subsystem).strip();
    if (wallNs == When.UNKNOWN || !devPath.startsWith("/") || devPath.indexOf('\0') >= 0) {
      return null;
    }
    return new Head(
        new When(wallNs, monoNs, 0, "", ""),
        udev,
        text.substring(action, actionEnd),
        devPath,
        text.substring(subsystem + 2, text.length() - 1),
        lines.place());
  }

  private static long seconds(String text) {
    LogPrefix prefix = LogPrefix.of("[" + text.strip() + "]");
    return prefix != null && prefix.time() instanceof LogTime.SinceBoot since ? since.ns() : -1;
  }

  private void property(String text, boolean udev) {
    String kernels = !udev && text.startsWith("DEVNAME=" + DEV) ? "DEVNAME=" : "";
    put(kernels.isEmpty() ? text : kernels + text.substring(kernels.length() + DEV.length()));
  }

  private void put(String text) {
    properties.writeBytes(KernelText.encode(text));
    properties.write(0);
  }

  /** The message whose lines these were; null where there was none, or none of a block device. */
  private @Nullable Foreign end() {
    Head of = head;
    head = null;
    if (tooLarge) {
      tooLarge = false;
      properties.reset();
      return damaged("a uevent of at most " + Packets.MOST_BYTES + " bytes", "a larger one");
    }
    if (of == null) {
      properties.reset();
      return null;
    }
    if (properties.size() == 0) {
      put("ACTION=" + of.action());
      put("DEVPATH=" + of.devPath());
      put("SUBSYSTEM=" + of.subsystem());
    }
    byte[] said = properties.toByteArray();
    properties.reset();
    last = of.at();
    if (!of.subsystem().equals("block")) {
      pass();
      return null;
    }
    return new Foreign.UeventHeard(
        of.at(), of.udev(), of.udev() ? Bytes.of(Uevent.ofUdev(said)) : ofKernel(of, said));
  }

  private static Bytes ofKernel(Head of, byte[] properties) {
    ByteArrayOutputStream message = new ByteArrayOutputStream(properties.length + 128);
    message.writeBytes(KernelText.encode(of.action() + "@" + of.devPath() + "\0"));
    message.writeBytes(properties);
    return Bytes.of(message.toByteArray());
  }

  private Foreign damaged(String expected, String found) {
    return new Foreign.Damaged(last, lines.place(), expected, found, true);
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
