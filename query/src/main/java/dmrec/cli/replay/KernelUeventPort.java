package dmrec.cli.replay;

import dmrec.event.KernelText;
import dmrec.handler.HandlerException;
import dmrec.handler.UeventPort;
import dmrec.handler.UeventWay;
import dmrec.kernel.KernelException;
import dmrec.kernel.SocketOwners;
import dmrec.kernel.UeventListeners;
import dmrec.kernel.UeventSender;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sends uevents to those who listen in this process's network namespace, and waits for them where
 * they are behind: a socket's default buffer holds 166 uevents, and in a user's namespace no
 * listener can force a larger one. What is lost nevertheless is counted by the kernel.
 *
 * <p>A listener that takes nothing for a while is not waited for any more, as the kernel would not
 * have waited at all.
 */
final class KernelUeventPort implements UeventPort {
  /** Asked before each message, and at the end. */
  interface Check {
    /**
     * Fails where there is nobody any more to send to.
     *
     * @param sentAll whether there is nothing to send either
     * @throws HandlerException with the reason, for the user
     */
    void run(boolean sentAll) throws HandlerException, InterruptedException;
  }

  /** Between two looks no more is sent than the rest of a default buffer holds. */
  private static final int MESSAGES_A_LOOK = 32;

  private static final int BYTES_A_LOOK = 24 * 1024;
  private static final long MOST_QUEUED_BYTES = 64 * 1024;
  private static final long PATIENCE_NS = 5_000_000_000L;
  private static final long LEAST_NAP_NS = 50_000;
  private static final long LONGEST_NAP_NS = 5_000_000;

  private final UeventSender sender;
  private final UeventListeners listeners;
  private final Check check;
  private final Map<Long, String> names = new HashMap<>();
  private boolean[] stuck = new boolean[16];
  private int named;
  private int sentSinceLook = MESSAGES_A_LOOK;
  private int bytesSinceLook;

  private KernelUeventPort(UeventSender sender, UeventListeners listeners, Check check) {
    this.sender = sender;
    this.listeners = listeners;
    this.check = check;
  }

  static UeventPort open(UeventWay way, Check check) throws HandlerException {
    UeventSender sender = null;
    try {
      sender =
          way == UeventWay.KERNEL ? UeventSender.throughKernel() : UeventSender.toUdevListeners();
      return new KernelUeventPort(
          sender,
          way == UeventWay.KERNEL ? UeventListeners.ofKernel() : UeventListeners.ofUdev(),
          check);
    } catch (KernelException e) {
      if (sender != null) {
        sender.close();
      }
      throw failed(e);
    }
  }

  private static HandlerException failed(KernelException e) {
    return new HandlerException(e.getMessage(), e);
  }

  @Override
  public ByteBuffer message() {
    return sender.message();
  }

  @Override
  public boolean send(int lengthBytes) throws HandlerException, InterruptedException {
    check.run(false);
    try {
      if (sentSinceLook >= MESSAGES_A_LOOK || bytesSinceLook + lengthBytes > BYTES_A_LOOK) {
        awaitRoom(MOST_QUEUED_BYTES);
        sentSinceLook = 0;
        bytesSinceLook = 0;
      }
      sentSinceLook++;
      bytesSinceLook += lengthBytes;
      return sender.send(lengthBytes);
    } catch (KernelException e) {
      throw failed(e);
    }
  }

  /** Waits until no listener has more than that queued, but those that are stuck. */
  private void awaitRoom(long mostBytes) throws KernelException, InterruptedException {
    look();
    long napNs = LEAST_NAP_NS;
    long leastBytes = Long.MAX_VALUE;
    long sinceNs = 0;
    for (long queued = queuedBytes(); queued > mostBytes; queued = queuedBytes()) {
      long nowNs = System.nanoTime();
      // Nobody else sends here in a clean namespace: where one reads, what is queued gets less.
      if (queued < leastBytes) {
        leastBytes = queued;
        sinceNs = nowNs;
      } else if (nowNs - sinceNs > PATIENCE_NS) {
        giveUp(mostBytes);
        return;
      }
      Thread.sleep(napNs / 1_000_000, (int) (napNs % 1_000_000));
      napNs = Math.min(2 * napNs, LONGEST_NAP_NS);
      look();
    }
  }

  private void look() throws KernelException {
    listeners.look();
    if (listeners.known() > named) {
      name();
    }
  }

  /** While it is there: one that ended can no longer be named. */
  private void name() {
    for (UeventListeners.Listener listener : listeners.all()) {
      names.computeIfAbsent(listener.inode(), inode -> name(inode, listener.port()));
    }
    named = listeners.known();
    if (named > stuck.length) {
      stuck = Arrays.copyOf(stuck, 2 * named);
    }
  }

  private static String name(long inode, int port) {
    SocketOwners.Owner owner = SocketOwners.of(inode);
    return owner == null
        ? "the listener on netlink port " + Integer.toUnsignedString(port)
        : KernelText.printable(owner.command()) + " (pid " + owner.pid() + ")";
  }

  private long queuedBytes() {
    long most = 0;
    for (int i = 0; i < listeners.known(); i++) {
      most = stuck[i] ? most : Math.max(most, listeners.queuedBytes(i));
    }
    return most;
  }

  private void giveUp(long mostBytes) {
    for (int i = 0; i < listeners.known(); i++) {
      stuck[i] |= listeners.queuedBytes(i) > mostBytes;
    }
  }

  @Override
  public Delivery settle() throws HandlerException, InterruptedException {
    try {
      awaitRoom(0);
      List<Loss> losses = new ArrayList<>();
      List<String> behind = new ArrayList<>();
      for (UeventListeners.Listener listener : listeners.all()) {
        String name = names.getOrDefault(listener.inode(), "a listener");
        if (listener.lost() > 0) {
          losses.add(new Loss(name, listener.lost()));
        }
        if (listener.queuedBytes() > 0) {
          behind.add(name);
        }
      }
      return new Delivery(listeners.known(), losses, behind);
    } catch (KernelException e) {
      throw failed(e);
    }
  }

  @Override
  public void verify() throws HandlerException, InterruptedException {
    check.run(true);
  }

  @Override
  public void close() {
    listeners.close();
    sender.close();
  }
}
