package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Mark;
import dmrec.journal.Damage;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.Position;
import dmrec.query.DeviceHistory.Life;
import dmrec.target.DevNo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a {@link DeviceHistory}: the events of one device, and what was not recorded. */
public final class HistoryReader {
  private static final Set<Kind> RECORDER =
      EnumSet.of(Kind.RECORDING_STARTED, Kind.RECORDING_STOPPED, Kind.GAP);

  private final Journal journal;
  private final DeviceMatcher matcher;
  private final EventSearch past;
  private final List<LifeFold> lives = new ArrayList<>();
  private final List<LifeFold> open = new ArrayList<>();
  private long bootSeq;
  private @Nullable EventRecord stopped;
  private Damage damage = Damage.NONE;

  private HistoryReader(Journal journal, String device) {
    this.journal = journal;
    past = new EventSearch(journal);
    matcher = new DeviceMatcher(device);
  }

  /**
   * Reads what a person named.
   *
   * @param sinceNs only what was so then or later
   * @param until null for the end of the journal
   * @param endNs wall clock of the last event up to {@code until}
   */
  public static DeviceHistory read(
      Journal journal, String device, long sinceNs, @Nullable Position until, long endNs)
      throws JournalException {
    HistoryReader reader = new HistoryReader(journal, device);
    reader.read(device, until);
    List<Life> lives =
        reader.lives.stream()
            .map(fold -> fold.life(endNs))
            .filter(life -> !life.rows().isEmpty())
            .sorted(Comparator.comparingLong(Life::fromNs).thenComparing(Life::isDisk))
            .toList();
    Damage damage = reader.damage.and(reader.past.damage());
    return new DeviceHistory(device, lives, endNs, damage).within(sinceNs);
  }

  /** Merges two streams by number: of the device, and of the recorder itself. */
  private void read(String device, @Nullable Position until) throws JournalException {
    try (SelectedEvents of =
            SelectedEvents.open(journal, new EventSelection(Set.of(), device, null, until, true));
        SelectedEvents recorder =
            SelectedEvents.open(journal, new EventSelection(RECORDER, null, null, until, true))) {
      EventRecord one = of.next();
      EventRecord other = recorder.next();
      while (one != null || other != null) {
        if (other != null && (one == null || other.seq() <= one.seq())) {
          recorder(other);
          one = one != null && one.seq() == other.seq() ? of.next() : one;
          other = recorder.next();
        } else if (one != null) {
          take(one);
          one = of.next();
        }
      }
      damage = damage.and(of.damage()).and(recorder.damage());
    }
  }

  private void recorder(EventRecord record) throws JournalException {
    if (record.event() instanceof DmEvent.Gap gap) {
      open.forEach(life -> life.gap(record, gap));
    } else if (record.event() instanceof DmEvent.RecordingStarted started) {
      EventRecord last =
          open.isEmpty() || stopped != null
              ? stopped
              : past.last(record.seq() - 1, EnumSet.noneOf(Kind.class), null);
      long fromNs = last == null ? record.wallNs() : last.wallNs();
      String words =
          (stopped != null ? "nothing recorded" : "the recording was cut off")
              + (started.goesOn() ? "" : ", and the machine was booted");
      open.forEach(life -> life.hole(fromNs, record, words, started.goesOn()));
      if (!started.goesOn()) {
        open.clear();
        bootSeq = record.seq();
      }
      stopped = null;
    } else {
      stopped = record;
    }
  }

  private void take(EventRecord record) throws JournalException {
    if (Mark.INJECTED.isIn(record.marks())) {
      return;
    }
    DeviceRef device = record.device();
    boolean isNamed = !device.isNone() || matcher.isMeantByName(device);
    LifeFold life = isNamed ? find(device) : null;
    boolean isMapped = life != null || (isNamed && isMeant(record));
    if (!isMapped) {
      takeDisk(record);
      return;
    }
    if (record.kind() == Kind.DEVICE_REMOVED) {
      if (life != null) {
        life.end(record);
        open.remove(life);
      }
      return;
    }
    if (life == null) {
      life = new LifeFold(false, device);
      add(life);
      if (!device.isNone()
          && record.kind() != Kind.DEVICE_CREATED
          && record.kind() != Kind.BASELINE) {
        before(life, record);
      }
    }
    life.take(record);
  }

  private boolean isMeant(EventRecord record) {
    return matcher.isMeant(record.device()) || matcher.isMeantByEvent(record.event());
  }

  /** What happened to a device before it was called so. */
  private void before(LifeFold life, EventRecord first) throws JournalException {
    EventSelection selection =
        new EventSelection(
            Set.of(),
            life.ref().dev().toString(),
            new Position.AtSeq(bootSeq),
            new Position.AtSeq(first.seq() - 1),
            true);
    DeviceRef ref = first.device();
    try (SelectedEvents events = SelectedEvents.open(journal, selection)) {
      for (EventRecord record = events.next(); record != null; record = events.next()) {
        if (ref.isSameLife(record.device()) && !Mark.INJECTED.isIn(record.marks())) {
          life.take(record);
        }
      }
      damage = damage.and(events.damage());
    }
  }

  private void takeDisk(EventRecord record) {
    DmEvent event = record.event();
    DevNo dev;
    if (event instanceof DmEvent.OfPath e) {
      dev = e.path();
    } else if (event instanceof DmEvent.OfDisk e) {
      dev = e.dev();
    } else {
      return;
    }
    LifeFold life = null;
    for (LifeFold candidate : open) {
      life = candidate.isDisk() && candidate.ref().dev().equals(dev) ? candidate : life;
    }
    if (event instanceof DmEvent.DiskRemoved) {
      if (life != null) {
        life.end(record);
        open.remove(life);
      }
      return;
    }
    if (life == null) {
      life = new LifeFold(true, new DeviceRef(dev, 0, "", ""));
      add(life);
    }
    life.take(record);
  }

  private void add(LifeFold life) {
    lives.add(life);
    open.add(life);
  }

  /** The life that goes on of a device; one of the same number with another identity is over. */
  private @Nullable LifeFold find(DeviceRef device) {
    for (LifeFold life : open) {
      boolean same =
          (device.isNone() || life.ref().isNone())
              ? life.ref().name().equals(device.name())
              : life.ref().isSameLife(device);
      if (!life.isDisk() && same) {
        return life;
      }
    }
    return null;
  }
}
