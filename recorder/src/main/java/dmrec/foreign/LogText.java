package dmrec.foreign;

import dmrec.event.KernelText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A log in text: what {@code dmesg} prints, syslog, what {@code journalctl} prints in short. */
final class LogText extends ForeignReader {
  private final Lines lines;
  private final TextTimes times;
  private int boots;
  private String boot = "";
  private boolean begun;
  private When last = When.NEVER;

  LogText(InputStream in, String name, TextTimes times) {
    this.lines = new Lines(in, name);
    this.times = times;
  }

  @Override
  public @Nullable Foreign next() throws IOException {
    for (ByteBuffer line = lines.next(); line != null; line = lines.next()) {
      Foreign told = read(line);
      if (told != null) {
        return told;
      }
    }
    return null;
  }

  private @Nullable Foreign read(ByteBuffer line) throws IOException {
    if (lines.isTooLong()) {
      return damaged("a line of at most " + Lines.MOST_BYTES + " bytes", "a longer one", false);
    }
    String all = KernelText.decode(line);
    if (all.startsWith("-- ")) {
      note(all);
      pass();
      return null;
    }
    LogPrefix prefix = LogPrefix.of(all);
    if (prefix == null) {
      if (all.contains("device-mapper: ") || all.contains("multipathd")) {
        return damaged("a time this version reads at its beginning", shown(all), true);
      }
      pass();
      return null;
    }
    String text = all.substring(prefix.textAt());
    boolean kernel = prefix.program().isEmpty() || prefix.program().equals("kernel");
    long wallNs = prefix.time().wallNs(times);
    if (kernel && isFirstOfBoot(text) && begun) {
      boot = "~" + ++boots;
    }
    begun = true;
    if (wallNs == When.UNKNOWN || !TextTimes.isPossible(wallNs)) {
      return damaged("a time from 1970 to 2260", shown(all), true);
    }
    long monoNs = prefix.time() instanceof LogTime.SinceBoot since ? since.ns() : When.UNKNOWN;
    When at = new When(wallNs, monoNs, prefix.kernelUs(), boot, prefix.host());
    Foreign told = LogWords.of(at, kernel, prefix.program(), prefix.priority(), text, false, line);
    if (told == null) {
      pass();
      return null;
    }
    if (text.length() > LogWords.MOST_CHARS) {
      return damaged("words of at most " + LogWords.MOST_CHARS + " characters", "more", true);
    }
    last = at;
    return told;
  }

  /** {@code -- Boot 0123 --} and {@code -- Reboot --}, between the boots that journalctl shows. */
  private void note(String line) {
    String id = line.startsWith("-- Boot ") && line.length() > 40 ? line.substring(8, 40) : "";
    if (BootIds.isOne(id)) {
      boot = BootIds.withDashes(id);
    } else if (line.startsWith("-- Reboot")) {
      boot = "~" + ++boots;
    }
  }

  private Foreign damaged(String expected, String found, boolean lost) {
    return new Foreign.Damaged(last, lines.place(), expected, found, lost);
  }

  /** The beginning of what was found, fit for one line. */
  static String shown(String text) {
    return KernelText.printable(text.length() > 60 ? text.substring(0, 60) + "..." : text);
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
