package dmrec.redact;

import dmrec.event.KernelText;
import dmrec.target.DevNo;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The properties of a uevent: what each key's value is a name of. */
final class Properties {
  /** Told by the kernel in its own words. */
  private static final Set<String> KEPT =
      Set.of(
          "ACTION",
          "SUBSYSTEM",
          "DEVTYPE",
          "MAJOR",
          "MINOR",
          "DISKSEQ",
          "SEQNUM",
          "DISK_RO",
          "RESIZE",
          "PARTN",
          "DM_ACTION",
          "DM_TARGET",
          "DM_PATH",
          "DM_SEQNUM",
          "DM_NR_VALID_PATHS",
          "DM_COOKIE",
          "DM_LV_LAYER",
          "USEC_INITIALIZED");

  private static final String NO_SYNTH_ID = "0";

  /** What a key's value is: the one list for learning and for replacing. */
  private enum Holds {
    NAME,
    UUID,
    GROUP,
    VOLUME,
    WWID,
    SERIAL,
    /** A UUID of a file system, partition or array. */
    ID,
    LABEL,
    PORT,
    SYNTH_ID,
    /** A partition's type: a UUID that is everybody's. */
    TYPE,
    ANYTHING;

    static Holds of(String key) {
      return switch (key) {
        case "DM_NAME" -> NAME;
        case "DM_UUID" -> UUID;
        case "DM_VG_NAME", "LVM_VG_NAME_COMPLETE", "LVM_VG_NAME_INCOMPLETE" -> GROUP;
        case "DM_LV_NAME" -> VOLUME;
        case "ID_SERIAL",
            "ID_UID",
            "ID_WWN",
            "ID_WWN_WITH_EXTENSION",
            "DM_WWN",
            "ID_WWN_VENDOR",
            "ID_WWN_VENDOR_EXTENSION",
            "WWID",
            "wwid" ->
            WWID;
        case "ID_SERIAL_SHORT", "ID_SCSI_SERIAL", "DM_SERIAL", "SCSI_IDENT_SERIAL" -> SERIAL;
        case "ID_FS_UUID",
            "ID_FS_UUID_ENC",
            "ID_FS_UUID_SUB",
            "ID_FS_UUID_SUB_ENC",
            "ID_PART_ENTRY_UUID",
            "ID_PART_TABLE_UUID",
            "PARTUUID",
            "MD_UUID",
            "MD_DEV_UUID",
            "ID_FS_SYSTEM_ID" ->
            ID;
        case "ID_FS_LABEL",
            "ID_FS_LABEL_ENC",
            "ID_PART_ENTRY_NAME",
            "PARTNAME",
            "MD_NAME",
            "MD_DEVNAME",
            "ID_FS_LABEL_FATBOOT",
            "ID_FS_VOLUME_ID",
            "ID_FS_LOGICAL_VOLUME_ID",
            "ID_FS_VOLUME_SET_ID" ->
            LABEL;
        case "ID_PATH", "ID_PATH_TAG", "ID_SAS_PATH", "ID_PATH_ATA_COMPAT" -> PORT;
        case "SYNTH_UUID" -> SYNTH_ID;
        case "ID_PART_ENTRY_TYPE" -> TYPE;
        default ->
            key.startsWith("SCSI_IDENT_LUN_") || key.startsWith("SCSI_IDENT_PORT_")
                ? WWID
                : ANYTHING;
      };
    }
  }

  private final Secrets secrets;
  private final Names names;
  private final Texts texts;

  Properties(Secrets secrets, Names names, Texts texts) {
    this.secrets = secrets;
    this.names = names;
    this.texts = texts;
  }

  void learn(String text) {
    Map<String, String> values = new HashMap<>();
    for (String line : text.split("\0", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    String uuid = values.getOrDefault("DM_UUID", "");
    String name = values.getOrDefault("DM_NAME", "");
    if (!name.isEmpty()) {
      names.name(name, uuid).bearsDevice();
    }
    if (!uuid.isEmpty()) {
      names.uuid(uuid, name);
    }
    for (String line : text.split("\0", -1)) {
      int equals = line.indexOf('=');
      String key = equals <= 0 ? "" : line.substring(0, equals);
      String value = line.substring(equals + 1);
      if (!value.isEmpty()) {
        learn(key, value);
      }
    }
  }

  private void learn(String key, String value) {
    Holds what = Holds.of(key);
    if (what == Holds.ANYTHING && Vocabulary.isNumber(value)) {
      return;
    }
    secrets.reserve(value);
    switch (what) {
      case NAME, UUID, TYPE -> {}
      case GROUP -> secrets.simple(Label.VG, value);
      case VOLUME -> names.logicalVolume(value);
      case WWID -> names.wwidParts(value);
      case SERIAL -> secrets.simple(Label.SERIAL, value);
      case ID -> secrets.shaped(Label.UUID, value);
      case LABEL -> secrets.simple(Label.LABEL, KernelText.unescaped(value));
      case PORT -> secrets.simple(Label.PORT, value);
      case SYNTH_ID -> {
        if (!value.equals(NO_SYNTH_ID)) {
          secrets.shaped(Label.UUID, value);
        }
      }
      case ANYTHING -> {
        if (!isKept(key, value)) {
          texts.learn(value);
        }
      }
    }
  }

  String redact(String text) {
    StringBuilder out = new StringBuilder(text.length() + 64);
    for (int from = 0; from <= text.length(); ) {
      int nul = text.indexOf('\0', from);
      int end = nul < 0 ? text.length() : nul;
      int equals = text.indexOf('=', from);
      if (equals > from && equals < end) {
        out.append(text, from, equals + 1);
        String key = text.substring(from, equals);
        String value = text.substring(equals + 1, end);
        out.append(value.isEmpty() ? value : redact(key, value));
      } else {
        // ACTION@DEVPATH: what happened is the kernel's word.
        int at = text.indexOf('@', from) + 1;
        int kept =
            at > from && at <= end && Vocabulary.has(text.substring(from, at - 1)) ? at : from;
        out.append(text, from, kept);
        out.append(texts.redact(text.substring(kept, end), Texts.Kind.FREE));
      }
      out.append(nul < 0 ? "" : "\0");
      from = end + 1;
    }
    return out.toString();
  }

  private String redact(String key, String value) {
    String redacted = told(key, value);
    return secrets.tokens().restore(redacted).equals(value)
        ? redacted
        : secrets.token(secrets.simple(Label.TEXT, value));
  }

  private String told(String key, String value) {
    return switch (Holds.of(key)) {
      case NAME -> secrets.token(names.name(value, ""));
      case UUID -> secrets.token(names.uuid(value, ""));
      case GROUP -> secrets.token(secrets.simple(Label.VG, value));
      case VOLUME -> names.told(names.logicalVolume(value));
      case WWID -> names.told(names.wwidParts(value));
      case SERIAL -> secrets.token(secrets.simple(Label.SERIAL, value));
      case ID -> secrets.token(secrets.shaped(Label.UUID, value), value);
      case LABEL -> secrets.token(secrets.simple(Label.LABEL, KernelText.unescaped(value)), value);
      case PORT -> secrets.token(secrets.simple(Label.PORT, value));
      case SYNTH_ID ->
          value.equals(NO_SYNTH_ID)
              ? value
              : secrets.token(secrets.shaped(Label.UUID, value), value);
      case TYPE -> texts.redact(value, Texts.Kind.FREE);
      case ANYTHING -> isKept(key, value) ? value : texts.redact(value, Texts.Kind.FREE);
    };
  }

  private static boolean isKept(String key, String value) {
    return KEPT.contains(key)
        && (Vocabulary.has(value)
            || Vocabulary.isNumber(value)
            || Vocabulary.isKernelDisk(value)
            || DevNo.isDevNo(value));
  }
}
