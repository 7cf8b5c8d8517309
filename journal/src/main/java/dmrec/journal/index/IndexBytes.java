package dmrec.journal.index;

import dmrec.event.DeviceRef;
import dmrec.event.KernelText;
import dmrec.journal.file.Fault;
import dmrec.target.DevNo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * An index as bytes. What is checked when they are read is what a wrong length could do; places are
 * proved where they are read.
 */
final class IndexBytes {
  private static final byte[] MAGIC = {(byte) 0xd7, 'd', 'm', 'i', 'd', 'x', '\r', '\n'};
  private static final int VERSION = 5;
  private static final int HEAD_BYTES = 8 + 4 + 3 * 8 + 8 + 8 + 6 * 4;
  private static final int EVENT_BYTES = 8 + 4 + 4 + 4;
  private static final int RUN_BYTES = 4 + 8;
  private static final int STATE_BYTES = 4 + 4 + 8 + 8;
  private static final int DEVICE_BYTES = 8 + 8 + 8 + 3 * 4;
  private static final int FAULT_BYTES = 8 + 4 + 4 * 8 + 4;

  private IndexBytes() {}

  /**
   * What tells a file from any other, also from one of the same name and size that lay elsewhere:
   * nobody can choose the time of a file's last change of status. So an index that was copied or
   * unpacked along with a journal is not believed.
   */
  record Identity(long inode, long changedNs, long sizeBytes) {}

  /**
   * All of an index, for {@link #decode}.
   *
   * @param checksum of an index of what is there of a file that may grow; else -1
   */
  static ByteBuffer encode(FileIndex index, Identity file, long checksum) {
    List<Fault> faults = checksum < 0 ? index.faults() : index.faults;
    List<byte[]> texts = faults.stream().map(fault -> KernelText.encode(fault.text())).toList();
    int table = 0;
    for (IndexedDevice device : index.devices) {
      table += DEVICE_BYTES + device.disk.length;
      table += KernelText.encode(device.ref.name()).length;
      table += KernelText.encode(device.ref.uuid()).length;
    }
    for (byte[] text : texts) {
      table += FAULT_BYTES + text.length;
    }
    ByteBuffer out =
        ByteBuffer.allocate(
                HEAD_BYTES
                    + index.size * EVENT_BYTES
                    + index.runs * RUN_BYTES
                    + index.states * STATE_BYTES
                    + table
                    + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.put(MAGIC).putInt(VERSION);
    out.putLong(file.inode()).putLong(file.changedNs()).putLong(file.sizeBytes());
    out.putLong(checksum);
    out.putLong(index.seqBefore).putInt(index.damagedBehind).putInt(index.size);
    out.putInt(index.runs).putInt(index.states).putInt(index.devices.size()).putInt(faults.size());
    put(out, index.wallNs, index.size);
    put(out, index.places, index.size);
    put(out, index.deviceOf, index.size);
    put(out, index.heads, index.size);
    put(out, index.runSeq, index.runs);
    put(out, index.runAt, index.runs);
    put(out, index.stateAt, index.states);
    put(out, index.statePlaces, index.states);
    put(out, index.stateSeq, index.states);
    put(out, index.stateWallNs, index.states);
    for (IndexedDevice device : index.devices) {
      out.putLong(device.ref.dev().encoded()).putLong(device.ref.diskSeq());
      out.putLong(device.path.encoded());
      putCounted(out, KernelText.encode(device.ref.name()));
      putCounted(out, KernelText.encode(device.ref.uuid()));
      putCounted(out, device.disk);
    }
    for (int i = 0; i < texts.size(); i++) {
      Fault fault = faults.get(i);
      out.putLong(fault.offset()).putInt(fault.event());
      out.putLong(fault.minSeq()).putLong(fault.maxSeq());
      out.putLong(fault.minWallNs()).putLong(fault.maxWallNs());
      putCounted(out, texts.get(i));
    }
    return out.putInt(crc(out.duplicate().flip())).flip();
  }

  private static void put(ByteBuffer out, long[] values, int count) {
    out.asLongBuffer().put(values, 0, count);
    out.position(out.position() + count * Long.BYTES);
  }

  private static void put(ByteBuffer out, int[] values, int count) {
    out.asIntBuffer().put(values, 0, count);
    out.position(out.position() + count * Integer.BYTES);
  }

  private static void putCounted(ByteBuffer out, byte[] bytes) {
    out.putInt(bytes.length).put(bytes);
  }

  private static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /**
   * The index that was encoded; null where it is another file's, damaged, or of another version.
   *
   * @param growing what tells the file from others while it may grow
   */
  static @Nullable FileIndex decode(byte[] all, Identity file, @Nullable Identity growing) {
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
    Identity of = new Identity(in.getLong(), in.getLong(), in.getLong());
    FileIndex index = new FileIndex();
    index.checksum = in.getLong();
    if (!of.equals(index.checksum < 0 ? file : growing)) {
      return null;
    }
    index.seqBefore = in.getLong();
    index.damagedBehind = in.getInt();
    index.size = in.getInt();
    index.runs = in.getInt();
    index.states = in.getInt();
    int devices = in.getInt();
    int faults = in.getInt();
    return fits(in, index, devices, faults) && fill(in, index, devices, faults) ? index : null;
  }

  private static boolean fits(ByteBuffer in, FileIndex index, int devices, int faults) {
    long needed =
        (long) index.size * EVENT_BYTES
            + (long) index.runs * RUN_BYTES
            + (long) index.states * STATE_BYTES
            + (long) devices * DEVICE_BYTES
            + (long) faults * FAULT_BYTES;
    return index.size >= 0
        && index.runs >= 0
        && index.states >= 0
        && devices >= 0
        && faults >= 0
        && needed <= in.remaining();
  }

  private static boolean fill(ByteBuffer in, FileIndex index, int devices, int faults) {
    index.wallNs = longs(in, index.size);
    index.places = ints(in, index.size);
    index.deviceOf = ints(in, index.size);
    index.heads = ints(in, index.size);
    index.runSeq = longs(in, index.runs);
    index.runAt = ints(in, index.runs);
    index.stateAt = ints(in, index.states);
    index.statePlaces = ints(in, index.states);
    index.stateSeq = longs(in, index.states);
    index.stateWallNs = longs(in, index.states);
    for (int i = 0; i < devices; i++) {
      if (in.remaining() < 3 * Long.BYTES) {
        return false;
      }
      DevNo dev = DevNo.decode(in.getLong());
      long diskSeq = in.getLong();
      DevNo path = DevNo.decode(in.getLong());
      byte[] name = counted(in);
      byte[] uuid = counted(in);
      byte[] disk = counted(in);
      if (name == null || uuid == null || disk == null) {
        return false;
      }
      DeviceRef ref = new DeviceRef(dev, diskSeq, KernelText.decode(name), KernelText.decode(uuid));
      index.devices.add(new IndexedDevice(ref, path, disk));
    }
    for (int i = 0; i < faults; i++) {
      if (in.remaining() < FAULT_BYTES) {
        return false;
      }
      long offset = in.getLong();
      int event = in.getInt();
      long minSeq = in.getLong();
      long maxSeq = in.getLong();
      long minWallNs = in.getLong();
      long maxWallNs = in.getLong();
      byte[] text = counted(in);
      if (text == null) {
        return false;
      }
      index.faults.add(
          new Fault(offset, event, minSeq, maxSeq, minWallNs, maxWallNs, KernelText.decode(text)));
    }
    return isWithin(index.deviceOf, devices - 1)
        && isWithin(index.stateAt, index.size)
        && isWithin(index.runAt, index.size)
        && (index.size == 0 || (index.runs > 0 && index.runAt[0] == 0));
  }

  private static boolean isWithin(int[] values, int most) {
    for (int value : values) {
      if (value < 0 || value > most) {
        return false;
      }
    }
    return true;
  }

  private static long[] longs(ByteBuffer in, int count) {
    long[] values = new long[count];
    in.asLongBuffer().get(values);
    in.position(in.position() + count * Long.BYTES);
    return values;
  }

  private static int[] ints(ByteBuffer in, int count) {
    int[] values = new int[count];
    in.asIntBuffer().get(values);
    in.position(in.position() + count * Integer.BYTES);
    return values;
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
