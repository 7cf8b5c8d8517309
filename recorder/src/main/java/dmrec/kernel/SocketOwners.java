package dmrec.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which process has a socket open: the descriptors of all processes, as far as they may be seen.
 * Takes milliseconds: not for each message.
 */
public final class SocketOwners {
  /**
   * A process.
   *
   * @param pid its number
   * @param command its name, as the kernel keeps it: up to 15 bytes, any but NUL
   */
  public record Owner(long pid, String command) {}

  private SocketOwners() {}

  /** The process that holds the socket, the first of several; null where none can be seen. */
  public static @Nullable Owner of(long inode) {
    String wanted = "socket:[" + inode + "]";
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (holds(process.resolve("fd"), wanted)) {
          return new Owner(Long.parseLong(String.valueOf(process.getFileName())), command(process));
        }
      }
    } catch (IOException | DirectoryIteratorException | NumberFormatException e) {
      // Then nobody can be seen.
    }
    return null;
  }

  private static boolean holds(Path descriptors, String wanted) {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
      for (Path each : all) {
        if (isLinkTo(each, wanted)) {
          return true;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // It ended, or is another user's.
    }
    return false;
  }

  private static boolean isLinkTo(Path link, String wanted) {
    try {
      return Files.readSymbolicLink(link).toString().equals(wanted);
    } catch (IOException e) {
      return false;
    }
  }

  private static String command(Path process) {
    try {
      return Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1).stripTrailing();
    } catch (IOException e) {
      return "";
    }
  }
}
