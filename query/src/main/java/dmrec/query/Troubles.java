package dmrec.query;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.topology.Device;
import dmrec.topology.TopologyView;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is not as it should be with one device, whatever it stands on. */
final class Troubles {
  private static final Set<Kind> SUSPENSION =
      EnumSet.of(Kind.DEVICE_SUSPENDED, Kind.DEVICE_RESUMED, Kind.DEVICE_CREATED, Kind.BASELINE);
  private static final Set<Kind> TABLE =
      EnumSet.of(Kind.TABLE_LIVE, Kind.DEVICE_CREATED, Kind.BASELINE);
  private static final Set<Kind> READ_ONLY =
      EnumSet.of(Kind.READ_ONLY_CHANGED, Kind.TABLE_LIVE, Kind.DEVICE_CREATED, Kind.BASELINE);
  private static final Set<Kind> DEFERRED =
      EnumSet.of(Kind.REMOVE_DEFERRED, Kind.DEVICE_CREATED, Kind.BASELINE);
  private static final Set<Kind> FAULTS =
      EnumSet.of(Kind.CRYPT_FAULT, Kind.INTEGRITY_FAULT, Kind.TABLE_LIVE, Kind.DEVICE_CREATED);

  private Troubles() {}

  /**
   * What the state shows.
   *
   * @param stack names the devices in it
   */
  static List<Trouble> of(Device device, TopologyView stack) {
    List<Trouble> troubles = new ArrayList<>();
    if (device.live() == null) {
      troubles.add(
          Trouble.of(Health.FAILED, "no live table", TABLE, record -> hasNoTable(record.event())));
    }
    if (device.suspended()) {
      troubles.add(suspended(false, "SUSPENDED"));
    }
    if (device.internalSuspend()) {
      troubles.add(suspended(true, "SUSPENDED by the kernel itself"));
    }
    for (int i = 0; i < device.targets().size(); i++) {
      troubles.addAll(TargetTroubles.of(device.targets().get(i), i, stack));
    }
    if (device.readOnly()) {
      troubles.add(
          Trouble.of(Health.NOTED, "read-only", READ_ONLY, record -> isReadOnly(record.event())));
    }
    if (device.state().deferredRemove()) {
      troubles.add(
          Trouble.of(
              Health.NOTED,
              "to be removed when its last user closes it",
              DEFERRED,
              record -> isDeferred(record.event())));
    }
    return List.copyOf(troubles);
  }

  /**
   * Faults that show in no status: the kernel log told them. They stay until the table is replaced.
   */
  static @Nullable Trouble fault(EventRecord told) {
    String words;
    if (told.event() instanceof DmEvent.CryptFault) {
      words = "crypt fault";
    } else if (told.event() instanceof DmEvent.IntegrityFault) {
      words = "integrity fault";
    } else {
      return null;
    }
    return Trouble.of(
        Health.DEGRADED,
        words + ": " + EventText.phrase(told.event()),
        FAULTS,
        record -> record.kind() == Kind.CRYPT_FAULT || record.kind() == Kind.INTEGRITY_FAULT);
  }

  private static Trouble suspended(boolean internal, String words) {
    return Trouble.of(
        Health.WAITING,
        words,
        SUSPENSION,
        record -> {
          DmEvent event = record.event();
          if (event instanceof DmEvent.DeviceSuspended e) {
            return e.internal() == internal ? Boolean.TRUE : null;
          } else if (event instanceof DmEvent.DeviceResumed e) {
            return e.internal() == internal ? Boolean.FALSE : null;
          } else if (event instanceof DmEvent.DeviceCreated e) {
            return !internal && e.suspended();
          }
          return event instanceof DmEvent.Baseline e
              ? (Boolean) (internal ? e.state().internalSuspend() : e.state().suspended())
              : null;
        });
  }

  private static @Nullable Boolean hasNoTable(DmEvent event) {
    if (event instanceof DmEvent.TableLive) {
      return false;
    }
    if (event instanceof DmEvent.DeviceCreated) {
      return true;
    }
    return event instanceof DmEvent.Baseline e ? (Boolean) !e.state().hasLive() : null;
  }

  private static @Nullable Boolean isReadOnly(DmEvent event) {
    if (event instanceof DmEvent.ReadOnlyChanged e) {
      return e.readOnly();
    } else if (event instanceof DmEvent.TableLive e) {
      return e.readOnly();
    } else if (event instanceof DmEvent.DeviceCreated e) {
      return e.readOnly();
    }
    return event instanceof DmEvent.Baseline e ? (Boolean) e.state().readOnly() : null;
  }

  private static @Nullable Boolean isDeferred(DmEvent event) {
    if (event instanceof DmEvent.RemoveDeferred e) {
      return e.deferred();
    } else if (event instanceof DmEvent.DeviceCreated) {
      return false;
    }
    return event instanceof DmEvent.Baseline e ? (Boolean) e.state().deferredRemove() : null;
  }
}
