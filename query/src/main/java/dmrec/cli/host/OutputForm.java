package dmrec.cli.host;

/** What {@code --output} takes. */
public enum OutputForm {
  TEXT,
  JSON;

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
