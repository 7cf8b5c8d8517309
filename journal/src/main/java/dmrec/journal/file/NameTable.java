package dmrec.journal.file;

import dmrec.event.DeviceRef;
import dmrec.target.DevNo;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The definitions that a reader passed.
 *
 * <p>The newest are kept, more than fit into {@link DefinedNames#REACH_BYTES}: so whoever reads a
 * file from there on has those of every record, and a hostile file takes bounded memory. One
 * thread.
 */
final class NameTable implements NameResolver {
  /** A definition takes at least 47 bytes, frame and padding included: 5,578 fit into the reach. */
  private static final int MOST = 6000;

  private static final int RECENT = 1 << 10;

  private final Map<Key, DeviceRef> names = new LinkedHashMap<>();

  /** Those that were resolved last, by their digests: most events are about one of them. */
  private final @Nullable Named[] recent = new Named[RECENT];

  private final NameDigests digests = new NameDigests(MOST);

  private record Key(DevNo dev, long diskSeq, long digest) {}

  private record Named(long digest, DeviceRef device) {}

  /** Forgets all, as another file begins. */
  void clear() {
    names.clear();
    digests.clear();
    Arrays.fill(recent, null);
  }

  /**
   * Takes the proved definition at {@code at}.
   *
   * @throws MalformedException where it is not as this version writes them
   */
  void add(byte[] bytes, int at) throws MalformedException {
    add(NameDefinition.decode(bytes, at));
  }

  void add(DeviceRef device) {
    Long digest = digests.of(device);
    if (digest == null) {
      return; // No record refers to it.
    }
    Key key = new Key(device.dev(), device.diskSeq(), digest);
    // To its place behind all others; one object for all definitions of a name.
    DeviceRef known = names.remove(key);
    names.put(key, device.equals(known) ? known : device);
    if (known != null && !known.equals(device)) {
      recent[slot(digest)] = null;
    }
    if (names.size() > MOST) {
      Key oldest = names.keySet().iterator().next();
      names.remove(oldest);
      recent[slot(oldest.digest)] = null;
    }
  }

  private static int slot(long digest) {
    return (int) digest & (RECENT - 1);
  }

  @Override
  public @Nullable DeviceRef resolve(DevNo dev, long diskSeq, long digest) {
    Named last = recent[slot(digest)];
    if (last != null
        && last.digest == digest
        && last.device.diskSeq() == diskSeq
        && last.device.dev().equals(dev)) {
      return last.device;
    }
    DeviceRef device = names.get(new Key(dev, diskSeq, digest));
    if (device != null) {
      recent[slot(digest)] = new Named(digest, device);
    }
    return device;
  }
}
