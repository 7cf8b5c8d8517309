package dmrec.journal.file;

import dmrec.event.DeviceRef;
import dmrec.target.DevNo;
import org.jspecify.annotations.Nullable;

/** Knows which name and UUID a record of version 2 means. */
public interface NameResolver {
  /** Knows none. */
  NameResolver NONE = (dev, diskSeq, digest) -> null;

  /**
   * The device with its names; null where no definition of them was read.
   *
   * @param digest of the names, as {@link NameDefinition#digest} makes it
   */
  @Nullable DeviceRef resolve(DevNo dev, long diskSeq, long digest);
}
