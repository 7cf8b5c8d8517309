package dmrec.record;

import dmrec.event.Actor;
import dmrec.target.DevNo;
import org.jspecify.annotations.Nullable;

/** What a thread is doing inside device-mapper, between the hits of it. */
final class ProbedThread {
  /** A request of the control device that has not returned. */
  static final class Request {
    /** DM_SUSPEND_FLAG, DM_UUID_FLAG, DM_DEFERRED_REMOVE of {@code dm-ioctl.h}. */
    private static final long SUSPEND = 1 << 1;

    private static final long UUID = 1 << 14;
    private static final long DEFERRED = 1 << 17;

    /** Where dm-ioctl's data begins behind the head, as every libdevmapper puts it. */
    private static final long DATA_START = 312;

    final String name;
    final String newName;
    final long beganMonoNs;
    final @Nullable Actor actor;
    private final long flags;
    private final String deviceName;
    private final String uuid;
    DevNo dev;

    /** The message that a target was given. */
    @Nullable DecodedHit message;

    /** Whether it removed its device. */
    boolean isDone;

    Request(DecodedHit hit, @Nullable Actor actor) {
      this.name = hit.name();
      this.flags = hit.number("dm_flags", 0);
      this.deviceName = hit.text("name");
      this.uuid = hit.text("uuid");
      this.newName = hit.number("start", 0) == DATA_START ? hit.text("new") : "";
      this.dev = DevNo.decode(hit.number("dev", 0));
      this.beganMonoNs = hit.seen().happened().monoNs();
      this.actor = actor;
    }

    /** The device's name or UUID, as it was asked for. */
    String asked() {
      return deviceName.isEmpty() ? uuid : deviceName;
    }

    boolean isOfUuid() {
      return (flags & UUID) != 0;
    }

    boolean isDeferred() {
      return (flags & DEFERRED) != 0;
    }

    /** A suspend is asked for by the same handler. */
    boolean isResume() {
      return name.equals("dev_suspend") && (flags & SUSPEND) == 0;
    }
  }

  @Nullable Request request;

  /** The device of the function that has not returned. */
  DevNo inner = DevNo.NONE;

  /** A message to a multipath target. */
  @Nullable DecodedHit message;

  @Nullable Happening created;
  @Nullable Happening path;

  /** The mode that a pool or a cache is being set to. */
  @Nullable Happening mode;

  @Nullable Happening reaped;

  boolean isIdle() {
    return request == null
        && inner.equals(DevNo.NONE)
        && message == null
        && created == null
        && path == null
        && mode == null
        && reaped == null;
  }
}
