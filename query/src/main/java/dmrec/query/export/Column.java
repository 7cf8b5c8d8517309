package dmrec.query.export;

import java.util.List;

/**
 * One column of an export.
 *
 * @param required whether every event has a value there
 * @param kinds the kinds of events whose payload it is, by their words; empty where it is common
 * @param about what it holds, for people
 */
public record Column(
    String name, ColumnType type, boolean required, List<String> kinds, String about) {
  public Column {
    kinds = List.copyOf(kinds);
  }
}
