package dmrec.record;

import dmrec.event.DmEvent;
import dmrec.kernel.DmProbes;
import dmrec.target.DevNo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the probes of multipath targets tell. */
final class MultipathHits {
  private MultipathHits() {}

  /** What a hit proves; null where it is only a part of something, or not of multipath. */
  static @Nullable Happening of(DecodedHit hit, ProbedThread thread) {
    return switch (hit.name()) {
      case "path" -> {
        DevNo path = hit.dev("path");
        thread.path = path.equals(DevNo.NONE) ? null : hit.happening(pathEvent(hit, path));
        yield null;
      }
      case "useq" -> {
        Happening waiting = thread.path;
        thread.path = null;
        yield waiting == null ? null : numbered(waiting, hit.number("rc", 0) & 0xffffffffL);
      }
      case "message", DmProbes.LONGER_MESSAGE -> {
        thread.message = hit;
        thread.inner = hit.dev();
        yield null;
      }
      case "message_ret" -> {
        DecodedHit message = thread.message;
        DevNo dev = thread.inner;
        thread.message = null;
        thread.inner = DevNo.NONE;
        DmEvent event = message == null || hit.number("rc", -1) != 0 ? null : messageEvent(message);
        yield message == null || event == null
            ? null
            : hit.happening(DecodedHit.refOf(dev), event, message.number("begin", -1));
      }
      case "bypassed" ->
          hit.ofTarget(new DmEvent.GroupBypassed(0, (int) hit.number("group", 0), ""));
      case DmProbes.SWITCHED -> // A message only asks for it.
          hit.ofTarget(new DmEvent.GroupSwitched(0, 0, (int) hit.number("group", 0), ""));
      default -> null;
    };
  }

  private static DmEvent.OfPath pathEvent(DecodedHit hit, DevNo path) {
    boolean failed = hit.number("type", 0) == 0;
    return DmEvent.OfPath.of(failed, path, "", (int) hit.number("valid", -1), 0);
  }

  private static @Nullable Happening numbered(Happening waiting, long dmSeqnum) {
    return waiting.event() instanceof DmEvent.OfPath e
        ? new Happening(
            waiting.probe(),
            waiting.hit(),
            waiting.device(),
            DmEvent.OfPath.of(e.failed(), e.path(), "", e.validPaths(), dmSeqnum),
            -1,
            waiting.actor())
        : null;
  }

  /** What a message does to the groups; null where a path's own event tells it, or nobody can. */
  private static @Nullable DmEvent messageEvent(DecodedHit message) {
    String number = message.text("argument");
    int group = number.matches("[0-9]{1,5}") ? Integer.parseInt(number) : 0;
    return switch (message.text("word")) {
      case "disable_group" -> new DmEvent.GroupBypassed(0, group, "");
      case "enable_group" -> new DmEvent.GroupEnabled(0, group, "");
      case "switch_group" -> new DmEvent.GroupSwitched(0, 0, group, "");
      case "queue_if_no_path", "fail_if_no_path" -> new DmEvent.TableChanged(List.of());
      default -> null;
    };
  }
}
