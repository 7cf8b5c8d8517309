package dmrec.query;

/**
 * The parts of a mapped device's name where LVM made it: {@code group-volume-layer}, in which a
 * hyphen of a part is written twice. Empty where another subsystem made it.
 *
 * @param subsystem what stands before the UUID's first hyphen
 * @param vg the volume group
 * @param lv the logical volume
 * @param layer what the device is of the volume, as {@code real} or {@code cow}; often empty
 */
public record LvmName(String subsystem, String vg, String lv, String layer) {

  /** The parts of a name, if the UUID is one of LVM's. */
  public static LvmName of(String uuid, String name) {
    String subsystem = uuid.substring(0, Math.max(0, uuid.indexOf('-')));
    if (!subsystem.equals("LVM")) {
      return new LvmName(subsystem, "", "", "");
    }
    String[] parts = {"", "", ""};
    int at = 0;
    for (int part = 0; part < parts.length; part++) {
      StringBuilder text = new StringBuilder();
      while (at < name.length()) {
        boolean isHyphen = name.charAt(at) == '-' && at + 1 < name.length();
        if (isHyphen && name.charAt(at + 1) != '-') {
          break;
        }
        at += isHyphen ? 1 : 0;
        text.append(name.charAt(at));
        at++;
      }
      // Past the hyphen between two parts.
      at = Math.min(at + 1, name.length());
      parts[part] = text.toString();
    }
    return new LvmName(subsystem, parts[0], parts[1], parts[2]);
  }
}
