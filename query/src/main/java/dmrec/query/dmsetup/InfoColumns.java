package dmrec.query.dmsetup;

import dmrec.query.RawText;
import dmrec.query.dmsetup.DmsetupRequest.Columns;
import dmrec.query.dmsetup.InfoField.Group;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which fields a report shows and what it is sorted by. */
final class InfoColumns {
  private static final String DEFAULT = "name,major,minor,attr,open,segments,events,uuid";

  /** Fields that dmsetup knows but no recording has: counters of dm-stats. */
  private static final Set<String> NOT_RECORDED =
      Set.of(
          "readcount readsmergedcount readsectorcount readtime writecount writesmergedcount"
              .concat(" writesectorcount writetime inprogresscount ioticks queueticks readticks")
              .concat(" writeticks readsmergedpersec writesmergedpersec readspersec writespersec")
              .concat(" readsizepersec writesizepersec avgrequestsize queuesize await readawait")
              .concat(" writeawait throughput servicetime util histcount histcountbounds")
              .concat(" histcountranges histpercent histpercentbounds histpercentranges")
              .concat(" intervalns interval regionid regionstart regionlen areaid areastart")
              .concat(" arealen areaoffset areacount groupid programid userdata precise histbins")
              .concat(" histbounds histranges statsname objtype statsall regionall")
              .split(" "));

  private final List<InfoField> shown = new ArrayList<>();
  private final List<Key> keys = new ArrayList<>();
  private final boolean mentionsHelp;
  private boolean help;

  /** A field that rows are sorted by. */
  record Key(InfoField field, boolean descending) {}

  private InfoColumns(boolean mentionsHelp) {
    this.mentionsHelp = mentionsHelp;
  }

  /** Null where a field is not known, which has been complained about. */
  static @Nullable InfoColumns parse(DmsetupSession session, Columns options) {
    String given = options.fields() == null ? DEFAULT : RawText.of(options.fields());
    InfoColumns columns = new InfoColumns(options.fields() != null && given.contains("help"));
    String fields = given.startsWith("+") ? DEFAULT + "," + given.substring(1) : given;
    for (String word : words(fields)) {
      if (!columns.addField(word)) {
        columns.refuse(session, word, "");
        return null;
      }
    }
    for (String word : words(options.sort() == null ? "" : RawText.of(options.sort()))) {
      if (!columns.addKey(session, word)) {
        columns.refuse(session, word, "dm_report: ");
        return null;
      }
    }
    return columns;
  }

  /** Commas may stand several in a row, but a last one has an empty field behind it. */
  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      while (at < text.length() && text.charAt(at) == ',') {
        at++;
      }
      int end = text.indexOf(',', at);
      end = end < 0 ? text.length() : end;
      words.add(text.substring(at, end));
      at = end;
    }
    return words;
  }

  private static String canonical(String word) {
    return word.replace("_", "").toLowerCase(Locale.ROOT);
  }

  private static @Nullable InfoField field(String word) {
    String canonical = canonical(word);
    for (InfoField field : InfoField.values()) {
      if (field.isCalled(canonical)) {
        return field;
      }
    }
    return null;
  }

  private static boolean isHelpWord(String word) {
    return canonical(word).equals("help") || word.equals("?");
  }

  private boolean addField(String word) {
    if (word.isEmpty()) {
      return false;
    }
    if (isHelpWord(word)) {
      help = true;
      return true;
    }
    InfoField field = field(word);
    if (field != null) {
      shown.add(field);
      return true;
    }
    String canonical = canonical(word);
    Set<Group> groups = EnumSet.noneOf(Group.class);
    for (Group group : Group.values()) {
      if (group.all.equals(canonical) && group != Group.SPECIAL) {
        groups.add(group);
      }
    }
    for (InfoField one : InfoField.values()) {
      if (groups.contains(one.group())) {
        shown.add(one);
      }
    }
    return !groups.isEmpty();
  }

  private boolean addKey(DmsetupSession session, String word) {
    boolean isSigned = word.startsWith("+") || word.startsWith("-");
    String plain = isSigned ? word.substring(1) : word;
    if (isHelpWord(plain)) {
      help = true;
      return true;
    }
    InfoField field = field(plain);
    if (plain.isEmpty() || field == null) {
      return false;
    }
    if (keys.stream().anyMatch(key -> key.field() == field)) {
      session.complain("dm_report: Ignoring duplicate sort field: " + field.id() + ".");
    } else {
      keys.add(new Key(field, word.startsWith("-")));
    }
    return true;
  }

  private void refuse(DmsetupSession session, String word, String who) {
    String canonical = canonical(word.startsWith("-") ? word.substring(1) : word);
    if (NOT_RECORDED.contains(canonical) || canonical.equals("all")) {
      session.complain("Field " + word + " is about statistics, which are not recorded.");
      return;
    }
    help(session);
    session.complain(who + "Unrecognised field: " + word);
  }

  /** Names the fields that can be asked for. */
  void help(DmsetupSession session) {
    for (Group group : Group.values()) {
      StringBuilder line = new StringBuilder();
      for (InfoField field : InfoField.values()) {
        if (field.group() == group) {
          line.append(line.length() == 0 ? "" : ", ").append(field.id());
        }
      }
      if (group != Group.SPECIAL) {
        line.append(", ").append(group.name().toLowerCase(Locale.ROOT)).append("_all");
      }
      session.complain("  " + line);
    }
  }

  boolean isHelp() {
    return help;
  }

  /** Headings go where the options contain the word, whatever it means there. */
  boolean mentionsHelp() {
    return mentionsHelp;
  }

  /** The fields in the order in which they are shown; the same one may come again. */
  List<InfoField> shown() {
    return shown;
  }

  List<Key> keys() {
    return keys;
  }

  /** All fields that have to be filled: those shown, and those sorted by. */
  Set<InfoField> all() {
    Set<InfoField> all = EnumSet.noneOf(InfoField.class);
    all.addAll(shown);
    keys.forEach(key -> all.add(key.field()));
    return all;
  }

  boolean needs(Group group) {
    return all().stream().anyMatch(field -> field.group() == group);
  }
}
