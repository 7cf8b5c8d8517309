package dmrec.kernel;

/**
 * Error numbers of the generic Linux ABI (asm-generic/errno*.h), which x86_64 and aarch64 share.
 */
final class Errno {
  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int ENXIO = 6;
  static final int EBADF = 9;
  static final int EAGAIN = 11;
  static final int ENOMEM = 12;
  static final int EACCES = 13;
  static final int EBUSY = 16;
  static final int EEXIST = 17;
  static final int ENODEV = 19;
  static final int EINVAL = 22;
  static final int ENOTTY = 25;
  static final int EPIPE = 32;
  static final int ENOSYS = 38;
  static final int ENOPROTOOPT = 92;
  static final int EPROTONOSUPPORT = 93;
  static final int EAFNOSUPPORT = 97;
  static final int ENOBUFS = 105;

  private Errno() {}

  static String name(int errno) {
    return switch (errno) {
      case 0 -> "no error number";
      case EPERM -> "EPERM";
      case ENOENT -> "ENOENT";
      case EINTR -> "EINTR";
      case 5 -> "EIO";
      case ENXIO -> "ENXIO";
      case EBADF -> "EBADF";
      case EAGAIN -> "EAGAIN";
      case ENOMEM -> "ENOMEM";
      case EACCES -> "EACCES";
      case 14 -> "EFAULT";
      case EBUSY -> "EBUSY";
      case EEXIST -> "EEXIST";
      case ENODEV -> "ENODEV";
      case 20 -> "ENOTDIR";
      case 21 -> "EISDIR";
      case EINVAL -> "EINVAL";
      case 23 -> "ENFILE";
      case 24 -> "EMFILE";
      case ENOTTY -> "ENOTTY";
      case 28 -> "ENOSPC";
      case 29 -> "ESPIPE";
      case 30 -> "EROFS";
      case EPIPE -> "EPIPE";
      case ENOSYS -> "ENOSYS";
      case 40 -> "ELOOP";
      case ENOPROTOOPT -> "ENOPROTOOPT";
      case EPROTONOSUPPORT -> "EPROTONOSUPPORT";
      case 95 -> "EOPNOTSUPP";
      case EAFNOSUPPORT -> "EAFNOSUPPORT";
      case 98 -> "EADDRINUSE";
      case ENOBUFS -> "ENOBUFS";
      case 111 -> "ECONNREFUSED";
      default -> "errno " + errno;
    };
  }

  /** The number in words, for the people who do not know it by heart. */
  static String words(int errno) {
    return switch (errno) {
      case EPERM -> "operation not permitted";
      case ENOENT -> "no such file";
      case 5 -> "input/output error";
      case ENXIO -> "no such device or address";
      case EBADF -> "the descriptor is closed";
      case ENOMEM -> "out of memory, or a limit reached";
      case EACCES -> "permission denied";
      case EBUSY -> "busy";
      case ENODEV -> "no such device";
      case EINVAL -> "invalid argument";
      case 23, 24 -> "too many open files";
      case ENOTTY -> "the kernel does not know this request";
      case ENOSYS, 95 -> "the kernel does not offer this";
      case EPROTONOSUPPORT, EAFNOSUPPORT -> "the kernel has no such kind of socket";
      default -> "";
    };
  }
}
