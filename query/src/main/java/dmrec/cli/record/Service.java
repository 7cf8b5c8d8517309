package dmrec.cli.record;

import dmrec.cli.host.Host;
import dmrec.kernel.KernelException;
import dmrec.kernel.NotifySocket;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the service manager that started this process how it fares: ready, alive, stopping.
 *
 * <p>Signs of life come from the recording loop's own turns and from nowhere else: a process whose
 * loop hangs is to be found dead. Where no manager asked, nothing is done; where it cannot be told,
 * that is said once, and the recording goes on. One thread.
 */
final class Service {
  private static final long STATUS_NS = 10_000_000_000L;

  private final @Nullable NotifySocket manager;
  private final long aliveNs;
  private final LongSupplier nanoClock;
  private final Consumer<String> warning;
  private boolean warned;
  private String unsent = "";
  private String shown = "";
  private long aliveAtNs;
  private long shownAtNs;

  private Service(
      @Nullable NotifySocket manager,
      long aliveNs,
      LongSupplier nanoClock,
      Consumer<String> warning) {
    this.manager = manager;
    this.aliveNs = aliveNs;
    this.nanoClock = nanoClock;
    this.warning = warning;
  }

  /** As the environment says: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID. */
  static Service of(Host host, LongSupplier nanoClock, Consumer<String> warning) {
    String address = host.env("NOTIFY_SOCKET");
    if (address.isEmpty()) {
      return new Service(null, 0, nanoClock, warning);
    }
    try {
      return new Service(NotifySocket.of(address), aliveNs(host, warning), nanoClock, warning);
    } catch (KernelException e) {
      warning.accept(e.getMessage());
      return new Service(null, 0, nanoClock, warning);
    }
  }

  /**
   * Time between two signs of life, 0 for none: a quarter of what is allowed, since a turn may come
   * a second late and a sign should still come within half of it.
   */
  private static long aliveNs(Host host, Consumer<String> warning) {
    String pid = host.env("WATCHDOG_PID");
    String usec = host.env("WATCHDOG_USEC");
    if (usec.isEmpty()
        || !(pid.isEmpty() || pid.equals(Long.toString(ProcessHandle.current().pid())))) {
      return 0;
    }
    if (!usec.matches("[1-9]\\d{0,14}")) {
      warning.accept(
          "WATCHDOG_USEC: expected microseconds, found "
              + usec
              + "; no signs of life are sent, the service manager may end this process");
      return 0;
    }
    return Long.parseLong(usec) * 1000 / 4;
  }

  /** The first baseline is recorded. */
  void ready(String status) {
    shown = status;
    aliveAtNs = nanoClock.getAsLong();
    shownAtNs = aliveAtNs;
    tell("READY=1\n" + statusLine(status));
  }

  /** The loop has turned. */
  void turn(Supplier<String> status) {
    if (manager == null) {
      return;
    }
    if (!unsent.isEmpty()) {
      tell(unsent);
    }
    long nowNs = nanoClock.getAsLong();
    if (aliveNs > 0 && nowNs - aliveAtNs >= aliveNs && send("WATCHDOG=1")) {
      aliveAtNs = nowNs;
    }
    if (nowNs - shownAtNs >= STATUS_NS) {
      shownAtNs = nowNs;
      String now = status.get();
      if (!now.equals(shown) && send(statusLine(now))) {
        shown = now;
      }
    }
  }

  /** The loop has ended; what is left is to close the journal. */
  void stopping() {
    // At the end of the system the manager is gone before those it started.
    warned = true;
    tell("STOPPING=1\n" + statusLine("closing the journal"));
  }

  /** What must arrive is tried again at the next turn. */
  private void tell(String assignments) {
    unsent = send(assignments) ? "" : assignments;
  }

  /** False where it is worth to try again. */
  private boolean send(String assignments) {
    try {
      return manager == null || manager.send(assignments);
    } catch (KernelException e) {
      if (!warned) {
        warned = true;
        warning.accept(e.getMessage());
      }
      return true;
    }
  }

  private static String statusLine(String status) {
    return "STATUS=" + status.replace('\n', ' ');
  }
}
