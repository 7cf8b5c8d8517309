package dmrec.console;

import dmrec.journal.JournalIndex;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Map;

/**
 * What a console needs to know.
 *
 * @param index of the journal
 * @param zone of the times shown and read
 * @param env environment variables: {@code PAGER}, {@code XDG_STATE_HOME}, {@code HOME}
 * @param colour whether a terminal is to show colours
 */
public record ConsoleSettings(
    JournalIndex index, ZoneId zone, Map<String, String> env, boolean colour) {
  /** The journal's folder. */
  Path journal() {
    return index.folder();
  }

  String env(String name) {
    return env.getOrDefault(name, "");
  }
}
