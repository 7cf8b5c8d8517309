package dmrec.kernel;

import dmrec.event.Bytes;
import dmrec.kernel.Native.LibC;
import java.lang.reflect.Proxy;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.jspecify.annotations.Nullable;

/**
 * A control device that answers what a test says: it shows which requests are made. What a kernel
 * answers is the lab's to show.
 */
public final class ModelControl {
  private static final int IOCTL_BYTES = 312;
  private static final int DATA_SIZE = 12;
  private static final int FLAGS = 28;
  private static final int DEV = 40;
  private static final int BUFFER_FULL = 1 << 8;
  private static final int STATUS_TABLE = 1 << 4;

  /** What is asked for. */
  public enum Request {
    LIST(2),
    STATUS(12),
    TABLE(12),
    DEPS(11),
    OTHER(-1);

    private final int code;

    Request(int code) {
      this.code = code;
    }
  }

  /** Says what a request is answered. */
  public interface Kernel {
    /** Null where the request fails. */
    @Nullable Bytes answer(Request request, long encodedDev);
  }

  private ModelControl() {}

  /** Opens it. */
  public static DmControl open(Kernel kernel) throws KernelException {
    LibC libc =
        (LibC)
            Proxy.newProxyInstance(
                LibC.class.getClassLoader(),
                new Class<?>[] {LibC.class},
                (proxy, method, arguments) ->
                    switch (method.getName()) {
                      case "ioctl" -> ioctl(kernel, (Long) arguments[1], (Long) arguments[2]);
                      case "close" -> 0;
                      default -> throw new AssertionError(method);
                    });
    return new DmControl(libc, 99);
  }

  private static int ioctl(Kernel kernel, long command, long address) {
    Pointer memory = Pointer.wrap(Runtime.getSystemRuntime(), address);
    Request request = request((int) command & 0xff, memory.getInt(FLAGS));
    if (request == Request.OTHER) {
      memory.putInt(0, 4);
      memory.putInt(4, 47);
      return 0;
    }
    Bytes answer = kernel.answer(request, memory.getLong(DEV));
    if (answer == null) {
      Native.setErrno(Errno.ENOMEM);
      return -1;
    } else if (answer.length() > memory.getInt(DATA_SIZE)) {
      memory.putInt(FLAGS, BUFFER_FULL);
      memory.putInt(DATA_SIZE, IOCTL_BYTES);
      return 0;
    }
    memory.put(0, answer.toArray(), 0, answer.length());
    return 0;
  }

  private static Request request(int code, int flags) {
    if (code == Request.STATUS.code) {
      return (flags & STATUS_TABLE) == 0 ? Request.STATUS : Request.TABLE;
    }
    return code == Request.LIST.code
        ? Request.LIST
        : code == Request.DEPS.code ? Request.DEPS : Request.OTHER;
  }
}
