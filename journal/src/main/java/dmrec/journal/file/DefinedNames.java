package dmrec.journal.file;

import dmrec.event.DeviceRef;
import java.util.HashMap;
import java.util.Map;

/**
 * Which names the file that is written has defined, and where: the writer asks before each record.
 *
 * <p>A definition holds for the {@link #REACH_BYTES} behind it and is repeated then, so that any
 * record can be read with no more of the file than that. One thread.
 */
public final class DefinedNames {
  /** From where a definition begins to where the last record that relies on it does. */
  public static final int REACH_BYTES = 256 << 10;

  /** A definition takes no more of a file. */
  public static final int MOST_BYTES = 4 + NameDefinition.MOST_BYTES + 3;

  /** What the queue may put between two documents, and some more, is left of the reach. */
  private static final int REPEAT_BYTES = REACH_BYTES - (64 << 10);

  /** More than fit into the reach; what lies behind it is forgotten then. */
  private static final int MOST = 8192;

  private final Map<DeviceRef, Place> places = new HashMap<>();
  private final NameDefinition definition = new NameDefinition();

  private static final class Place {
    private long at;
  }

  /** A new file begins: it has defined nothing yet. */
  public void clear() {
    places.clear();
  }

  /**
   * Whether the names have to be defined before a record of that device.
   *
   * @param endBytes where the file's last document ends
   */
  public boolean isDue(DeviceRef device, long endBytes) {
    Place place = places.get(device);
    return place == null ? NameDefinition.isFor(device) : endBytes - place.at > REPEAT_BYTES;
  }

  /** Spells the definition; see {@link #bytes} and {@link NameDefinition#encode}. */
  public void encode(DeviceRef device, long seq, long wallNs) {
    definition.encode(device, seq, wallNs);
  }

  /** The definition that was spelled last; valid up to {@link #length} and until the next call. */
  public byte[] bytes() {
    return definition.bytes();
  }

  public int length() {
    return definition.length();
  }

  /** A definition was written; {@code at} is where the document before it ended. */
  public void defined(DeviceRef device, long at) {
    Place place = places.get(device);
    if (place == null) {
      if (places.size() == MOST) {
        places.values().removeIf(each -> at - each.at > REACH_BYTES);
      }
      place = new Place();
      places.put(device, place);
    }
    place.at = at;
  }
}
