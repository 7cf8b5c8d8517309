package dmrec.record;

/**
 * What to listen to, and how.
 *
 * @param udev listen to udev's group too
 * @param kernelLog read the kernel log
 * @param probes place probes in the kernel
 * @param ueventsOnly do not ask the control device or sysfs
 * @param receiveBufferBytes size of the uevent socket's receive buffer, as asked for
 * @param ringBytes memory for uevents that were received and are not recorded yet
 * @param sampleNs time between two polls of the states that raise no event; 0 for never
 * @param lockMemory keep all of the process in memory
 * @param version version of dmrec, for the journal
 */
public record RecordingOptions(
    boolean udev,
    boolean kernelLog,
    boolean probes,
    boolean ueventsOnly,
    int receiveBufferBytes,
    int ringBytes,
    long sampleNs,
    boolean lockMemory,
    String version) {}
