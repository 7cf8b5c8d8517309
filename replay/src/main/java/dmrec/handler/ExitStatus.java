package dmrec.handler;

/** How a process ended, in words. */
final class ExitStatus {
  /** From 1 on; see signal(7). The same on every machine that dmrec runs on. */
  private static final String[] SIGNALS = {
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
    "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU",
    "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"
  };

  private static final int SIGNALLED = 128;

  private ExitStatus() {}

  /**
   * For example "exited with status 3", "was killed by SIGKILL (status 137)".
   *
   * @param status as a shell has it: 128 and the number of the signal where one ended it
   */
  static String words(int status) {
    int signal = status - SIGNALLED;
    if (signal >= 1 && signal <= SIGNALS.length) {
      return "was killed by SIG" + SIGNALS[signal - 1] + " (status " + status + ")";
    }
    String hint =
        switch (status) {
          case 126 -> ": the command cannot be run";
          case 127 -> ": there is no such command";
          default -> "";
        };
    return "exited with status " + status + hint;
  }
}
