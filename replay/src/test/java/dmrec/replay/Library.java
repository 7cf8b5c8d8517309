package dmrec.replay;

/** A library that a handler may bring in another version. */
public final class Library {
  private Library() {}

  public static String whose() {
    return "dmrec's";
  }
}
