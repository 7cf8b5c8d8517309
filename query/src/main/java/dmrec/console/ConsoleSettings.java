package dmrec.console;

import dmrec.journal.Journal;
import java.time.ZoneId;
import java.util.Map;

/**
 * What a console needs to know.
 *
 * @param journal stays open
 * @param zone of the times shown and read
 * @param env environment variables: {@code PAGER}, {@code XDG_STATE_HOME}, {@code HOME}
 * @param colour whether a terminal is to show colours
 */
public record ConsoleSettings(
    Journal journal, ZoneId zone, Map<String, String> env, boolean colour) {
  String env(String name) {
    return env.getOrDefault(name, "");
  }
}
