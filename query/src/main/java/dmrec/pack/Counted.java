package dmrec.pack;

import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Counts and hashes what is written to it, and keeps nothing. */
final class Counted extends OutputStream {
  private final MessageDigest digest;
  private long bytes;

  Counted() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public void write(int b) {
    digest.update((byte) b);
    bytes++;
  }

  @Override
  public void write(byte[] b, int off, int len) {
    digest.update(b, off, len);
    bytes += len;
  }

  long bytes() {
    return bytes;
  }

  /** 64 hexadecimal digits. */
  String sha256() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
