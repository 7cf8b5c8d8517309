package dmrec.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * Where the lines that were typed are kept: a file for its owner only, in a folder of its own
 * beside the journal's default one and never in a journal.
 */
final class HistoryFile {
  private HistoryFile() {}

  /** The file, made where it is missing; null where there is no place for it. */
  static @Nullable Path of(ConsoleSettings settings) {
    String state = settings.env("XDG_STATE_HOME");
    String home = settings.env("HOME");
    // The specification ignores a relative path there.
    if (!state.startsWith("/") && !home.startsWith("/")) {
      return null;
    }
    Path folder =
        (state.startsWith("/") ? Path.of(state) : Path.of(home, ".local", "state"))
            .resolve("dmrec-console");
    Path file = folder.resolve("history");
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      if (!Files.exists(file)) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      return Files.isWritable(file) ? file : null;
    } catch (IOException | UnsupportedOperationException e) {
      return null;
    }
  }
}
