package dmrec.cli.host;

/** What {@code --output} takes where the answer is a table. */
public enum AnswerForm {
  TEXT,
  JSON,
  CSV;

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
