package dmrec.record;

import dmrec.event.Bytes;
import dmrec.event.KernelText;
import dmrec.target.DevNo;
import dmrec.target.Target;
import dmrec.topology.Device;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A mapped device as a kernel would have it, and the replies it would give about it. */
record State(
    DevNo dev,
    long diskSeq,
    String name,
    String uuid,
    boolean suspended,
    boolean readOnly,
    boolean deferred,
    boolean internal,
    long eventNr,
    int openCount,
    @Nullable List<Target> live,
    @Nullable List<Target> inactive,
    List<DevNo> deps) {

  static final int READ_AHEAD_KIB = 128;

  /** A running device without a table. */
  static State bare(int minor, String name, String uuid) {
    return new State(
        new DevNo(254, minor),
        minor + 100,
        name,
        uuid,
        false,
        false,
        false,
        false,
        0,
        0,
        null,
        null,
        List.of());
  }

  /** A running device with a table of one target. */
  static State of(int minor, String name, String type, String params, String status) {
    return bare(minor, name, "T-" + name).live(type, params, status);
  }

  State live(String type, String params, String status) {
    return withLive(List.of(new Target(0, 2048, type, params, status)));
  }

  State withLive(@Nullable List<Target> targets) {
    return new State(
        dev, diskSeq, name, uuid, suspended, readOnly, deferred, internal, eventNr, openCount,
        targets, inactive, deps);
  }

  /** The same table with another status, and the event that the kernel counted for it. */
  State status(String status) {
    if (live == null) {
      throw new IllegalStateException("no table");
    }
    return withLive(List.of(live.get(0).withStatus(status))).events(eventNr + 1);
  }

  State loaded(@Nullable List<Target> targets) {
    return new State(
        dev, diskSeq, name, uuid, suspended, readOnly, deferred, internal, eventNr, openCount, live,
        targets, deps);
  }

  State events(long count) {
    return new State(
        dev, diskSeq, name, uuid, suspended, readOnly, deferred, internal, count, openCount, live,
        inactive, deps);
  }

  State named(String newName, String newUuid) {
    return new State(
        dev, diskSeq, newName, newUuid, suspended, readOnly, deferred, internal, eventNr, openCount,
        live, inactive, deps);
  }

  State flags(boolean nowSuspended, boolean nowReadOnly, boolean nowDeferred, boolean nowInternal) {
    return new State(
        dev,
        diskSeq,
        name,
        uuid,
        nowSuspended,
        nowReadOnly,
        nowDeferred,
        nowInternal,
        eventNr,
        openCount,
        live,
        inactive,
        deps);
  }

  State life(long newDiskSeq) {
    return new State(
        dev,
        newDiskSeq,
        name,
        uuid,
        suspended,
        readOnly,
        deferred,
        internal,
        eventNr,
        openCount,
        live,
        inactive,
        deps);
  }

  State with(int open, List<DevNo> uses) {
    return new State(
        dev, diskSeq, name, uuid, suspended, readOnly, deferred, internal, eventNr, open, live,
        inactive, uses);
  }

  /** Whether the recorder's picture is this. */
  boolean isShownBy(Device device) {
    return device.name().equals(name)
        && device.uuid().equals(uuid)
        && (diskSeq == 0 || device.ref().diskSeq() == diskSeq)
        && device.suspended() == suspended
        && device.readOnly() == readOnly
        && device.deferredRemove() == deferred
        && device.internalSuspend() == internal
        && device.eventNr() == eventNr
        && device.openCount() == openCount
        && java.util.Objects.equals(device.live(), live)
        && java.util.Objects.equals(device.inactive(), inactive)
        && device.dependencies().equals(deps);
  }

  Observation.Polled polled(Stamp began, Stamp at) {
    List<Target> table = live == null ? List.of() : live;
    return new Observation.Polled(
        at,
        began,
        dev,
        diskSeq,
        READ_AHEAD_KIB,
        targets(table, true),
        targets(table, false),
        inactive == null ? null : targets(inactive, false),
        dependencies());
  }

  private ByteBuffer head(int targetCount, int bodyBytes) {
    ByteBuffer out = ByteBuffer.allocate(312 + bodyBytes).order(ByteOrder.nativeOrder());
    int flags =
        (readOnly ? 1 : 0)
            | (suspended ? 1 << 1 : 0)
            | (live != null ? 1 << 5 : 0)
            | (inactive != null ? 1 << 6 : 0)
            | (deferred ? 1 << 17 : 0)
            | (internal ? 1 << 18 : 0);
    out.putInt(0, 4).putInt(4, 47).putInt(16, 312).putInt(20, targetCount).putInt(24, openCount);
    out.putInt(28, flags).putInt(32, (int) eventNr).putLong(40, dev.encoded());
    out.put(48, KernelText.encode(name)).put(176, KernelText.encode(uuid));
    return out.position(312);
  }

  private static Bytes built(ByteBuffer out) {
    out.putInt(12, out.position() == 312 ? 305 : out.position());
    return Bytes.of(out.flip());
  }

  private Bytes targets(List<Target> targets, boolean status) {
    int bodyBytes = 0;
    for (Target target : targets) {
      bodyBytes += 64 + 3 * (status ? target.status() : target.params()).length();
    }
    ByteBuffer out = head(targets.size(), bodyBytes);
    int end = out.position();
    for (Target target : targets) {
      int at = out.position();
      byte[] text = KernelText.encode(status ? target.status() : target.params());
      out.putLong(at, target.startSector()).putLong(at + 8, target.lengthSectors());
      out.put(at + 24, KernelText.encode(target.type())).put(at + 40, text);
      out.position((at + 40 + text.length + 1 + 7) & ~7);
      out.putInt(at + 20, out.position() - 312);
      end = at + 40 + text.length + 1; // Behind the last one's text, as the kernel has it.
    }
    return built(out.position(end));
  }

  private Bytes dependencies() {
    ByteBuffer out = head(live == null ? 0 : live.size(), 8 + 8 * deps.size());
    out.putInt(deps.size()).putInt(0);
    deps.forEach(dep -> out.putLong(dep.encoded()));
    return built(out);
  }

  /** What the kernel lists where these devices are all there are. */
  static Bytes list(List<State> states) {
    ByteBuffer out = bare(0, "", "").head(0, 1024 * (states.size() + 1)).putLong(40, 0);
    List<State> sorted = new ArrayList<>(states);
    sorted.sort((a, b) -> a.name.compareTo(b.name));
    for (int i = 0; i < sorted.size(); i++) {
      State state = sorted.get(i);
      int at = out.position();
      byte[] name = KernelText.encode(state.name);
      out.putLong(at, state.dev.encoded()).put(at + 12, name);
      out.position((at + 12 + name.length + 1 + 7) & ~7);
      out.putInt((int) state.eventNr).putInt(state.uuid.isEmpty() ? 2 : 1);
      if (!state.uuid.isEmpty()) {
        out.put(KernelText.encode(state.uuid)).put((byte) 0);
      }
      out.position((out.position() + 7) & ~7);
      out.putInt(at + 8, i == sorted.size() - 1 ? 0 : out.position() - at);
    }
    return built(out);
  }
}
