package dmrec.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The console's own commands, as its help and its completion tell of them. */
enum Own {
  AT("at", "TIME|#SEQ|NAME", "Move to a time, to a record, or to a bookmark.", Takes.MOMENT),
  NEXT(
      "next",
      "[--all] [FILTER]",
      "Step to the next event, or the next of some kind.",
      Takes.FILTER),
  BACK("back", "[--all] [FILTER]", "Step back to the event before.", Takes.FILTER),
  FIRST("first", "[FILTER]", "Move to the journal's first event.", Takes.FILTER),
  LAST("last", "[FILTER]", "Move to its last, the newest while it is recorded.", Takes.FILTER),
  FOLLOW(
      "follow",
      "[--all] [FILTER]",
      "Go along with new events as they come, until Ctrl-C.",
      Takes.FILTER),
  SHOW("show", "[-v]", "Show the event at the moment; with -v what proves it.", Takes.NOTHING),
  BOOKMARK("bookmark", "[NAME]", "Give the moment a name for 'at' and '--at'.", Takes.NOTHING),
  BOOKMARKS("bookmarks", "", "List the names.", Takes.NOTHING),
  WATCH("watch", "COMMAND|off", "Run a command after each move, as 'watch tree'.", Takes.COMMAND),
  HELP("help", "[COMMAND]", "List the commands, or tell about one.", Takes.COMMAND),
  QUIT("quit", "", "Leave; so does Ctrl-D.", Takes.NOTHING);

  /** What stands behind a command. */
  enum Takes {
    NOTHING,
    MOMENT,
    FILTER,
    COMMAND
  }

  private static final String ALL_ABOUT = "also uevents and counters, which are only traces";
  private static final String EVIDENCE_ABOUT = "what proves the event, word for word";

  private final String word;
  private final String synopsis;
  private final String about;
  private final Takes takes;

  Own(String word, String synopsis, String about, Takes takes) {
    this.word = word;
    this.synopsis = synopsis;
    this.about = about;
    this.takes = takes;
  }

  String word() {
    return word;
  }

  String synopsis() {
    return synopsis;
  }

  String about() {
    return about;
  }

  Takes takes() {
    return takes;
  }

  /** Its options, with what they do. */
  Map<String, String> options() {
    return switch (this) {
      case NEXT, BACK, FIRST, LAST, FOLLOW -> Map.of("--all", ALL_ABOUT);
      case SHOW -> Map.of("-v", EVIDENCE_ABOUT);
      default -> Map.of();
    };
  }

  static @Nullable Own of(String word) {
    for (Own own : values()) {
      if (own.word.equals(word) || (own == QUIT && word.equals("exit"))) {
        return own;
      }
    }
    return null;
  }

  static List<String> words() {
    List<String> words = new ArrayList<>();
    for (Own own : values()) {
      words.add(own.word);
    }
    return words;
  }
}
