package dmrec.journal;

import dmrec.event.KernelText;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Failures of files and of the queue in words for a person. */
final class Reasons {
  private Reasons() {}

  static String shown(Path path) {
    return KernelText.printable(path.toString());
  }

  static String cannot(String what, Path path, Throwable cause) {
    return shown(path) + ": cannot " + what + " it: " + reason(cause);
  }

  static String reason(Throwable cause) {
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
    } else if (cause instanceof FileSystemException e && e.getReason() != null) {
      return firstLine(e.getReason());
    }
    String message = firstLine(cause.getMessage());
    return message.isEmpty() ? cause.getClass().getSimpleName() : message;
  }

  private static String firstLine(@Nullable String text) {
    if (text == null) {
      return "";
    }
    int end = text.indexOf('\n');
    return KernelText.printable(end < 0 ? text : text.substring(0, end));
  }
}
