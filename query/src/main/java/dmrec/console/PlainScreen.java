package dmrec.console;

import java.io.OutputStream;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** No terminal: bytes as they are, for a file, a pipe or a test. */
record PlainScreen(Foreground foreground, OutputStream out, PrintStream err, boolean inherit)
    implements Screen {
  @Override
  public Output output() {
    return new Output(out, err, false, 0);
  }

  @Override
  public int run(Foreground.Body body, boolean streams) {
    return foreground.start(body, output()).await();
  }

  @Override
  public @Nullable OutputStream forProcesses() {
    return inherit ? null : out;
  }
}
