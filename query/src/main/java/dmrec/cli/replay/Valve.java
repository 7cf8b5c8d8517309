package dmrec.cli.replay;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Lets output through, or drops it: a handler that is fed again says nothing twice. */
final class Valve extends FilterOutputStream {
  private volatile boolean shut;

  Valve(OutputStream out) {
    super(out);
  }

  void shut(boolean now) {
    shut = now;
  }

  @Override
  public void write(int b) throws IOException {
    if (!shut) {
      out.write(b);
    }
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    if (!shut) {
      out.write(bytes, from, length);
    }
  }

  /** What is below is the command's, not the handler's. */
  @Override
  public void close() throws IOException {
    flush();
  }
}
