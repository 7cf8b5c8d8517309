package dmrec.journal;

import dmrec.event.DeviceRef;
import dmrec.event.Fields;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.target.DevNo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a cycle file holds and where: for each event its place, time, kind and device, and where a
 * state of the stack stands between them.
 *
 * <p>It covers the events from the first up to the first damage, whose numbers follow each other;
 * behind that only a {@link JournalReader} can tell what is there. It grows with the file. One
 * thread.
 */
final class FileIndex {
  private static final byte[] MAGIC = {(byte) 0xd7, 'd', 'm', 'i', 'd', 'x', '\r', '\n'};
  private static final int VERSION = 2;
  private static final int HEAD_BYTES = 8 + 4 + 3 * 8 + 8 + 8 + 4 + 4 + 4;
  private static final int EVENT_BYTES = 4 + 8 + 2 + 4;
  private static final int CHECKPOINT_BYTES = 4 + 4;
  private static final int DEVICE_BYTES = 8 + 8 + 4 + 4 + 8 + 4;

  /** More are left to the reader: all of it must fit an array. */
  private static final int MOST_EVENTS = 1 << 26;

  /** The fields of a path's event that name the path and its disk. */
  private static final int PATH_TAG = Fields.of(Kind.PATH_FAILED).get(0).tag();

  private static final int DISK_TAG = Fields.of(Kind.PATH_FAILED).get(1).tag();

  /** Codes from here on are of kinds that this version does not know. */
  private static final int KIND_CODES = 128;

  /** Of what the places are multiples. */
  private static final int UNIT_SHIFT = 2;

  /**
   * What tells a file from any other, also from one of the same name and size that lay elsewhere:
   * nobody can choose the time of a file's last change of status. So an index that was copied or
   * unpacked along with a journal is not believed.
   */
  record Identity(long inode, long changedNs, long sizeBytes) {}

  private final Map<Long, List<Integer>> numbers = new HashMap<>();
  private final List<Device> devices = new ArrayList<>();
  private int[] places = new int[256];
  private long[] wallNs = new long[256];
  private short[] kinds = new short[256];
  private int[] deviceOf = new int[256];
  private int size;
  private int[] stateAt = new int[8];
  private int[] statePlaces = new int[8];
  private int states;
  private long firstSeq;
  private long endBytes;
  private boolean whole = true;
  private int lastDevice = -1;

  /**
   * A device as its events name it, and the path of it that they name; with the bytes that say so.
   */
  private static final class Device {
    private final long dev;
    private final long diskSeq;
    private final byte[] name;
    private final byte[] uuid;
    private final long path;
    private final byte[] disk;
    private final DeviceRef ref;
    private final @Nullable DeviceRef pathRef;

    Device(long dev, long diskSeq, byte[] name, byte[] uuid, long path, byte[] disk) {
      this.dev = dev;
      this.diskSeq = diskSeq;
      this.name = name;
      this.uuid = uuid;
      this.path = path;
      this.disk = disk;
      this.pathRef =
          path == 0 && disk.length == 0
              ? null
              : new DeviceRef(DevNo.decode(path), 0, KernelText.decode(disk), "");
      this.ref =
          dev == 0 && diskSeq == 0 && name.length == 0 && uuid.length == 0
              ? DeviceRef.NONE
              : new DeviceRef(
                  DevNo.decode(dev), diskSeq, KernelText.decode(name), KernelText.decode(uuid));
    }

    boolean is(byte[] bytes, Names names, long atDev, long atDiskSeq) {
      return dev == atDev
          && diskSeq == atDiskSeq
          && path == names.path
          && names.isName(bytes, name)
          && names.isUuid(bytes, uuid)
          && names.isDisk(bytes, disk);
    }

    int bytes() {
      return DEVICE_BYTES + name.length + uuid.length + disk.length;
    }

    boolean satisfies(Predicate<DeviceRef> condition) {
      return condition.test(ref) || (pathRef != null && condition.test(pathRef));
    }
  }

  /** Where in a record the device's name and UUID are, and the path of a path's event. */
  private static final class Names {
    private int nameAt;
    private int nameBytes;
    private int uuidAt;
    private int uuidBytes;
    private long path;
    private int diskAt;
    private int diskBytes;

    /** Looks for them; false where the record's fields do not fit into it. */
    boolean find(byte[] bytes, int at) {
      int end = at + RecordLayout.intAt(bytes, at + RecordLayout.TOTAL_LENGTH);
      nameBytes = 0;
      uuidBytes = 0;
      path = 0;
      diskBytes = 0;
      int kind = RecordLayout.shortAt(bytes, at + RecordLayout.KIND);
      boolean ofPath = kind == Kind.PATH_FAILED.code() || kind == Kind.PATH_REINSTATED.code();
      int p = at + RecordLayout.HEADER_BYTES;
      while (p + RecordLayout.FIELD_HEADER_BYTES <= end) {
        int tag = RecordLayout.shortAt(bytes, p);
        int length = RecordLayout.intAt(bytes, p + 2);
        int value = p + RecordLayout.FIELD_HEADER_BYTES;
        if (length < 0 || length > end - value) {
          return false;
        }
        if (ofPath && tag == PATH_TAG && length == Long.BYTES) {
          path = RecordLayout.longAt(bytes, value);
        } else if (ofPath && tag == DISK_TAG) {
          diskAt = value;
          diskBytes = length;
        } else if (tag == RecordLayout.TAG_NAME) {
          nameAt = value;
          nameBytes = length;
        } else if (tag == RecordLayout.TAG_UUID) {
          uuidAt = value;
          uuidBytes = length;
        } else if (tag > RecordLayout.TAG_UUID) {
          break;
        }
        p = value + length;
      }
      return true;
    }

    boolean isName(byte[] bytes, byte[] name) {
      return Arrays.equals(bytes, nameAt, nameAt + nameBytes, name, 0, name.length);
    }

    boolean isDisk(byte[] bytes, byte[] disk) {
      return Arrays.equals(bytes, diskAt, diskAt + diskBytes, disk, 0, disk.length);
    }

    byte[] disk(byte[] bytes) {
      return Arrays.copyOfRange(bytes, diskAt, diskAt + diskBytes);
    }

    boolean isUuid(byte[] bytes, byte[] uuid) {
      return Arrays.equals(bytes, uuidAt, uuidAt + uuidBytes, uuid, 0, uuid.length);
    }

    byte[] name(byte[] bytes) {
      return Arrays.copyOfRange(bytes, nameAt, nameAt + nameBytes);
    }

    byte[] uuid(byte[] bytes) {
      return Arrays.copyOfRange(bytes, uuidAt, uuidAt + uuidBytes);
    }
  }

  private final Names names = new Names();

  /** How many events it covers. */
  int size() {
    return size;
  }

  /** Whether it covers all that is in the file so far. */
  boolean isWhole() {
    return whole;
  }

  /** The number of the first event; that of event i is i more. */
  long firstSeq() {
    return firstSeq;
  }

  long wallNs(int event) {
    return wallNs[event];
  }

  /** Where the document of an event begins in the file. */
  long place(int event) {
    return (places[event] & 0xffff_ffffL) << UNIT_SHIFT;
  }

  /** Which of its devices satisfy a condition, or a path of which its events name. */
  boolean[] devices(Predicate<DeviceRef> condition) {
    boolean[] taken = new boolean[devices.size()];
    for (int i = 0; i < taken.length; i++) {
      taken[i] = devices.get(i).satisfies(condition);
    }
    return taken;
  }

  /** The devices that its events are about. */
  List<DeviceRef> devices() {
    return devices.stream().map(device -> device.ref).toList();
  }

  /** Which events are looked for: by the kind's code, and of which kinds any device will do. */
  static final class Choice {
    private final boolean[] kinds;
    private final boolean[] always;
    private final Times times;

    Choice(Predicate<Kind> kinds, Predicate<Kind> always, Times times) {
      this.kinds = codes(kinds);
      this.always = codes(always);
      this.times = times;
    }

    /** The first code stands for all kinds that are not known. */
    private static boolean[] codes(Predicate<Kind> condition) {
      boolean[] taken = new boolean[KIND_CODES];
      for (int code = 0; code < KIND_CODES; code++) {
        taken[code] = condition.test(Kind.ofCode(code));
      }
      return taken;
    }
  }

  private boolean isTaken(int event, Choice choice, boolean[] deviceTaken) {
    int code = kinds[event] & 0xffff;
    int kind = code < KIND_CODES ? code : 0;
    if (!choice.kinds[kind] || !choice.times.contains(wallNs[event])) {
      return false;
    }
    // A file that grew may name devices that were not there when the condition was tried.
    int device = deviceOf[event];
    return choice.always[kind] || device >= deviceTaken.length || deviceTaken[device];
  }

  /** The first event of {@code from} to {@code to} (not included) that may be meant, or to. */
  int next(int from, int to, Choice choice, boolean[] deviceTaken) {
    int i = from;
    while (i < to && !isTaken(i, choice, deviceTaken)) {
      i++;
    }
    return i;
  }

  /** The last event of {@code from} down to 0 that may be meant, or -1. */
  int previous(int from, Choice choice, boolean[] deviceTaken) {
    int i = from;
    while (i >= 0 && !isTaken(i, choice, deviceTaken)) {
      i--;
    }
    return i;
  }

  /** A span of wall clock time, both ends included. */
  record Times(long minWallNs, long maxWallNs) {
    static final Times ALL = new Times(Long.MIN_VALUE, Long.MAX_VALUE);

    boolean contains(long wallNs) {
      return wallNs >= minWallNs && wallNs <= maxWallNs;
    }
  }

  /** The first event that is later than a time, or {@link #size}. */
  int firstLaterThan(long time) {
    int i = 0;
    while (i < size && wallNs[i] <= time) {
      i++;
    }
    return i;
  }

  /** The last state of the stack before an event, or -1. */
  int stateBefore(int event) {
    int i = states - 1;
    while (i >= 0 && stateAt[i] > event) {
      i--;
    }
    return i;
  }

  /** Which event follows a state. */
  int eventBehind(int state) {
    return stateAt[state];
  }

  long statePlace(int state) {
    return (statePlaces[state] & 0xffff_ffffL) << UNIT_SHIFT;
  }

  // Building.

  /**
   * Goes on behind what it covers.
   *
   * @param closed whether a later file exists, so that no writer adds to this one
   */
  void extend(Path path, boolean closed) throws JournalException {
    if (!whole) {
      return;
    }
    try (CycleScanner scanner = new CycleScanner(CycleFile.open(path))) {
      if (endBytes > 0) {
        scanner.goTo(endBytes);
      }
      int part = 0;
      int partAt = 0;
      for (CycleScanner.Found found = scanner.nextDocument(closed);
          found != null && scanner.damaged() == 0;
          found = scanner.nextDocument(closed)) {
        if (found == CycleScanner.Found.EVENT) {
          if (!add(scanner)) {
            whole = false;
            return;
          }
          part = 0;
        } else if (found == CycleScanner.Found.NOTE
            && Note.at(scanner.bytes(), scanner.at()) == Note.CHECKPOINT
            && CheckpointNote.isPart(scanner.bytes(), scanner.at(), part)) {
          partAt = part == 0 ? unit(scanner.foundAt()) : partAt;
          part++;
          if (CheckpointNote.isLast(scanner.bytes(), scanner.at())) {
            addState(partAt);
            part = 0;
          }
        }
        if (part == 0) {
          endBytes = scanner.position();
        }
      }
    } catch (MalformedException e) {
      whole = false;
    }
  }

  /** Adds the event that was found; false where it does not follow those before. */
  private boolean add(CycleScanner scanner) {
    byte[] bytes = scanner.bytes();
    int at = scanner.at();
    long seq = RecordLayout.longAt(bytes, at + RecordLayout.SEQ);
    long dev = RecordLayout.longAt(bytes, at + RecordLayout.DEV);
    if ((size > 0 && seq != firstSeq + size)
        || size == MOST_EVENTS
        || scanner.foundAt() >>> UNIT_SHIFT > 0xffff_ffffL
        || DevNo.decode(dev).encoded() != dev
        || !names.find(bytes, at)) {
      return false;
    }
    if (size == 0) {
      firstSeq = seq;
    } else if (size == places.length) {
      int more = size * 2;
      places = Arrays.copyOf(places, more);
      wallNs = Arrays.copyOf(wallNs, more);
      kinds = Arrays.copyOf(kinds, more);
      deviceOf = Arrays.copyOf(deviceOf, more);
    }
    places[size] = unit(scanner.foundAt());
    wallNs[size] = RecordLayout.longAt(bytes, at + RecordLayout.WALL_NS);
    kinds[size] = (short) RecordLayout.shortAt(bytes, at + RecordLayout.KIND);
    deviceOf[size] = numberOf(bytes, dev, RecordLayout.longAt(bytes, at + RecordLayout.DISK_SEQ));
    size++;
    return true;
  }

  private static int unit(long offset) {
    return (int) (offset >>> UNIT_SHIFT);
  }

  private int numberOf(byte[] bytes, long dev, long diskSeq) {
    if (lastDevice >= 0 && devices.get(lastDevice).is(bytes, names, dev, diskSeq)) {
      return lastDevice;
    }
    List<Integer> sameNumber =
        numbers.computeIfAbsent((dev * 31 + diskSeq) * 31 + names.path, k -> new ArrayList<>(1));
    for (int number : sameNumber) {
      if (devices.get(number).is(bytes, names, dev, diskSeq)) {
        lastDevice = number;
        return number;
      }
    }
    lastDevice = devices.size();
    devices.add(
        new Device(
            dev, diskSeq, names.name(bytes), names.uuid(bytes), names.path, names.disk(bytes)));
    sameNumber.add(lastDevice);
    return lastDevice;
  }

  private void addState(int place) {
    if (states == stateAt.length) {
      stateAt = Arrays.copyOf(stateAt, states * 2);
      statePlaces = Arrays.copyOf(statePlaces, states * 2);
    }
    stateAt[states] = size;
    statePlaces[states] = place;
    states++;
  }

  // Keeping.

  /** All of it, for {@link #decode}. */
  ByteBuffer encode(Identity file) {
    int table = devices.stream().mapToInt(Device::bytes).sum();
    ByteBuffer out =
        ByteBuffer.allocate(
                HEAD_BYTES + size * EVENT_BYTES + states * CHECKPOINT_BYTES + table + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.put(MAGIC).putInt(VERSION);
    out.putLong(file.inode()).putLong(file.changedNs()).putLong(file.sizeBytes());
    out.putLong(firstSeq).putLong(endBytes).putInt(size).putInt(states).putInt(devices.size());
    for (int i = 0; i < size; i++) {
      out.putLong(wallNs[i]);
    }
    for (int i = 0; i < size; i++) {
      out.putInt(places[i]);
    }
    for (int i = 0; i < size; i++) {
      out.putInt(deviceOf[i]);
    }
    for (int i = 0; i < size; i++) {
      out.putShort(kinds[i]);
    }
    for (int i = 0; i < states; i++) {
      out.putInt(stateAt[i]).putInt(statePlaces[i]);
    }
    for (Device device : devices) {
      out.putLong(device.dev).putLong(device.diskSeq);
      out.putInt(device.name.length).put(device.name).putInt(device.uuid.length).put(device.uuid);
      out.putLong(device.path).putInt(device.disk.length).put(device.disk);
    }
    return out.putInt(crc(out.duplicate().flip())).flip();
  }

  private static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /**
   * The index that was encoded; null where it is another file's, damaged, or of another version.
   */
  static @Nullable FileIndex decode(byte[] all, Identity file) {
    ByteBuffer in = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN);
    if (all.length < HEAD_BYTES + Integer.BYTES
        || !Arrays.equals(all, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
        || in.getInt(MAGIC.length) != VERSION) {
      return null;
    }
    int end = all.length - Integer.BYTES;
    if (in.getInt(end) != crc(in.duplicate().limit(end))) {
      return null;
    }
    in.position(MAGIC.length + 4).limit(end);
    if (!new Identity(in.getLong(), in.getLong(), in.getLong()).equals(file)) {
      return null;
    }
    FileIndex index = new FileIndex();
    index.firstSeq = in.getLong();
    index.endBytes = in.getLong();
    index.size = in.getInt();
    index.states = in.getInt();
    int deviceCount = in.getInt();
    return index.fill(in, deviceCount) ? index : null;
  }

  /**
   * What is checked here is what a wrong length could do; places are proved where they are read.
   */
  private boolean fill(ByteBuffer in, int deviceCount) {
    long needed =
        (long) size * EVENT_BYTES
            + (long) states * CHECKPOINT_BYTES
            + (long) deviceCount * DEVICE_BYTES;
    if (size < 0 || states < 0 || deviceCount < 0 || needed > in.remaining()) {
      return false;
    }
    wallNs = new long[size];
    in.asLongBuffer().get(wallNs);
    in.position(in.position() + size * Long.BYTES);
    places = new int[size];
    in.asIntBuffer().get(places);
    in.position(in.position() + size * Integer.BYTES);
    deviceOf = new int[size];
    in.asIntBuffer().get(deviceOf);
    in.position(in.position() + size * Integer.BYTES);
    kinds = new short[size];
    in.asShortBuffer().get(kinds);
    in.position(in.position() + size * Short.BYTES);
    stateAt = new int[states];
    statePlaces = new int[states];
    for (int i = 0; i < states; i++) {
      stateAt[i] = in.getInt();
      statePlaces[i] = in.getInt();
      if (stateAt[i] < 0 || stateAt[i] > size) {
        return false;
      }
    }
    for (int i = 0; i < deviceCount; i++) {
      if (in.remaining() < 2 * Long.BYTES) {
        return false;
      }
      long dev = in.getLong();
      long diskSeq = in.getLong();
      byte[] name = counted(in);
      byte[] uuid = counted(in);
      long path = in.remaining() < Long.BYTES ? -1 : in.getLong();
      byte[] disk = counted(in);
      if (name == null || uuid == null || disk == null) {
        return false;
      }
      devices.add(new Device(dev, diskSeq, name, uuid, path, disk));
    }
    IntPredicate isNone = device -> device < 0 || device >= deviceCount;
    return Arrays.stream(deviceOf).noneMatch(isNone);
  }

  private static byte @Nullable [] counted(ByteBuffer in) {
    int length = in.remaining() < Integer.BYTES ? -1 : in.getInt();
    if (length < 0 || length > in.remaining()) {
      return null;
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }
}
