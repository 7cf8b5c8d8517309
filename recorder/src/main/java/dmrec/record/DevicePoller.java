package dmrec.record;

import java.io.IOException;

/** Asks the kernel for the state of its mapped devices. One thread. */
sealed interface DevicePoller permits DmPoller, SysfsPoller {
  /**
   * One round of all devices.
   *
   * @param always also those that are as they were
   * @return whether every device answered
   */
  boolean pollAll(Intake to, boolean always) throws IOException;

  /** Whether it could not ask last. */
  boolean isFailing();

  /** Those of which something was told since the last time. */
  void pollChanged(Intake to) throws IOException;
}
