package dmrec.handler;

/** Makes handlers: a new one for each replay, so that none remembers an earlier one. */
public interface HandlerFactory {
  /** What {@code --into} said. */
  String name();

  /**
   * A new handler that shares nothing with those made before, as far as that can be had.
   *
   * @throws HandlerException where it cannot be made; its message is for the user
   */
  DmEventHandler make() throws HandlerException;
}
