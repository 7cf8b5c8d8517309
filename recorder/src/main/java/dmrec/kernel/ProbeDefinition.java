package dmrec.kernel;

import java.util.regex.Pattern;

/**
 * A kprobe event to be made (Documentation/trace/kprobetrace.rst).
 *
 * @param name of the event: letters, digits, underscores
 * @param where {@code dm_mod:dev_create}, {@code dm_multipath:choose_path_in_pg+149}
 * @param arguments what to fetch: {@code dev=+40(%si):u64 comm=$comm}
 * @param filter as an event's filter file takes it; empty: none
 */
public record ProbeDefinition(
    String name, Type type, String where, String arguments, String filter) {
  /** Where in the function. */
  public enum Type {
    ENTRY("p"),
    /**
     * With room for 64 calls at once: the default, twice the CPUs, loses returns of calls that
     * wait.
     */
    RETURN("r64");

    private final String letter;

    Type(String letter) {
      this.letter = letter;
    }
  }

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}");

  public ProbeDefinition {
    checkName(name);
    for (String text : new String[] {where, arguments, filter}) {
      if (text.chars().anyMatch(c -> c < ' ' || c > '~')) {
        throw new IllegalArgumentException(
            "Probe " + name + ": expected one line of ASCII, found " + text);
      }
    }
  }

  /** Names of events, groups and instances become paths: nothing else may be in them. */
  static String checkName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "Probe: expected a name of letters, digits and underscores, found " + name);
    }
    return name;
  }

  /** As kprobe_events takes it. */
  String line(String group) {
    String end = arguments.isEmpty() ? "" : " " + arguments;
    return type.letter + ":" + group + "/" + name + " " + where + end;
  }
}
