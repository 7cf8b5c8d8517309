package dmrec.query;

/** How a device does, the better first. */
public enum Health {
  OK("in order"),
  /** It works as it should, and somebody may want to know this. */
  NOTED("worth a look"),
  /** It works with less than it has. */
  DEGRADED("degraded"),
  /** I/O is held back, and goes on when the cause goes away. */
  WAITING("I/O waits"),
  /** I/O fails, or what is read is not to be trusted. */
  FAILED("failed");

  private final String words;

  Health(String words) {
    this.words = words;
  }

  /** For people. */
  public String words() {
    return words;
  }

  Health or(Health other) {
    return compareTo(other) >= 0 ? this : other;
  }

  Health atMost(Health other) {
    return compareTo(other) <= 0 ? this : other;
  }
}
