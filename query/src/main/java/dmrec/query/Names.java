package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.KernelText;
import java.util.regex.Pattern;

/** Device names in lines for people: readable, and never to be taken for anything else. */
public final class Names {
  private static final Pattern MANGLED = Pattern.compile("\\\\x[0-9a-f]{2}");

  private Names() {}

  /**
   * A name as one word where it can be.
   *
   * <p>Without quotes it is the kernel's own text, letter by letter: most names, and those that
   * libdevmapper has mangled ({@code my\x20disk}). Names that hold spaces, quotes, brackets or
   * anything a terminal may act on are quoted, with the latter escaped.
   */
  public static String quoted(String name) {
    String unmangled = MANGLED.matcher(name).replaceAll("_");
    return isPlain(unmangled) && KernelText.printable(unmangled).equals(unmangled)
        ? name
        : '"' + KernelText.printable(name).replace("\"", "\\x22") + '"';
  }

  /** The name of a device; its number where the name is not known. */
  public static String of(DeviceRef device) {
    return device.name().isEmpty() ? device.dev().toString() : quoted(device.name());
  }

  private static boolean isPlain(String text) {
    if (text.isEmpty() || text.equals("-")) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean separates =
          Character.isWhitespace(c)
              || Character.isSpaceChar(c)
              || "\"'`()[]{}<>,;|".indexOf(c) >= 0;
      if (separates) {
        return false;
      }
    }
    return true;
  }
}
