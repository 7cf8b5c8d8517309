package dmrec.console;

import dmrec.event.KernelText;

/** Text that may hold a name, as it may be shown. */
final class Shown {
  private Shown() {}

  /** A message of one or more lines. */
  static String message(String text) {
    StringBuilder out = new StringBuilder();
    String separator = "";
    for (String line : text.split("\n", -1)) {
      out.append(separator).append(KernelText.printable(line));
      separator = "\n  ";
    }
    return out.toString();
  }
}
