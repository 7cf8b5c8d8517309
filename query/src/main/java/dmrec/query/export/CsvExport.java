package dmrec.query.export;

import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.query.Csv;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A header, then a row for each event. What an event does not have is empty. Names are the bytes
 * that they were; on a terminal they are escaped.
 */
final class CsvExport implements EventExport {
  private final OutputStream out;
  private final boolean escaped;

  CsvExport(OutputStream out, boolean escaped) throws IOException {
    this.out = out;
    this.escaped = escaped;
    row(EventColumns.all().stream().map(Column::name).toList());
  }

  @Override
  public void write(EventRecord record) throws IOException {
    List<@Nullable Object> values = EventColumns.row(record);
    List<String> texts = new ArrayList<>(values.size());
    for (int i = 0; i < values.size(); i++) {
      Object value = values.get(i);
      texts.add(value == null ? "" : text(EventColumns.all().get(i).type(), value));
    }
    row(texts);
  }

  private String text(ColumnType type, Object value) {
    return switch (type) {
      case TIMESTAMP -> EventJson.time((Long) value);
      case BYTES -> escaped ? shown((String) value) : OddBytes.spell((String) value);
      case TEXT -> escaped ? shown((String) value) : (String) value;
      case INTEGER, BIGINT, BOOLEAN -> value.toString();
    };
  }

  private static String shown(String kernelText) {
    return KernelText.printable(kernelText);
  }

  private void row(List<String> texts) throws IOException {
    out.write(KernelText.encode(Csv.row(texts)));
  }

  @Override
  public void finish() {}
}
