package dmrec.handler;

/** The two ways in which a uevent reaches who listens. */
public enum UeventWay {
  /** Through the kernel, to the listeners of its group. */
  KERNEL,
  /** With the header of libudev, to the listeners of udev's group. */
  UDEV
}
