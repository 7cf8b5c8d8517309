package dmrec.record;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Asks the kernel for the state of its mapped devices. One thread. */
sealed interface DevicePoller permits DmPoller, SysfsPoller {
  /**
   * All devices.
   *
   * @param always also those that are as they were
   * @return whether every device answered
   */
  boolean pollAll(Intake to, boolean always) throws IOException;

  /**
   * A part of a round: all devices but the steady ones, and some of these.
   *
   * @return if this ended the round, and every device has answered: the moment at which all were as
   *     they are known, but for what an unread uevent tells; else null
   */
  @Nullable Stamp pollPart(Intake to) throws IOException;

  /** Whether it could not ask last. */
  boolean isFailing();

  /** Those of which something was told since the last time. */
  void pollChanged(Intake to) throws IOException;
}
