package dmrec.event;

import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Failures of files, and of libraries that read them, in words for a person. */
public final class IoErrors {
  private IoErrors() {}

  /** A path as it may be shown: a stranger may have named it. */
  public static String shown(Path path) {
    return KernelText.printable(path.toString());
  }

  /** {@code PATH: cannot WHAT it: REASON}. */
  public static String cannot(String what, Path path, Throwable cause) {
    return shown(path) + ": cannot " + what + " it: " + reason(cause);
  }

  /** Why it failed, in one line; never empty. */
  public static String reason(Throwable cause) {
    if (cause instanceof DirectoryIteratorException e && e.getCause() != null) {
      return reason(e.getCause());
    } else if (cause instanceof AccessDeniedException) {
      return "permission denied; run as a user who may";
    } else if (cause instanceof NoSuchFileException) {
      return "there is no such file";
    } else if (cause instanceof ClosedByInterruptException) {
      return "the thread was interrupted";
    } else if (cause instanceof InternalError) {
      return "a mapped page could not be written or read; is the file system full?";
    }
    String message =
        firstLine(
            cause instanceof FileSystemException e && e.getReason() != null
                ? e.getReason()
                : cause.getMessage());
    return message.isEmpty() ? cause.getClass().getSimpleName() : message;
  }

  private static String firstLine(@Nullable String text) {
    if (text == null) {
      return "";
    }
    int end = text.indexOf('\n');
    return KernelText.printable(end < 0 ? text : text.substring(0, end));
  }

  /** A few of what there is to say, and of how many others it is not said. */
  public static String few(Collection<String> said, int others) {
    return String.join("; ", said)
        + (others > 0 ? "; and so on with " + others + (others == 1 ? " other" : " others") : "");
  }
}
