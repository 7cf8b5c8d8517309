package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.target.DevNo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a person calls a device or disk: its name as the kernel, dmsetup or dmrec prints it, its
 * UUID, its number ({@code 254:3}), {@code dm-3}, or any of them behind {@code /dev/}.
 *
 * <p>Knows nothing of time: whether a device is meant is judged by what it is called at the moment
 * it is asked about. Immutable.
 */
public final class DeviceText {
  private final String text;
  private final @Nullable DevNo number;
  private final int dmMinor;

  private DeviceText(String text) {
    this.text = text;
    number = DevNo.isDevNo(text) ? DevNo.parse(text) : null;
    dmMinor = text.matches("dm-[0-9]{1,7}") ? Integer.parseInt(text.substring(3)) : -1;
  }

  public static DeviceText of(String device) {
    for (String prefix : List.of("/dev/mapper/", "/dev/block/", "/dev/")) {
      if (device.startsWith(prefix) && device.length() > prefix.length()) {
        return new DeviceText(device.substring(prefix.length()));
      }
    }
    return new DeviceText(device);
  }

  /** What was written, without the folder. */
  public String text() {
    return text;
  }

  /** The number that was written; null where it was anything else. */
  public @Nullable DevNo number() {
    return number;
  }

  /** The N of {@code dm-N}; -1 where anything else was written. */
  public int dmMinor() {
    return dmMinor;
  }

  /** Whether a mapped device is meant by what it is called now. */
  public boolean means(DeviceRef device) {
    return isName(device.name())
        || (!device.uuid().isEmpty() && isName(device.uuid()))
        || device.dev().equals(number)
        || device.dev().minor() == dmMinor;
  }

  /** Whether a disk is meant. */
  public boolean meansDisk(DevNo dev, String name) {
    return dev.equals(number) || (!name.isEmpty() && name.equals(text));
  }

  /** The kernel's text, the text as we print it, or as dmsetup does. */
  public boolean isName(String name) {
    return name.equals(text)
        || (text.startsWith("\"") && !name.isEmpty() && Names.quoted(name).equals(text))
        || (name.indexOf('\\') >= 0
            && RawText.of(text).equals(NameMangling.unmangle(RawText.of(name), "name").text()));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DeviceText that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
