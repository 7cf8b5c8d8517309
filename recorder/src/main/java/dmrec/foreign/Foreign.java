package dmrec.foreign;

import dmrec.event.Bytes;

/** One thing that a file says. */
public sealed interface Foreign {

  /** When it was said. */
  When at();

  /**
   * A uevent.
   *
   * @param udev whether udev sent it on; else it is the kernel's
   * @param message as the socket gives it, or made of the text's lines
   */
  record UeventHeard(When at, boolean udev, Bytes message) implements Foreign {}

  /**
   * A line of device-mapper in the kernel log.
   *
   * @param priority syslog level; 6 where the file does not tell
   * @param text as {@code /dev/kmsg} spells it
   * @param line as the file has it
   */
  record KernelLine(When at, int priority, String text, Bytes line) implements Foreign {}

  /** A line of a program that watches mapped devices; components as in {@link KernelLine}. */
  record DaemonLine(When at, String program, int priority, String text, Bytes line)
      implements Foreign {}

  /**
   * What cannot be used, in a file that goes on behind it.
   *
   * @param place file and line, or file and packet
   * @param lost whether it may have been an event that is now missing
   */
  record Damaged(When at, String place, String expected, String found, boolean lost)
      implements Foreign {}
}
