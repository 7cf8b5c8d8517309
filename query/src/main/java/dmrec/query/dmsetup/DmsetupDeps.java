package dmrec.query.dmsetup;

import dmrec.query.RawText;
import dmrec.query.dmsetup.DmsetupSession.Call;
import dmrec.query.dmsetup.DmsetupSession.Reply;
import dmrec.target.DevNo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code dmsetup deps} and the plain {@code dmsetup ls}, which name devices the same way. */
final class DmsetupDeps {
  private DmsetupDeps() {}

  /** How a device is named. */
  private enum Naming {
    DEVNO,
    BLOCK,
    MAP
  }

  static boolean deps(DmsetupSession session, DmsetupRequest.Deps request) {
    Naming naming = naming(session, request.options());
    if (naming == null) {
      return false;
    }
    return DeviceLoop.run(
        session,
        request.devices(),
        (wanted, shownName, several) -> {
          Reply reply = session.ask(Call.DEPS, wanted);
          if (reply == null) {
            return false;
          }
          if (request.inactive() && reply.device().inactive() != null) {
            session.complain(
                "What the inactive table of " + reply.name() + " depends on is not recorded.");
            return false;
          }
          if (request.verbose()) {
            DmsetupInfo.print(session, reply, request.inactive());
          } else if (several) {
            session.print(shownName + ": ");
          }
          var uses = request.inactive() ? List.<DevNo>of() : reply.device().dependencies();
          session.print(uses.size() + " dependencies\t:");
          for (DevNo dev : uses) {
            String name = name(session, dev, naming);
            session.print(
                name != null ? " (" + name + ")" : " (" + dev.major() + ", " + dev.minor() + ")");
          }
          session.print("\n");
          if (several && request.verbose()) {
            session.print("\n");
          }
          return true;
        });
  }

  static boolean ls(DmsetupSession session, DmsetupRequest.Ls request) {
    Naming naming = naming(session, request.options());
    if (naming == null) {
      return false;
    }
    if (request.target() != null) {
      return DmsetupTable.list(session, request.target());
    }
    boolean succeeded =
        DeviceLoop.forEach(
            session,
            listed -> {
              String name = name(session, listed.device().dev(), naming);
              String shown = name == null ? listed.device().dev().toString() : name;
              session.print(listed.name() + "\t(" + shown + ")\n");
              return true;
            });
    if (!succeeded) {
      session.complain("Command failed.");
    }
    return succeeded;
  }

  private static @Nullable String name(DmsetupSession session, DevNo dev, Naming naming) {
    return switch (naming) {
      case DEVNO -> null;
      case BLOCK -> session.blockName(dev);
      case MAP -> session.mapName(dev);
    };
  }

  /** The last of the options counts; each may be cut short. Null where one is not known. */
  private static @Nullable Naming naming(DmsetupSession session, @Nullable String options) {
    Naming naming = Naming.DEVNO;
    String rest = options == null ? "" : RawText.of(options);
    while (!rest.isEmpty()) {
      int comma = rest.indexOf(',');
      String option = comma < 0 ? rest : rest.substring(0, comma);
      if ("devno".startsWith(option)) {
        naming = Naming.DEVNO;
      } else if ("blkdevname".startsWith(option)) {
        naming = Naming.BLOCK;
      } else if ("devname".startsWith(option)) {
        naming = Naming.MAP;
      } else {
        session.complain("Option not recognised: " + rest + ".");
        session.complain("Couldn't process command line.");
        return null;
      }
      rest = comma < 0 ? "" : rest.substring(comma + 1);
    }
    return naming;
  }
}
