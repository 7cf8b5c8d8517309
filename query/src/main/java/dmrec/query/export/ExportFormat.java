package dmrec.query.export;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The formats that events can be exported to. */
public enum ExportFormat {
  /** RFC 4180 with a header. */
  CSV,
  /** One object a line, without loss. */
  JSON,
  PARQUET,
  /** Packets for Wireshark. */
  PCAPNG;

  /** The format that a file's name asks for by its end, or null. */
  public static @Nullable ExportFormat ofFileName(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.endsWith(".csv")) {
      return CSV;
    } else if (lower.endsWith(".json") || lower.endsWith(".ndjson") || lower.endsWith(".jsonl")) {
      return JSON;
    }
    if (lower.endsWith(".pcapng")) {
      return PCAPNG;
    }
    return lower.endsWith(".parquet") ? PARQUET : null;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
