package dmrec.event;

/**
 * The process that asked for what happened.
 *
 * @param pid its process id, as the kernel put it into the message
 * @param uid its user
 * @param command its name; empty where it was gone before it could be read
 */
public record Actor(int pid, int uid, String command) {}
