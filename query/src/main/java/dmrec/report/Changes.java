package dmrec.report;

/** What something was from which event on. Only what differs from before is kept. */
final class Changes {
  private final Packed packed = new Packed();
  private int count;
  private int lastEvent;
  private int last;

  /**
   * It is so from an event on.
   *
   * @param event counted from 1; 0 is before the first
   */
  void set(int event, int value) {
    if (value != last) {
      packed.number(event - lastEvent);
      packed.number(value);
      count++;
      lastEvent = event;
      last = value;
    }
  }

  int count() {
    return count;
  }

  void writeTo(Packed out) {
    out.number(count);
    out.all(packed);
  }
}
