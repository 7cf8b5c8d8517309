package dmrec.journal.file;

import dmrec.event.KernelText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Says who holds the lock of a folder, in words for a person. */
final class LockHolder {
  private static final String UNKNOWN = "a process that has not said who it is yet";
  private static final Path LOCKS = Path.of("/proc/locks");
  private static final int MAX_NAME_BYTES = 256;

  private LockHolder() {}

  /** What the file says, or where that is removed, the kernel. */
  static String of(Path folder) {
    String said = said(folder.resolve(WriterLock.FILE));
    return said.isEmpty() ? listed(folder) : said;
  }

  private static String said(Path file) {
    try {
      if (Files.size(file) > MAX_NAME_BYTES) {
        return "";
      }
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
      return KernelText.printable(text);
    } catch (IOException e) {
      return "";
    }
  }

  /** A line is {@code 1: FLOCK ADVISORY WRITE 708 08:01:1234 0 EOF}: pid, then device and inode. */
  private static String listed(Path folder) {
    try {
      String inode = ":" + Files.getAttribute(folder, "unix:ino");
      for (String line : Files.readAllLines(LOCKS, StandardCharsets.ISO_8859_1)) {
        String[] words = line.strip().split(" +", -1);
        if (words.length > 5 && words[1].equals("FLOCK") && words[5].endsWith(inode)) {
          return "pid " + words[4];
        }
      }
      return UNKNOWN;
    } catch (IOException | RuntimeException e) {
      return UNKNOWN;
    }
  }
}
