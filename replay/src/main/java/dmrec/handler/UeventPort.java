package dmrec.handler;

import java.nio.ByteBuffer;
import java.util.List;

/** Where {@link UeventHandler} sends to. Thread contract: one thread at a time. */
public interface UeventPort extends AutoCloseable {
  /** Opens one when a replay begins. */
  interface Opener {
    /**
     * A port in this process's network namespace.
     *
     * @throws HandlerException where uevents may not be sent; its message is for the user
     */
    UeventPort open(UeventWay way) throws HandlerException;
  }

  /**
   * Messages that a listener did not get.
   *
   * @param listener who, for the user: a process with its number
   * @param count how many, exactly
   */
  record Loss(String listener, long count) {}

  /**
   * What became of all that was sent.
   *
   * @param listeners how many listened, at one time or another
   * @param losses those of them that lost messages
   * @param behind those that had not taken all of them when the wait for them ended
   */
  record Delivery(int listeners, List<Loss> losses, List<String> behind) {
    public Delivery {
      losses = List.copyOf(losses);
      behind = List.copyOf(behind);
    }
  }

  /** Where the message is put, from 0 on; the same buffer each time. */
  ByteBuffer message();

  /**
   * Sends the first {@code lengthBytes} of {@link #message()}, once the listeners have room for it.
   *
   * @return false where it is too long to be sent
   * @throws HandlerException where it cannot be sent; its message is for the user
   */
  boolean send(int lengthBytes) throws HandlerException, InterruptedException;

  /** Whether nothing is really sent. */
  default boolean isDry() {
    return false;
  }

  /** Waits until the listeners took all that was sent, or take nothing any more. */
  Delivery settle() throws HandlerException, InterruptedException;

  /**
   * Asked last, when all is told: fails where whoever listened did.
   *
   * @throws HandlerException with how, for the user
   */
  default void verify() throws HandlerException, InterruptedException {}

  @Override
  void close();
}
