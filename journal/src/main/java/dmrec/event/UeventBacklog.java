package dmrec.event;

/**
 * How much waited at most between the kernel and the recorder, and how much could have. All zero
 * where nobody said.
 *
 * @param queueMaxBytes most seen in the uevent socket, as the kernel accounts it
 * @param queueSizeBytes what the socket may hold
 * @param ringMaxBytes most in the ring behind it
 * @param ringSizeBytes what the ring holds
 */
public record UeventBacklog(
    @Later long queueMaxBytes,
    @Later long queueSizeBytes,
    @Later long ringMaxBytes,
    @Later long ringSizeBytes) {
  public static final UeventBacklog UNKNOWN = new UeventBacklog(0, 0, 0, 0);
}
