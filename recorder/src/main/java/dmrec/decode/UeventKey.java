package dmrec.decode;

import dmrec.event.Bytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The properties of a uevent that dmrec asks for. Each is found once, when a message is decoded,
 * without making a text of it.
 */
enum UeventKey {
  ACTION(0),
  DEVPATH(1),
  SUBSYSTEM(2),
  DEVTYPE(3),
  DEVNAME(4),
  MAJOR(5),
  MINOR(6),
  DISKSEQ(7),
  SEQNUM(8),
  DM_ACTION(9),
  DM_SEQNUM(10),
  DM_PATH(11),
  DM_NR_VALID_PATHS(12),
  DM_NAME(13),
  DM_UUID(14),
  DM_COOKIE(15),
  DM_VERITY_ERR_BLOCK_NR(16),
  SYNTH_UUID(17),
  DISK_RO(18),
  RESIZE(19);

  /** Length of an array with two places for each. */
  static final int PLACES = 2 * values().length;

  /** A hash table with linear probing; its size is a power of two. */
  private static final @Nullable UeventKey[] SLOTS = slots(128);

  private static final Bytes[] NAMES =
      Arrays.stream(values()).map(key -> Bytes.of(key.name())).toArray(Bytes[]::new);

  private final int index;

  UeventKey(int index) {
    this.index = index;
  }

  /** Index, in an array of {@link #PLACES}, of where its value begins; the next one is its end. */
  int place() {
    return 2 * index;
  }

  private static @Nullable UeventKey[] slots(int size) {
    @Nullable UeventKey[] slots = new @Nullable UeventKey[size];
    for (UeventKey key : values()) {
      int hash = 0;
      for (int i = 0; i < key.name().length(); i++) {
        hash = hash(hash, (byte) key.name().charAt(i));
      }
      int slot = hash & (size - 1);
      while (slots[slot] != null) {
        slot = (slot + 1) & (size - 1);
      }
      slots[slot] = key;
    }
    return slots;
  }

  /** The hash of a key that is one byte longer; that of the empty key is 0. */
  static int hash(int before, byte next) {
    return before * 31 + next;
  }

  /** The key whose name stands in a message at {@code from}; null where it is none of these. */
  static @Nullable UeventKey at(Bytes message, int from, int to, int hash) {
    int slot = hash & (SLOTS.length - 1);
    for (UeventKey key = SLOTS[slot]; key != null; key = SLOTS[slot]) {
      Bytes name = NAMES[key.index];
      if (name.length() == to - from && message.hasAt(from, name)) {
        return key;
      }
      slot = (slot + 1) & (SLOTS.length - 1);
    }
    return null;
  }
}
