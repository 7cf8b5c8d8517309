package dmrec.event;

/**
 * What is appended to a journal: an event with everything that every event carries. It is an {@link
 * EventRecord}, which is a value, or a {@link PathEvent}, which is read in place and used again.
 */
public sealed interface JournalEntry permits EventRecord, PathEvent {
  /** When it happened: CLOCK_REALTIME, nanoseconds since 1970. */
  long wallNs();

  /** When it happened, on the boot's own clock in nanoseconds. */
  long monoNs();

  /** The device it is about, or {@link DeviceRef#NONE}. */
  DeviceRef device();

  Kind kind();

  Certainty certainty();

  /** Bits of {@link Mark}. */
  int marks();

  /** The entry as a value, which stays as it is. */
  EventRecord asRecord();

  /**
   * Whether its device is then as it says: not where a process injected it or a program only
   * claimed it, nor where a newer event of its path was recorded before it. Any other late event
   * takes effect where it was recorded.
   */
  default boolean tellsState() {
    boolean isOfPath = kind() == Kind.PATH_FAILED || kind() == Kind.PATH_REINSTATED;
    return changesState() && !(isOfPath && Mark.LATE.isIn(marks()));
  }

  /** Whether it changes the topology: what was injected or only claimed is kept and shown. */
  default boolean changesState() {
    return !Mark.INJECTED.isIn(marks()) && certainty() != Certainty.CLAIMED;
  }
}
