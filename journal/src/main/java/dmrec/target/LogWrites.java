package dmrec.target;

/**
 * Status of a log-writes target ({@code dm-log-writes.c:log_writes_status}).
 *
 * @param loggedEntries entries logged
 * @param lastSector highest sector of the log written
 * @param rest text behind the last known word, verbatim; {@code " logging_disabled"} after an error
 */
public record LogWrites(long loggedEntries, long lastSector, String rest) implements TargetStatus {

  public boolean loggingDisabled() {
    return rest.trim().equals("logging_disabled");
  }

  @Override
  public String text() {
    return new Line().word(loggedEntries).word(lastSector).end(rest);
  }

  static LogWrites read(Words words) {
    return new LogWrites(words.number(), words.number(), words.rest());
  }
}
