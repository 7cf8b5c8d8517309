package dmrec.handler;

/**
 * Whoever a recorded stream is fed to.
 *
 * <p>Thread contract: all calls come from one thread, one after the other. A call that does not
 * return in time is interrupted; one that goes on nevertheless ends the replay.
 *
 * <p>Whatever is thrown is a finding: it is shown with the event, the stack before it and the
 * command that replays from there.
 */
public interface DmEventHandler {
  /** Called once, before the first event. */
  default void open(ReplayContext context) throws Exception {}

  /**
   * Called for each event, in the order in which they were recorded.
   *
   * @param event valid until the call returns
   */
  void handle(ReplayedEvent event) throws Exception;

  /** Called once where {@link #open} returned, also after a failure, unless a call hangs. */
  default void close(ReplaySummary summary) throws Exception {}

  /**
   * Whether events are to come with the stack before and after them. Following it costs some 2 us
   * for each event, and every event of the journal has to be read whatever is fed. Asked once,
   * before {@link #open}.
   */
  default boolean wantsTopology() {
    return true;
  }

  /**
   * Whether a new instance may be fed the same events again, as nothing outside of it remembers
   * them. Only then can a user who steps through the stream go back.
   */
  default boolean mayStartOver() {
    return false;
  }
}
