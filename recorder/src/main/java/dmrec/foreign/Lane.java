package dmrec.foreign;

import dmrec.event.KernelText;
import dmrec.event.Source;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One file on its way into the journal: what it says next, and what of it is lost. */
final class Lane implements AutoCloseable {
  /** So many of a file's faults are told; the rest is counted. */
  private static final int MOST_NOTICES = 10;

  private final ForeignInput input;
  private final ForeignReader reader;
  private final Consumer<String> notices;
  private @Nullable Item head;
  private @Nullable Foreign behindGap;
  private boolean ended;
  private boolean broken;
  private long damaged;
  private long lost;
  private When lostFrom = When.NEVER;
  private When lostTo = When.NEVER;
  private When last = When.NEVER;
  private String boot = "";
  private long recording;
  private boolean namesBoots;
  private int waiting;

  /**
   * What comes next of a file.
   *
   * @param told what it says; null where something is lost
   * @param lost how much
   * @param from the last moment before that
   */
  record Item(When at, @Nullable Foreign told, long lost, When from) {}

  Lane(ForeignInput input, ForeignReader reader, Consumer<String> notices) {
    this.input = input;
    this.reader = reader;
    this.notices = notices;
  }

  /** What comes next; null at the end. */
  @Nullable Item head() throws IOException {
    if (head == null && !ended) {
      head = read();
      ended = head == null;
      if (ended && damaged > MOST_NOTICES) {
        notices.accept(name() + ": " + (damaged - MOST_NOTICES) + " more like these left out");
      }
    }
    return head;
  }

  void take() {
    head = null;
  }

  /** Something of it is read and waits for its turn. */
  void read(Item item) {
    waiting++;
    namesBoots |= item.at().isBootKnown();
  }

  /**
   * Something of it has its turn.
   *
   * @param current the number of the recording that is going on
   * @return whether, within that recording, the file went on to another boot
   */
  boolean goesOn(Item item, long current) {
    waiting--;
    boolean other = recording == current && !item.at().boot().equals(boot);
    boot = item.at().boot();
    return other;
  }

  /** What had its turn belongs to that recording. */
  void told(long inRecording) {
    recording = inRecording;
  }

  /** Whether it names boots by their ids, and has more to tell. */
  boolean namesBootsYet() throws IOException {
    return namesBoots && (waiting > 0 || head() != null);
  }

  private @Nullable Item read() throws IOException {
    if (behindGap != null) {
      Foreign told = behindGap;
      behindGap = null;
      return item(told);
    }
    for (Foreign told = next(); told != null; told = next()) {
      if (!(told instanceof Foreign.Damaged fault)) {
        if (lost == 0) {
          return item(told);
        }
        behindGap = told;
        lostTo = told.at();
        return gap();
      }
      count(fault);
    }
    return lost > 0 && lostTo.isKnown() ? gap() : null;
  }

  private Item item(Foreign told) {
    last = told.at();
    return new Item(told.at(), told, 0, told.at());
  }

  private Item gap() {
    Item item = new Item(lostTo, null, lost, lostFrom.isKnown() ? lostFrom : lostTo);
    lost = 0;
    lostFrom = When.NEVER;
    return item;
  }

  private @Nullable Foreign next() throws IOException {
    if (broken) {
      return null;
    }
    try {
      return reader.next();
    } catch (ForeignException e) {
      throw e;
    } catch (IOException e) {
      String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      notices.accept(name() + ": cannot be read on: " + reason + "; the rest of it is left out");
      damaged++;
      lose(last);
      broken = true;
      return null;
    }
  }

  private void count(Foreign.Damaged fault) {
    damaged++;
    if (damaged <= MOST_NOTICES) {
      notices.accept(fault.place() + ": expected " + fault.expected() + ", found " + fault.found());
    }
    if (fault.lost()) {
      lose(fault.at());
    }
  }

  private void lose(When at) {
    lost++;
    if (at.isKnown()) {
      lostFrom = lostFrom.isKnown() ? lostFrom : at;
      lostTo = at;
    }
  }

  private String name() {
    return KernelText.printable(input.name());
  }

  /** The source whose words are missing where some are. */
  Source source() {
    return switch (input.format()) {
      case UDEVADM, PCAP -> Source.UEVENT;
      case JOURNAL, DMESG -> Source.KMSG;
      case MULTIPATHD -> Source.LOG;
    };
  }

  /** All sources that it may have words of. */
  List<Source> sources() {
    return switch (input.format()) {
      case UDEVADM, PCAP -> List.of(Source.UEVENT, Source.UDEV);
      case JOURNAL, MULTIPATHD -> List.of(Source.KMSG, Source.LOG);
      case DMESG -> List.of(Source.KMSG);
    };
  }

  /** Whether both clocks of its times were read together. */
  boolean isExact() {
    return input.format() == ForeignFormat.JOURNAL;
  }

  /** The file's name without its folder, as it may stand in a journal. */
  String label() {
    return input.label();
  }

  String kernel() {
    return reader.kernel();
  }

  long passed() {
    return reader.passed();
  }

  long damaged() {
    return damaged;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
