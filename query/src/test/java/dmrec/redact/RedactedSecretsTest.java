package dmrec.redact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DeviceState;
import dmrec.event.DmEvent;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.event.Source;
import dmrec.query.StackTree;
import dmrec.target.DevNo;
import dmrec.target.TableReferences;
import dmrec.target.Target;
import dmrec.topology.Device;
import dmrec.topology.Topology;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A recording full of names, after which none of them can be found. */
class RedactedSecretsTest {
  private static final String[] KERNELS_WORDS = {"linear", "A", "8:16", "1", "multipath", "core"};

  /** Makes names and a recording that is full of them. */
  private static final class Recording {
    private final SplittableRandom random;
    final List<String> secrets = new ArrayList<>();
    final List<EventRecord> records = new ArrayList<>();
    private int minor;
    private long seq;

    Recording(long seed) {
      random = new SplittableRandom(seed);
      fill();
    }

    private String letters(String alphabet, int length) {
      StringBuilder out = new StringBuilder();
      for (int i = 0; i < length; i++) {
        out.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      return out.toString();
    }

    private String secret(String text) {
      secrets.add(text);
      return text;
    }

    private String word() {
      return letters("bcdfghjklmnpqrstvwxz", 1) + letters("abcdefghijklmnopqrstuvwxyz", 7);
    }

    /** A name as an administrator may give it. */
    private String name() {
      String word = word();
      return secret(
          switch (random.nextInt(7)) {
            case 0 -> word + "-" + word();
            case 1 -> word + "_" + random.nextInt(100);
            case 2 -> word + "äöü" + letters("éèàßñ", 2);
            case 3 -> word + ".+[" + word() + "]*";
            case 4 -> word.toUpperCase(Locale.ROOT) + word();
            case 5 -> word + "@" + word + "#1";
            default -> word;
          });
    }

    private String hex(int length) {
      return "b" + letters("0123456789abcdef", length - 2) + "c";
    }

    private String rfcUuid() {
      return secret(hex(8) + "-" + hex(4) + "-" + hex(4) + "-" + hex(4) + "-" + hex(12));
    }

    private String lvmId() {
      return secret(letters("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 32));
    }

    private void fill() {
      String host = secret(word());
      String domain = secret(word() + "." + word() + ".example");
      add(
          DeviceRef.NONE,
          new DmEvent.RecordingStarted(
              rfcUuid(),
              "6.1.0-56-amd64",
              "4.47.0",
              "0.1.0",
              host + "." + domain,
              List.of("uevent", "dm", "kmsg"),
              1_000_000_000L,
              "receive time",
              "",
              "",
              0));
      for (int i = 0; i < 14; i++) {
        multipath();
      }
      for (int i = 0; i < 9; i++) {
        group();
      }
      for (int i = 0; i < 10; i++) {
        crypt();
        other(name());
      }
      for (String word : KERNELS_WORDS) {
        other(word);
      }
      String stem = word();
      for (String prefixed : List.of(stem, stem + "2", stem + "22", stem + "2-old", stem + "-o")) {
        other(secret(prefixed));
      }
      for (String each : List.copyOf(secrets)) {
        String odd = random.nextBoolean() ? each : each.toUpperCase(Locale.ROOT);
        add(
            DeviceRef.NONE,
            new DmEvent.KernelMessage(
                "device-mapper: table: 253:1: linear: \"" + odd + "\" (" + each + "): no " + each,
                seq,
                4),
            Bytes.of("4,1,2,-;device-mapper: ioctl: " + escaped(each) + " and " + odd + "\n"));
        add(
            DeviceRef.NONE,
            new DmEvent.Gap("dm", 1, 0, 0, "of " + each + "," + each.replace("-", "--") + ";"));
      }
    }

    private static String escaped(String text) {
      return Spellings.escaped(text, "#+-.:=@_", false);
    }

    private void multipath() {
      String wwid = secret("6" + hex(31));
      String serial = secret(letters("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", 10) + "Q");
      List<DevNo> paths = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        DevNo dev = new DevNo(8, 16 * minor++);
        paths.add(dev);
        add(
            DeviceRef.NONE,
            new DmEvent.DiskAdded(dev, "sd" + (char) ('a' + i), "naa." + wwid, serial, 2048, ""));
      }
      String name = name();
      DeviceRef ref = ref(name, "mpath-3" + wwid);
      String table = "0 1 alua 1 1 service-time 0 2 2 " + paths.get(0) + " 1 1 " + paths.get(1);
      String status = "2 0 1 0 1 1 A 0 2 2 " + paths.get(0) + " A 0 0 1 " + paths.get(1);
      baseline(ref, new Target(0, 2048, "multipath", table + " 1 1 ", status + " F 1 0 1 "), paths);
      add(
          ref,
          new DmEvent.PathFailed(paths.get(0), "sda", 1, 7),
          Bytes.of(
              "change@/devices/virtual/block/dm-0\0ACTION=change\0SUBSYSTEM=block\0"
                  + "DM_TARGET=multipath\0DM_ACTION=PATH_FAILED\0DM_PATH="
                  + paths.get(0)
                  + "\0DM_NAME="
                  + name
                  + "\0DM_UUID=mpath-3"
                  + wwid
                  + "\0SEQNUM=17\0"));
      String label = secret(word() + " " + word());
      String uuid = rfcUuid();
      add(
          ref,
          new DmEvent.Uevent("change", 0, List.of(), 18, false),
          udev(
              "ACTION=change\0DEVPATH=/devices/virtual/block/dm-0\0SUBSYSTEM=block\0ID_SERIAL=3"
                  + wwid
                  + "\0ID_SERIAL_SHORT="
                  + serial
                  + "\0ID_WWN=0x"
                  + wwid.substring(0, 16)
                  + "\0ID_FS_LABEL="
                  + label.replace(' ', '_')
                  + "\0ID_FS_LABEL_ENC="
                  + escaped(label)
                  + "\0ID_FS_UUID="
                  + uuid
                  + "\0UNKNOWN_KEY=of "
                  + name
                  + "\0DEVLINKS=/dev/mapper/"
                  + escaped(name)
                  + " /dev/disk/by-id/wwn-0x"
                  + wwid
                  + " /dev/disk/by-uuid/"
                  + uuid
                  + " /dev/disk/by-label/"
                  + escaped(label)
                  + "\0MAJOR=253\0MINOR=0\0"));
      String part = name + (random.nextBoolean() ? "-part1" : "p1");
      baseline(
          ref(part, "part1-mpath-3" + wwid),
          new Target(0, 1024, "linear", ref.dev() + " 0", ""),
          List.of(ref.dev()));
    }

    private void group() {
      String vg = name();
      String vgId = lvmId();
      DevNo below = new DevNo(8, 0);
      for (int i = 0; i < 4; i++) {
        String lv = name();
        String uuid = "LVM-" + vgId + lvmId();
        String name = vg.replace("-", "--") + "-" + lv.replace("-", "--");
        String[] layers = {"", "-cow", "_rimage_0", "_tdata"};
        DeviceRef ref = ref(name + layers[i], uuid + (i == 1 ? "-cow" : ""));
        baseline(ref, new Target(0, 64, "linear", below + " " + 2048 * i, ""), List.of(below));
        below = ref.dev();
        add(
            ref,
            new DmEvent.Uevent("change", 5, List.of("PRIMARY_SOURCE"), 18, false),
            Bytes.of(
                "change@/devices/virtual/block/dm-4\0DM_NAME="
                    + ref.name()
                    + "\0DM_UUID="
                    + ref.uuid()
                    + "\0DM_VG_NAME="
                    + vg
                    + "\0DM_LV_NAME="
                    + lv
                    + "\0DEVLINKS=/dev/"
                    + vg
                    + "/"
                    + lv
                    + "\0"));
        add(
            ref,
            new DmEvent.TableLoaded(
                List.of(
                    new Target(
                        0, 64, "thin", "253:1 " + i + " /dev/" + vg + "/" + lv, "x " + uuid))));
      }
    }

    private void crypt() {
      String uuid = rfcUuid();
      String name = random.nextBoolean() ? "luks-" + uuid : name();
      DeviceRef ref = ref(name, "CRYPT-LUKS2-" + uuid.replace("-", "") + "-" + name);
      String key = ":32:logon:cryptsetup:" + uuid + "-d0";
      baseline(
          ref,
          new Target(0, 64, "crypt", "aes-xts-plain64 " + key + " 0 8:16 32768", ""),
          List.of(new DevNo(8, 16)));
    }

    private void other(String name) {
      DeviceRef ref = ref(name, "");
      baseline(ref, new Target(0, 64, "linear", "8:16 " + minor, ""), List.of(new DevNo(8, 16)));
      String next = name();
      add(ref, new DmEvent.DeviceRenamed(name, next));
      add(ref, new DmEvent.DeviceRenamed(next, name));
    }

    private void baseline(DeviceRef ref, Target target, List<DevNo> uses) {
      add(
          ref,
          new DmEvent.Baseline(
              new DeviceState(
                  false,
                  false,
                  false,
                  false,
                  1,
                  0,
                  -1,
                  true,
                  List.of(target),
                  false,
                  List.of(),
                  uses)));
    }

    private DeviceRef ref(String name, String uuid) {
      return new DeviceRef(new DevNo(253, minor++), minor, name, uuid);
    }

    private static Bytes udev(String properties) {
      byte[] body = KernelText.encode(properties);
      ByteBuffer out = ByteBuffer.allocate(40 + body.length).order(ByteOrder.BIG_ENDIAN);
      out.put("libudev\0".getBytes(StandardCharsets.US_ASCII)).putInt(0xfeedcafe);
      out.order(ByteOrder.LITTLE_ENDIAN).putInt(40).putInt(40).putInt(body.length);
      out.position(40).put(body).flip();
      return Bytes.of(out);
    }

    private void add(DeviceRef ref, DmEvent event) {
      add(ref, event, Bytes.NONE);
    }

    private void add(DeviceRef ref, DmEvent event, Bytes evidence) {
      String command = secrets.isEmpty() ? "" : secrets.get(random.nextInt(secrets.size()));
      seq++;
      records.add(
          EventRecord.of(event)
              .seq(seq)
              .at(1_772_334_725_000_000_000L + seq, seq)
              .source(Source.DM)
              .actor(Actor.asked(1, 0, "lvchange -ay " + command))
              .device(ref)
              .evidence(evidence)
              .build());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void noneOfTwoHundredNamesIsFoundAndTheStackHasTheSameShape(long seed) throws IOException {
    // given
    Recording recording = new Recording(seed);
    assertTrue(recording.secrets.size() >= 200, recording.secrets.size() + " names");
    Topology before = new Topology();
    Redactor redactor = new Redactor();
    recording.records.forEach(before::apply);
    recording.records.forEach(redactor::learn);
    redactor.learn(before);

    // when
    StringBuilder json = new StringBuilder();
    StringBuilder raw = new StringBuilder();
    Topology after = new Topology();
    List<EventRecord> redacted = new ArrayList<>();
    for (EventRecord each : recording.records) {
      EventRecord told = redactor.redact(each);
      redacted.add(told);
      after.apply(told);
      json.append(EventJson.write(told)).append('\n');
      raw.append(told).append(told.evidence().text()).append('\n');
    }
    for (EventRecord each : redactor.redact(before).records()) {
      json.append(EventJson.write(each)).append('\n');
    }

    // then: neither the check nor a plain search finds one
    byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
    assertEquals(
        List.of(),
        new WordCheck(recording.secrets).scan("events", new ByteArrayInputStream(bytes)));
    String lowerJson = json.toString().toLowerCase(Locale.ROOT);
    String lowerRaw = raw.toString().toLowerCase(Locale.ROOT);
    for (String secret : recording.secrets) {
      String lower = secret.toLowerCase(Locale.ROOT);
      assertFalse(lowerJson.contains(lower), secret);
      assertFalse(lowerRaw.contains(lower), secret);
    }

    // and it is the same stack
    assertSameShape(before, after);
    assertSameShape(before, redactor.redact(before));

    // and all of it comes back
    RedactionMap map = redactor.map();
    for (int i = 0; i < redacted.size(); i++) {
      assertEquals(recording.records.get(i), map.restore(redacted.get(i)));
    }
    assertEquals(
        before.records(), redactor.redact(before).records().stream().map(map::restore).toList());
    assertEquals(new Redactor.LeftOut(0, 0), redactor.leftOut());
  }

  private static void assertSameShape(Topology before, Topology after) {
    assertEquals(String.join("\n", shape(before)), String.join("\n", shape(after)));
    StackTree.Options plain = new StackTree.Options(false, false);
    assertEquals(StackTree.lines(before, plain).size(), StackTree.lines(after, plain).size());
  }

  /** All that a drawing of the stack, {@code dmsetup table} and {@code status} take from it. */
  private static List<String> shape(Topology topology) {
    List<String> shape = new ArrayList<>();
    for (Device device : topology.devices()) {
      StringBuilder line = new StringBuilder();
      line.append(device.dev()).append(device.dependencies()).append(device.suspended());
      line.append(device.uuid().replaceFirst("-.*", ""));
      line.append(device.uuid().startsWith("LVM-") ? device.uuid().length() : 0);
      for (Target target : device.targets()) {
        line.append(' ').append(target.startSector()).append(' ').append(target.lengthSectors());
        line.append(target.type()).append(TableReferences.devices(target));
        line.append(target.params().split(" ", -1).length).append(target.status());
      }
      shape.add(line.toString());
    }
    topology.disks().forEach(disk -> shape.add(disk.dev() + disk.name() + disk.wwid().length()));
    shape.replaceAll(line -> line.replaceFirst("(8:[0-9]+sd.).*", "$1"));
    return shape;
  }
}
