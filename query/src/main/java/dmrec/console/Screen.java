package dmrec.console;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Where the console shows what commands write. */
interface Screen {
  /** Straight to it. */
  Output output();

  /**
   * Runs a command and shows what it writes.
   *
   * @param streams whether it shows things as they come, so that it cannot be paged
   * @return its exit code
   */
  int run(Foreground.Body body, boolean streams) throws IOException;

  /** Where a process writes that is to be seen here; null for the same place as ours. */
  @Nullable OutputStream forProcesses();
}
