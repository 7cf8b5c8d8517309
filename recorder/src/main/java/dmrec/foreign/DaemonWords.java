package dmrec.foreign;

import dmrec.target.DevNo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a line of multipathd is about, by the forms of its {@code condlog} calls from 0.4.9 to 0.14
 * (multipathd/main.c, libmultipath/structs_vec.c and configure.c).
 *
 * @param map the multipath map's name; empty where the line names none
 * @param path the path's number; null where the line names none
 * @param pathName the path's name; empty where the line names none
 * @param change what happened to the path
 */
record DaemonWords(String map, @Nullable DevNo path, String pathName, Change change) {
  /** What multipathd holds a path to be from there on. */
  enum Change {
    NONE,
    FAILED,
    REINSTATED
  }

  private static final DaemonWords NOTHING = new DaemonWords("", null, "", Change.NONE);
  private static final String CHECKER_FAILED = "checker failed path ";
  private static final String IN_MAP = " in map ";

  /** Names of maps and paths are not longer. */
  private static final int NAME_CHARS = 255;

  /** What follows a map's name and a colon. */
  private static final List<String> OF_MAP =
      List.of(
          "remaining active paths: ",
          "switch to path group #",
          "Entering recovery mode",
          "Recovered to normal mode",
          "queue_if_no_path enabled",
          "Disable queueing",
          "disable queueing",
          "devmap ",
          "load table [",
          "addmap [",
          "reload [",
          "event checker started",
          "stop event checker thread",
          "multipath map removed",
          "removed map after removing all paths");

  private static final List<String> TO_MAP =
      List.of("path added to devmap ", "path removed from map ");

  static DaemonWords of(String text) {
    if (text.startsWith(CHECKER_FAILED)) {
      int in = text.indexOf(IN_MAP, CHECKER_FAILED.length());
      return in < 0
          ? NOTHING
          : ofPath(
              text.substring(CHECKER_FAILED.length(), in),
              text.substring(in + IN_MAP.length()).strip(),
              Change.FAILED);
    }
    int colon = text.indexOf(": ");
    if (colon <= 0 || colon > NAME_CHARS) {
      return NOTHING;
    }
    String subject = text.substring(0, colon);
    String said = text.substring(colon + 2).strip();
    if (said.equals("reinstated")) {
      return ofPath(subject, "", Change.REINSTATED);
    }
    if (said.equals("mark as failed")) {
      return ofPath(subject, "", Change.FAILED);
    }
    for (String start : TO_MAP) {
      if (said.startsWith(start)) {
        return ofPath(subject, said.substring(start.length()), Change.NONE);
      }
    }
    for (String start : OF_MAP) {
      if (said.startsWith(start)) {
        return new DaemonWords(name(subject), null, "", Change.NONE);
      }
    }
    int dash = said.indexOf(" - ");
    boolean checked = dash > 0 && (said.contains(" checker ") || said.endsWith("path offline"));
    return checked
        ? new DaemonWords(name(subject), null, name(said.substring(0, dash)), Change.NONE)
        : NOTHING;
  }

  /**
   * A path's line.
   *
   * @param subject {@code 8:16}, {@code sdb} or {@code sdb [8:16]}
   */
  private static DaemonWords ofPath(String subject, String map, Change change) {
    int bracket = subject.indexOf(" [");
    boolean both = bracket > 0 && subject.endsWith("]");
    String number = both ? subject.substring(bracket + 2, subject.length() - 1) : subject;
    DevNo path = DevNo.isDevNo(number) ? DevNo.parse(number) : null;
    String pathName = both ? subject.substring(0, bracket) : path == null ? subject : "";
    return new DaemonWords(name(map), path, name(pathName), change);
  }

  /** Empty where it is none: a sentence, say. */
  private static String name(String text) {
    return text.isEmpty() || text.length() > NAME_CHARS || text.indexOf(' ') >= 0 ? "" : text;
  }
}
