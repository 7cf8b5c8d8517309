package dmrec.event;

import java.util.Locale;

/**
 * A process behind what happened: names and numbers, never arguments or environment, which hold
 * keys.
 *
 * @param relation how it stands to what happened
 * @param pid its process id, as the kernel gave it
 * @param startNs when it began, on the boot's clock in nanoseconds: with the pid its identity; 0
 *     unknown
 * @param tid the thread; 0 unknown
 * @param uid its user
 * @param loginUid who logged in, whatever user it runs as; -1 unknown or nobody
 * @param command its name (comm, at most 15 bytes); empty where it was gone before it could be read
 * @param executable the file it runs; empty unknown
 * @param parentPid its parent's process id; 0 unknown
 * @param parentCommand its parent's name; empty unknown
 * @param unit the systemd unit it belongs to; empty unknown
 */
public record Actor(
    Relation relation,
    int pid,
    long startNs,
    int tid,
    int uid,
    int loginUid,
    String command,
    String executable,
    int parentPid,
    String parentCommand,
    String unit) {

  /** How a process stands to what happened. Codes are part of the journal's format. */
  public enum Relation {
    /** It asked for it. */
    ASKED(0),
    /** The kernel was working for it when it happened, which need not be its doing. */
    CONTEXT(1);

    private final int code;
    private final String word = name().toLowerCase(Locale.ROOT);

    Relation(int code) {
      this.code = code;
    }

    public int code() {
      return code;
    }

    /** The name in JSON, in filters and on screen. */
    public String word() {
      return word;
    }
  }

  /** The same process in another relation. */
  public Actor as(Relation other) {
    return new Actor(
        other,
        pid,
        startNs,
        tid,
        uid,
        loginUid,
        command,
        executable,
        parentPid,
        parentCommand,
        unit);
  }

  /** A process that asked, of which no more is known. */
  public static Actor asked(int pid, int uid, String command) {
    return new Actor(Relation.ASKED, pid, 0, 0, uid, -1, command, "", 0, "", "");
  }
}
