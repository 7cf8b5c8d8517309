package dmrec.query.dmsetup;

import dmrec.query.dmsetup.DmsetupSession.Call;
import dmrec.query.dmsetup.DmsetupSession.Reply;
import dmrec.topology.Device;

/** {@code dmsetup info} in its long form. */
final class DmsetupInfo {
  private DmsetupInfo() {}

  static boolean run(DmsetupSession session, DmsetupRequest.Info request) {
    return DeviceLoop.run(
        session,
        request.devices(),
        (wanted, shownName, several) -> {
          Reply reply = session.ask(Call.INFO, wanted);
          if (reply != null) {
            print(session, reply, request.inactive());
          }
          return reply != null;
        });
  }

  static void print(DmsetupSession session, Reply reply, boolean inactive) {
    Device device = reply.device();
    session.print("Name:              " + reply.name() + "\n");
    session
        .print("State:             ")
        .print(device.suspended() ? "SUSPENDED" : "ACTIVE")
        .print(isReadOnly(session, device, inactive) ? " (READ-ONLY)" : "")
        .print(device.deferredRemove() ? " (DEFERRED REMOVE)" : "")
        .print("\n");
    int readAhead = readAheadSectors(session, reply);
    if (device.readAheadKib() >= 0) {
      session.print("Read Ahead:        " + readAhead + "\n");
    }
    session.print("Tables present:    " + tables(device) + "\n");
    session.print("Open count:        " + device.openCount() + "\n");
    session.print("Event number:      " + device.eventNr() + "\n");
    session.print(
        "Major, minor:      " + device.dev().major() + ", " + device.dev().minor() + "\n");
    session.print("Number of targets: " + DeviceLoop.targetCount(device, inactive) + "\n");
    if (!reply.uuid().isEmpty()) {
      session.print("UUID: " + reply.uuid() + "\n");
    }
    session.print("\n");
  }

  private static String tables(Device device) {
    if (device.live() == null) {
      return device.inactive() == null ? "None" : "INACTIVE";
    }
    return device.inactive() == null ? "LIVE" : "LIVE & INACTIVE";
  }

  /** Read-ahead as dmsetup counts it; 0 where there is none to be read. */
  static int readAheadSectors(DmsetupSession session, Reply reply) {
    if (reply.device().readAheadKib() < 0 && !DmsetupSession.hasNode(reply.device())) {
      session.complain("/dev/mapper/" + reply.name() + ": open failed: No such file or directory");
    }
    return Math.max(0, reply.device().readAheadKib()) * 2;
  }

  /**
   * The flag as the kernel sets it: asked for the inactive slot it tells that table's own mode,
   * which no look at the live state shows.
   */
  static boolean isReadOnly(DmsetupSession session, Device device, boolean inactive) {
    if (!inactive) {
      return device.readOnly() && device.live() != null;
    }
    if (device.inactive() != null) {
      session.note("Whether an inactive table is read-only is not recorded; shown as writeable.");
    }
    return false;
  }
}
