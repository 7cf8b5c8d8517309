package dmrec.record;

import dmrec.event.Actor;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.kernel.DmProbes;
import dmrec.kernel.ProbeHit;
import dmrec.target.DevNo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Joins the hits of each thread: a request of device-mapper's control device with what it did and
 * what came of it.
 *
 * <pre>
 *   thread 812   dev_suspend .. swap .. swap_ret .. resume .. resume_ret .. dev_suspend_ret
 *                |              table_live                    device_resumed |
 *                the actor, its request                       refused: request_failed
 * </pre>
 *
 * <p>What happens between a request and its return in the same thread was asked for. One thread.
 */
final class ProbeRequests {
  /** A request that takes longer no longer keeps snapshots of its device from being believed. */
  private static final long LONG_NS = 1_000_000_000L;

  /** More threads than can be inside the handlers at once: their returns were missed. */
  private static final int MOST_THREADS = 4096;

  /** The requests that change the list of devices. */
  private static final List<String> OF_LIST =
      List.of("dev_create", "dev_remove", "remove_all", "dev_rename");

  /** The hits inside a request that are about its own device. */
  private static final Set<String> OF_REQUEST =
      Set.of("table", "swap", "suspend", "resume", "message", DmProbes.LONGER_MESSAGE);

  /** By thread; those in an interrupt by processor, as the thread is not behind them. */
  private final Map<Long, ProbedThread> threads = new HashMap<>();

  private DevNo raised = DevNo.NONE;

  /** Finds a device by the name or the UUID of a request. */
  private final Function<String, DevNo> finder;

  ProbeRequests(Function<String, DevNo> finder) {
    this.finder = finder;
  }

  void clear() {
    threads.clear();
  }

  /** Whether a request is under way that may change the device; {@code null} for the list. */
  boolean isBusy(@Nullable DevNo dev, long nowMonoNs) {
    return isRunning(
        request ->
            nowMonoNs - request.beganMonoNs < LONG_NS
                && (dev == null ? OF_LIST.contains(request.name) : dev.equals(request.dev)));
  }

  /** Whether somebody has asked for its removal, which has not been done yet. */
  boolean isRemoving(DevNo dev, long nowMonoNs) {
    return isRunning(
        request ->
            request.name.equals("dev_remove")
                && !request.isDone
                && nowMonoNs - request.beganMonoNs < LONG_NS
                && dev.equals(request.dev));
  }

  private boolean isRunning(Predicate<ProbedThread.Request> asked) {
    for (ProbedThread thread : threads.values()) {
      if (thread.request != null && asked.test(thread.request)) {
        return true;
      }
    }
    return false;
  }

  /** The device whose event number the last hit moves; {@link DevNo#NONE} where it moves none. */
  DevNo raised() {
    return raised;
  }

  /** What this hit proves; null where it is only a part of something. */
  @Nullable Happening hit(DecodedHit hit) {
    if (threads.size() > MOST_THREADS) {
      threads.clear();
    }
    long tid = hit.isInInterrupt() ? -1 - hit.number("cpu", 0) : hit.number("tid", 0);
    ProbedThread thread = threads.computeIfAbsent(tid, each -> new ProbedThread());
    Happening happening = hit(hit, thread);
    if (thread.isIdle()) {
      threads.remove(tid);
    }
    return happening;
  }

  private @Nullable Happening hit(DecodedHit any, ProbedThread thread) {
    ProbedThread.Request request = thread.request;
    DecodedHit hit = request == null ? any : any.by(request.actor);
    DevNo dev = hit.dev();
    raised = hit.name().equals("event") ? dev : DevNo.NONE;
    if (request != null && !dev.equals(DevNo.NONE) && OF_REQUEST.contains(hit.name())) {
      request.dev = dev;
    }
    if (DmProbes.REQUESTS.contains(hit.name())) {
      thread.request = requested(any);
      return null;
    } else if (hit.name().endsWith(DmProbes.RETURN) && DmProbes.REQUESTS.contains(requestOf(hit))) {
      thread.request = null;
      return request == null ? null : returned(hit, request);
    }
    if (request != null && isMessage(hit)) {
      request.message = hit;
      return null;
    }
    return switch (hit.name()) {
      case "insert" -> {
        thread.created = created(hit);
        yield null;
      }
      case "insert_ret" -> {
        Happening created = thread.created;
        thread.created = null;
        yield hit.number("rc", 0) == 0 ? created : null; // Else the name or the UUID is taken.
      }
      case "swap", "suspend", "resume" -> {
        thread.inner = dev;
        yield null;
      }
      case "swap_ret" -> {
        boolean isError = ProbeHit.isError(hit.number("rc", 0));
        DmEvent live = new DmEvent.TableLive(List.of(), List.of(), false);
        yield inner(hit, thread, !isError, live);
      }
      case "suspend_ret" -> {
        // A resume suspends by itself before it swaps tables.
        boolean isPart = request != null && request.isResume();
        boolean isDone = hit.number("rc", -1) == 0;
        yield inner(hit, thread, isDone && !isPart, new DmEvent.DeviceSuspended(false));
      }
      case "resume_ret" -> {
        boolean isDone = hit.number("rc", -1) == 0;
        yield inner(hit, thread, isDone, new DmEvent.DeviceResumed(false));
      }
      case "isuspend" ->
          hit.number("count", 0) > 0 ? null : hit.happening(new DmEvent.DeviceSuspended(true));
      case "iresume" ->
          hit.number("count", 1) > 1 ? null : hit.happening(new DmEvent.DeviceResumed(true));
      case "destroy" -> {
        if (request != null) {
          request.isDone = true;
        }
        yield hit.happening(new DmEvent.DeviceRemoved());
      }
      case "path",
          "useq",
          "message",
          DmProbes.LONGER_MESSAGE,
          "message_ret",
          "bypassed",
          DmProbes.SWITCHED ->
          MultipathHits.of(hit, thread);
      default -> ofLiveTable(TargetHits.of(hit, thread));
    };
  }

  private static boolean isMessage(DecodedHit hit) {
    return hit.name().endsWith("_message");
  }

  private static String requestOf(DecodedHit returned) {
    return returned.name().substring(0, returned.name().length() - DmProbes.RETURN.length());
  }

  private ProbedThread.Request requested(DecodedHit hit) {
    Actor process = hit.actor();
    ProbedThread.Request request =
        new ProbedThread.Request(hit, process == null ? null : process.as(Actor.Relation.ASKED));
    if (request.dev.equals(DevNo.NONE) && !request.asked().isEmpty()) {
      request.dev = finder.apply(request.asked());
    }
    return request;
  }

  private static @Nullable Happening created(DecodedHit hit) {
    DeviceRef ref =
        new DeviceRef(hit.dev(), hit.number("diskseq", 0), hit.text("name"), hit.text("uuid"));
    return ref.isNone() ? null : hit.happening(ref, new DmEvent.DeviceCreated(false, false), -1);
  }

  /** A mirror that is made in sync raises its event while its table is loaded. */
  private @Nullable Happening ofLiveTable(@Nullable Happening event) {
    if (event == null || !(event.event() instanceof DmEvent.MirrorInSync)) {
      return event;
    }
    DevNo dev = event.device().dev();
    boolean isLoading =
        isRunning(request -> request.name.equals("table_load") && dev.equals(request.dev));
    return isLoading ? null : event;
  }

  private static @Nullable Happening returned(DecodedHit hit, ProbedThread.Request request) {
    int rc = (int) hit.number("rc", 0);
    if (rc < 0) {
      String word = request.isResume() ? "dev_resume" : request.name;
      DmEvent refused = new DmEvent.RequestFailed(word, -rc, request.asked());
      return hit.happening(DecodedHit.refOf(request.dev), refused, -1);
    }
    DmEvent event =
        switch (request.name) {
          case "table_load" -> new DmEvent.TableLoaded(List.of());
          case "table_clear" -> new DmEvent.TableCleared();
          case "dev_rename" ->
              request.newName.isEmpty()
                  ? null
                  : request.isOfUuid()
                      ? new DmEvent.UuidSet(request.newName)
                      : new DmEvent.DeviceRenamed("", request.newName);
          case "dev_remove" ->
              request.isDeferred() && !request.isDone ? new DmEvent.RemoveDeferred(true) : null;
          case "target_message" ->
              request.message == null
                  ? null
                  : new DmEvent.TargetMessage(0, "", request.message.text("word"));
          default -> null;
        };
    if (event instanceof DmEvent.TargetMessage && request.message != null) {
      DecodedHit message = request.message;
      return hit.happening(DecodedHit.refOf(message.dev()), event, message.number("begin", -1));
    }
    return event == null ? null : hit.happening(request.dev, event);
  }

  private static @Nullable Happening inner(
      DecodedHit hit, ProbedThread thread, boolean isDone, DmEvent event) {
    DevNo dev = thread.inner;
    thread.inner = DevNo.NONE;
    return isDone ? hit.happening(dev, event) : null;
  }
}
