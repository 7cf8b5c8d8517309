package dmrec.cli.record;

import dmrec.cli.host.Failure;
import dmrec.kernel.FileSystemStack;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Keeps a recording off the devices that it records.
 *
 * <p>Why a refusal: a write to a suspended device waits until somebody resumes it, and nothing can
 * end a process that waits so. A recorder that writes there stops at the first moment it is for.
 */
final class JournalPlace {
  /**
   * What the user decided about it.
   *
   * @param forced record there nevertheless
   * @param spooled what is recorded is kept in memory until the journal takes it
   */
  record Choice(boolean forced, boolean spooled) {}

  /** What of the recording lies there. */
  enum Part {
    JOURNAL("-j", ", give --spool /run/dmrec to keep recording in memory meanwhile,"),
    /** Not spooled: it is for studying the recorder. */
    CAPTURE("--capture", ",");

    private final String option;
    private final String spool;

    Part(String option, String spool) {
      this.option = option;
      this.spool = spool;
    }
  }

  private JournalPlace() {}

  /**
   * Checks where a file of the recording would lie, before anything is made there.
   *
   * @param warning gets one line where it may lie on a mapped device all the same
   * @throws Failure where it would, and neither choice allows that
   */
  static void check(Part part, Path file, Choice choice, Consumer<String> warning) {
    judge(part, file, FileSystemStack.under(file), choice, warning);
  }

  static void judge(
      Part part,
      Path file,
      FileSystemStack.Answer answer,
      Choice choice,
      Consumer<String> warning) {
    if (answer.mapped().isEmpty()) {
      if (!answer.unknown().isEmpty()) {
        warning.accept(
            file
                + ": cannot tell whether this lies on a mapped device: "
                + answer.unknown().get(0)
                + "; if it does, the recording stops when that device does");
      }
      return;
    }
    if (choice.spooled() && part == Part.JOURNAL) {
      return;
    }
    List<String> way = answer.mapped().get(0);
    int more = answer.devices().size() - 1;
    String place =
        String.join(", on ", way)
            + (more > 0 ? " and " + more + (more > 1 ? " others" : " other") : "");
    if (choice.forced()) {
      warning.accept(
          file
              + " lies on a mapped device that is recorded too ("
              + place
              + "): when it is suspended or fails, the recording stops");
      return;
    }
    throw Failure.of(
        file
            + ": expected a place on no mapped device, found "
            + place
            + ", which would be recorded too: when it is suspended or fails, the recorder hangs"
            + " with it and misses why. Name a folder on another file system with "
            + part.option
            + " (in memory, until the next boot: /run/dmrec)"
            + part.spool
            + " or give --force to record there nevertheless");
  }
}
