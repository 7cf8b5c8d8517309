package dmrec.cli.replay;

import dmrec.handler.Orphans;
import dmrec.kernel.KernelException;
import dmrec.kernel.Subreaper;

/** Orphans as Linux lets a process adopt them. */
final class AdoptedOrphans implements Orphans {
  @Override
  public boolean adopt() {
    try {
      Subreaper.become();
      return true;
    } catch (KernelException e) {
      return false; // They are looked for in another way.
    }
  }

  @Override
  public void bury(long pid) {
    try {
      Subreaper.bury((int) pid);
    } catch (KernelException e) {
      // It stays in the process table until dmrec ends.
    }
  }
}
