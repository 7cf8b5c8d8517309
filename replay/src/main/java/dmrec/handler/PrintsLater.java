package dmrec.handler;

/**
 * A handler whose output comes when it comes, not while the event is handled that it is about; and
 * whose end shows at a later event.
 */
public interface PrintsLater {
  /** How it ended, as "exited with status 3"; empty while it runs and where it ended well. */
  String ending();
}
