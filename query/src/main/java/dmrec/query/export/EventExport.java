package dmrec.query.export;

import dmrec.event.EventRecord;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Takes events one by one and writes them to a stream, in memory that does not grow with their
 * number. One thread at a time.
 */
public sealed interface EventExport permits CsvExport, JsonExport, ParquetExport, PcapngExport {
  /**
   * Begins an export.
   *
   * @param out is not closed
   * @param escaped whether somebody reads it on a terminal as it comes, which no name may act on
   */
  static EventExport begin(ExportFormat format, OutputStream out, boolean escaped)
      throws IOException {
    return switch (format) {
      case CSV -> new CsvExport(out, escaped);
      case JSON -> new JsonExport(out);
      case PARQUET -> new ParquetExport(out);
      case PCAPNG -> new PcapngExport(out);
    };
  }

  void write(EventRecord record) throws IOException;

  /**
   * Writes what belongs at the end. Without it the output is not whole, and some formats say so.
   */
  void finish() throws IOException;
}
