package dmrec.journal.file;

import dmrec.event.DeviceRef;
import dmrec.target.DevNo;
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

  private final Map<Key, DeviceRef> names = new LinkedHashMap<>();

  private record Key(DevNo dev, long diskSeq, long digest) {}

  /** Forgets all, as another file begins. */
  void clear() {
    names.clear();
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
    Key key =
        new Key(
            device.dev(), device.diskSeq(), NameDefinition.digest(device.name(), device.uuid()));
    // To its place behind all others.
    names.remove(key);
    names.put(key, device);
    if (names.size() > MOST) {
      names.remove(names.keySet().iterator().next());
    }
  }

  @Override
  public @Nullable DeviceRef resolve(DevNo dev, long diskSeq, long digest) {
    return names.get(new Key(dev, diskSeq, digest));
  }
}
