package dmrec.handler;

/**
 * What only native code can do about processes whose parent has ended. The command line hands it
 * in: this package has none.
 */
public interface Orphans {
  /** Where no native code is to be had: orphans go to init. */
  Orphans LEFT_TO_INIT =
      new Orphans() {
        @Override
        public boolean adopt() {
          return false;
        }

        @Override
        public void bury(long pid) {}
      };

  /**
   * Lets orphans among this process's descendants become its children from now on.
   *
   * @return false where that is not possible
   */
  boolean adopt();

  /** Takes an adopted child that has ended off the process table. Does nothing to others. */
  void bury(long pid);
}
