package dmrec.journal;

import dmrec.event.Bytes;
import dmrec.event.KernelText;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.seal.VerifierRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Verifies a journal against its own chain of seals, and says where it is not what was written.
 *
 * <p>Nothing is changed, no lock is taken: a recorder may be writing meanwhile. The end is fixed
 * first, and what comes behind it is not judged. One thread.
 */
final class JournalVerifier {
  /** How often it is begun anew where retention removes a file meanwhile. */
  private static final int TRIES = 10;

  private JournalVerifier() {}

  /** As {@link Journal#verify}. */
  static Verification verify(Path folder, @Nullable String key, Verification.Progress progress)
      throws JournalException {
    Bytes given = key == null ? null : publicKey(key);
    JournalException failure = null;
    for (int i = 0; i < TRIES; i++) {
      List<Path> files = list(folder);
      try {
        return new VerifierRun(folder, files, given, progress).run();
      } catch (JournalException e) {
        // The oldest file may have been removed while it was read or was about to be.
        if (files.isEmpty() || Files.exists(files.get(0))) {
          throw e;
        }
        failure = e;
      }
    }
    throw failure == null ? JournalFolder.notJournal(folder, "no files") : failure;
  }

  /** The files, where two looks agree: one look may miss what is renamed meanwhile. */
  private static List<Path> list(Path folder) throws JournalException {
    List<Path> files = JournalFolder.cyclesOfJournal(folder);
    for (int i = 0; i < TRIES; i++) {
      List<Path> again = JournalFolder.cyclesOfJournal(folder);
      if (again.equals(files)) {
        break;
      }
      files = again;
    }
    return files;
  }

  /** A public key as text, or a file that holds it. */
  private static Bytes publicKey(String key) throws JournalException {
    String text = key;
    if (!key.startsWith("ed25519:")) {
      try {
        if (Files.size(Path.of(key)) > 4096) {
          throw noKey(key, null);
        }
        text = Files.readString(Path.of(key)).strip();
      } catch (JournalException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        throw noKey(key, e);
      }
    }
    try {
      return SigningKey.parsePublicKey(text);
    } catch (IllegalArgumentException e) {
      throw noKey(key, e);
    }
  }

  private static JournalException noKey(String key, @Nullable Exception cause) {
    return new JournalException(
        KernelText.printable(key)
            + ": expected a public key as 'dmrec key new' printed it (ed25519:...), or a file that"
            + " holds one, found none",
        cause);
  }
}
