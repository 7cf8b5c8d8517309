package dmrec.query.dmsetup;

import dmrec.query.RawText;
import dmrec.query.dmsetup.DmsetupRequest.Columns;
import dmrec.query.dmsetup.DmsetupSession.Call;
import dmrec.query.dmsetup.DmsetupSession.Reply;
import dmrec.query.dmsetup.InfoField.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code dmsetup info -c}, laid out as libdevmapper's reports are. */
final class InfoReport {
  private final DmsetupSession session;
  private final Columns options;
  private final InfoColumns columns;
  private final boolean aligned;
  private final boolean headings;
  private final String separator;
  private final List<Map<InfoField, String>> rows = new ArrayList<>();

  private InfoReport(DmsetupSession session, Columns options, InfoColumns columns) {
    this.session = session;
    this.options = options;
    this.columns = columns;
    this.headings = !options.noHeadings() && !columns.mentionsHelp();
    this.aligned =
        !options.noHeadings()
            && !options.namePrefixes()
            && !options.rows()
            && options.separator() == null;
    String plain = options.noHeadings() ? ":" : " ";
    this.separator = options.separator() == null ? plain : RawText.of(options.separator());
  }

  static boolean run(DmsetupSession session, DmsetupRequest.Info request, Columns options) {
    InfoColumns columns = InfoColumns.parse(session, options);
    if (columns == null) {
      return false;
    }
    if (columns.isHelp()) {
      columns.help(session);
    }
    boolean needsTree = columns.needs(InfoField.Group.TREE);
    DmTree tree = needsTree ? DmTree.of(session) : null;
    if (tree != null && !tree.isComplete()) {
      return false;
    }
    InfoReport report = new InfoReport(session, options, columns);
    // What is printed stands before the complaint about a device that failed, but on another
    // stream, so that the order does not show.
    boolean succeeded =
        DeviceLoop.run(
            session,
            request.devices(),
            (wanted, shownName, several) -> {
              Reply reply = session.ask(Call.INFO, wanted);
              return reply != null
                  && (columns.isHelp()
                      || report.add(new Row(session, reply, request.inactive(), tree)));
            });
    report.print();
    return succeeded;
  }

  private boolean add(Row row) {
    if (columns.needs(InfoField.Group.DEPS) && row.deps() == null) {
      session.complain("Cannot get deps for " + row.device().dev() + ".");
      return false;
    }
    Map<InfoField, String> values = new HashMap<>();
    for (InfoField field : columns.all()) {
      String value = field.of(row);
      if (value == null) {
        session.complain("_do_report_object: report function failed for field " + field.id());
        return false;
      }
      values.put(field, value);
    }
    rows.add(values);
    return true;
  }

  private void print() {
    if (rows.isEmpty()) {
      return;
    }
    rows.sort(this::compare);
    if (options.rows()) {
      printAsRows();
    } else {
      printAsColumns();
    }
  }

  /** Without keys the rows stay as they come. */
  private int compare(Map<InfoField, String> one, Map<InfoField, String> other) {
    for (InfoColumns.Key key : columns.keys()) {
      InfoField field = key.field();
      int order =
          field.isNumber()
              ? Long.compareUnsigned(number(one, field), number(other, field))
              : text(one, field).compareTo(text(other, field));
      if (order != 0) {
        return key.descending() ? -order : order;
      }
    }
    return 0;
  }

  private static long number(Map<InfoField, String> row, InfoField field) {
    return Long.parseLong(text(row, field));
  }

  private static String text(Map<InfoField, String> row, InfoField field) {
    return row.getOrDefault(field, "");
  }

  private void printAsColumns() {
    Map<InfoField, Integer> widths = new HashMap<>();
    for (InfoField field : columns.shown()) {
      int width = field.width();
      for (Map<InfoField, String> row : rows) {
        width = Math.max(width, text(row, field).length());
      }
      widths.put(field, width);
    }
    if (headings) {
      List<String> line = new ArrayList<>();
      for (InfoField field : columns.shown()) {
        line.add(
            aligned
                ? fitted(field.heading(), widths.getOrDefault(field, 0), false)
                : field.heading());
      }
      print(line);
    }
    for (Map<InfoField, String> row : rows) {
      List<String> line = new ArrayList<>();
      for (InfoField field : columns.shown()) {
        String shown = text(row, field);
        if (aligned) {
          shown = fitted(shown, widths.getOrDefault(field, 0), field.isNumber());
        }
        line.add(prefixed(field, shown));
      }
      print(line);
    }
  }

  private void printAsRows() {
    for (InfoField field : columns.shown()) {
      List<String> line = new ArrayList<>();
      if (headings) {
        line.add(field.heading());
      }
      for (Map<InfoField, String> row : rows) {
        line.add(prefixed(field, text(row, field)));
      }
      print(line);
    }
  }

  private String prefixed(InfoField field, String shown) {
    if (!options.namePrefixes()) {
      return shown;
    }
    String quote = options.unquoted() ? "" : "'";
    return "DM_" + field.id().toUpperCase(Locale.ROOT) + "=" + quote + shown + quote;
  }

  private void print(List<String> line) {
    session.print(String.join(separator, line)).print("\n");
  }

  private static String pad(int count) {
    return " ".repeat(Math.max(0, count));
  }

  private static String fitted(String text, int width, boolean right) {
    if (text.length() >= width) {
      return text.substring(0, width);
    }
    return right ? pad(width - text.length()) + text : text + pad(width - text.length());
  }
}
