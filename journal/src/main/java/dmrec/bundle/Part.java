package dmrec.bundle;

import org.jspecify.annotations.Nullable;

/** What a bundle may hold, in the order in which it is written. Nothing else is accepted. */
public enum Part {
  /** What this is, and how to read it without dmrec. */
  README("README.txt", true, 1 << 20),
  /** The stack before the first event, as a person reads it. */
  START_TEXT("topology-start.txt", true, 256 << 20),
  /** The same as events that rebuild it. */
  START("topology-start.ndjson", true, 64 << 20),
  /** The events, one JSON object a line. */
  EVENTS("events.ndjson", true, 4000L << 20),
  /** The stack behind the last event, as a person reads it. */
  END_TEXT("topology-end.txt", true, 256 << 20),
  /** The same as events that rebuild it. */
  END("topology-end.ndjson", true, 64 << 20),
  /** The reporter's words. */
  NOTE("note.txt", false, 1 << 20),
  /** All of it as a page. */
  REPORT("report.html", false, 1 << 30),
  /** What is in it, and the hashes of that. */
  MANIFEST("manifest.json", true, 1 << 20);

  private final String fileName;
  private final boolean required;
  private final long maxBytes;

  Part(String fileName, boolean required, long maxBytes) {
    this.fileName = fileName;
    this.required = required;
    this.maxBytes = maxBytes;
  }

  /** Its name in the zip. */
  public String fileName() {
    return fileName;
  }

  boolean isRequired() {
    return required;
  }

  /** What it may unpack to. */
  long maxBytes() {
    return maxBytes;
  }

  static @Nullable Part ofFileName(String name) {
    for (Part part : values()) {
      if (part.fileName.equals(name)) {
        return part;
      }
    }
    return null;
  }
}
