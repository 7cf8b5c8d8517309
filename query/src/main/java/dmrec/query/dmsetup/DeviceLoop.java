package dmrec.query.dmsetup;

import dmrec.query.RawText;
import dmrec.query.dmsetup.DmsetupRequest.DeviceChoice;
import dmrec.query.dmsetup.DmsetupSession.Listed;
import dmrec.query.dmsetup.DmsetupSession.Wanted;
import dmrec.topology.Device;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs a command once for each device that is chosen, in dmsetup's order and with its errors. */
final class DeviceLoop {
  private DeviceLoop() {}

  /** A command's part for one device. */
  interface Command {
    /**
     * Runs it.
     *
     * @param wanted which device
     * @param shownName the name to print in front of its lines; null to take the device's own
     * @param several whether lines of several devices are to be told apart
     * @return false where it failed
     */
    boolean run(Wanted wanted, @Nullable String shownName, boolean several);
  }

  /** Runs a command for what was chosen; false where dmsetup would exit with an error. */
  static boolean run(DmsetupSession session, DeviceChoice choice, Command command) {
    boolean succeeded = runAll(session, choice, command);
    if (!succeeded) {
      session.complain("Command failed.");
    }
    return succeeded;
  }

  private static boolean runAll(DmsetupSession session, DeviceChoice choice, Command command) {
    if (choice.names().isEmpty()) {
      if (choice.uuid() == null && choice.dev() == null) {
        return forEach(session, listed -> command.run(byName(listed), listed.name(), true));
      }
      String uuid = choice.uuid() == null ? null : RawText.of(choice.uuid());
      return command.run(new Wanted(null, uuid, choice.dev()), null, false);
    }
    boolean several = choice.names().size() > 1;
    for (String argument : choice.names()) {
      String name = RawText.of(argument);
      if (!command.run(new Wanted(name, null, null), name, several)) {
        return false;
      }
    }
    return true;
  }

  private static Wanted byName(Listed listed) {
    return new Wanted(listed.name(), null, null);
  }

  /** What is done with each device of the kernel's list. */
  interface Each {
    boolean run(Listed listed);
  }

  /** Goes through all devices, past those that fail; says so where there are none. */
  static boolean forEach(DmsetupSession session, Each each) {
    List<Listed> all = session.list();
    if (all == null) {
      return false;
    }
    if (all.isEmpty()) {
      session.print("No devices found\n");
    }
    boolean succeeded = true;
    for (Listed listed : all) {
      succeeded &= each.run(listed);
    }
    return succeeded;
  }

  /** How many targets a status call counts. */
  static int targetCount(Device device, boolean inactive) {
    if (!inactive) {
      return device.targets().size();
    }
    return device.inactive() == null ? 0 : device.inactive().size();
  }
}
