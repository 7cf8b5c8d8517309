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
          "ID_BUS",
          "ID_TYPE",
          "ID_VENDOR",
          "ID_MODEL",
          "ID_REVISION",
          "ID_FS_TYPE",
          "ID_FS_USAGE",
          "ID_FS_VERSION",
          "ID_PART_TABLE_TYPE",
          "ID_PART_ENTRY_TYPE",
          "USEC_INITIALIZED");

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
      names.name(name, uuid);
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
    if (Vocabulary.isNumber(value) && !key.startsWith("ID_") && !key.startsWith("DM_")) {
      return;
    }
    secrets.reserve(value);
    switch (key) {
      case "DM_NAME", "DM_UUID", "ID_PART_ENTRY_TYPE" -> {}
      case "DM_VG_NAME" -> secrets.simple(Label.VG, value);
      case "DM_LV_NAME" -> names.logicalVolume(value);
      case "ID_SERIAL",
          "ID_UID",
          "ID_WWN",
          "ID_WWN_WITH_EXTENSION",
          "DM_WWN",
          "ID_WWN_VENDOR",
          "ID_WWN_VENDOR_EXTENSION",
          "WWID",
          "wwid" ->
          names.wwidParts(value);
      case "ID_SERIAL_SHORT", "ID_SCSI_SERIAL", "DM_SERIAL", "SCSI_IDENT_SERIAL" ->
          secrets.simple(Label.SERIAL, value);
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
          secrets.shaped(Label.UUID, value);
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
          secrets.simple(Label.LABEL, KernelText.unescaped(value));
      case "ID_PATH", "ID_PATH_TAG", "ID_SAS_PATH", "ID_PATH_ATA_COMPAT" ->
          secrets.simple(Label.PORT, value);
      case "SYNTH_UUID" -> {
        if (!value.equals("0")) {
          secrets.shaped(Label.UUID, value);
        }
      }
      default -> {
        if (key.startsWith("SCSI_IDENT_LUN_") || key.startsWith("SCSI_IDENT_PORT_")) {
          names.wwidParts(value);
        } else if (!isKept(key, value)) {
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
        out.append(texts.redact(text.substring(from, end), Texts.Kind.FREE));
      }
      out.append(nul < 0 ? "" : "\0");
      from = end + 1;
    }
    return out.toString();
  }

  private String redact(String key, String value) {
    switch (key) {
      case "DM_NAME" -> {
        return secrets.token(names.name(value, ""));
      }
      case "DM_UUID" -> {
        return secrets.token(names.uuid(value, ""));
      }
      case "DM_VG_NAME" -> {
        return secrets.token(secrets.simple(Label.VG, value));
      }
      case "DM_LV_NAME" -> {
        return names.told(names.logicalVolume(value));
      }
      case "ID_SERIAL_SHORT", "ID_SCSI_SERIAL", "DM_SERIAL", "SCSI_IDENT_SERIAL" -> {
        return secrets.token(secrets.simple(Label.SERIAL, value));
      }
      case "ID_SERIAL", "ID_UID", "ID_WWN", "ID_WWN_WITH_EXTENSION", "DM_WWN" -> {
        return names.told(names.wwidParts(value));
      }
      case "ID_FS_LABEL", "ID_PART_ENTRY_NAME", "PARTNAME" -> {
        return secrets.token(secrets.simple(Label.LABEL, KernelText.unescaped(value)), value);
      }
      case "ID_FS_UUID", "ID_PART_ENTRY_UUID", "PARTUUID" -> {
        return secrets.token(secrets.shaped(Label.UUID, value), value);
      }
      default -> {
        return isKept(key, value) ? value : texts.redact(value, Texts.Kind.FREE);
      }
    }
  }

  private static boolean isKept(String key, String value) {
    return KEPT.contains(key)
        && (Vocabulary.has(value)
            || Vocabulary.isNumber(value)
            || Vocabulary.isKernelDisk(value)
            || DevNo.isDevNo(value));
  }
}
