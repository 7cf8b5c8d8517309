package dmrec.report;

/**
 * What the page says of itself.
 *
 * @param title its heading; empty for one made of what the journal holds
 */
public record ReportOptions(String title) {
  public static final ReportOptions USUAL = new ReportOptions("");
}
