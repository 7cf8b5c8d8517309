package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.KernelText;

/** Device names in lines for people: readable, and never to be taken for anything else. */
public final class Names {
  private Names() {}

  /**
   * A name as one word where it can be: quoted where it holds spaces, quotes, brackets or nothing;
   * with everything escaped that a terminal may act on.
   */
  public static String quoted(String name) {
    String shown = KernelText.printable(name);
    return isPlain(shown) ? shown : '"' + shown.replace("\"", "\\x22") + '"';
  }

  /** The name of a device; its number where the name is not known. */
  public static String of(DeviceRef device) {
    return device.name().isEmpty() ? device.dev().toString() : quoted(device.name());
  }

  private static boolean isPlain(String shown) {
    if (shown.isEmpty() || shown.equals("-")) {
      return false;
    }
    for (int i = 0; i < shown.length(); i++) {
      char c = shown.charAt(i);
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
