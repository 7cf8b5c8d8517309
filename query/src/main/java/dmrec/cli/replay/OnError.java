package dmrec.cli.replay;

/** What to do when a handler fails. */
enum OnError {
  /** End the replay. */
  STOP,
  /** Go on with the next event. */
  CONTINUE,
  /** Ask whoever sits there. */
  BREAK
}
