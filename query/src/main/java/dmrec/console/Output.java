package dmrec.console;

import dmrec.event.KernelText;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * Where a command's output goes.
 *
 * @param out data, in bytes
 * @param err everything else, in UTF-8
 * @param terminal whether {@code out} ends on a terminal
 * @param columns its width; 0 where it is none
 */
public record Output(OutputStream out, PrintStream err, boolean terminal, int columns) {

  /** A line of text, as the bytes it was decoded from. */
  void line(String text) throws IOException {
    out.write(KernelText.encode(text + "\n"));
  }

  /** A line that is not data. */
  void note(String text) throws IOException {
    out.flush();
    err.println("dmrec: " + text);
  }
}
