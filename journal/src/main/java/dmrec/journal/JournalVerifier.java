package dmrec.journal;

import dmrec.event.Bytes;
import dmrec.event.KernelText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Verifies a journal against its own chain of seals, and says where it is not what was written.
 *
 * <p>Nothing is changed, no lock is taken: a recorder may be writing meanwhile. The end is fixed
 * first, and what comes behind it is not judged. One thread.
 */
public final class JournalVerifier {
  /** Is told how far a verification is. */
  public interface Progress {
    Progress NONE = (done, total) -> {};

    void at(long doneBytes, long totalBytes);
  }

  /** How often it is begun anew where retention removes a file meanwhile. */
  private static final int TRIES = 10;

  private JournalVerifier() {}

  /**
   * Verifies a journal.
   *
   * @param key the public key that its seals must be signed with, as {@code dmrec key new} printed
   *     it; null to believe the journal
   * @throws JournalException where it is none, cannot be read, or the key is none
   */
  public static Verification verify(Path folder, @Nullable String key, Progress progress)
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

  /** What a verification does not prove. */
  static List<String> notProved(
      Bytes root, boolean given, long sealedSeq, long lastSeq, boolean isStopped) {
    List<String> texts = new ArrayList<>();
    if (root.equals(Chain.ZERO)) {
      texts.add("who wrote it: without a key, whoever can write the files can seal others anew");
    } else if (!given) {
      texts.add(
          "that the key is the right one: it was read from the journal itself; give it (--key)");
    }
    if (!root.equals(Chain.ZERO)) {
      texts.add("what was sealed since the key last changed, should the key have been stolen");
    }
    if (lastSeq > sealedSeq) {
      texts.add("#" + (sealedSeq + 1) + " to #" + lastSeq + ": they are not sealed yet");
    }
    texts.add(
        isStopped
            ? "that nothing was recorded later and cut off at a seal, or in whole files"
            : "that it did not go on: an end cut off at a seal looks like a recorder that was"
                + " killed there");
    texts.add("that what the kernel said is true");
    return texts;
  }
}
