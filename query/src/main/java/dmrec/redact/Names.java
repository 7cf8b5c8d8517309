package dmrec.redact;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes names apart as LVM, multipath, cryptsetup and kpartx put them together, so that what they
 * say of the structure outlives the names.
 */
final class Names {
  /** What LVM appends to the volumes that it hides, once or several times. */
  private static final Pattern HIDDEN =
      Pattern.compile(
          "_(?:(?:mimage|rimage|rmeta|mimagetmp|extracted|vg_)_?[0-9]+|mlog|tdata|tmeta|cdata"
              + "|cmeta|corig|cvol|wcorig|vorigin|vdata|imeta|iorig|pmspare|mlog_mimage_[0-9]+"
              + "|fcorig|tmp|lockd)$");

  private static final Pattern LVM_OWN = Pattern.compile("pvmove[0-9]+|snapshot[0-9]+|lvmlock");
  private static final Pattern LAYER =
      Pattern.compile(
          "real|cow|tpool|pool|vpool[0-9]*|missing_[0-9]+_[0-9]+|cdata|cmeta|tdata|tmeta|origin");
  private static final Pattern PARTITION = Pattern.compile("part([0-9]{1,4})-(.+)", Pattern.DOTALL);
  private static final Pattern NUMBERED_NAME =
      Pattern.compile("(.+?)(-part|_part|p|)([0-9]{1,4})", Pattern.DOTALL);
  private static final Pattern CRYPT_UUID =
      Pattern.compile("(CRYPT-[A-Z0-9]{1,16}-)(?:([0-9a-fA-F]{32})(-|$))?(.*)", Pattern.DOTALL);
  private static final Pattern LUKS_NAME =
      Pattern.compile(
          "(luks-)([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})");
  private static final Pattern OTHER_UUID =
      Pattern.compile("(DMRAID-|mvfs\\.+|stratis-1-|VDO-|CRYPT-|LVM-)(.+)", Pattern.DOTALL);
  private static final Pattern LVM_UUID =
      Pattern.compile("LVM-([A-Za-z0-9!#]{32})([A-Za-z0-9!#]{32})?(-.*|)", Pattern.DOTALL);
  private static final Pattern HEX_RUN = Pattern.compile("[0-9a-fA-F]{32}");
  private static final Pattern WWID_PREFIX =
      Pattern.compile(
          "(?:naa|eui|t10|uuid|nvme|NAA|EUI)\\.|(?:wwn-|scsi-|nvme-|0x)*0x|wwn-|scsi-[0-9S]");

  private static final Pattern STRATIS_WORDS =
      Pattern.compile(
          "-?(?:(?:private|flex|thin|physical|cache|crypt|fs|pool|mdv|thindata"
              + "|thinmeta|thinmetaspare|originsub|cachesub|metasub|integrity|0|1)-?)*");

  private static final Pattern UNIT =
      Pattern.compile(
          "(.+)(\\.(?:service|scope|slice|socket|mount|swap|timer|path|target|device))",
          Pattern.DOTALL);
  private static final Pattern SYSTEM_FILE =
      Pattern.compile("/(?:usr/)?(?:s?bin|lib/systemd|lib/udev|libexec)/([^/]+)");

  private final Secrets secrets;

  Names(Secrets secrets) {
    this.secrets = secrets;
  }

  /** Learns a mapped device's name; where its UUID is known, the name says more. */
  Secret name(String name, String uuid) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a name is needed");
    }
    Secret known = secrets.knownName(name);
    if (known != null && (uuid.isEmpty() || known.isComposite() || known.label != Label.MAP)) {
      return known;
    }
    Matcher luks = LUKS_NAME.matcher(name);
    if (luks.matches()) {
      return secrets.name(
          name, Label.CRYPT, () -> List.of(Secret.Part.of(luks.group(1)), uuidPart(luks.group(2))));
    }
    if (LVM_UUID.matcher(uuid).matches() && name.indexOf('-') > 0) {
      return secrets.name(name, Label.LV, () -> volume(name));
    }
    if (uuid.startsWith("CRYPT-")) {
      return secrets.name(name, Label.CRYPT, List::of);
    }
    if (uuid.startsWith("mpath-")) {
      String wwid = uuid.substring("mpath-".length());
      return secrets.name(name, Label.MPATH, () -> name.equals(wwid) ? wwidParts(wwid) : List.of());
    }
    Matcher part = PARTITION.matcher(uuid);
    Matcher numbered = NUMBERED_NAME.matcher(name);
    if (part.matches() && numbered.matches() && numbered.group(3).equals(part.group(1))) {
      return secrets.name(
          name,
          Label.LV,
          () -> {
            String separator = numbered.group(2).isEmpty() ? "p" : numbered.group(2);
            return List.of(
                Secret.Part.of(name(numbered.group(1), part.group(2))),
                Secret.Part.of(separator + numbered.group(3)));
          });
    }
    return secrets.name(name, Label.MAP, List::of);
  }

  /** Whether a mapped device is known to be called so. */
  boolean isDevice(String name) {
    Secret known = secrets.knownName(name);
    return known != null && known.isDevice;
  }

  /** {@code group-volume-layer}, hyphens of a part doubled. */
  private List<Secret.Part> volume(String name) {
    List<String> pieces = new ArrayList<>();
    StringBuilder piece = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      boolean isHyphen = name.charAt(i) == '-' && pieces.size() < 2;
      if (isHyphen && i + 1 < name.length() && name.charAt(i + 1) == '-') {
        piece.append('-');
        i++;
      } else if (isHyphen) {
        pieces.add(piece.toString());
        piece.setLength(0);
      } else {
        piece.append(name.charAt(i));
      }
    }
    pieces.add(piece.toString());
    if (pieces.size() < 2 || pieces.get(0).isEmpty() || pieces.get(1).isEmpty()) {
      return List.of();
    }
    List<Secret.Part> parts = new ArrayList<>();
    parts.add(Secret.Part.of(secrets.simple(Label.VG, pieces.get(0))));
    parts.add(Secret.Part.of("-"));
    parts.addAll(logicalVolume(pieces.get(1)));
    if (pieces.size() > 2) {
      parts.add(Secret.Part.of("-"));
      parts.add(
          LAYER.matcher(pieces.get(2)).matches()
              ? Secret.Part.of(pieces.get(2))
              : Secret.Part.of(secrets.simple(Label.MAP, pieces.get(2))));
    }
    return List.copyOf(parts);
  }

  /** A volume's own name, without what LVM appends to it. */
  List<Secret.Part> logicalVolume(String lv) {
    int end = lv.length();
    for (Matcher m = HIDDEN.matcher(lv); m.region(0, end).find() && m.start() > 0; ) {
      end = m.start();
    }
    String base = lv.substring(0, end);
    Secret.Part named =
        LVM_OWN.matcher(base).matches()
            ? Secret.Part.of(base)
            : Secret.Part.of(secrets.simple(Label.LV, base));
    return end == lv.length() ? List.of(named) : List.of(named, Secret.Part.of(lv.substring(end)));
  }

  /** Learns a mapped device's UUID. */
  Secret uuid(String uuid, String name) {
    Secret known = secrets.knownUuid(uuid);
    return known != null ? known : secrets.uuid(uuid, () -> uuidParts(uuid, name));
  }

  private List<Secret.Part> uuidParts(String uuid, String name) {
    Matcher lvm = LVM_UUID.matcher(uuid);
    if (lvm.matches()) {
      List<Secret.Part> parts = new ArrayList<>();
      parts.add(Secret.Part.of("LVM-"));
      Secret known = secrets.knownName(name);
      List<Secret.Part> named = known == null ? List.of() : known.parts;
      Secret vg = secrets.shaped(Label.VG, lvm.group(1));
      vg.beside = vg.beside == null && named.size() > 2 ? named.get(0).secret() : vg.beside;
      parts.add(Secret.Part.of(vg, lvm.group(1)));
      if (lvm.group(2) != null) {
        Secret lv = secrets.shaped(Label.LV, lvm.group(2));
        lv.beside = lv.beside == null && named.size() > 2 ? named.get(2).secret() : lv.beside;
        parts.add(Secret.Part.of(lv, lvm.group(2)));
      }
      String layer = lvm.group(3);
      if (!layer.isEmpty()) {
        parts.add(
            LAYER.matcher(layer.substring(1)).matches()
                ? Secret.Part.of(layer)
                : Secret.Part.of(secrets.simple(Label.MAP, layer)));
      }
      return List.copyOf(parts);
    }
    if (uuid.startsWith("mpath-") && uuid.length() > 6) {
      return with("mpath-", wwidParts(uuid.substring(6)));
    }
    Matcher part = PARTITION.matcher(uuid);
    if (part.matches()) {
      Matcher numbered = NUMBERED_NAME.matcher(name);
      String parent = numbered.matches() ? numbered.group(1) : "";
      return List.of(
          Secret.Part.of("part" + part.group(1) + "-"),
          Secret.Part.of(uuid(part.group(2), parent)));
    }
    Matcher crypt = CRYPT_UUID.matcher(uuid);
    if (crypt.matches()) {
      List<Secret.Part> parts = new ArrayList<>();
      parts.add(Secret.Part.of(crypt.group(1)));
      if (crypt.group(2) != null) {
        parts.add(uuidPart(crypt.group(2)));
        parts.add(Secret.Part.of(crypt.group(3)));
      }
      if (!crypt.group(4).isEmpty()) {
        parts.add(Secret.Part.of(name(crypt.group(4), "CRYPT-")));
      }
      return List.copyOf(parts);
    }
    Matcher other = OTHER_UUID.matcher(uuid);
    if (other.matches()) {
      String rest = other.group(2);
      List<Secret.Part> parts = new ArrayList<>();
      Matcher hex = HEX_RUN.matcher(rest);
      if (other.group(1).startsWith("stratis") && hex.find()) {
        // Behind the pool's UUID stands what the device is for, and perhaps another UUID.
        int at = 0;
        parts.add(Secret.Part.of(other.group(1)));
        do {
          parts.add(stratisWords(rest.substring(at, hex.start())));
          parts.add(uuidPart(hex.group()));
          at = hex.end();
        } while (hex.find());
        parts.add(stratisWords(rest.substring(at)));
        return List.copyOf(parts);
      }
      return List.of(
          Secret.Part.of(other.group(1)),
          Secret.Part.of(rest.equals(name) ? name(name, "") : secrets.simple(Label.UUID, rest)));
    }
    return List.of();
  }

  private Secret.Part uuidPart(String uuid) {
    return Secret.Part.of(secrets.shaped(Label.UUID, uuid), uuid);
  }

  /** {@code -thin-fs-}, {@code -flex-mdv} and their like stay. */
  private Secret.Part stratisWords(String text) {
    return text.length() <= 128 && STRATIS_WORDS.matcher(text).matches()
        ? Secret.Part.of(text)
        : Secret.Part.of(secrets.simple(Label.MAP, text));
  }

  private static List<Secret.Part> with(String kept, List<Secret.Part> parts) {
    List<Secret.Part> all = new ArrayList<>();
    all.add(Secret.Part.of(kept));
    all.addAll(parts);
    return List.copyOf(all);
  }

  /** A world-wide name: what says its form stays, the rest is the disk. */
  List<Secret.Part> wwidParts(String wwid) {
    int core = coreStart(wwid);
    Secret disk = secrets.simple(Label.DISK, wwid.substring(core));
    return core == 0
        ? List.of(Secret.Part.of(disk))
        : List.of(Secret.Part.of(wwid.substring(0, core)), Secret.Part.of(disk));
  }

  /** Where the name begins, behind {@code naa.}, {@code 0x} or the digit for the form of it. */
  private static int coreStart(String wwid) {
    Matcher prefix = WWID_PREFIX.matcher(wwid);
    int start = prefix.lookingAt() && prefix.end() < wwid.length() ? prefix.end() : 0;
    String rest = wwid.substring(start);
    // scsi_id's digit for the type of page 83's identifier, or S for a serial number.
    boolean isTyped =
        start == 0
            && rest.length() > 8
            && ((rest.charAt(0) >= '1'
                    && rest.charAt(0) <= '8'
                    && (rest.length() == 17 || rest.length() == 33)
                    && Spellings.isHex(rest))
                || ((rest.charAt(0) == '1' || rest.charAt(0) == '0' || rest.charAt(0) == 'S')
                    && !Spellings.isHex(rest)
                    && Character.isLetter(rest.charAt(1))));
    return isTyped ? 1 : start;
  }

  /** A machine's name; with its domain, both are learned. */
  List<Secret.Part> hostParts(String host) {
    int dot = host.indexOf('.');
    if (dot <= 0 || dot == host.length() - 1 || Spellings.isHex(host.replace(".", ""))) {
      return List.of(Secret.Part.of(secrets.simple(Label.HOST, host)));
    }
    return List.of(
        Secret.Part.of(secrets.simple(Label.HOST, host.substring(0, dot))),
        Secret.Part.of("."),
        Secret.Part.of(secrets.simple(Label.DOMAIN, host.substring(dot + 1))));
  }

  /** A command, executable or unit; nothing where a system calls its own so, which stays. */
  List<Secret.Part> processParts(Role role, String text) {
    Matcher unit = UNIT.matcher(text);
    if (role == Role.UNIT && unit.matches()) {
      return Vocabulary.isTool(unit.group(1))
          ? List.of()
          : List.of(
              Secret.Part.of(process(Label.UNIT, unit.group(1))), Secret.Part.of(unit.group(2)));
    }
    Matcher file = SYSTEM_FILE.matcher(text);
    String name = role == Role.EXECUTABLE && file.matches() ? file.group(1) : text;
    Label label = role == Role.COMMAND ? Label.COMMAND : role == Role.UNIT ? Label.UNIT : Label.EXE;
    return Vocabulary.isTool(name) ? List.of() : List.of(Secret.Part.of(process(label, text)));
  }

  /** One as {@code id}, which tokens hold ({@code uuid1}), is replaced nowhere else. */
  private Secret process(Label label, String text) {
    Secret secret = secrets.simple(label, text);
    if (Label.NUMBERED.pattern().contains(text.toLowerCase(Locale.ROOT))) {
      secret.strength = Secret.Strength.FIELD_ONLY;
    }
    return secret;
  }

  String told(List<Secret.Part> parts) {
    StringBuilder out = new StringBuilder();
    for (Secret.Part part : parts) {
      Secret secret = part.secret();
      out.append(secret == null ? part.text() : secrets.token(secret, part.text()));
    }
    return out.toString();
  }
}
