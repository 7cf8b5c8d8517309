package dmrec.handler;

/**
 * Which journal is replayed.
 *
 * @param journal its folder, as it was named
 * @param host the machine that was recorded; empty where no recording began before the stream
 * @param bootId the kernel's id of the boot that the stream begins in; empty as above
 * @param kernel release of its kernel; empty as above
 * @param firstSeq number of the first event of the stream
 */
public record JournalIdentity(
    String journal, String host, String bootId, String kernel, long firstSeq) {}
