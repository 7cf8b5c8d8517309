package dmrec.journal.file;

import dmrec.event.DeviceRef;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the digests of names, so that one costs nothing per event. For one thread at a time.
 */
public final class NameDigests {
  private static final int MOST = 1 << 16;

  private final Map<DeviceRef, Long> digests = new HashMap<>();

  /** The digest; null where no definition has the names. */
  public @Nullable Long of(DeviceRef device) {
    Long known = digests.get(device);
    if (known == null && NameDefinition.isFor(device)) {
      known = NameDefinition.digest(device.name(), device.uuid());
      if (digests.size() == MOST) {
        digests.clear();
      }
      digests.put(device, known);
    }
    return known;
  }
}
