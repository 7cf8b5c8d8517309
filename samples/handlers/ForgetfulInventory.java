import dmrec.event.DmEvent;
import dmrec.handler.ReplayContext;
import dmrec.handler.ReplayedEvent;
import dmrec.handler.TypedHandler;
import dmrec.target.DevNo;
import dmrec.topology.Device;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps an inventory of maps by name, with how many paths of each are down.
 *
 * <p>It has a bug to practise {@code dmrec replay --shrink} on: it forgets a map of which a path
 * fails within a second of a renaming, and falls over the next event of that map.
 */
public final class ForgetfulInventory extends TypedHandler {
  private static final Duration SETTLES = Duration.ofSeconds(1);

  private final Map<DevNo, String> names = new HashMap<>();
  private final Map<String, Integer> pathsDown = new HashMap<>();
  private final Map<DevNo, Instant> renamed = new HashMap<>();

  @Override
  public void open(ReplayContext context) {
    for (Device device : context.topology().devices()) {
      add(device.dev(), device.name());
    }
  }

  private void add(DevNo dev, String name) {
    names.put(dev, name);
    pathsDown.put(name, 0);
  }

  @Override
  protected void baseline(DmEvent.Baseline event, ReplayedEvent at) {
    add(at.device().dev(), at.device().name());
  }

  @Override
  protected void deviceCreated(DmEvent.DeviceCreated event, ReplayedEvent at) {
    add(at.device().dev(), at.device().name());
  }

  @Override
  protected void deviceRemoved(DmEvent.DeviceRemoved event, ReplayedEvent at) {
    pathsDown.remove(String.valueOf(names.remove(at.device().dev())));
  }

  @Override
  protected void deviceRenamed(DmEvent.DeviceRenamed event, ReplayedEvent at) {
    Integer down = pathsDown.remove(event.oldName());
    names.put(at.device().dev(), event.newName());
    pathsDown.put(event.newName(), down == null ? 0 : down);
    renamed.put(at.device().dev(), at.time());
  }

  @Override
  protected void pathFailed(DmEvent.PathFailed event, ReplayedEvent at) {
    count(at.device().dev(), 1);
    Instant since = renamed.get(at.device().dev());
    if (since != null && Duration.between(since, at.time()).compareTo(SETTLES) < 0) {
      // Whoever saw it under its old name may have put that back. (But this is the new one.)
      pathsDown.remove(names.get(at.device().dev()));
    }
  }

  @Override
  protected void pathReinstated(DmEvent.PathReinstated event, ReplayedEvent at) {
    count(at.device().dev(), -1);
  }

  private void count(DevNo dev, int by) {
    String name = names.get(dev);
    if (name == null) {
      return; // Not a map of ours.
    }
    Integer down = pathsDown.get(name);
    if (down == null) {
      throw new IllegalStateException(name + " is in use but not in the inventory");
    }
    pathsDown.put(name, Math.max(0, down + by));
  }

  @Override
  public boolean wantsTopology() {
    return false;
  }
}
