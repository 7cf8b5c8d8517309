package dmrec.journal.file;

import static dmrec.journal.file.RecordLayout.intAt;
import static dmrec.journal.file.RecordLayout.longAt;
import static dmrec.journal.file.RecordLayout.shortAt;

import dmrec.event.DeviceRef;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.target.DevNo;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What an index wants of a proved record of any version, found without decoding it. Used again for
 * each record. One thread.
 */
public final class RecordFields {
  /** Components of a path's event: its disk's number and the disk's name. */
  private static final int PATH_TAG = 1;

  private static final int DISK_TAG = 2;

  private byte[] bytes = {};
  private int at;
  private DevNo dev = DevNo.NONE;
  private long diskSeq;
  private boolean hasDigest;
  private long digest;
  private int nameAt;
  private int nameBytes;
  private int uuidAt;
  private int uuidBytes;
  private DevNo path = DevNo.NONE;
  private int diskAt;
  private int diskBytes;
  private DeviceRef device = DeviceRef.NONE;
  private boolean lacksNames;

  // Of the last device whose names stood in its record.
  private DeviceRef spelled = DeviceRef.NONE;
  private byte[] spelledName = {};
  private byte[] spelledUuid = {};

  /**
   * Looks for them. Where the record's fields are not as they should be it has none; whoever reads
   * it says so.
   *
   * @param names knows the definitions before it
   */
  void find(byte[] window, int recordAt, NameResolver names) {
    bytes = window;
    at = recordAt;
    clear();
    boolean ofPath = kind() == Kind.PATH_FAILED.code() || kind() == Kind.PATH_REINSTATED.code();
    try {
      if (bytes[at + RecordLayout.VERSION] == Format1.VERSION) {
        findInFormat1(ofPath);
      } else {
        findInFormat2(ofPath);
      }
    } catch (MalformedException e) {
      clear();
    }
    device = resolve(names);
  }

  private void clear() {
    dev = DevNo.NONE;
    diskSeq = 0;
    hasDigest = false;
    nameAt = 0;
    nameBytes = 0;
    uuidAt = 0;
    uuidBytes = 0;
    path = DevNo.NONE;
    diskAt = 0;
    diskBytes = 0;
    lacksNames = false;
  }

  private void findInFormat2(boolean ofPath) throws MalformedException {
    int end = at + intAt(bytes, at + RecordLayout.TOTAL_LENGTH);
    FieldCursor in = new FieldCursor(bytes, at, at + RecordLayout.HEADER_BYTES, end);
    while (in.hasField()) {
      int tag = in.nextField();
      if (tag > RecordLayout.TAG_UUID) {
        return;
      }
      int length = in.valueEnd() - in.valueAt();
      switch (tag) {
        case PATH_TAG -> path = ofPath ? in.dev() : DevNo.NONE;
        case DISK_TAG -> {
          diskAt = in.valueAt();
          diskBytes = ofPath ? length : 0;
        }
        case RecordLayout.TAG_DEVICE -> {
          dev = in.dev();
          diskSeq = in.number();
        }
        case RecordLayout.TAG_NAMES -> {
          hasDigest = true;
          digest = in.fixedLong();
        }
        case RecordLayout.TAG_NAME -> {
          nameAt = in.valueAt();
          nameBytes = length;
        }
        case RecordLayout.TAG_UUID -> {
          uuidAt = in.valueAt();
          uuidBytes = length;
        }
        default -> {
          // Of no use to an index.
        }
      }
    }
  }

  private void findInFormat1(boolean ofPath) throws MalformedException {
    int end = at + intAt(bytes, at + RecordLayout.TOTAL_LENGTH);
    dev = DevNo.decode(longAt(bytes, at + Format1.DEV));
    diskSeq = longAt(bytes, at + Format1.DISK_SEQ);
    int p = at + Format1.HEADER_BYTES;
    while (p + Format1.FIELD_HEADER_BYTES <= end) {
      int tag = shortAt(bytes, p);
      int length = intAt(bytes, p + 2);
      int value = p + Format1.FIELD_HEADER_BYTES;
      if (length < 0 || length > end - value) {
        throw new MalformedException("a field of " + length + " bytes does not fit");
      }
      if (ofPath && tag == PATH_TAG && length == Long.BYTES) {
        path = DevNo.decode(longAt(bytes, value));
      } else if (ofPath && tag == DISK_TAG) {
        diskAt = value;
        diskBytes = length;
      } else if (tag == Format1.TAG_NAME) {
        nameAt = value;
        nameBytes = length;
      } else if (tag == Format1.TAG_UUID) {
        uuidAt = value;
        uuidBytes = length;
      } else if (tag > Format1.TAG_UUID) {
        break;
      }
      p = value + length;
    }
  }

  private DeviceRef resolve(NameResolver names) {
    if (hasDigest) {
      DeviceRef known = names.resolve(dev, diskSeq, digest);
      lacksNames = known == null;
      return known == null ? new DeviceRef(dev, diskSeq, "", "") : known;
    } else if (dev.equals(DevNo.NONE) && diskSeq == 0 && nameBytes == 0 && uuidBytes == 0) {
      return DeviceRef.NONE;
    }
    if (!dev.equals(spelled.dev())
        || diskSeq != spelled.diskSeq()
        || !is(nameAt, nameBytes, spelledName)
        || !is(uuidAt, uuidBytes, spelledUuid)) {
      spelledName = Arrays.copyOfRange(bytes, nameAt, nameAt + nameBytes);
      spelledUuid = Arrays.copyOfRange(bytes, uuidAt, uuidAt + uuidBytes);
      spelled =
          new DeviceRef(
              dev,
              diskSeq,
              KernelText.decode(ByteBuffer.wrap(spelledName)),
              KernelText.decode(ByteBuffer.wrap(spelledUuid)));
    }
    return spelled;
  }

  private boolean is(int from, int length, byte[] text) {
    return Arrays.equals(bytes, from, from + length, text, 0, text.length);
  }

  /** The monotonic clock of a proved record; 0 where its fields are not as they should be. */
  public static long monoNs(byte[] bytes, int at) {
    if (bytes[at + RecordLayout.VERSION] == Format1.VERSION) {
      return longAt(bytes, at + Format1.MONO_NS);
    }
    int end = at + intAt(bytes, at + RecordLayout.TOTAL_LENGTH);
    FieldCursor in = new FieldCursor(bytes, at, at + RecordLayout.HEADER_BYTES, end);
    try {
      int tag = 0;
      while (in.hasField() && tag < RecordLayout.TAG_MONO_NS) {
        tag = in.nextField();
      }
      return tag == RecordLayout.TAG_MONO_NS ? in.number() : 0;
    } catch (MalformedException e) {
      return 0;
    }
  }

  public long wallNs() {
    return longAt(bytes, at + RecordLayout.WALL_NS);
  }

  private int kind() {
    return shortAt(bytes, at + RecordLayout.KIND);
  }

  /**
   * From the lowest byte on: the kind's code, or 0 where it is not known; the marks; the codes of
   * source and certainty.
   */
  public int head() {
    int code = kind();
    return (code < Kind.CODES ? code : 0)
        | ((bytes[at + RecordLayout.MARKS] & 0xff) << 8)
        | ((bytes[at + RecordLayout.SOURCE] & 0xff) << 16)
        | (bytes[at + RecordLayout.CERTAINTY] << 24);
  }

  /** The device, without names where these were not found. */
  public DeviceRef device() {
    return device;
  }

  /** Whether the names stand in a definition that was not found. */
  public boolean lacksNames() {
    return lacksNames;
  }

  /** The disk of a path's event; {@link DevNo#NONE} of others. */
  public DevNo path() {
    return path;
  }

  /** Whether these bytes name that disk. */
  public boolean isDisk(byte[] disk) {
    return is(diskAt, diskBytes, disk);
  }

  /** The bytes that name it. */
  public byte[] disk() {
    return Arrays.copyOfRange(bytes, diskAt, diskAt + diskBytes);
  }
}
