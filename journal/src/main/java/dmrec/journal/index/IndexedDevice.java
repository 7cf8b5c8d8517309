package dmrec.journal.index;

import dmrec.event.DeviceRef;
import dmrec.event.KernelText;
import dmrec.journal.file.RecordFields;
import dmrec.target.DevNo;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A device as its events name it, and the path of it that they name. */
final class IndexedDevice {
  final DeviceRef ref;
  final DevNo path;

  /** The bytes that name the path's disk. */
  final byte[] disk;

  /** The path as a device; null for none. */
  final @Nullable DeviceRef pathRef;

  IndexedDevice(DeviceRef ref, DevNo path, byte[] disk) {
    this.ref = ref;
    this.path = path;
    this.disk = disk;
    this.pathRef =
        path.equals(DevNo.NONE) && disk.length == 0
            ? null
            : new DeviceRef(path, 0, KernelText.decode(disk), "");
  }

  boolean is(RecordFields fields) {
    return path.equals(fields.path()) && fields.isDisk(disk) && ref.equals(fields.device());
  }

  /** Whether it, or the path of it, satisfies a condition. */
  boolean satisfies(Predicate<DeviceRef> condition) {
    return condition.test(ref) || (pathRef != null && condition.test(pathRef));
  }
}
