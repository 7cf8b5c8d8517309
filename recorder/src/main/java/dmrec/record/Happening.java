package dmrec.record;

import dmrec.event.Actor;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import org.jspecify.annotations.Nullable;

/**
 * What a probe's hits prove to have happened, before the state around it is known.
 *
 * @param probe the name of the probe that was hit
 * @param hit the hit that is its evidence, and its moment
 * @param device its device, as far as the hits name it; {@link DeviceRef#NONE} where they do not
 * @param event what happened; a table or a status in it is still empty
 * @param startSector of the target it is about; -1 where it is about none
 * @param actor the process behind it; null where it ran in an interrupt
 */
record Happening(
    String probe,
    Observation.ProbeSeen hit,
    DeviceRef device,
    DmEvent event,
    long startSector,
    @Nullable Actor actor) {

  /** Whether only a snapshot behind it shows the text that belongs to it. */
  boolean needsTable() {
    return event instanceof DmEvent.TableLoaded
        || event instanceof DmEvent.TableLive
        || event instanceof DmEvent.TableChanged
        || event instanceof DmEvent.MirrorLogFailed
        || StatusFold.needsSnapshot(event);
  }
}
