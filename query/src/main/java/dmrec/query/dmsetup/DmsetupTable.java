package dmrec.query.dmsetup;

import dmrec.query.RawText;
import dmrec.query.dmsetup.DmsetupRequest.DeviceChoice;
import dmrec.query.dmsetup.DmsetupSession.Call;
import dmrec.query.dmsetup.DmsetupSession.Reply;
import dmrec.query.dmsetup.DmsetupSession.Wanted;
import dmrec.target.Target;
import dmrec.topology.Device;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code dmsetup table}, {@code dmsetup status} and {@code dmsetup ls --target}. */
final class DmsetupTable {
  /** Target types whose status is empty whatever happens to them. */
  private static final Set<String> SILENT =
      Set.of("linear", "error", "zero", "snapshot-origin", "unstriped", "ebs");

  private final DmsetupSession session;
  private final Call call;
  private final boolean inactive;
  private final @Nullable String type;
  private final boolean concise;
  private final boolean verbose;
  private boolean hasConcise;

  private DmsetupTable(
      DmsetupSession session,
      Call call,
      boolean inactive,
      @Nullable String type,
      boolean concise,
      boolean verbose) {
    this.session = session;
    this.call = call;
    this.inactive = inactive;
    this.type = type;
    this.concise = concise;
    this.verbose = verbose;
  }

  static boolean run(DmsetupSession session, DmsetupRequest.Table request) {
    DmsetupTable table =
        new DmsetupTable(
            session,
            Call.TABLE,
            request.inactive(),
            request.target(),
            request.concise(),
            request.verbose());
    boolean succeeded = DeviceLoop.run(session, request.devices(), table::print);
    if (table.hasConcise) {
      session.print("\n");
    }
    return succeeded;
  }

  static boolean run(DmsetupSession session, DmsetupRequest.Status request) {
    DmsetupTable status =
        new DmsetupTable(
            session, Call.STATUS, request.inactive(), request.target(), false, request.verbose());
    return DeviceLoop.run(session, request.devices(), status::print);
  }

  /** The devices that have a target of a type. */
  static boolean list(DmsetupSession session, String type) {
    return DeviceLoop.run(
        session,
        DeviceChoice.ALL,
        (wanted, shownName, several) -> {
          Reply reply = session.ask(Call.STATUS, wanted);
          if (reply == null) {
            return false;
          }
          Device device = reply.device();
          if (device.targets().stream().anyMatch(t -> t.type().equals(type))) {
            session.print(
                shownName + "\t(" + device.dev().major() + ", " + device.dev().minor() + ")\n");
          }
          return true;
        });
  }

  private boolean print(Wanted wanted, @Nullable String shownName, boolean several) {
    Reply reply = session.ask(call, wanted);
    if (reply == null) {
      return false;
    }
    List<Target> targets = targets(reply.device());
    if (call == Call.STATUS && inactive && targets.stream().anyMatch(DmsetupTable::speaks)) {
      session.complain("The status of the inactive table of " + reply.name() + " is not recorded.");
      return false;
    }
    String name = shownName == null ? reply.name() : shownName;
    boolean matched = false;
    if (targets.isEmpty() && type == null) {
      start(reply, name, several, true);
      end();
      matched = true;
    }
    for (Target target : targets) {
      if (type != null && !target.type().equals(type)) {
        continue;
      }
      start(reply, name, several, !matched);
      printTarget(target);
      end();
      matched = true;
    }
    if (several && verbose && matched && !concise) {
      session.print("\n");
    }
    return true;
  }

  private List<Target> targets(Device device) {
    if (!inactive) {
      return device.targets();
    }
    return device.inactive() == null ? List.of() : device.inactive();
  }

  private static boolean speaks(Target target) {
    return !SILENT.contains(target.type());
  }

  /** What stands in front of a target's line, or before the first one of a device. */
  private void start(Reply reply, String name, boolean several, boolean isFirst) {
    if (concise) {
      if (isFirst) {
        session.print(hasConcise ? ";" : "");
        hasConcise = true;
        session.print(quoted(name) + "," + quoted(reply.uuid()));
        session.print("," + reply.device().dev().minor());
        session.print(DmsetupInfo.isReadOnly(session, reply.device(), inactive) ? ",ro" : ",rw");
      }
    } else if (verbose) {
      if (isFirst) {
        DmsetupInfo.print(session, reply, inactive);
      }
    } else if (several) {
      session.print(name + ": ");
    }
  }

  private void printTarget(Target target) {
    String text = RawText.of(call == Call.TABLE ? target.params() : target.status());
    session
        .print(concise ? "," : "")
        .print(target.startSector() + " " + target.lengthSectors() + " ")
        .print(RawText.of(target.type()) + " ")
        .print(concise ? quoted(text) : text);
  }

  private void end() {
    if (!concise) {
      session.print("\n");
    }
  }

  /** The concise form sets a backslash before what it separates by. */
  private static String quoted(String text) {
    return text.replaceAll("[,;\\\\]", "\\\\$0");
  }
}
