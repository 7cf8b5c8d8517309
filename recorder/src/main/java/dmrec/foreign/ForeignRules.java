package dmrec.foreign;

import dmrec.decode.DecodeException;
import dmrec.decode.Fault;
import dmrec.decode.KernelLogLine;
import dmrec.decode.Uevent;
import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.Source;
import dmrec.record.EventSink;
import dmrec.record.Observation;
import dmrec.record.Recorder;
import dmrec.record.Stamp;
import dmrec.target.DevNo;
import dmrec.topology.Disk;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What each thing that was read tells, once its turn has come.
 *
 * <p>Uevents and lines of the kernel log go through the recorder's own rules, so that the same
 * bytes give the same events. What those rules leave to a better witness is told here where that is
 * missing: a path that the kernel log, udev or multipathd calls failed.
 */
final class ForeignRules {
  private final Names names = new Names();
  private final Claims claims = new Claims();
  private final Copies copies = new Copies();
  private final Room room = new Room();
  private final Told told;
  private final Recorder recorder;
  private final Map<String, Long> left = new TreeMap<>();
  private long copied;

  /**
   * Rules for one import.
   *
   * @param journal where the events go
   */
  ForeignRules(EventSink journal) {
    this.told = new Told(journal, names);
    this.recorder = new Recorder(told, null);
  }

  /**
   * What something says of a path, before its turn; null where that is nothing, or where others
   * need not know of it: what multipathd believes, the least of all.
   */
  static Claims.@Nullable Claim claim(@Nullable Foreign told) {
    if (told instanceof Foreign.UeventHeard e) {
      try {
        Uevent u = Uevent.decode(e.message());
        DevNo path = u.dmPath();
        String action = u.dmAction();
        boolean failed = "PATH_FAILED".equals(action);
        return path != null && u.isDm() && (failed || "PATH_REINSTATED".equals(action))
            ? new Claims.Claim(e.udev() ? Claims.Witness.UDEV : Claims.Witness.KERNEL, path, failed)
            : null;
      } catch (DecodeException damaged) {
        return null; // The recorder's rules keep it as a gap.
      }
    }
    if (told instanceof Foreign.KernelLine e) {
      KernelLogLine line = line(e);
      DevNo path = line.path();
      return switch (line.fault()) {
        case PATH_FAILED, PATH_REINSTATED ->
            path == null
                ? null
                : new Claims.Claim(
                    Claims.Witness.KERNEL_LOG, path, line.fault() == Fault.PATH_FAILED);
        default -> null;
      };
    }
    return null;
  }

  /** Something was read that claims this; its turn comes later. */
  void hear(Claims.Claim claim, long wallNs) {
    claims.hear(claim, wallNs);
  }

  /** A recording begins, and knows nothing of the one before it. */
  void start(Stamp at, DmEvent.RecordingStarted facts) throws IOException {
    names.clear();
    claims.clear();
    copies.clear();
    room.clear();
    told.startOver();
    told.begin(at, null);
    recorder.accept(new Observation.Started(at, facts));
  }

  void stop(String reason) throws IOException {
    told.stop(reason);
  }

  /** Something was read whose turn it is; {@code claim} is what it says of a path. */
  void tell(Foreign what, Stamp at, Claims.@Nullable Claim claim) throws IOException {
    told.begin(at, null);
    if (what instanceof Foreign.UeventHeard e) {
      uevent(e, at, claim);
    } else if (what instanceof Foreign.KernelLine e) {
      kernelLine(e, at, claim);
    } else if (what instanceof Foreign.DaemonLine e) {
      daemonLine(e);
    }
  }

  /** Something could not be read. */
  void lose(Observation.Lost lost) throws IOException {
    told.begin(lost.at(), null);
    recorder.accept(lost);
  }

  /** Something is not told, for that reason. */
  void leave(String why) {
    left.merge(why, 1L, Long::sum);
  }

  /** How much was left, for each reason. */
  Map<String, Long> left() {
    return Collections.unmodifiableMap(left);
  }

  /** How many were told by another file already. */
  long copied() {
    return copied;
  }

  Told told() {
    return told;
  }

  private void uevent(Foreign.UeventHeard heard, Stamp at, Claims.@Nullable Claim claim)
      throws IOException {
    Uevent u = null;
    try {
      u = Uevent.decode(heard.message());
    } catch (DecodeException e) {
      // The recorder's rules keep it as a gap.
    }
    if (u != null) {
      if (!u.isBlock()) {
        return;
      }
      if (copies.isCopy(u, heard.udev(), at.wallNs())) {
        copied++;
        return;
      }
      if (!room.holds(u, heard.message().length())) {
        leave("they name more devices than an import remembers");
        return;
      }
      names.hear(u);
    }
    boolean tells = claims.tells(claim, at.wallNs());
    recorder.accept(new Observation.UeventSeen(at, heard.udev(), -1, -1, "", heard.message()));
    if (u == null) {
      return;
    }
    names.forgetRemoved(u);
    DevNo dev = u.devNo();
    if (dev != null && !heard.udev() && u.isDm() && u.action().equals("add") && !u.synthetic()) {
      told.added(dev, at.wallNs());
    }
    if (tells && heard.udev() && dev != null && claim != null) {
      told.tell(
          Source.UDEV,
          Certainty.DERIVED,
          0,
          names.complete(new DeviceRef(dev, u.diskSeq(), "", "")),
          change(claim, u.validPaths(), u.dmSeqNum()),
          heard.message());
    }
  }

  private void kernelLine(Foreign.KernelLine heard, Stamp at, Claims.@Nullable Claim claim)
      throws IOException {
    KernelLogLine line = line(heard);
    DevNo dev = line.device();
    if (dev != null && !dev.equals(DevNo.NONE)) {
      names.mapped(dev, line.path());
    }
    told.begin(at, heard.line());
    recorder.accept(
        new Observation.LogRead(
            at, Bytes.of(heard.priority() + ",0," + heard.at().kernelUs() + ",-;" + heard.text())));
    if (claims.tells(claim, at.wallNs()) && claim != null && dev != null) {
      told.tell(
          Source.KMSG,
          Certainty.DERIVED,
          heard.at().kernelUs() * 1000,
          names.complete(new DeviceRef(dev, 0, "", "")),
          change(claim, -1, 0),
          heard.line());
    }
  }

  private void daemonLine(Foreign.DaemonLine heard) throws IOException {
    DaemonWords words =
        heard.program().equals("dmeventd") ? DaemonWords.of("") : DaemonWords.of(heard.text());
    names.hear(words, heard.text());
    Claims.Claim claim = claim(words);
    String map = words.map();
    if (map.isEmpty() && words.path() != null) {
      map = names.mapOf(words.path());
    }
    DeviceRef device = names.ofMap(map);
    told.tell(
        Source.LOG,
        Certainty.REPORTED,
        0,
        device,
        new DmEvent.DaemonMessage(heard.program(), heard.text(), heard.priority()),
        heard.line());
    if (claims.tells(claim, heard.at().wallNs()) && claim != null) {
      told.tell(Source.LOG, Certainty.INFERRED, 0, device, change(claim, -1, 0), heard.line());
    }
  }

  private DmEvent change(Claims.Claim claim, int validPaths, long dmSeqNum) {
    Disk disk = told.topology().disk(claim.path());
    String name = disk == null ? names.nameOf(claim.path()) : disk.name();
    return DmEvent.OfPath.of(claim.failed(), claim.path(), name, validPaths, dmSeqNum);
  }

  private Claims.@Nullable Claim claim(DaemonWords words) {
    DevNo path = words.path() == null ? names.pathOf(words.pathName()) : words.path();
    return path == null || words.change() == DaemonWords.Change.NONE
        ? null
        : new Claims.Claim(
            Claims.Witness.MULTIPATHD, path, words.change() == DaemonWords.Change.FAILED);
  }

  private static KernelLogLine line(Foreign.KernelLine told) {
    return new KernelLogLine(
        told.priority(), 0, 0, told.at().kernelUs(), '-', told.text(), List.of());
  }
}
