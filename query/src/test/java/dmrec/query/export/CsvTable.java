package dmrec.query.export;

import dmrec.event.KernelText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads RFC 4180, without knowing how it was written. */
final class CsvTable {
  private CsvTable() {}

  /** Every row by the names of the header. */
  static List<Map<String, String>> read(byte[] bytes) {
    List<List<String>> rows = rows(KernelText.decode(bytes));
    List<Map<String, String>> table = new ArrayList<>();
    for (List<String> row : rows.subList(1, rows.size())) {
      if (row.size() != rows.get(0).size()) {
        throw new IllegalArgumentException(row.size() + " values in " + row);
      }
      Map<String, String> values = new LinkedHashMap<>();
      for (int i = 0; i < row.size(); i++) {
        values.put(rows.get(0).get(i), row.get(i));
      }
      table.add(values);
    }
    return table;
  }

  static List<List<String>> rows(String text) {
    List<List<String>> rows = new ArrayList<>();
    List<String> row = new ArrayList<>();
    StringBuilder value = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted) {
        if (c != '"') {
          value.append(c);
        } else if (i + 1 < text.length() && text.charAt(i + 1) == '"') {
          value.append('"');
          i++;
        } else {
          quoted = false;
        }
      } else if (c == '"') {
        quoted = true;
      } else if (c == ',') {
        row.add(value.toString());
        value.setLength(0);
      } else if (c == '\r' && text.charAt(i + 1) == '\n') {
        row.add(value.toString());
        value.setLength(0);
        rows.add(row);
        row = new ArrayList<>();
        i++;
      } else {
        value.append(c);
      }
    }
    return rows;
  }
}
