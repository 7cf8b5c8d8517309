package dmrec.record;

import dmrec.decode.DecodeException;
import dmrec.decode.ProbeLine;
import dmrec.event.Actor;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.target.DevNo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
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
  /** DM_SUSPEND_FLAG, DM_UUID_FLAG, DM_DEFERRED_REMOVE of {@code dm-ioctl.h}. */
  private static final long SUSPEND = 1 << 1;

  private static final long UUID = 1 << 14;
  private static final long DEFERRED = 1 << 17;

  /** A return value above is an error's pointer ({@code IS_ERR}). */
  private static final long MOST_ERRNO = 4095;

  private static final long ENOMEM = -12;

  /** Write, flush, synchronisation, read. */
  private static final String LEG_LETTERS = "DFSR";

  /** In a soft or hard interrupt the thread is whoever was interrupted. */
  private static final long INTERRUPT = 0x18;

  /** Where dm-ioctl's data begins behind the head, as every libdevmapper puts it. */
  private static final long DATA_START = 312;

  /** A request that takes longer no longer keeps snapshots of its device from being believed. */
  private static final long LONG_NS = 1_000_000_000L;

  /** More threads than can be inside the handlers at once: their returns were missed. */
  private static final int MOST_THREADS = 4096;

  /** The requests that change the list of devices. */
  private static final List<String> OF_LIST =
      List.of("dev_create", "dev_remove", "remove_all", "dev_rename");

  /** The hits inside a request that are about its own device. */
  private static final Set<String> OF_REQUEST =
      Set.of("table", "swap", "suspend", "resume", "message");

  /** What a thread is doing. */
  private static final class Running {
    private @Nullable Request request;
    private DevNo inner = DevNo.NONE;
    private @Nullable ProbeLine message;
    private @Nullable Happening created;
    private @Nullable Happening path;
    private @Nullable Happening pool;
  }

  /** A request that has not returned. */
  private static final class Request {
    private final String name;
    private final long flags;
    private final String deviceName;
    private final String uuid;
    private final String newName;
    private final long beganMonoNs;
    private final @Nullable Actor actor;
    private DevNo dev;
    private boolean isDone;

    private Request(ProbeLine hit, long monoNs, @Nullable Actor actor) {
      this.name = hit.name();
      this.flags = hit.number("dm_flags", 0);
      this.deviceName = textOf(hit, "name");
      this.uuid = textOf(hit, "uuid");
      this.newName = hit.number("start", 0) == DATA_START ? textOf(hit, "new") : "";
      this.dev = DevNo.decode(hit.number("dev", 0));
      this.beganMonoNs = monoNs;
      this.actor = actor;
    }

    private String asked() {
      return deviceName.isEmpty() ? uuid : deviceName;
    }
  }

  private final Map<Long, Running> threads = new HashMap<>();
  private final Running interrupt = new Running();
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
    for (Running thread : threads.values()) {
      Request request = thread.request;
      if (request != null
          && nowMonoNs - request.beganMonoNs < LONG_NS
          && (dev == null ? OF_LIST.contains(request.name) : dev.equals(request.dev))) {
        return true;
      }
    }
    return false;
  }

  /** Whether somebody has asked for its removal, which has not been done yet. */
  boolean isRemoving(DevNo dev, long nowMonoNs) {
    for (Running thread : threads.values()) {
      if (thread.request != null
          && thread.request.name.equals("dev_remove")
          && !thread.request.isDone
          && nowMonoNs - thread.request.beganMonoNs < LONG_NS
          && dev.equals(thread.request.dev)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a table is being made for it. */
  private boolean isLoading(DevNo dev) {
    return threads.values().stream()
        .map(thread -> thread.request)
        .anyMatch(
            request ->
                request != null && request.name.equals("table_load") && dev.equals(request.dev));
  }

  /** The device whose event number the last hit moves; {@link DevNo#NONE} where it moves none. */
  DevNo raised() {
    return raised;
  }

  /** What this hit proves; null where it is only a part of something. */
  @Nullable Happening hit(Observation.ProbeSeen seen) throws DecodeException {
    ProbeLine hit = ProbeLine.decode(seen.record());
    long tid = hit.number("tid", 0);
    if (threads.size() > MOST_THREADS) {
      threads.clear();
    }
    if ((hit.number("flags", 0) & INTERRUPT) != 0) {
      return hit(seen, hit, interrupt); // The thread is not behind it.
    }
    Running thread = threads.computeIfAbsent(tid, each -> new Running());
    Happening happening = hit(seen, hit, thread);
    if (thread.request == null
        && thread.inner.equals(DevNo.NONE)
        && thread.message == null
        && thread.created == null
        && thread.path == null
        && thread.pool == null) {
      threads.remove(tid);
    }
    return happening;
  }

  private @Nullable Happening hit(Observation.ProbeSeen seen, ProbeLine hit, Running thread) {
    DevNo dev = devOf(hit);
    raised = hit.name().equals("event") ? dev : DevNo.NONE;
    Actor actor = actor(seen, hit, thread);
    if (thread.request != null && !dev.equals(DevNo.NONE) && OF_REQUEST.contains(hit.name())) {
      thread.request.dev = dev;
    }
    switch (hit.name()) {
      case "dev_create",
          "dev_remove",
          "remove_all",
          "dev_rename",
          "dev_suspend",
          "table_load",
          "table_clear",
          "target_message",
          "dev_set_geometry" -> {
        Request request = new Request(hit, seen.happened().monoNs(), asked(seen.process()));
        if (request.dev.equals(DevNo.NONE) && !request.asked().isEmpty()) {
          request.dev = finder.apply(request.asked());
        }
        thread.request = request;
        return null;
      }
      case "dev_create_ret",
          "dev_remove_ret",
          "remove_all_ret",
          "dev_rename_ret",
          "dev_suspend_ret",
          "table_load_ret",
          "table_clear_ret",
          "target_message_ret",
          "dev_set_geometry_ret" -> {
        Request request = thread.request;
        thread.request = null;
        return request == null ? null : returned(seen, request, (int) hit.number("rc", 0));
      }
      case "insert" -> {
        DeviceRef ref =
            new DeviceRef(dev, hit.number("diskseq", 0), textOf(hit, "name"), textOf(hit, "uuid"));
        thread.created =
            dev.equals(DevNo.NONE)
                ? null
                : new Happening(seen, ref, new DmEvent.DeviceCreated(false, false), -1, actor);
        return null;
      }
      case "insert_ret" -> {
        Happening created = thread.created;
        thread.created = null;
        return hit.number("rc", 0) == 0 ? created : null; // Else the name or the UUID is taken.
      }
      case "swap", "suspend", "resume" -> {
        thread.inner = dev;
        return null;
      }
      case "swap_ret" -> {
        long table = hit.number("rc", 0);
        boolean isError = table < 0 && table >= -MOST_ERRNO;
        return inner(
            seen, thread, !isError, actor, new DmEvent.TableLive(List.of(), List.of(), false));
      }
      case "suspend_ret" -> {
        // A resume suspends by itself before it swaps tables.
        Request request = thread.request;
        boolean isPart =
            request != null && request.name.equals("dev_suspend") && (request.flags & SUSPEND) == 0;
        boolean isDone = hit.number("rc", -1) == 0;
        return inner(seen, thread, isDone && !isPart, actor, new DmEvent.DeviceSuspended(false));
      }
      case "resume_ret" -> {
        boolean isDone = hit.number("rc", -1) == 0;
        return inner(seen, thread, isDone, actor, new DmEvent.DeviceResumed(false));
      }
      case "isuspend" -> {
        return hit.number("count", 0) > 0
            ? null
            : happening(seen, dev, actor, new DmEvent.DeviceSuspended(true));
      }
      case "iresume" -> {
        return hit.number("count", 1) > 1
            ? null
            : happening(seen, dev, actor, new DmEvent.DeviceResumed(true));
      }
      case "destroy" -> {
        if (thread.request != null) {
          thread.request.isDone = true;
        }
        return happening(seen, dev, actor, new DmEvent.DeviceRemoved());
      }
      case "path" -> {
        String path = textOf(hit, "path");
        if (!DevNo.isDevNo(path)) {
          return null;
        }
        thread.path = happening(seen, dev, actor, pathEvent(hit, DevNo.parse(path), 0));
        return null;
      }
      case "useq" -> {
        Happening waiting = thread.path;
        thread.path = null;
        if (waiting == null || !(waiting.event() instanceof DmEvent.OfPath e)) {
          return null;
        }
        long seqnum = hit.number("rc", 0) & 0xffffffffL;
        DmEvent event =
            e.failed()
                ? new DmEvent.PathFailed(e.path(), "", e.validPaths(), seqnum)
                : new DmEvent.PathReinstated(e.path(), "", e.validPaths(), seqnum);
        return new Happening(waiting.hit(), waiting.device(), event, -1, waiting.actor());
      }
      case "message" -> {
        thread.message = hit;
        thread.inner = dev;
        return null;
      }
      case "message_ret" -> {
        ProbeLine message = thread.message;
        thread.message = null;
        DevNo of = thread.inner;
        thread.inner = DevNo.NONE;
        DmEvent event = message == null || hit.number("rc", -1) != 0 ? null : messageEvent(message);
        return message == null || event == null
            ? null
            : new Happening(seen, refOf(of), event, message.number("begin", -1), actor);
      }
      case "leg" -> {
        String leg = textOf(hit, "leg");
        return DevNo.isDevNo(leg)
            ? ofTarget(
                seen,
                hit,
                actor,
                new DmEvent.MirrorLegFailed(
                    0, DevNo.parse(leg), legLetter(hit.number("error", 0)), ""))
            : null;
      }
      case "invalid" -> {
        String reason =
            hit.number("error", 0) == ENOMEM
                ? "Invalidating snapshot: Unable to allocate exception."
                : "Invalidating snapshot: Error reading/writing.";
        return ofTarget(seen, hit, actor, new DmEvent.SnapshotInvalidated(0, reason, -1, ""));
      }
      case "raid_leg" -> {
        int leg = (int) hit.number("leg", -1);
        return ofTarget(seen, hit, actor, new DmEvent.RaidLegFailed(0, leg, "D", ""));
      }
      case "cache_mode" -> {
        String mode = modeWord(textOf(hit, "mode"));
        return ofTarget(seen, hit, actor, new DmEvent.CacheModeChanged(0, "", mode, ""));
      }
      case "pool_mode" -> {
        String mode = modeWord(textOf(hit, "mode"));
        thread.pool = ofTarget(seen, hit, actor, new DmEvent.PoolModeChanged(0, "", mode, ""));
        return null;
      }
      case "event" -> {
        Happening event = raised(seen, hit, thread, actor);
        boolean isOfNewTable =
            event != null && event.event() instanceof DmEvent.MirrorInSync && isLoading(dev);
        return isOfNewTable ? null : event;
      }
      default -> {
        return null;
      }
    }
  }

  /**
   * What an event of a device is about, by who raised it: the functions of dm_log fail a log, and
   * the like. Which function it is depends on the compiler, the module does not.
   */
  private static @Nullable Happening raised(
      Observation.ProbeSeen seen, ProbeLine hit, Running thread, @Nullable Actor actor) {
    String module = textOf(hit, "module");
    String function = textOf(hit, "function");
    Happening pool = thread.pool;
    thread.pool = null;
    if (module.equals("dm_log") || module.equals("dm_log_userspace")) {
      return ofTarget(seen, hit, actor, new DmEvent.MirrorLogFailed(0, DevNo.NONE, "", ""));
    } else if (module.equals("dm_mirror") && function.startsWith("do_mirror")) {
      return ofTarget(seen, hit, actor, new DmEvent.MirrorInSync(0, 0, ""));
    }
    // A pool's mode is set anew where it stays as it is, too.
    return function.startsWith("notify_of_pool_mode_change") ? pool : null;
  }

  private static @Nullable Happening ofTarget(
      Observation.ProbeSeen seen, ProbeLine hit, @Nullable Actor actor, DmEvent event) {
    DevNo dev = devOf(hit);
    return dev.equals(DevNo.NONE)
        ? null
        : new Happening(seen, refOf(dev), event, hit.number("begin", -1), actor);
  }

  /** The letter that a leg's status shows for an error ({@code enum dm_raid1_error}). */
  private static String legLetter(long error) {
    return error >= 0 && error < LEG_LETTERS.length()
        ? LEG_LETTERS.substring((int) error, (int) error + 1)
        : "U";
  }

  /** A mode's word in the status, of {@code enum pool_mode} or {@code cache_metadata_mode}. */
  private static String modeWord(String name) {
    return switch (name) {
      case "PM_WRITE", "CM_WRITE" -> "rw";
      case "PM_OUT_OF_DATA_SPACE" -> "out_of_data_space";
      case "PM_OUT_OF_METADATA_SPACE", "PM_READ_ONLY", "CM_READ_ONLY" -> "ro";
      case "PM_FAIL", "CM_FAIL" -> "Fail";
      default -> name;
    };
  }

  private static DmEvent pathEvent(ProbeLine hit, DevNo path, long seqnum) {
    int valid = (int) hit.number("valid", -1);
    return hit.number("type", 0) == 0
        ? new DmEvent.PathFailed(path, "", valid, seqnum)
        : new DmEvent.PathReinstated(path, "", valid, seqnum);
  }

  /** What a message does to the groups; null where a path's own event tells it, or nobody can. */
  private static @Nullable DmEvent messageEvent(ProbeLine message) {
    String word = textOf(message, "word");
    String number = textOf(message, "argument");
    int group = number.matches("[0-9]{1,5}") ? Integer.parseInt(number) : 0;
    return switch (word) {
      case "disable_group" -> new DmEvent.GroupBypassed(0, group, "");
      case "enable_group" -> new DmEvent.GroupEnabled(0, group, "");
      case "switch_group" -> new DmEvent.GroupSwitched(0, 0, group, "");
      case "queue_if_no_path", "fail_if_no_path" -> new DmEvent.TableChanged(List.of());
      default -> null;
    };
  }

  private @Nullable Happening returned(Observation.ProbeSeen seen, Request request, int rc) {
    if (rc < 0) {
      DmEvent refused = new DmEvent.RequestFailed(word(request), -rc, request.asked());
      return new Happening(seen, refOf(request.dev), refused, -1, request.actor);
    }
    DmEvent event =
        switch (request.name) {
          case "table_load" -> new DmEvent.TableLoaded(List.of());
          case "table_clear" -> new DmEvent.TableCleared();
          case "dev_rename" ->
              request.newName.isEmpty()
                  ? null
                  : (request.flags & UUID) != 0
                      ? new DmEvent.UuidSet(request.newName)
                      : new DmEvent.DeviceRenamed("", request.newName);
          case "dev_remove" ->
              (request.flags & DEFERRED) != 0 && !request.isDone
                  ? new DmEvent.RemoveDeferred(true)
                  : null;
          default -> null;
        };
    return event == null ? null : happening(seen, request.dev, request.actor, event);
  }

  private static String word(Request request) {
    return request.name.equals("dev_suspend") && (request.flags & SUSPEND) == 0
        ? "dev_resume"
        : request.name;
  }

  private static @Nullable Happening inner(
      Observation.ProbeSeen seen,
      Running thread,
      boolean isDone,
      @Nullable Actor actor,
      DmEvent event) {
    DevNo dev = thread.inner;
    thread.inner = DevNo.NONE;
    return isDone ? happening(seen, dev, actor, event) : null;
  }

  private static @Nullable Happening happening(
      Observation.ProbeSeen seen, DevNo dev, @Nullable Actor actor, DmEvent event) {
    return dev.equals(DevNo.NONE) ? null : new Happening(seen, refOf(dev), event, -1, actor);
  }

  private static DeviceRef refOf(DevNo dev) {
    return dev.equals(DevNo.NONE) ? DeviceRef.NONE : new DeviceRef(dev, 0, "", "");
  }

  private static @Nullable Actor actor(Observation.ProbeSeen seen, ProbeLine hit, Running thread) {
    if (thread.request != null) {
      return thread.request.actor;
    }
    return (hit.number("flags", 0) & INTERRUPT) != 0 ? null : seen.process();
  }

  private static @Nullable Actor asked(@Nullable Actor process) {
    return process == null ? null : process.as(Actor.Relation.ASKED);
  }

  private static DevNo devOf(ProbeLine hit) {
    String text = textOf(hit, "md");
    return DevNo.isDevNo(text) ? DevNo.parse(text) : DevNo.NONE;
  }

  /** A text; empty where there is none. The kernel says "(fault)" of what it could not read. */
  private static String textOf(ProbeLine hit, String key) {
    String text = hit.text(key);
    return text == null || text.equals("(fault)") || text.equals("(null)") ? "" : text;
  }
}
