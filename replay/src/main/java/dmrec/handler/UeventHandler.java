package dmrec.handler;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends the recorded uevents to whoever listens, as if the kernel or udev were speaking; and what
 * was no uevent as one that a kernel able to say so would have sent.
 *
 * <p>A recording that listened to udev too has each event of the kernel twice: the kernel's own
 * words go to the kernel's listeners, udev's to udev's.
 */
public final class UeventHandler implements DmEventHandler {
  /** The kernel's buffer for a uevent with its SEQNUM (2,048 bytes), less the longest SEQNUM. */
  private static final int SYNTHESISED_BYTES = 2000;

  /** libudev reads into 8 KiB, and drops what fills them. */
  private static final int UDEV_BYTES = 8191;

  private static final int NAMED = 20;

  private final UeventWay way;
  private final boolean onlyRecorded;
  private final UeventPort.Opener opener;
  private final Consumer<String> note;
  private final SynthesisedUevent synthesised = new SynthesisedUevent();
  private final List<Long> tooLong = new ArrayList<>();
  private boolean udevRecorded;
  private @Nullable UeventPort port;
  private long lastSeqnum;
  private long sentRecorded;
  private long sentSynthesised;
  private long leftOut;
  private long notUevents;
  private long repeated;
  private long damaged;
  private long tooLongCount;

  /**
   * A handler for one replay.
   *
   * @param onlyRecorded whether what was no uevent is left out
   * @param opener makes the port when the replay begins
   * @param note gets one line for the user at a time: what was sent, and what was not
   */
  public UeventHandler(
      UeventWay way, boolean onlyRecorded, UeventPort.Opener opener, Consumer<String> note) {
    this.way = way;
    this.onlyRecorded = onlyRecorded;
    this.opener = opener;
    this.note = note;
  }

  @Override
  public boolean wantsTopology() {
    return false;
  }

  @Override
  public void open(ReplayContext context) throws HandlerException {
    DmEvent.RecordingStarted recording = context.topology().recording();
    udevRecorded = recording != null && hasUdev(recording);
    port = opener.open(way);
  }

  @Override
  public void handle(ReplayedEvent event) throws HandlerException, InterruptedException {
    EventRecord record = event.record();
    if (record.event() instanceof DmEvent.RecordingStarted started) {
      udevRecorded = hasUdev(started);
    }
    if (isUevent(record)) {
      recorded(record);
    } else if (SynthesisedUevent.isFor(record) && record.source() != Source.UDEV) {
      synthesised(record);
    } else {
      notUevents++;
    }
  }

  private static boolean hasUdev(DmEvent.RecordingStarted recording) {
    return recording.sources().contains(Source.UDEV.word());
  }

  /** What created a device repeats, where it comes from a uevent, one that was recorded before. */
  private static boolean isUevent(EventRecord record) {
    return (record.source() == Source.UEVENT || record.source() == Source.UDEV)
        && !record.evidence().isEmpty()
        && record.kind() != Kind.DEVICE_CREATED
        && record.kind() != Kind.GAP;
  }

  private void recorded(EventRecord record) throws HandlerException, InterruptedException {
    boolean fromUdev = record.source() == Source.UDEV;
    udevRecorded |= fromUdev;
    if (fromUdev != (way == UeventWay.UDEV && udevRecorded)) {
      repeated++;
      return;
    }
    ByteBuffer evidence = record.evidence().buffer();
    RecordedUevent uevent =
        fromUdev ? RecordedUevent.ofUdev(evidence) : RecordedUevent.ofKernel(evidence);
    if (uevent == null) {
      damaged++;
      return;
    }
    long seqnum = uevent.seqnum();
    lastSeqnum = seqnum > 0 ? seqnum : lastSeqnum;
    UeventBuilder out = builder(way == UeventWay.UDEV ? UDEV_BYTES : port().message().capacity());
    boolean fits =
        way == UeventWay.UDEV ? uevent.writeProperties(out) : uevent.writeWithoutSeqnum(out);
    if (fits && send(out.at())) {
      sentRecorded++;
    } else {
      countTooLong(record);
    }
  }

  private void synthesised(EventRecord record) throws HandlerException, InterruptedException {
    if (onlyRecorded) {
      leftOut++;
      return;
    }
    // libudev takes none without a SEQNUM: that of the kernel's uevent before it.
    long seqnum = way == UeventWay.UDEV ? Math.max(1, lastSeqnum) : 0;
    UeventBuilder out = builder(SYNTHESISED_BYTES);
    synthesised.write(record, way, seqnum, out, SYNTHESISED_BYTES);
    if (send(out.at())) {
      sentSynthesised++;
    } else {
      countTooLong(record);
    }
  }

  private UeventBuilder builder(int limit) {
    return new UeventBuilder(
        port().message(), way == UeventWay.UDEV ? LibudevHeader.BYTES : 0, limit);
  }

  private boolean send(int length) throws HandlerException, InterruptedException {
    UeventPort to = port();
    if (way == UeventWay.UDEV) {
      LibudevHeader.write(to.message(), length);
    }
    return to.send(length);
  }

  private UeventPort port() {
    UeventPort opened = port;
    if (opened == null) {
      throw new IllegalStateException("not open");
    }
    return opened;
  }

  private void countTooLong(EventRecord record) {
    tooLongCount++;
    if (tooLong.size() < NAMED) {
      tooLong.add(record.seq());
    }
  }

  @Override
  public void close(ReplaySummary summary) throws HandlerException, InterruptedException {
    try (UeventPort closed = port()) {
      UeventPort.Delivery delivery = closed.settle();
      note.accept(sent(closed.isDry() ? -1 : delivery.listeners()));
      if (damaged > 0) {
        note.accept(count(damaged, "recorded message") + " left out: no whole uevent");
      }
      if (tooLongCount > 0) {
        note.accept(tooLong());
      }
      for (UeventPort.Loss loss : delivery.losses()) {
        note.accept(loss.listener() + " lost " + loss.count() + ": its receive buffer was full");
      }
      for (String behind : delivery.behind()) {
        note.accept(behind + " has not read all of them");
      }
      closed.verify();
    }
  }

  /** In words; below 0 listeners, what would be sent. */
  private String sent(int listeners) {
    StringBuilder text = new StringBuilder(listeners < 0 ? "would send " : "sent ");
    text.append(count(sentRecorded, "recorded uevent"));
    if (!onlyRecorded) {
      text.append(" and ").append(sentSynthesised).append(" synthesised");
    }
    text.append(way == UeventWay.UDEV ? " to udev's listeners" : " through the kernel");
    if (listeners >= 0) {
      text.append(" (").append(count(listeners, "listener")).append(')');
    }
    String separator = "; left out ";
    if (leftOut > 0) {
      text.append(separator)
          .append(count(leftOut, "event"))
          .append(leftOut == 1 ? " that was no uevent" : " that were no uevents");
      separator = ", ";
    }
    if (notUevents > 0) {
      text.append(separator)
          .append(notUevents)
          .append(" of the recorder's own or about no mapped device");
      separator = ", ";
    }
    if (repeated > 0) {
      text.append(separator)
          .append(repeated)
          .append(way == UeventWay.UDEV ? " that udev repeats" : " repeated by udev");
    }
    return text.toString();
  }

  private String tooLong() {
    StringBuilder text = new StringBuilder(count(tooLongCount, "uevent"));
    text.append(way == UeventWay.UDEV ? " too long for libudev: " : " too long to be injected: ");
    for (int i = 0; i < tooLong.size(); i++) {
      text.append(i == 0 ? "#" : ", #").append(tooLong.get(i));
    }
    return text.append(tooLongCount > tooLong.size() ? ", ..." : "").toString();
  }

  private static String count(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
