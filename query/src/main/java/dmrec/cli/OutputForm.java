package dmrec.cli;

/** What {@code --output} takes. */
enum OutputForm {
  TEXT,
  JSON;

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
