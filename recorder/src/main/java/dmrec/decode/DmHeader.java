package dmrec.decode;

import dmrec.target.DevNo;
import java.nio.ByteBuffer;

/**
 * The head of every reply of the dm control device ({@code struct dm_ioctl}, 312 bytes).
 *
 * @param versionMajor 4
 * @param versionMinor the driver's interface version, which tells what a reply can hold
 * @param dataBytes how much of the reply is filled, counted from its first byte
 * @param dataStart where the body starts
 * @param targetCount targets in a status reply, unsigned
 * @param openCount who holds the device open
 * @param flags DM_*_FLAG
 * @param eventNr events the device has raised, unsigned; restarts at 0 with each new device
 * @param dev the device's number, {@link DevNo#NONE} in replies about no device
 * @param name empty in replies about no device
 * @param uuid empty where the device has none
 */
public record DmHeader(
    int versionMajor,
    int versionMinor,
    int versionPatch,
    long dataBytes,
    long dataStart,
    long targetCount,
    int openCount,
    int flags,
    long eventNr,
    DevNo dev,
    String name,
    String uuid) {

  /** Size of the head, to which the kernel pads it. */
  public static final int BYTES = 312;

  /**
   * Decodes the head of the reply that remains in {@code reply}, whose position stays. Its byte
   * order is the sender's: the major version, always 4, shows which.
   */
  public static DmHeader decode(ByteBuffer reply) throws DecodeException {
    return new ReplyReader("dm reply", reply).header();
  }

  public boolean readOnly() {
    return flag(0);
  }

  public boolean suspended() {
    return flag(1);
  }

  /** A table is live. */
  public boolean activePresent() {
    return flag(5);
  }

  /** A table is loaded and waits for a resume. */
  public boolean inactivePresent() {
    return flag(6);
  }

  /** The reply did not fit: ask again with a larger buffer; the body must not be read. */
  public boolean bufferFull() {
    return flag(8);
  }

  /** The device goes once it is closed. */
  public boolean deferredRemove() {
    return flag(17);
  }

  /** The kernel itself suspended the device. */
  public boolean internalSuspend() {
    return flag(18);
  }

  private boolean flag(int bit) {
    return (flags >>> bit & 1) != 0;
  }
}
