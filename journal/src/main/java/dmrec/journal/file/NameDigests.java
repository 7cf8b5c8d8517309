package dmrec.journal.file;

import dmrec.event.DeviceRef;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the digests of names, so that one costs nothing per event. For one thread at a time.
 */
public final class NameDigests {
  /** More than any host has devices. */
  private static final int MOST = 1 << 16;

  private final Map<DeviceRef, Long> digests = new HashMap<>();
  private final int most;

  public NameDigests() {
    this(MOST);
  }

  /** {@code most} are remembered at a time. */
  NameDigests(int most) {
    this.most = most;
  }

  void clear() {
    digests.clear();
  }

  /** The digest; null where no definition has the names. */
  public @Nullable Long of(DeviceRef device) {
    Long known = digests.get(device);
    if (known == null && NameDefinition.isFor(device)) {
      known = NameDefinition.digest(device.name(), device.uuid());
      if (digests.size() == most) {
        digests.clear();
      }
      digests.put(device, known);
    }
    return known;
  }
}
