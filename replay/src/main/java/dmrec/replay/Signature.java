package dmrec.replay;

import dmrec.handler.HandlerException;

/**
 * What makes two failures of a handler the same one: what was thrown and which of the handler's
 * methods threw it. Lines and messages differ with the events, so they do not count; of a {@link
 * HandlerException} the message is all there is, and counts without its numbers.
 */
record Signature(Finding.Phase phase, String what, String where) {

  static Signature of(Finding finding) {
    Throwable thrown = finding.thrown();
    if (finding.how() != Finding.How.THREW) {
      // Where it was just then is chance.
      return new Signature(finding.phase(), "time-out", "");
    }
    String what = thrown.getClass().getName();
    if (thrown instanceof HandlerException) {
      return new Signature(
          finding.phase(), what, String.valueOf(thrown.getMessage()).replaceAll("\\d+", "#"));
    }
    // Where there is no more room for a frame or an object is chance too.
    return new Signature(
        finding.phase(), what, thrown instanceof VirtualMachineError ? "" : where(thrown));
  }

  /** The innermost method that is not of the library, between the throw and who called. */
  private static String where(Throwable thrown) {
    for (StackTraceElement frame : thrown.getStackTrace()) {
      String name = frame.getClassName();
      if (name.startsWith("dmrec.replay.Replay")) {
        break;
      }
      if (!name.startsWith("java.") && !name.startsWith("jdk.") && !name.startsWith("sun.")) {
        return name + "." + frame.getMethodName();
      }
    }
    return "";
  }
}
