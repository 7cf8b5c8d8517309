package dmrec.redact;

/** What a text of an event is, which decides how names in it are told. */
enum Role {
  /** A mapped device's name. */
  NAME,
  /** A mapped device's UUID. */
  UUID,
  /** The kernel's name of a disk, which stays; or a mapped device's, where one is a path. */
  DISK_NAME,
  WWID,
  SERIAL,
  /** The port of a target that a disk is reached by. */
  PORT,
  HOST,
  /** The machine's id, hashed. */
  MACHINE,
  /** The id of a boot of the machine. */
  BOOT,
  /** The name of a process. */
  COMMAND,
  /** The file that a process runs. */
  EXECUTABLE,
  /** A systemd unit. */
  UNIT,
  /** A table or status line. */
  TARGET,
  /** One of few words: a mode, a state, a target type, a version. */
  WORD,
  /** Anything. */
  TEXT;

  /** By the name that a payload field has in JSON: the same in every kind of event. */
  static Role ofField(String jsonName) {
    return switch (jsonName) {
      case "old_name", "new_name" -> NAME;
      case "uuid" -> UUID;
      case "name", "disk" -> DISK_NAME;
      case "wwid" -> WWID;
      case "serial" -> SERIAL;
      case "port" -> PORT;
      case "machine" -> MACHINE;
      case "host" -> HOST;
      case "boot_id", "previous_boot_id" -> BOOT;
      case "status", "old_status" -> TARGET;
      case "state", "health", "from", "to", "space", "block_type", "type", "action", "fault" ->
          WORD;
      case "request" -> WORD;
      case "lost", "sources", "clock", "cookie_flags", "kernel", "driver", "version" -> WORD;
      default -> TEXT;
    };
  }
}
